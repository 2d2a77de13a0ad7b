"""What counts as having heard a song, and what as having skipped it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

LONG_ENOUGH_S = 240.0
"""Half a song counts as played, and so do four minutes of a long one: the rule of AudioScrobbler
(https://www.last.fm/api/scrobbling), which MPD clients count by."""
TOO_SHORT_S = 10.0
"""Left sooner than this, a song was looked for or passed by, not judged."""

Outcome = Literal["played", "skipped"]


@dataclass(frozen=True, slots=True)
class Heard:
    """How it went with one song, once it is over."""

    song: QueuedSong
    outcome: Outcome


class Listening:
    """Follows what plays, look by look, and tells how it went with the song before."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._looked_s = 0.0
        self._heard_s = 0.0
        self._earlier: tuple[QueuedSong, float] | None = None

    def follow(self, now: Snapshot, now_s: float) -> Heard | None:
        """MPD is found like this at `now_s`; None while the song goes on, or did neither."""
        before, self._before = self._before, now
        since_s, self._looked_s = now_s - self._looked_s, now_s
        if before is None or before.playing is None:
            earlier, self._earlier = self._earlier, None
            again = earlier is not None and earlier[0] == now.playing
            self._heard_s = earlier[1] if earlier is not None and again else 0.0
            return None
        plays = before.state is State.PLAY
        left_s = float("inf") if before.remaining_s is None else before.remaining_s
        if now.playing == before.playing and not (plays and since_s >= left_s > now.elapsed_s):
            if plays:
                self._heard_s += since_s
            return None
        played_s = min(since_s, left_s) if plays else 0.0
        heard_s, self._heard_s = self._heard_s + played_s, 0.0
        outcome = verdict(
            heard_s,
            before.elapsed_s + played_s,
            before.duration_s,
            moved_on=now.state is State.PLAY and now.error is None,
        )
        return None if outcome is None else Heard(before.playing, outcome)

    def forget(self) -> None:
        """MPD was lost: nobody knows what became of the song."""
        self._before = None

    def heard(self, now_s: float) -> tuple[QueuedSong, float] | None:
        """The song that plays, and for how long it was heard so far; None when none does."""
        if self._before is None or self._before.playing is None:
            return None
        since_s = now_s - self._looked_s if self._before.state is State.PLAY else 0.0
        return self._before.playing, self._heard_s + since_s

    def resume(self, song: QueuedSong, heard_s: float) -> None:
        """Of this song so much was heard before, if it is the one that plays now."""
        self._earlier = song, heard_s


def verdict(
    heard_s: float, left_at_s: float, duration_s: float | None, *, moved_on: bool
) -> Outcome | None:
    """What a song counts as that was heard for so long, and left at this place of it.

    `moved_on`: something else plays since; somebody who stops the music has not skipped a song.
    """
    enough_s = LONG_ENOUGH_S if duration_s is None else min(duration_s / 2, LONG_ENOUGH_S)
    if heard_s >= enough_s:
        return "played"
    before_half = duration_s is None or left_at_s < duration_s / 2
    return "skipped" if moved_on and before_half and heard_s >= TOO_SHORT_S else None
