"""What lyrics tell of a song's mood."""
