"""Why MPD did not do as it was told, in the owner's words."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import mpd
from mpd.base import FailureResponseCode

from edgemood.music.mpd.bounded_socket import Patience, TooMuchError
from edgemood.music.mpd.connection import ForeignServerError, Refusal
from edgemood.music.mpd.shown_text import told

_REFUSALS: Mapping[FailureResponseCode | None, str] = {
    FailureResponseCode.PASSWORD: "; check mpd.password in config.yaml",
    FailureResponseCode.PERMISSION: "; check mpd.password in config.yaml",
    FailureResponseCode.PLAYLIST_MAX: "; clear played songs, or switch MPD's consume mode on",
}
_LOST = "the connection was lost"
_NOT_MPD = "what answers there is not an MPD server; check mpd.port in config.yaml"
_CAUSES: Mapping[type[Exception], str] = {
    ConnectionRefusedError: "nothing listens there; is mpd running? (systemctl status mpd)",
    FileNotFoundError: "no such socket; is mpd running? (systemctl status mpd)",
    PermissionError: "the socket may not be opened; add this user to the group of mpd",
    socket.gaierror: "no such host; check mpd.host in config.yaml",
    UnicodeError: "no such host; check mpd.host in config.yaml",
    EOFError: _LOST,
    ConnectionError: _LOST,
    mpd.ConnectionError: _LOST,
}


def explained(error: Exception, patience: Patience) -> str:
    """The cause, and what to do about it; `patience` is how long MPD was waited for."""
    if isinstance(error, Refusal):
        advice = _REFUSALS.get(error.errno, "")
        return f"it refused {told(error.command)}: {told(error.msg)}{advice}"
    if isinstance(error, ForeignServerError):
        return f"{_NOT_MPD} (it says {told(error.says)!r})" if error.says else _NOT_MPD
    if isinstance(error, TimeoutError):
        return f"no answer within {patience.silence_s:g} s"
    for kind, cause in _CAUSES.items():
        if isinstance(error, kind):
            return cause
    if isinstance(error, OSError) and not isinstance(error, TooMuchError):
        return error.strerror or str(error)
    detail = str(error) if isinstance(error, (mpd.MPDError, TooMuchError)) else repr(error)
    return f"its answers make no sense ({told(detail)}); is it an MPD server? check mpd.port"
