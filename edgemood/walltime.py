"""The time of day, where it is known. For durations there is `edgemood.clock`."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

WallTime = Callable[[], datetime | None]
"""Gives the local time, which may jump; None while it is not known."""

_TIMESYNCD = Path("/run/systemd/timesync/synchronized")
"""made by systemd-timesyncd when it has set the clock, and gone with the boot"""
_CLOCKS = Path("/sys/class/rtc")
"""rtc(4): clocks that run while the power is off"""
_AGREEMENT_S = 60.0
_EARLIEST_S = 1_704_067_200
"""2024: a clock that says it is earlier was never set"""
_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)"""


class WallClock:
    """The machine's time of day, in its time zone: known once it was set by something that knows.

    A Pi without a network believes anything from 1970 to the time it was last switched off. Once
    known, the time stays so: the kernel takes a clock that has gone without a time server for half
    a day for unsynchronised again, which then is wrong by a second.
    """

    def __init__(
        self,
        ways: Iterable[Callable[[], bool]] | None = None,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        """Any of the `ways` tells whether the clock was set; by default, those of this machine."""
        own = (kernel_is_synchronised, _TIMESYNCD.exists, hardware_clock_agrees)
        self._ways = own if ways is None else tuple(ways)
        self._unix_s = unix_s
        self._known = False

    def __call__(self) -> datetime | None:
        """The time, or None while it is not known."""
        self._known = self._known or any(way() for way in self._ways)
        if not self._known:
            return None
        try:
            return datetime.fromtimestamp(self._unix_s()).astimezone()
        except (ValueError, OverflowError, OSError):  # a year that no calendar has
            return None


class _Timex(ctypes.Structure):
    """The kernel's `struct timex`, as far as it is read here."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("adjustment", ctypes.c_long * 4),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_is_synchronised() -> bool:
    """Whether something keeps the kernel's clock in step with time servers, as adjtimex(2) says."""
    timex = _Timex()
    try:
        said = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return False
    return said >= 0 and not timex.status & _UNSYNCHRONISED


def hardware_clock_agrees(clocks: Path = _CLOCKS, unix_s: Callable[[], float] = time.time) -> bool:
    """Whether the clock was set from one that runs without power, and still says what that says."""
    for clock in clocks.glob("rtc*"):
        with suppress(OSError, ValueError):
            clock_s = int((clock / "since_epoch").read_text())
            set_by_it = (clock / "hctosys").read_text().strip() == "1"
            agrees = abs(clock_s - unix_s()) < _AGREEMENT_S
            if set_by_it and agrees and clock_s > _EARLIEST_S:
                return True
    return False


local_time: WallTime = WallClock()
"""The machine's own."""
