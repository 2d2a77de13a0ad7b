"""Which song comes next: the best fitting ones that may come now, by mood and by taste."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgemood.clock import Clock
from edgemood.config.schema import MusicConfig
from edgemood.emotion import EMOTIONS, Emotion, strongest
from edgemood.music.library import Library
from edgemood.music.recommender import blend_weights as credit
from edgemood.music.recommender import explanation as why
from edgemood.music.recommender.candidates import (
    Allowed,
    Filters,
    Past,
    may_come,
    rows_of_songs,
    unsuitable,
)
from edgemood.music.recommender.events import Event
from edgemood.music.recommender.exploration import is_curious, near_the_best, sampled, shortlist
from edgemood.music.recommender.hybrid import Connoisseur, Opinion, listeners
from edgemood.music.recommender.quiet_hours import QuietHours
from edgemood.music.recommender.renumbering import moved, renumbered
from edgemood.music.recommender.strategy import Target
from edgemood.music.recommender.taste.play_history import Heard
from edgemood.music.recommender.taste.store import HOUSEHOLD, TasteStore
from edgemood.music.recommender.vectors import SongVectors
from edgemood.music.song import Song
from edgemood.walltime import WallTime, local_time

_ENOUGH = 0.15
"""A song this much below the best fitting one fits well enough; among such, taste decides."""
_TRIES = 3
"""songs that may turn out to be forgotten, one after the other, before none is chosen"""
_REMEMBERED = 100
"""choices whose outcome may still become known"""

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Choice:
    """A song and the reason for it."""

    song: Song
    fit: float
    """in [0, 1]"""
    why: str
    """one sentence for the owner"""


class Chooser:
    """Chooses songs, and learns from what becomes of them.

    The same configuration, library, store and state of the generator give the same song.
    """

    def __init__(
        self,
        config: MusicConfig,
        store: TasteStore,
        clock: Clock,
        rng: np.random.Generator,
        *,
        wall: WallTime = local_time,
    ) -> None:
        self._config = config
        self._store = store
        self._rng = rng
        self._no_repeat_s = config.no_repeat_h * 3600
        self._heard = Heard(store, clock, wall)
        self.quiet = QuietHours(config, wall)
        self.present: Sequence[str] = ()
        """names of the people recognised in the room"""
        self.typical: Mapping[Emotion, Sequence[str]] = {}
        """files of the songs that the owner calls typical of an emotion"""
        self.playlists: Mapping[str, Sequence[str]] = {}
        """files in the stored playlists that `music.table` names"""
        self._library = Library.of([])
        self._taken = 0
        self._connoisseur = Connoisseur(self._library, store, SongVectors.of(self._library))
        self._gone: set[int] = set()
        self._shares: dict[int, Mapping[str, float]] = {}

    @property
    def library(self) -> Library:
        """The songs to choose from."""
        return self._library

    @library.setter
    def library(self, library: Library) -> None:
        self.take(library, SongVectors.of(library))

    def take(self, library: Library, vectors: SongVectors) -> None:
        """The same, for one whose vectors were built meanwhile: that takes time."""
        self._library = library
        self._taken += 1
        self._connoisseur = Connoisseur(library, self._store, vectors)
        self._gone.clear()
        known = self._store.songs()
        if numbers := renumbered(known, library):
            self._store.renumber(numbers)
            self._heard.reread()
            known = self._store.songs()
        if renamed := moved(known, library):
            self._store.tell_songs(renamed)

    def choose(self, target: Target, past: Past) -> Choice | None:
        """One of the best fitting songs that may come now; None when there is none at all.

        Which songs may come, and what gives way in a small library, is for `may_come` to say.
        """
        by = self._by_taste if self._config.choose == "hybrid" else self._by_mood
        vanished: set[int] = set()
        for _ in range(_TRIES):
            allowed = may_come(
                self._library,
                past,
                self._heard.ages_s(self._no_repeat_s),
                self._filters(target, vanished),
                self._required(target),
            )
            if not allowed.rows.size:
                return None
            row, choice = by(target, allowed)
            if choice is not None:
                gave_way = "".join(f"; {told}" for told in allowed.gave_way)
                return replace(choice, why=f"{choice.why}{gave_way}")
            vanished.add(int(self._library.ids[row]))
        return None

    @property
    def criteria(self) -> tuple[object, ...]:
        """What songs are judged by, but for the target; differs when that has changed."""
        return (
            self._taken,
            self._store.evidence(HOUSEHOLD).version,
            self.quiet.most_arousal(),
            self.playlists,
            self.typical,
        )

    def suits(self, file: str, target: Target, past: Past) -> bool:
        """Whether a song that waits may stay, as long as there is one that suits better."""
        filters = self._filters(target, ())
        return not unsuitable(self._library, past, file, filters, self._required(target))

    def _filters(self, target: Target, vanished: Collection[int]) -> Filters:
        return Filters(
            self._config.languages,
            target.limits.calmer_than(self.quiet.most_arousal()),
            self.playlists,
            {*self._gone, *vanished},
            self._store.evidence(HOUSEHOLD).disliked().tolist(),
        )

    def began(self, file: str) -> None:
        """A song, whoever queued it, begins to play: it is not to come again soon."""
        row = self._library.row_of(file)
        if row is not None:
            song = int(self._library.ids[row])
            self._store.tell_songs({song: int(self._library.files[row])})
            self._heard.began(song)

    def forget(self, song: Song) -> None:
        """MPD cannot find a song: not to be chosen until there is a new library."""
        self._gone.add(song.id)

    def learn(self, event: Event) -> None:
        """Take to heart what somebody did with a song, and what it says of the choice of it."""
        for row in rows_of_songs(self._library, [event.song_id]):
            self._store.tell_songs({event.song_id: int(self._library.files[row])})
        people = listeners(self._store, self.present)
        said = {"liked": 1.0, "disliked": -1.0, "rated": 2 * event.value - 1}.get(event.kind)
        for name in dict.fromkeys((HOUSEHOLD, *people)):
            # whose hand it was is not known, only who was there
            share = 1.0 if name == HOUSEHOLD else 1 / len(people)
            if said is not None:
                self._store.tell_opinion(name, event.song_id, share * said)
            elif event.kind == "played":
                self._store.tell_deed(name, event.song_id, _mood(event), good=share * event.value)
            else:
                self._store.tell_deed(name, event.song_id, _mood(event), bad=share * event.value)
        shares = self._shares.pop(event.song_id, None) if said is None else None
        if shares:  # a skip is the choice's fault however little of it is the song's
            right = event.kind == "played"
            self._store.tell_parts(credit.credited(self._store.parts(), shares, right=right))

    def _by_mood(self, target: Target, may: Allowed) -> tuple[int, Choice | None]:
        allowed = may.rows
        fit = self._fits(target)
        if self._config.choose == "random":
            rows = _of_class(self._library, strongest(target.scores), allowed)
            row, how = int(self._rng.choice(rows)), "; drawn by lot"
        else:
            near = near_the_best(fit, allowed)
            weights = fit[near].astype(np.float64) + 1e-9
            row, how = int(self._rng.choice(near, p=weights / weights.sum())), ""
        song, value = self._library.song(row), float(fit[row])
        if song is None:
            return row, None
        return row, Choice(song, value, why.fitting(song, target, value) + how)

    def _by_taste(self, target: Target, may: Allowed) -> tuple[int, Choice | None]:
        allowed = may.rows
        opinion = self._connoisseur.opinion(self._query(target), target.room, self.present)
        weights = credit.weights(self._config.weights, self._store.parts())
        fits = opinion.content
        enough = fits[allowed].max() - _ENOUGH
        opinion = replace(opinion, content=np.minimum(fits, enough))
        total = weights["content"] * opinion.content
        for part in ("taste", "neighbours"):
            total += weights[part] * opinion.of(part)
        near = near_the_best(total, allowed)
        unjudged = near[opinion.deeds[near] == 0]
        curious = is_curious(self._config.explore, opinion.known, self._rng)
        if curious and unjudged.size:
            row, how = int(self._rng.choice(unjudged)), "; tried as something new"
        else:
            rows = shortlist(total, near, self._rng)
            draws = sampled(opinion.taste[rows], opinion.deeds[rows], self._rng)
            lucky = total[rows] + weights["taste"] * (draws - opinion.taste[rows])
            row, how = int(rows[np.argmax(lucky)]), ""
        song = self._library.song(row)
        if song is None:
            return row, None
        self._remember(row, may.rivals, opinion, weights)
        fitting = why.fitting(song, target, float(fits[row]))
        return row, self._explained(row, song, f"{fitting}{how}", opinion, weights)

    def _explained(
        self, row: int, song: Song, fitting: str, opinion: Opinion, weights: Mapping[str, float]
    ) -> Choice:
        values = {part: float(opinion.of(part)[row]) for part in weights}
        liked = why.liked(
            opinion.listeners, values["taste"], float(opinion.deeds[row]), opinion.known
        )
        recommender = opinion.recommenders.get(song.id)
        alike = f"; {recommender}, whose taste is similar, knows it" if recommender else ""
        counted = why.counted(values, weights)
        fit = sum(values[part] * weights[part] for part in weights)
        return Choice(song, fit, f"{fitting}; {liked}{alike}; {counted}")

    def _remember(
        self, row: int, rivals: Rows, opinion: Opinion, weights: Mapping[str, float]
    ) -> None:
        """Keep what each part had to do with this choice until its outcome is known."""
        ahead = {
            part: weight * float(opinion.of(part)[row] - opinion.of(part)[rivals].mean())
            for part, weight in weights.items()
        }
        self._shares[int(self._library.ids[row])] = credit.shares_of(ahead)
        while len(self._shares) > _REMEMBERED:
            del self._shares[next(iter(self._shares))]

    def _fits(self, target: Target) -> Floats:
        """How well each song fits, (n,), in [0, 1]."""
        fits: Floats = (self._connoisseur.vectors.matrix @ self._query(target)).clip(0, 1)
        return fits

    def _required(self, target: Target) -> Floats:
        """How well each song fits what it must fit; all alike while no mood is known."""
        return self._fits(target) if target.known else np.ones(len(self._library), np.float32)

    def _query(self, target: Target) -> Floats:
        typical = self.typical.get(strongest(target.scores), ())
        return self._connoisseur.vectors.query(target, self._library.rows(typical))


def _mood(event: Event) -> Emotion:
    """A deed outside of any mood counts as one in a neutral room."""
    return event.emotion or Emotion.NEUTRAL


def _of_class(library: Library, emotion: Emotion, allowed: Rows) -> Rows:
    """The allowed songs whose mood is known to be mostly this one; all, where there is none."""
    known = allowed[library.reliability[allowed] > 0]
    own = known[library.scores[known].argmax(axis=1) == EMOTIONS.index(emotion)]
    return own if own.size else allowed
