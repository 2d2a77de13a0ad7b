"""What in a configuration cannot work on this machine, as far as that can be seen from here."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from edgemood.config import Config
from edgemood.config.document import KeyPath

LONGEST_SOCKET_BYTES = 107
"""of a path: unix(7)"""
_NO_FILES = {"proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs"}
"""kinds of file systems in which nobody can make a file"""


def impossible(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Keys and what is wrong with their values."""
    if problem := _no_socket(config.daemon.socket):
        yield ("daemon", "socket"), problem
    for section, path in (("camera", config.camera.path), ("microphone", config.microphone.path)):
        source = config.camera.source if section == "camera" else config.microphone.source
        if source != "replay":
            continue
        if path is None:
            yield (section, "source"), f'"replay" needs {section}.path'
        elif not _there(path):
            yield (section, "path"), f"{path}: there is no such file or folder"
    for key, model in (
        (("vision", "model"), config.vision.model),
        (("vision", "detector"), config.vision.detector),
        (("hearing", "model"), config.hearing.model),
        (("hearing", "voice_gate"), config.hearing.voice_gate),
    ):
        if not _there(model):
            yield key, f"{model}: there is no such file"
    folder = config.music.directory
    if folder is not None and not _there(folder):
        yield ("music", "directory"), f"{folder}: there is no such folder; is its disk there?"


def _there(path: Path) -> bool:
    """Whether it exists, or may: what cannot be looked at is left to the daemon."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        pass
    return True


def _no_socket(path: Path) -> str:
    """Why no socket can ever be opened there; empty when one may be."""
    if len(bytes(path)) > LONGEST_SOCKET_BYTES:
        return f"is longer than the {LONGEST_SOCKET_BYTES} bytes that a socket's path may have"
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            return f"{path}: something that is not a socket lies there"
    except OSError:
        pass
    folder = next(parent for parent in path.parents if _there(parent))
    kind, options = _mounted_at(folder.resolve())
    if not folder.is_dir() or kind in _NO_FILES or "ro" in options:
        return f"{path}: no socket can be opened there"
    return ""


def _mounted_at(folder: Path) -> tuple[str, list[str]]:
    """The kind of the file system in which a folder lies, and its options."""
    kind, options, depth = "", "", -1
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return kind, []
    for line in lines:
        _, point, of_kind, with_options, *_ = line.split(" ")
        if folder.is_relative_to(point) and len(Path(point).parts) >= depth:
            kind, options, depth = of_kind, with_options, len(Path(point).parts)
    return kind, options.split(",")
