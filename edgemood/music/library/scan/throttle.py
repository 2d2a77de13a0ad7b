"""Whether this machine is too hot, or too short of power, for work that can wait."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

HOT_C: Final = 75.0
"""A Pi begins to slow down at 80 °C; the music's player should not feel it."""
COOL_C: Final = 68.0

_ZONES: Final = Path("/sys/class/thermal")
_THROTTLED: Final = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
"""what ``vcgencmd get_throttled`` tells, on a Raspberry Pi"""
_NOW: Final = {
    0x1: "its power supply is too weak",
    0x2: "its clock is held down",
    0x4: "it is throttled",
    0x8: "it is near its temperature limit",
}
"""Bits of what holds now; see the Raspberry Pi documentation of get_throttled."""


class Heat:
    """Two thresholds, so that work does not start and stop all the time."""

    def __init__(self, zones: Path = _ZONES, throttled: Path = _THROTTLED) -> None:
        self._zones = zones
        self._throttled = throttled
        self._hot = False

    def reason_to_pause(self) -> str:
        """Why work should pause now; empty when it may go on."""
        limits = [reason for bit, reason in _NOW.items() if self._flags() & bit]
        hottest_c = max(self._temperatures_c(), default=0.0)
        self._hot = hottest_c >= (COOL_C if self._hot else HOT_C)
        if self._hot:
            return f"this machine is hot ({hottest_c:.0f} °C)"
        return f"this machine: {limits[0]}" if limits else ""

    def _temperatures_c(self) -> Iterable[float]:
        for zone in self._zones.glob("thermal_zone*/temp"):
            try:
                yield int(zone.read_text()) / 1000
            except (OSError, ValueError):
                continue

    def _flags(self) -> int:
        try:
            return int(self._throttled.read_text().strip(), 16)
        except (OSError, ValueError):
            return 0
