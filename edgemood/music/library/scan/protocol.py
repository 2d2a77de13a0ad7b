"""What the scan's process is told, and what it tells the daemon: lines of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any


class ScanState(StrEnum):
    """What the scan is about."""

    STARTING = "starting"
    WORKING = "working"
    RESTING = "resting"
    """too hot, short of power, or somebody scans by hand"""
    DONE = "done"
    """every song that is there was analysed"""
    TROUBLE = "trouble"
    """it cannot work; the detail says what to do"""
    DAMAGED = "damaged"
    """the index is no whole database any more"""


@dataclass(frozen=True, slots=True)
class Order:
    """What the daemon wants analysed."""

    state: Path
    """the folder of the index"""
    models: Path
    music: Path | None = None
    """where the songs are, if the owner says; else where MPD says"""
    words: Path | None = None
    """the owner's words"""
    workers: int = 1


@dataclass(frozen=True, slots=True)
class ScanReport:
    """How the scan is doing."""

    state: ScanState
    detail: str = ""
    """why it rests or cannot work; empty when it does"""
    songs: int = 0
    pending: int = 0
    problems: int = 0
    per_minute: float = 0.0


def encode(record: Order | ScanReport) -> bytes:
    """One line of JSON."""
    return json.dumps(asdict(record), default=str).encode() + b"\n"


def decode_report(line: bytes) -> ScanReport:
    """The report of one line. Raises ValueError when it is none."""
    found = _object(line, ScanReport)
    return ScanReport(**(found | {"state": ScanState(found.get("state", ""))}))


def decode_order(line: bytes) -> Order:
    """The order of one line. Raises ValueError when it is none."""
    found = _object(line, Order)
    paths = {
        name: None if found.get(name) is None else Path(found[name])
        for name in ("state", "models", "music", "words")
    }
    return Order(**(found | paths))


def _object(line: bytes, kind: type[Any]) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict) or not set(found) <= {field.name for field in fields(kind)}:
        raise ValueError(f"not a {kind.__name__}: {line[:200]!r}")
    return found
