"""The models of lyrics."""
