"""Find a sound card by the USB id of its microphone: ALSA's numbers change between boots."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_USB_ID: Final = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}", re.IGNORECASE)
CARDS: Final = Path("/proc/asound")


def is_usb_id(device: str) -> bool:
    """Whether `device` reads ``vendor:product`` in hexadecimal, as `lsusb` prints it."""
    return _USB_ID.fullmatch(device) is not None


def cards_of(usb_id: str, cards: Path = CARDS) -> list[int]:
    """Numbers of the ALSA cards with this USB id, lowest first.

    Reads ``/proc/asound/card*/usbid``, which the kernel's USB audio driver writes.
    """
    return sorted(
        int(file.parent.name.removeprefix("card"))
        for file in cards.glob("card[0-9]*/usbid")
        if file.read_text().strip().lower() == usb_id.lower()
    )
