"""Content, taste and neighbours of all songs at once: the three parts of a hybrid choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import Emotion
from edgemood.music.library import Library
from edgemood.music.recommender.candidates import rows_of_songs
from edgemood.music.recommender.taste.group import blended, neighbours_say
from edgemood.music.recommender.taste.interactions import Evidence
from edgemood.music.recommender.taste.model import Tastes
from edgemood.music.recommender.taste.store import HOUSEHOLD, TasteStore
from edgemood.music.recommender.vectors import SongVectors

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What speaks for each song of a library, part by part."""

    content: Floats
    """(n,) how well it fits the mood, in [0, 1]"""
    taste: Floats
    """(n,) the probability that everybody present lets it play, in [0, 1]"""
    neighbours: Floats
    """(n,) what people with a similar taste think, in [0, 1]; 0.5 where they say nothing"""
    deeds: Floats
    """(n,) how much `taste` knows of the song itself, on average over those present"""
    known: float
    """deeds of those present in all"""
    listeners: tuple[str, ...]
    recommenders: dict[int, str]
    """whose word `neighbours` is, by the song's number"""

    def of(self, part: str) -> Floats:
        """The values of one part, (n,)."""
        values: Floats = getattr(self, part)
        return values


def listeners(store: TasteStore, present: Sequence[str]) -> tuple[str, ...]:
    """Whose tastes count: people present who have a profile, else the whole household."""
    profiles = {name.casefold(): name for name in store.profiles()}
    known = [profiles[name.casefold()] for name in present if name.casefold() in profiles]
    return tuple(dict.fromkeys(known)) or (HOUSEHOLD,)


class Connoisseur:
    """Forms opinions on the songs of one library, and learns anew only what changed."""

    def __init__(self, library: Library, store: TasteStore, vectors: SongVectors) -> None:
        self.vectors = vectors
        self._library = library
        self._store = store
        self._learned: tuple[dict[str, tuple[Evidence, int]], Tastes] | None = None

    def opinion(self, query: Floats, room: Emotion, present: Sequence[str]) -> Opinion:
        """What speaks for each song in a room of this emotion, with these people in it."""
        who = listeners(self._store, present)
        learned = self._tastes()
        tastes = [learned.of(name, room) for name in who]
        along = self.vectors.matrix @ np.column_stack([query, *(t.direction for t in tastes)])
        content = along[:, 0].clip(0, 1)
        likings = [
            taste.expected(along[:, number].copy(), self._library)
            for number, taste in enumerate(tastes, start=1)
        ]
        del along  # half of the memory that a choice takes
        deeds = sum((taste.deeds(len(self._library)) for taste in tastes), start=np.float32(0))
        neighbours, recommenders = self._neighbours(who, room)
        return Opinion(
            content=content,
            taste=blended(likings),
            neighbours=neighbours,
            deeds=np.asarray(deeds / np.float32(len(tastes)), dtype=np.float32),
            known=sum(self._store.evidence(name).at for name in who) / len(who),
            listeners=who,
            recommenders=recommenders,
        )

    def _tastes(self) -> Tastes:
        evidence = {name: self._store.evidence(name) for name in self._store.profiles()}
        state = {name: (known, known.version) for name, known in evidence.items()}
        if self._learned is None or self._learned[0] != state:
            self._learned = state, Tastes.learned(self._library, self.vectors.matrix, evidence)
        return self._learned[1]

    def _neighbours(self, present: Sequence[str], room: Emotion) -> tuple[Floats, dict[int, str]]:
        """Of profiles that are not present; the household's own word is nobody else's."""
        away = [name for name in self._store.profiles() if name not in (HOUSEHOLD, *present)]
        says, who = neighbours_say(
            [self._store.evidence(name) for name in present],
            {name: self._store.evidence(name) for name in away},
            room,
        )
        values = np.full(len(self._library), 0.5, dtype=np.float32)
        rows = rows_of_songs(self._library, says)
        leanings = [says[song] for song in self._library.ids[rows].tolist()]
        values[rows] += 0.5 * np.array(leanings, dtype=np.float32)
        return values, who
