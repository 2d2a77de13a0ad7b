"""How the box is doing: one description for whoever tells it and whoever shows it.

The daemon sends a `Status` as JSON, ``edgemood status`` reads it. Quick to import.
"""

from edgemood.status.reader import read
from edgemood.status.report import (
    ConfigStatus,
    LibraryStatus,
    MoodStatus,
    MusicStatus,
    PlayerState,
    SenseStatus,
    Status,
    Waiting,
)

__all__ = [
    "ConfigStatus",
    "LibraryStatus",
    "MoodStatus",
    "MusicStatus",
    "PlayerState",
    "SenseStatus",
    "Status",
    "Waiting",
    "read",
]
