"""Quiet hours: calm songs and a soft voice while the house sleeps. Time is passed in."""

from __future__ import annotations

from edgemood.config.schema import MusicConfig
from edgemood.config.values import minutes_of
from edgemood.walltime import WallTime, local_time


class QuietHours:
    """Whether they are now, and what they allow; never while the time is not known."""

    def __init__(self, config: MusicConfig, wall: WallTime = local_time) -> None:
        self._hours = None if config.quiet_hours is None else minutes_of(config.quiet_hours)
        self._arousal, self._volume = config.quiet_arousal, config.quiet_volume
        self._wall = wall

    @property
    def now(self) -> bool:
        """Whether they are now. They may pass midnight, and last all day if they end as begun."""
        if self._hours is None or (time := self._wall()) is None:
            return False
        minute = time.hour * 60 + time.minute
        begin, end = self._hours
        return begin <= minute < end if begin < end else minute >= begin or minute < end

    @property
    def cannot_tell(self) -> bool:
        """Whether there are any, and the time of day is not known."""
        return self._hours is not None and self._wall() is None

    def most_arousal(self) -> float:
        """Of a song that may come now, from -1 to 1."""
        return self._arousal if self.now else 1.0

    def most_volume(self) -> int | None:
        """MPD's volume at most, 0–100; None: any. Whoever turns it up has the last word."""
        return self._volume if self.now else None
