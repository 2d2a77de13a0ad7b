"""What sound tells of a song's mood."""
