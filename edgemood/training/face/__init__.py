"""The face-emotion model."""
