"""Why MPD did not do as it was told, in the owner's words."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import mpd
from mpd.base import FailureResponseCode

_REFUSALS: Mapping[FailureResponseCode | None, str] = {
    FailureResponseCode.PASSWORD: "; check mpd.password in config.yaml",
    FailureResponseCode.PERMISSION: "; check mpd.password in config.yaml",
    FailureResponseCode.PLAYLIST_MAX: "; clear played songs, or switch MPD's consume mode on",
}
_CAUSES: Mapping[type[Exception], str] = {
    ConnectionRefusedError: "nothing listens there; is mpd running? (systemctl status mpd)",
    FileNotFoundError: "no such socket; is mpd running? (systemctl status mpd)",
    PermissionError: "the socket may not be opened; add this user to the group of mpd",
    socket.gaierror: "no such host; check mpd.host in config.yaml",
    mpd.ProtocolError: "what answers there is not an MPD server; check mpd.port in config.yaml",
    UnicodeDecodeError: "what answers there is not an MPD server; check mpd.port in config.yaml",
    mpd.ConnectionError: "the connection was lost",
}


def explained(error: Exception, timeout_s: float) -> str:
    """The cause, and what to do about it; `timeout_s` is how long MPD was waited for."""
    if isinstance(error, mpd.CommandError):
        advice = _REFUSALS.get(error.errno, "")
        return f"it refused {error.command}: {error.msg}{advice}"
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout_s:g} s"
    for kind, cause in _CAUSES.items():
        if isinstance(error, kind):
            return cause
    return str(error) or type(error).__name__
