"""What words in tags, stickers and folder names say about a song's mood.

The affect of each word was placed by hand on Russell's circumplex ("A circumplex model of
affect", Journal of Personality and Social Psychology 39, 1980), to a tenth. Genres say little
about a single song, so their rows only lean, and the library trusts them less.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from edgemood.emotion import (
    AFFECT_OF_EMOTION,
    EMOTIONS,
    Affect,
    Emotion,
    Scores,
    as_scores,
)
from edgemood.music.genres import genre_key
from edgemood.music.negation import MOST_WORDS, clauses, is_denial, said

EMOTION_NAMES: dict[str, Emotion] = {emotion.value: emotion for emotion in Emotion} | {
    "anger": Emotion.ANGRY,
    "disgusted": Emotion.DISGUST,
    "afraid": Emotion.FEAR,
    "fearful": Emotion.FEAR,
    "happiness": Emotion.HAPPY,
    "sadness": Emotion.SAD,
    "surprised": Emotion.SURPRISE,
}
"""Names a folder or playlist may have to hold songs of one emotion."""

MOOD_WORDS: dict[str, Affect] = {
    name: AFFECT_OF_EMOTION[emotion] for name, emotion in EMOTION_NAMES.items()
} | {
    "aggressive": Affect(-0.5, 0.8),
    "anxious": Affect(-0.6, 0.6),
    "bittersweet": Affect(-0.2, -0.2),
    "bright": Affect(0.6, 0.4),
    "calm": Affect(0.4, -0.6),
    "cheerful": Affect(0.8, 0.4),
    "chill": Affect(0.4, -0.5),
    "chillout": Affect(0.4, -0.5),
    "cozy": Affect(0.6, -0.3),
    "dance": Affect(0.6, 0.7),
    "dark": Affect(-0.5, 0.1),
    "depressing": Affect(-0.7, -0.4),
    "dramatic": Affect(-0.1, 0.6),
    "dreamy": Affect(0.3, -0.4),
    "energetic": Affect(0.5, 0.8),
    "epic": Affect(0.3, 0.7),
    "euphoric": Affect(0.8, 0.8),
    "excited": Affect(0.6, 0.8),
    "fun": Affect(0.8, 0.6),
    "furious": Affect(-0.6, 0.9),
    "gentle": Affect(0.5, -0.5),
    "gloomy": Affect(-0.6, -0.3),
    "groovy": Affect(0.6, 0.5),
    "heartbreak": Affect(-0.7, -0.1),
    "intense": Affect(-0.1, 0.8),
    "joy": Affect(0.8, 0.5),
    "joyful": Affect(0.8, 0.5),
    "lonely": Affect(-0.6, -0.4),
    "lullaby": Affect(0.5, -0.7),
    "meditation": Affect(0.4, -0.8),
    "melancholic": Affect(-0.5, -0.4),
    "melancholy": Affect(-0.5, -0.4),
    "mellow": Affect(0.3, -0.5),
    "mournful": Affect(-0.7, -0.4),
    "nostalgic": Affect(0.1, -0.2),
    "party": Affect(0.8, 0.8),
    "peaceful": Affect(0.5, -0.7),
    "playful": Affect(0.7, 0.4),
    "quiet": Affect(0.2, -0.7),
    "rage": Affect(-0.6, 0.9),
    "relaxed": Affect(0.5, -0.5),
    "relaxing": Affect(0.5, -0.6),
    "romantic": Affect(0.6, -0.1),
    "scary": Affect(-0.6, 0.6),
    "sensual": Affect(0.5, 0.1),
    "serene": Affect(0.5, -0.7),
    "sleep": Affect(0.3, -0.9),
    "soothing": Affect(0.5, -0.6),
    "sunny": Affect(0.8, 0.3),
    "tender": Affect(0.5, -0.4),
    "tense": Affect(-0.4, 0.6),
    "tragic": Affect(-0.7, 0.0),
    "triumphant": Affect(0.7, 0.6),
    "uplifting": Affect(0.8, 0.5),
    "upbeat": Affect(0.7, 0.6),
    "warm": Affect(0.5, -0.2),
    "wild": Affect(0.3, 0.8),
    "wistful": Affect(-0.2, -0.3),
}
"""Words that name a mood."""

GENRE_WORDS: dict[str, Affect] = {
    "acoustic": Affect(0.2, -0.3),
    "ambient": Affect(0.2, -0.6),
    "blues": Affect(-0.3, -0.2),
    "bossa nova": Affect(0.4, -0.2),
    "classical": Affect(0.2, -0.2),
    "country": Affect(0.2, 0.0),
    "darkwave": Affect(-0.4, 0.1),
    "death metal": Affect(-0.6, 0.8),
    "disco": Affect(0.6, 0.6),
    "doom": Affect(-0.6, 0.1),
    "drum and bass": Affect(0.2, 0.7),
    "edm": Affect(0.5, 0.7),
    "electronic": Affect(0.2, 0.3),
    "folk": Affect(0.1, -0.3),
    "funk": Affect(0.6, 0.5),
    "gospel": Affect(0.5, 0.3),
    "goth": Affect(-0.4, 0.0),
    "grunge": Affect(-0.3, 0.5),
    "hard rock": Affect(0.0, 0.7),
    "hardcore": Affect(-0.4, 0.8),
    "hip hop": Affect(0.1, 0.4),
    "house": Affect(0.5, 0.6),
    "indie": Affect(0.1, 0.1),
    "industrial": Affect(-0.4, 0.6),
    "jazz": Affect(0.3, -0.1),
    "latin": Affect(0.5, 0.4),
    "lounge": Affect(0.4, -0.4),
    "metal": Affect(-0.4, 0.7),
    "new age": Affect(0.4, -0.6),
    "pop": Affect(0.4, 0.3),
    "punk": Affect(-0.1, 0.7),
    "r&b": Affect(0.3, 0.0),
    "rap": Affect(0.0, 0.4),
    "reggae": Affect(0.5, 0.0),
    "rock": Affect(0.1, 0.4),
    "salsa": Affect(0.6, 0.6),
    "singer-songwriter": Affect(0.0, -0.3),
    "ska": Affect(0.5, 0.6),
    "soul": Affect(0.4, 0.0),
    "swing": Affect(0.6, 0.4),
    "techno": Affect(0.2, 0.7),
    "trance": Affect(0.4, 0.6),
    "trip hop": Affect(0.0, -0.3),
}
"""Genres, after the mood they most often go with."""


def _by_key(genres: Mapping[str, Affect]) -> dict[str, Affect]:
    return {genre_key(name): affect for name, affect in genres.items()}


_SHIPPED_GENRES = _by_key(GENRE_WORDS | MOOD_WORDS) | GENRE_WORDS | MOOD_WORDS


@dataclass(frozen=True, eq=False)
class Words:
    """The words in force: those that came with edgemood, and the owner's."""

    moods: Mapping[str, Affect] = field(default_factory=lambda: MOOD_WORDS)
    """words that name a mood"""
    genres: Mapping[str, Affect] = field(default_factory=lambda: _SHIPPED_GENRES)
    """words of a genre, which may name a mood (``Chillout``, ``Sad Piano``), too; each also under
    its `genre_key`"""
    problems: tuple[str, ...] = ()
    """what is wrong in the owner's file, each with line and column"""

    @classmethod
    def with_owners(cls, file: Path) -> Words:
        """The shipped words, and those of a YAML file, which win.

        A line is ``word: emotion`` or ``word: [valence, arousal]``, both from -1 to 1; `problems`
        tells of the lines that are neither.
        """
        from edgemood.music.own_words import read_words

        owners = read_words(file, MOOD_WORDS)
        genres = {**GENRE_WORDS, **MOOD_WORDS, **owners.moods}
        return cls({**MOOD_WORDS, **owners.moods}, {**_by_key(genres), **genres}, owners.problems)

    @cached_property
    def mark(self) -> str:
        """Differs when other words are in force, or texts are read for them in another way."""
        said_so = repr((_REVISION, sorted(self.moods.items()), sorted(self.genres.items())))
        return f"{zlib.crc32(said_so.encode()):x}"


