"""Whether people want music: stop means stop. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from edgemood.music.queue import QueuedSong, Snapshot, State


class MusicWanted:
    """Follows what people do with MPD, and says whether the box may start to play.

    It may when MPD is stopped and nobody stopped it: the box was switched on and the queue holds
    nothing of a person's, the music ran out, or MPD gave up on songs it could not play. It may not
    after somebody pressed stop or cleared the queue, until somebody plays something or asks for
    music; a clear counts while MPD is silent anyway, too. A pause is ended only where it was MPD's
    own, because its loudspeaker went away.
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self._wanted = wanted
        self._paused_by_mpd = False

    @property
    def wanted(self) -> bool:
        """Whether nobody stopped the music since somebody last wanted it."""
        return self._wanted

    def arrive(self, now: Snapshot, own: Sequence[QueuedSong]) -> None:
        """MPD was found (again): a song selected, or people's songs, mean that somebody stopped."""
        peoples = len(own) < len(now.songs)
        if now.state is State.STOP and now.error is None and (now.current is not None or peoples):
            self._wanted = False
        self._heed_play(now)

    def follow(
        self, before: Snapshot, now: Snapshot, vanished: Collection[QueuedSong] = ()
    ) -> None:
        """MPD went from one state to another; the `vanished` songs left its library meanwhile."""
        stopped = now.state is State.STOP and before.state is not State.STOP
        if stopped and now.error is None and not ran_out(before, now, vanished):
            self._wanted = False
        silent = before.state is State.STOP and now.state is State.STOP
        if silent and not now.songs and not set(before.songs) <= set(vanished):
            self._wanted = False
        if before.state is State.PLAY:
            self._paused_by_mpd = now.state is State.PAUSE and now.error is not None
        self._heed_play(now)

    def ask(self) -> None:
        """Somebody pressed the button."""
        self._wanted = True

    def may_start(self, now: Snapshot) -> bool:
        """Whether to start playing now."""
        silent = now.state is State.STOP or (self._paused_by_mpd and now.state is State.PAUSE)
        return self._wanted and silent

    def _heed_play(self, now: Snapshot) -> None:
        if now.state is State.PLAY:
            self._wanted = True


def ran_out(before: Snapshot, now: Snapshot, vanished: Collection[QueuedSong] = ()) -> bool:
    """Whether playing ended because there was nothing left to play, not by somebody's hand.

    MPD keeps the song selected when somebody presses stop, and selects none after the last song;
    but it selects none after a clear either. A queue that ran out is still there, but for the last
    song in consume mode, and for songs that vanished with the disk they lay on. In single mode it
    is somebody's wish that the music ends with the song.
    """
    if before.state is not State.PLAY or now.state is not State.STOP or now.current is not None:
        return False
    if before.single:
        return False
    remaining = {song.id for song in now.songs}
    gone = [song for song in before.songs if song.id not in remaining and song not in vanished]
    return not gone or (gone == [before.playing] and not before.waiting)
