"""From the room's mood to MPD's queue: songs and their moods, strategy, choice, and manners.

`Dj` is the room's host; `Player` the one who talks to MPD.
"""

from edgemood.music.dj import Dj
from edgemood.music.player import Player
from edgemood.music.song import Song, SongMood
from edgemood.music.status import MusicStatus

__all__ = ["Dj", "MusicStatus", "Player", "Song", "SongMood"]