SHIPPED = Words()
"""without words of the owner's"""

_REVISION = 2
"""counts changes of how texts are read; 2: what is denied says nothing"""

_NEARNESS = 0.35
"""Distance on the plane at which an emotion still has 0.6 of the weight of one right there; about
half the way from sad to fear."""

_EMOTIONS_AT = np.array([AFFECT_OF_EMOTION[emotion] for emotion in EMOTIONS])

_LABEL = re.compile(r"^mood\s*[-\u2010-\u2015\u2212:]\s*(?P<name>.+)$")


def emotion_named(text: str) -> Emotion | None:
    """The emotion a folder or playlist is named after: ``happy``, ``Sadness``, ``Mood – happy``."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if labelled := _LABEL.match(name):
        name = labelled["name"].strip()
    return EMOTION_NAMES.get(name)


def affect_in(text: str, table: Mapping[str, Affect], *, genres: bool = False) -> Affect | None:
    """The mean affect of the table's words that a text says; None when it says none of them.

    Longer entries win over words inside them: ``death metal`` is not also ``metal``. What the text
    denies (``not happy``) says nothing, not even the opposite, unless the table has the phrase.
    With `genres`, any spelling of the table's words counts, if that holds their `genre_key`.
    """
    found = [affect for words in clauses(text) for affect in _looked_up(words, table, genres)]
    if not found:
        return None
    valence, arousal = np.mean(found, axis=0).tolist()
    return Affect(valence, arousal)


def _looked_up(
    words: list[str],
    table: Mapping[str, Affect],
    genres: bool,  # noqa: FBT001
) -> Iterator[Affect]:
    said_words = said(words)
    at = 0
    while at < len(words):
        for length in range(MOST_WORDS, 0, -1):
            phrase = words[at : at + length]
            affect = table.get(" ".join(phrase))
            if affect is None and (genres or length == 1):
                affect = table.get(genre_key(" ".join(phrase)))
            deny = any(map(is_denial, phrase))
            if affect is not None and (deny or said_words[at : at + length] == phrase):
                yield affect
                at += length
                break
        else:
            at += 1


def scores_near(affect: Affect) -> Scores:
    """Scores that favour the emotions close to a point on the plane."""
    distance = np.hypot(*(_EMOTIONS_AT - affect).T)
    return as_scores(np.exp(-0.5 * (distance / _NEARNESS) ** 2))
