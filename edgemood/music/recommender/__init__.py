"""Which song next: vectors, taste, other profiles, freshness, and the words for why."""

from edgemood.music.recommender.candidates import ARTIST_SPACING, Past
from edgemood.music.recommender.quiet_hours import QuietHours
from edgemood.music.recommender.recommender import Choice, Chooser
from edgemood.music.recommender.taste.store import HOUSEHOLD, TASTE, TasteStore
from edgemood.music.recommender.vectors import SongVectors

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
