"""The volume: fades, ducking while the box listens, quiet hours."""
