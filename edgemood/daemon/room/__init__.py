"""The room's mood as the box goes by it: sensed, or as somebody asked; and who is there."""

from edgemood.daemon.room.override import MoodOverride
from edgemood.daemon.room.presence import PresenceTracker
from edgemood.daemon.room.room import Room

__all__ = ["MoodOverride", "PresenceTracker", "Room"]
