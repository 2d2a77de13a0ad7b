"""The file of the control socket: whose it is, and how one daemon takes another's place."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edgemood.errors import AlreadyRunningError, ControlError, EdgemoodError

MODE: Final = 0o660
_WHO_WITHIN_S: Final = 1.0
_MOST_ANSWER_BYTES: Final = 1 << 20


class InUseError(Exception):
    """Somebody listens on the socket already."""

    def __init__(self, probe: socket.socket) -> None:
        super().__init__()
        self.probe = probe
        """connected to them"""


def listen(path: Path) -> socket.socket:
    """A listening socket, in place of whatever socket file a dead daemon left behind.

    Raises InUseError when somebody listens there, AlreadyRunningError when a daemon begins to, and
    ControlError when the path cannot be used.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _alone_in(path.parent, path):
            _make_way(path)
            listener.bind(str(path))
            # nobody can connect between these two lines: that takes listen()
            path.chmod(MODE)
            listener.listen()
            listener.setblocking(False)  # noqa: FBT003 - socket's own signature
    except (AlreadyRunningError, InUseError):
        listener.close()
        raise
    except (OSError, ValueError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ControlError(
            f"{path}: cannot open the control socket ({reason}). "
            "Name another place in config.yaml under daemon: socket:"
        ) from error
    return listener


async def who_lives_at(path: Path, probe: socket.socket) -> EdgemoodError:
    """What to say of the program that listens at a path: a daemon, or somebody else's socket."""
    process = _process_behind(probe)
    try:
        async with asyncio.timeout(_WHO_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(
                sock=probe, limit=_MOST_ANSWER_BYTES
            )
            with contextlib.closing(writer):
                writer.write(b'{"do": "status"}\n')
                answer = await reader.readline()
    except TimeoutError:
        ours = _may_be_ours(process)
    except (OSError, ValueError):
        ours = False
    else:
        ours = answer.startswith(b'{"ok": ')
    if ours:
        return _already_running(path, f"with process id {process}")
    return ControlError(
        f"{path}: cannot open the control socket (process {process}, another program, listens "
        "there). Name another place in config.yaml under daemon: socket:"
    )


@contextlib.contextmanager
def _alone_in(folder: Path, path: Path) -> Iterator[None]:
    """Of two daemons that start at once, only one gets to judge whether the socket is stale."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(path, "that is just starting") from None
        yield
    finally:
        os.close(lock)


def _make_way(path: Path) -> None:
    """Remove the socket of a dead daemon; anything else is left alone and stops us."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "something that is not a socket lies there")
    except FileNotFoundError:
        return
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    probe.setblocking(False)  # noqa: FBT003 - socket's own signature
    try:
        probe.connect(str(path))
    except ConnectionRefusedError:
        probe.close()
        path.unlink()
    except BlockingIOError:
        # somebody listens but is too busy to accept
        probe.close()
        raise _already_running(path, "that does not answer") from None
    except OSError:
        probe.close()
        raise
    else:
        raise InUseError(probe)


def _may_be_ours(process: int) -> bool:
    """Whether a process that does not answer may be a daemon; what cannot be seen may be."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True
    # the program or module, not a folder of that name that it lies in
    return b"edgemood" in {word.rpartition(b"/")[2] for word in words[:4]}


def _already_running(path: Path, which: str) -> AlreadyRunningError:
    return AlreadyRunningError(
        f"{path}: another edgemood daemon {which} holds this control socket. "
        "Stop it first (sudo systemctl stop edgemood), "
        "or give this one a socket of its own in config.yaml under daemon: socket:"
    )


def _process_behind(connected: socket.socket) -> int:
    credentials = struct.Struct("3i")
    received = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    process, _user, _group = credentials.unpack(received)
    return int(process)
