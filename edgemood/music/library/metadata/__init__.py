"""What tags and lyrics beside a song say."""
