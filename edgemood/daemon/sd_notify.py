"""What systemd is told: the protocol of sd_notify(3). Silent where systemd does not listen."""

from __future__ import annotations

import logging
import os
import socket

log = logging.getLogger(__name__)


def ready() -> None:
    """Start-up is over."""
    _send("READY=1")


def status(text: str) -> None:
    """One line for ``systemctl status``."""
    _send("STATUS=" + " ".join(text.split()))


def watchdog() -> None:
    """Everything that should be alive is."""
    _send("WATCHDOG=1")


def stopping() -> None:
    """The end has begun."""
    _send("STOPPING=1")


def watchdog_interval_s() -> float | None:
    """How long systemd waits between two calls of `watchdog`; None when it does not watch us."""
    interval_us = os.environ.get("WATCHDOG_USEC", "")
    watched = os.environ.get("WATCHDOG_PID") in {None, str(os.getpid())}
    if not watched or not interval_us.isdecimal() or int(interval_us) == 0:
        return None
    return int(interval_us) / 1e6


def _send(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        # the abstract namespace of unix(7)
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.sendto(state.encode("utf-8", "replace"), address)
    except OSError as error:
        log.debug("systemd was not told %s: %s", state, error)
