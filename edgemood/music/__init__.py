"""From the room's mood to MPD's queue: songs and their moods, strategy, choice, and manners.

`Dj` is the room's host; `Player` the one who talks to MPD.
"""

from edgemood.music.dj.dj import Dj
from edgemood.music.mpd.client import Player
from edgemood.music.song import Song, SongMood

__all__ = ["Dj", "Player", "Song", "SongMood"]
