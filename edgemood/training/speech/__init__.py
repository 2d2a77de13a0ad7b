"""The speech-emotion model."""
