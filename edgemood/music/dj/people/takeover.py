"""Take-over: somebody's hand is on the queue, and the box yields. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from edgemood.music.dj.people.autoplay import ran_out
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State, moved_by_people

LOW_S = 30.0
"""The queue runs low when the last song ends within this time: two looks of the DJ."""
GRACE_S = 5.0
"""Nobody who is just editing the queue is interrupted because it happens to run low."""
_SHORTEST_S, _LONGEST_S = 60.0, 86400.0
"""bounds of a yielding that grows"""


class Hand(StrEnum):
    """What somebody did."""

    ADDED = "added"
    MOVED = "moved"
    DELETED = "deleted"
    WENT_BACK = "went back"
    PAUSED = "paused"
    STOPPED = "stopped"


def hands(
    expected: Sequence[QueuedSong],
    before: Snapshot,
    now: Snapshot,
    vanished: Collection[QueuedSong] = (),
    since_s: float = 0.0,
) -> frozenset[Hand]:
    """What people did between two looks, so many seconds apart.

    `expected` is the queue as it would be had only the box touched it; the `vanished` songs left
    MPD's library meanwhile, and what MPD itself took out or stopped is nobody's deed.
    """
    there, awaited = set(now.songs), set(expected)
    gone = awaited - there - set(vanished) - _consumed(expected, before, now)
    paused = before.state is State.PLAY and now.state is State.PAUSE
    stopped = before.state is not State.STOP and now.state is State.STOP
    nobodys_stop = now.error is not None or ran_out(before, now, vanished, since_s)
    seen = {
        Hand.ADDED: there - awaited,
        Hand.MOVED: moved_by_people(expected, now.songs),
        Hand.DELETED: gone,
        Hand.WENT_BACK: _went_back(before, now),
        Hand.PAUSED: paused and now.error is None and not before.single,
        Hand.STOPPED: stopped and not nobodys_stop,
    }
    return frozenset(hand for hand, trace in seen.items() if trace)


class TakeOver:
    """Whether the box yields: it queues nothing of its own and lets people's songs play first.

    It does from any `Hand` until `yield_s` have passed since the last one, the queue runs low, or
    somebody asks for music. Twice as long each time that the box goes on by itself, and a hand
    comes before anything has played: a client that clears the queue all the time is not fought.
    """

    def __init__(self, yield_s: float, since_s: float | None = None) -> None:
        self._yield_s = self._patience_s = yield_s
        self._went_on = False
        self.since_s = since_s
        """when a hand was last on the controls, in monotonic seconds; None: the box has them"""

    def note(self, now_s: float) -> None:
        """Somebody's hand is on the controls."""
        if self._went_on:
            self._patience_s = min(max(2 * self._patience_s, _SHORTEST_S), _LONGEST_S)
        self._went_on = False
        self.since_s = now_s

    def end(self) -> None:
        """Somebody asked for music, or the music ran out."""
        self.since_s = None

    def left_s(self, now_s: float) -> float | None:
        """For how long the box yields at most, if no hand comes again; None when it does not."""
        return None if self.since_s is None else max(0.0, self.since_s + self._patience_s - now_s)

    def lasts(self, now: Snapshot, now_s: float) -> bool:
        """Whether the box yields; once it does not, it does not until the next hand."""
        if now.state is State.PLAY:
            self._went_on, self._patience_s = False, self._yield_s
        if self.since_s is None:
            return False
        idle_s = now_s - self.since_s
        if idle_s >= GRACE_S and runs_low(now):
            self.since_s = None
        elif idle_s >= self._patience_s:
            self.since_s = None
            self._went_on = now.state is not State.PLAY
        return self.since_s is not None


def runs_low(now: Snapshot) -> bool:
    """Whether the music is about to end: nothing comes after the song that plays."""
    return (
        now.state is State.PLAY
        and now.coming is None
        and now.remaining_s is not None
        and now.remaining_s < LOW_S + now.crossfade_s
    )


def _consumed(expected: Sequence[QueuedSong], before: Snapshot, now: Snapshot) -> set[QueuedSong]:
    """What consume mode may have taken out: the song that played, and those played since."""
    if before.playing is None or not (before.consume or now.consume):
        return set()
    if now.random or now.playing is None or now.playing not in expected:
        return {before.playing}
    began = expected.index(before.playing) if before.playing in expected else 0
    return {before.playing, *expected[began : expected.index(now.playing)]}


def _went_back(before: Snapshot, now: Snapshot) -> bool:
    """Whether an earlier song plays again, and not because the queue came round."""
    if before.playing is None or now.current is None or now.random:
        return False
    if before.playing not in now.songs or State.STOP in (before.state, now.state):
        return False
    place = now.songs.index(before.playing)
    came_round = now.repeat and before.coming == now.playing
    return now.current < place and not came_round
