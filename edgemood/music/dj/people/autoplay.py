"""Whether people want music: stop means stop. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from edgemood.music.dj.people.last_look import LastLook
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

PLAYED_S = 1.0
"""MPD counts what it has played in whole seconds; so much is no mistake of rounding"""
UNSEEN_S = 60.0
"""Two looks this far apart saw nothing of what was between: there are four in this time."""


class Silence(StrEnum):
    """What somebody did that the silence comes from."""

    STOP = "stop"
    PAUSE = "pause"
    CLEAR = "clear"
    SINGLE = "single"
    """MPD's single mode ended the music with the song, as somebody wished"""


@dataclass(frozen=True, slots=True)
class Return:
    """What is known of the time in which MPD was not seen."""

    last: LastLook | None = None
    """None: MPD was never seen"""
    on: bool = False
    """the box was on all the while, so no more than moments of MPD's life are unknown"""
    untouched: bool = False
    """MPD has played nothing since it was started: it is as its state file says"""
    played_since: bool = False
    """MPD has played something since somebody silenced it"""
    rebooted: bool = False
    """the machine was off meanwhile: switching it on asks for music where nothing waits paused"""

    def has_ended(self, now: Snapshot) -> bool:
        """Whether what was playing came to its end meanwhile, if nobody stopped it."""
        if self.last is None or self.last.state is not State.PLAY or now.error is not None:
            return False
        selects_none = now.current is None or (self.untouched and _selects_first(now))
        return now.state is State.STOP and selects_none


class MusicWanted:
    """Follows what people do with MPD, and says whether the box may start to play.

    It may whenever MPD is silent and nobody was seen to silence it: by stop, pause or clear, or by
    single mode. What was seen holds until somebody plays something or asks for music, a stop and a
    pause through restarts, too. Seen means: MPD went from one state to the other between two looks
    at it, or the deed left a trace that nothing else leaves. After a time in which MPD was not
    seen, these are traces:

    - Stopped with a song selected: somebody stopped it, as a queue that runs out leaves none
      selected. No trace where MPD was silent, and nobody's deed, when last seen; where MPD was
      restarted and selects the first song, as it does when there was none; and where it was
      restarted, shows an old state, and was seen to play just before.
    - Paused: somebody paused it. No trace where it was seen to play, and paused when it was
      restarted (`restore_paused`), or because its loudspeaker went away.

    Nothing else is one. An empty queue, or a stop without a song, may come from a clear, from music
    that ran out, or from an MPD that lost its queue: then the music goes on.
    """

    def __init__(self, silence: Silence | None = None) -> None:
        self.silence = silence
        """what the silence comes from that somebody wanted; None: music is wanted"""
        self._paused_by_mpd = False

    @property
    def wanted(self) -> bool:
        """Whether nobody stopped the music since somebody last wanted it."""
        return self.silence is None

    def arrive(self, now: Snapshot, away: Return) -> None:
        """MPD was found (again)."""
        self._paused_by_mpd = False
        switched_on = away.rebooted and now.state is State.STOP and now.current is None
        if now.state is State.PLAY or away.played_since or switched_on:
            self.silence = None
        if self.silence is not None or now.state is State.PLAY:
            return
        if now.error is not None:
            self._paused_by_mpd = now.state is State.PAUSE
            return
        was = None if away.last is None else away.last.state
        if now.state is State.PAUSE:
            self._paused_by_mpd = was is State.PLAY and away.untouched
            self.silence = None if self._paused_by_mpd else Silence.PAUSE
        elif now.current is not None:
            as_before = away.on and was is State.PLAY
            restored = away.untouched and (_selects_first(now) or as_before)
            self.silence = None if restored or was is State.STOP else Silence.STOP
        elif now.single and away.last is not None and away.last.single and was is State.PLAY:
            self.silence = Silence.SINGLE

    def follow(
        self,
        before: Snapshot,
        now: Snapshot,
        vanished: Collection[QueuedSong] = (),
        since_s: float = 0.0,
    ) -> None:
        """MPD went from one state to another in this time; `vanished` songs left its library."""
        if now.state is State.PLAY:
            self.silence = None
        elif now.state is before.state:
            silent = now.state is State.STOP
            if silent and not now.songs and not set(before.songs) <= set(vanished):
                self.silence = Silence.CLEAR
        elif now.error is not None:
            pass
        elif now.state is State.PAUSE:
            came_to_end = before.single and before.playing != now.playing
            self.silence = Silence.SINGLE if came_to_end else Silence.PAUSE
        elif not ran_out(before, now, vanished, since_s):
            self.silence = _stopped_by(before, now)
        if before.state is State.PLAY:
            self._paused_by_mpd = now.state is State.PAUSE and now.error is not None

    def ask(self) -> None:
        """Somebody pressed the button."""
        self.silence = None

    def may_start(self, now: Snapshot) -> bool:
        """Whether to start playing now."""
        silent = now.state is State.STOP or (self._paused_by_mpd and now.state is State.PAUSE)
        return self.wanted and silent


def ran_out(
    before: Snapshot,
    now: Snapshot,
    vanished: Collection[QueuedSong] = (),
    since_s: float = 0.0,
) -> bool:
    """Whether playing ended because there was nothing left to play, not by somebody's hand.

    MPD keeps the song selected when somebody presses stop, and selects none after the last song;
    but it selects none after a clear either. A queue that was cleared has nothing left of what was
    in it; but nothing is left either of a last song in consume mode, of several if nothing was seen
    of MPD for long (`since_s`), and of songs that vanished with the disk they lay on. In single
    mode it is somebody's wish that the music ends with the song.
    """
    if before.state is not State.PLAY or now.state is not State.STOP or now.current is not None:
        return False
    if before.single:
        return False
    remaining = {song.id for song in now.songs}
    there = [song for song in before.songs if song not in vanished]
    if not there or any(song.id in remaining for song in there):
        return True
    if not (before.consume or now.consume):
        return False
    # of the last song, a clear cannot be told from its end or a skip: then the music goes on
    return there == [before.playing] or since_s > UNSEEN_S


def _selects_first(now: Snapshot) -> bool:
    """Whether the song is selected that was the first when MPD was started, and then counted 1."""
    return now.current == 0 or (now.playing is not None and now.playing.id == 1)


def _stopped_by(before: Snapshot, now: Snapshot) -> Silence:
    if now.current is None and set(before.songs).isdisjoint(now.songs):
        return Silence.CLEAR
    came_to_end = before.single and before.state is State.PLAY and now.current is None
    return Silence.SINGLE if came_to_end else Silence.STOP
