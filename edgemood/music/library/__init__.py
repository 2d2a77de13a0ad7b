"""Every song of the house and its mood: found through MPD, analysed in the background, kept.

`SongIndex` is the file all of it is kept in, `Library` what the chooser computes with.
"""

from edgemood.music.library.index.columns import FEATURES, GENRES, ORIGINS, ROW, Library
from edgemood.music.library.index.song_index import SongIndex

__all__ = ["FEATURES", "GENRES", "ORIGINS", "ROW", "Library", "SongIndex"]
