"""What the echo canceller is worth."""
