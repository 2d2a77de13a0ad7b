"""The lines that cross from a sense's process to the daemon: one JSON object each.

Only these records leave a sense's process; they have no field that could hold a picture or a sound.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from edgemood.emotion import as_scores
from edgemood.records import Evidence, FaceEvidence, Reason, Sense, VoiceEvidence


class SenseState(StrEnum):
    """How a sense's device is doing."""

    STARTING = "starting"
    WORKING = "working"
    MISSING = "missing"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class SenseReport:
    """A sense tells how its device is doing: whenever that changes."""

    sense: Sense
    at_s: float
    """monotonic seconds"""
    state: SenseState
    device: str
    """the device in the owner's words, e.g. ``USB camera 0``; empty when there is none"""
    detail: str
    """what is wrong and what to do; empty when nothing is"""


Record = FaceEvidence | VoiceEvidence | SenseReport

_RECORDS: dict[str, type[Record]] = {
    record.__name__: record for record in (FaceEvidence, VoiceEvidence, SenseReport)
}


def encode(record: Record) -> bytes:
    """One line of JSON, newline included."""
    fields = {name.name: getattr(record, name.name) for name in dataclasses.fields(record)}
    if isinstance(record, Evidence):
        fields["scores"] = None if record.scores is None else record.scores.tolist()
        fields["reason"] = None if record.reason is None else record.reason.name
    return json.dumps({"record": type(record).__name__, **fields}).encode() + b"\n"


def decode(line: bytes) -> Record:
    """The record of one line. Raises ValueError when the line is not one."""
    try:
        fields: dict[str, Any] = json.loads(line)
        record = _RECORDS[fields.pop("record")]
        if issubclass(record, Evidence):
            if fields["scores"] is not None:
                fields["scores"] = as_scores(fields["scores"])
            if fields["reason"] is not None:
                fields["reason"] = Reason[fields["reason"]]
        else:
            fields["sense"] = Sense(fields["sense"])
            fields["state"] = SenseState(fields["state"])
        return record(**fields)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a record of a sense: {line[:200]!r}") from error
