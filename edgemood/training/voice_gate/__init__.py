"""The voice gate."""
