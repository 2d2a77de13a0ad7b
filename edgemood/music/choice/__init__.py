"""Which song next: vectors, taste, other profiles, freshness, and the words for why."""

from edgemood.music.choice.chooser import Choice, Chooser
from edgemood.music.choice.quiet import QuietHours
from edgemood.music.choice.rules import ARTIST_SPACING, Past
from edgemood.music.choice.store import HOUSEHOLD, TASTE, TasteStore
from edgemood.music.choice.vectors import SongVectors

__all__ = [
    "ARTIST_SPACING",
    "HOUSEHOLD",
    "TASTE",
    "Choice",
    "Chooser",
    "Past",
    "QuietHours",
    "SongVectors",
    "TasteStore",
]
