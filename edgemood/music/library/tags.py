"""What stickers, playlists, folders and tags say about a song's mood."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, one_hot
from edgemood.music.player import Tags
from edgemood.music.song import Origin, Song, SongMood
from edgemood.music.words import (
    EMOTION_NAMES,
    GENRE_WORDS,
    MOOD_WORDS,
    affect_in,
    emotion_named,
    scores_near,
)

STICKER = "mood"
"""``mpc sticker FILE set mood happy``"""

_STICKER_TRUST = 1.0
_PLAYLIST_TRUST = 0.95
_FOLDER_TRUST = 0.9
_MOOD_TAG_TRUST = 0.8
_GENRE_TRUST = 0.35
"""a genre holds songs of every mood"""
_COMMENT_TRUST = 0.3
"""comments often speak of something else"""

_GENRE_AND_MOOD_WORDS = GENRE_WORDS | MOOD_WORDS
_DIFFERENT_TAGS = 1024
"""thousands of songs share a few hundred genres; what one says is worked out once"""
_LONGEST_TAG = 200
"""letters; a comment may hold a whole book"""


def song_of(tags: Tags) -> Song:
    """A song with the mood its folder and tags speak of."""
    return Song(
        file=tags["file"],
        title=_joined(tags, "title"),
        artist=_joined(tags, "artist"),
        mood=_folder_says(tags["file"]) or _tags_say(tags),
    )


def sticker_says(value: str) -> SongMood | None:
    """The mood in a sticker, an emotion or any mood words; None when it holds neither."""
    return _words_say(value, Origin.OWNER, _STICKER_TRUST, f"sticker {value}")


def playlist_says(name: str, emotion: Emotion) -> SongMood:
    """The mood of the songs in a playlist named after an emotion."""
    return _certain(emotion, _PLAYLIST_TRUST, f"playlist {name}")


def _folder_says(file: str) -> SongMood | None:
    """A folder counts at the top of the library, or anywhere when it is called ``Mood – …``."""
    folders = PurePosixPath(file).parts[:-1]
    for depth, folder in enumerate(folders):
        emotion = emotion_named(folder)
        if emotion and (depth == 0 or folder.casefold() not in EMOTION_NAMES):
            return _certain(emotion, _FOLDER_TRUST, f"folder {folder}")
    return None


def _tags_say(tags: Tags) -> SongMood | None:
    mood, genre, comment = (_joined(tags, key) for key in ("mood", "genre", "comment"))
    return (
        _words_say(mood, Origin.TAG, _MOOD_TAG_TRUST, f"mood tag {mood}")
        or _genre_says(genre)
        or _words_say(comment, Origin.TAG, _COMMENT_TRUST, "comment")
    )


@lru_cache(_DIFFERENT_TAGS)
def _words_say(text: str, origin: Origin, trust: float, because: str) -> SongMood | None:
    if emotion := emotion_named(text):
        return _certain(emotion, trust, because, origin)
    affect = affect_in(text, MOOD_WORDS)
    return None if affect is None else _near(affect, origin, trust, because)


@lru_cache(_DIFFERENT_TAGS)
def _genre_says(genre: str) -> SongMood | None:
    """Genres may name a mood (``Chillout``, ``Sad Piano``), too."""
    affect = affect_in(genre, _GENRE_AND_MOOD_WORDS)
    return None if affect is None else _near(affect, Origin.TAG, _GENRE_TRUST, f"genre {genre}")


def _certain(
    emotion: Emotion, trust: float, because: str, origin: Origin = Origin.OWNER
) -> SongMood:
    return SongMood(one_hot(emotion), AFFECT_OF_EMOTION[emotion], origin, trust, because)


def _near(affect: Affect, origin: Origin, trust: float, because: str) -> SongMood:
    return SongMood(scores_near(affect), affect, origin, trust, because)


def _joined(tags: Tags, key: str) -> str:
    value = tags.get(key, "")
    text = value if isinstance(value, str) else ", ".join(value)
    return text[:_LONGEST_TAG]
