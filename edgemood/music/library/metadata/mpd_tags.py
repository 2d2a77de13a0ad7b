"""What labels, folders and tags say about a song's mood."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, one_hot
from edgemood.music.genres import whole
from edgemood.music.mood_words import (
    EMOTION_NAMES,
    SHIPPED,
    Words,
    affect_in,
    emotion_named,
    scores_near,
)
from edgemood.music.mpd.answers import Tags
from edgemood.music.song import Origin, Song, SongMood

STICKER: Final = "mood"
"""``mpc sticker FILE set mood happy``"""

_LABEL_TRUST = 1.0
_PLAYLIST_TRUST = 0.95
_FOLDER_TRUST = 0.9
_MOOD_TAG_TRUST = 0.8
_GENRE_TRUST = 0.35
"""a genre holds songs of every mood"""
_COMMENT_TRUST = 0.3
"""comments often speak of something else"""
_TEMPO_TRUST = 0.15
_MIDDLE_BPM = 110.0
_LEAN = 0.25
_MINOR = re.compile(r"[A-Ga-g][#♯b♭]? ?(m|min|minor)|\d{1,2}A", re.IGNORECASE)
_MAJOR = re.compile(r"[A-G][#♯b♭]? ?(maj|major)?|\d{1,2}[Bb]")

_DIFFERENT_TAGS = 1024
"""thousands of songs share a few hundred genres; what one says is worked out once"""
LONGEST_TAG = 200
"""letters; a comment may hold a whole book"""

_YEAR = re.compile(r"\b(1[5-9]|20)\d\d")
_SEVERAL = re.compile(r"\s*[;,/|]\s*|\x00")
"""between genres in one tag"""


def song_of(tags: Tags, words: Words = SHIPPED) -> Song:
    """A song as MPD tells of it, with the mood that its folder, else its tags, speak of."""
    file = tags["file"]
    return Song(
        file=file,
        title=_joined(tags, "title"),
        artist=_joined(tags, "artist"),
        album=_joined(tags, "album"),
        genres=_genres(_joined(tags, "genre")),
        year=year_in(_joined(tags, "date")),
        duration_s=duration_in(tags),
        mood=folder_says(file) or mood_in(tags, words),
    )


def mood_in(tags: Tags, words: Words = SHIPPED) -> SongMood | None:
    """The mood that the tags MPD knows speak of, wherever the song lies."""
    mood, genre, comment = (_joined(tags, key) for key in ("mood", "genre", "comment"))
    return tags_say(mood, genre, comment, words)


def label_says(given_by: str, word: str, words: Words = SHIPPED) -> SongMood | None:
    """The mood a label speaks of, an emotion or any mood words; None when it holds neither.

    `given_by` is one of `labels.GIVEN_BY`; the word of a playlist is its name.
    """
    if given_by == "playlist":
        emotion = emotion_named(word)
        if emotion is None:
            return None
        return _certain(emotion, Origin.OWNER, _PLAYLIST_TRUST, f"playlist {word}")
    because = "label" if given_by == "command" else given_by
    because = "label kept from before it moved:" if given_by == "kept" else because
    return _words_say(word, words, Origin.OWNER, _LABEL_TRUST, f"{because} {word}")


def folder_says(file: str) -> SongMood | None:
    """A folder counts at the top of the library, or anywhere when it is called ``Mood – …``."""
    return _folders_say(file.rpartition("/")[0])


@lru_cache(_DIFFERENT_TAGS)
def _folders_say(path: str) -> SongMood | None:
    for depth, folder in enumerate(PurePosixPath(path).parts):
        emotion = emotion_named(folder)
        if emotion and (depth == 0 or folder.casefold() not in EMOTION_NAMES):
            return _certain(emotion, Origin.OWNER, _FOLDER_TRUST, f"folder {folder}")
    return None


def tags_say(mood: str, genre: str, comment: str, words: Words = SHIPPED) -> SongMood | None:
    """The mood in a song's tags: the first of these that speaks of one."""
    return (
        _words_say(mood, words, Origin.TAG, _MOOD_TAG_TRUST, f"mood tag {mood}")
        or _genre_says(genre, words)
        or _words_say(comment, words, Origin.TAG, _COMMENT_TRUST, "comment")
    )


def duration_in(tags: Tags) -> float | None:
    """How long MPD says the song is; None when it does not know."""
    try:
        return float(tags.get("duration") or "")
    except (TypeError, ValueError):
        return None


def tempo_and_key_say(bpm: float | None, key: str) -> SongMood | None:
    """The little that tempo and key in tags tell: fast is excited, minor is less pleasant.

    Hunter, Schellenberg & Schimmack, "Feelings and perceptions of happiness and sadness induced by
    music", Psychology of Aesthetics, Creativity, and the Arts 4, 2010; the lean is set by hand.
    """
    minor, major = _MINOR.fullmatch(key.strip()), _MAJOR.fullmatch(key.strip())
    if bpm is None and not (minor or major):
        return None
    valence = _LEAN * (bool(major) - bool(minor))
    arousal = 0.0 if bpm is None else max(-1.0, min(1.0, (bpm - _MIDDLE_BPM) / _MIDDLE_BPM))
    parts = [] if bpm is None else [f"{bpm:g} beats a minute"]
    parts += [f"key {key.strip()}"] if minor or major else []
    return _near(Affect(valence, arousal), Origin.TAG, _TEMPO_TRUST, ", ".join(parts))


def year_in(date: str) -> int | None:
    """The year in a date tag, however it is written."""
    found = _YEAR.search(date)
    return int(found[0]) if found else None


@lru_cache(_DIFFERENT_TAGS)
def _words_say(
    text: str, words: Words, origin: Origin, trust: float, because: str
) -> SongMood | None:
    if emotion := emotion_named(text):
        return _certain(emotion, origin, trust, because)
    affect = affect_in(text, words.moods)
    return None if affect is None else _near(affect, origin, trust, because)


@lru_cache(_DIFFERENT_TAGS)
def _genre_says(genre: str, words: Words) -> SongMood | None:
    affect = affect_in(whole(genre), words.genres, genres=True)
    return None if affect is None else _near(affect, Origin.TAG, _GENRE_TRUST, f"genre {genre}")


@lru_cache(_DIFFERENT_TAGS)
def _genres(tag: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _SEVERAL.split(whole(tag)) if name))


def _certain(emotion: Emotion, origin: Origin, trust: float, because: str) -> SongMood:
    return SongMood(one_hot(emotion), AFFECT_OF_EMOTION[emotion], origin, trust, because)


def _near(affect: Affect, origin: Origin, trust: float, because: str) -> SongMood:
    return SongMood(scores_near(affect), affect, origin, trust, because)


def _joined(tags: Tags, key: str) -> str:
    value = tags.get(key, "")
    text = value if isinstance(value, str) else ", ".join(value)
    return text[:LONGEST_TAG]
