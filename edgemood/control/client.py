"""The other end of the control socket, for commands: blocking, and quick to import."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from edgemood.errors import NotRunningError

MAX_REPLY_BYTES = 1 << 20


def ask(path: Path, verb: str, timeout_s: float) -> dict[str, Any]:
    """The daemon's reply to one request, refusals (``"ok": false``) included.

    Raises NotRunningError when no daemon answers on the socket `path` within `timeout_s`.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(json.dumps({"do": verb}).encode() + b"\n")
            return _reply_in(_line(connection, time.monotonic() + timeout_s))
    except (FileNotFoundError, ConnectionRefusedError):
        raise NotRunningError(
            f"{path}: no edgemood daemon answers there. Start it (sudo systemctl start edgemood), "
            "or name its configuration with --config"
        ) from None
    except PermissionError:
        raise NotRunningError(
            f"{path}: permission denied. Join the group edgemood "
            "(sudo usermod -aG edgemood $USER, then log in again), or use sudo"
        ) from None
    except TimeoutError:
        raise NotRunningError(
            f"{path}: the daemon did not answer within {timeout_s:g} s. "
            "See journalctl -u edgemood; restart it with sudo systemctl restart edgemood"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise NotRunningError(
            f"{path}: no answer from the daemon ({error}). "
            "Try again, and see journalctl -u edgemood"
        ) from error


def _line(connection: socket.socket, until_s: float) -> bytes:
    """The first line that comes. Raises TimeoutError, and ValueError when it is too long."""
    line = b""
    while not line.endswith(b"\n"):
        connection.settimeout(max(0.001, until_s - time.monotonic()))
        piece = connection.recv(1 << 16)
        if not piece:
            break
        line += piece
        if len(line) > MAX_REPLY_BYTES:
            raise ValueError("the answer does not end")
        if time.monotonic() > until_s:
            raise TimeoutError
    return line


def _reply_in(line: bytes) -> dict[str, Any]:
    reply = json.loads(line)
    if not isinstance(reply, dict):
        raise ValueError("what answers is no daemon")  # noqa: TRY004 - as of what is no JSON
    return reply
