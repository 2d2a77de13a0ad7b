"""What people and other programs do at MPD, and what follows from it."""
