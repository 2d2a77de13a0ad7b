"""edgemood: a box that senses the mood of a room and keeps an MPD queue in tune with it."""

__version__ = "0.3.0"
