"""A process that opens pictures and sounds gives up the network and starting programs.

A decoder or driver that is taken over by what it is shown then has nowhere to send it: `seal` has
the kernel refuse every socket but local ones and those of udev, every start of a program, and
io_uring, which could open sockets unseen; see seccomp(2).
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import platform
import socket
import struct
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1
"""SECCOMP_FILTER_FLAG_TSYNC: those that libraries have started, too"""
_IO_URING_SETUP: Final = 425
"""of every architecture"""
_X32: Final = 0x40000000
"""in the number of a call by x86_64's third ABI, which nothing here uses"""
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES
_LOAD: Final = 0x20
_EQUAL: Final = 0x15
_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
"""struct seccomp_data, of a little-endian machine"""
_FAMILIES: Final = (socket.AF_UNIX, socket.AF_NETLINK)


@dataclass(frozen=True, slots=True)
class _Machine:
    """Numbers of linux/audit.h and asm/unistd.h."""

    architecture: int
    seccomp: int
    socket: int
    execve: int
    execveat: int


_MACHINES: Final = {
    "x86_64": _Machine(0xC000003E, seccomp=317, socket=41, execve=59, execveat=322),
    "aarch64": _Machine(0xC00000B7, seccomp=277, socket=198, execve=221, execveat=281),
}


def seal() -> bool:
    """Give it up for good, with all threads; whether the kernel agreed.

    Where it cannot, or sound comes over the network, nothing changes: no sense fails for this.
    """
    machine = _MACHINES.get(platform.machine())
    remote = os.environ.get("PULSE_SERVER", "").startswith(("tcp", "tcp4", "tcp6"))
    if machine is None or ctypes.sizeof(ctypes.c_void_p) != 8 or remote:
        log.debug("not sealed: %s", "sound comes over the network" if remote else "other machine")
        return False
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    filters = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))
    )
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        agreed = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and (
            libc.syscall(
                ctypes.c_long(machine.seccomp),
                ctypes.c_ulong(_SET_MODE_FILTER),
                ctypes.c_ulong(_ALL_THREADS),
                ctypes.byref(filters),
            )
            == 0
        )
    except (OSError, AttributeError):
        agreed = False
    if not agreed:
        log.debug("not sealed: the kernel does not agree (%s)", os.strerror(ctypes.get_errno()))
    return bool(agreed)


def _program(machine: _Machine) -> bytes:
    """The filter in BPF: each step skips so many when its test holds, and so many when not."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, 9, machine.architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 7, 0, _X32),
        (_EQUAL, 6, 0, machine.execve),
        (_EQUAL, 5, 0, machine.execveat),
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 4, machine.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 2, 0, _FAMILIES[0]),
        (_EQUAL, 1, 0, _FAMILIES[1]),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
