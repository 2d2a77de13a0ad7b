"""From what the senses say to the mood of the room: evidence, fusion over a window, decision.

Pure: evidence and clock readings in, room mood out. No devices, no threads, no clock of its own.
"""

from edgemood.mood.room import RoomMood
from edgemood.mood.tracker import RoomMoodTracker
from edgemood.records import Evidence, FaceEvidence, Reason, Sense, VoiceEvidence

__all__ = [
    "Evidence",
    "FaceEvidence",
    "Reason",
    "RoomMood",
    "RoomMoodTracker",
    "Sense",
    "VoiceEvidence",
]
