"""The index follows MPD's library."""
