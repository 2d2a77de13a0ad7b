"""What an analysis is asked, and what it finds; as lines that cross between processes.

Lines of JSON, because whoever decodes strangers' files must not be believed more than that: a
decoder taken over by a bad file can lie about a song's mood, and do nothing else.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import Affect, as_scores
from edgemood.music.song import Origin, SongMood

LONGEST_REASON = 300
"""letters of why a song could not be analysed"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A song to be analysed."""

    id: int
    file: str
    """MPD's name for it"""
    duration_s: float | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Says:
    """A part of a song that speaks for an emotion."""

    where: str
    """a line of the lyrics, or a time such as ``1:05``"""
    emotion: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found out about a song."""

    tag: SongMood | None = None
    lyrics: SongMood | None = None
    sound: SongMood | None = None
    language: str = ""
    """of what is sung, ISO 639-1; ``zxx`` when nothing is, empty when unknown"""
    features: NDArray[np.float16] | None = None
    """shape (16,): how it sounds"""
    fingerprint: bytes | None = None
    problem: str = ""
    """why it could not be listened to; empty when it could"""
    absent: bool = False
    """whether the file may be there another time, such as when its disk is plugged in again"""
    lines: tuple[Says, ...] = ()
    """lyric lines that spoke loudest"""
    seconds: tuple[Says, ...] = ()
    """slices of the sound that spoke loudest"""

    @property
    def moods(self) -> dict[Origin, SongMood | None]:
        """What each source says."""
        return {Origin.TAG: self.tag, Origin.LYRICS: self.lyrics, Origin.SOUND: self.sound}


@dataclass(frozen=True, slots=True)
class _Line:
    """What is left of findings in JSON."""

    moods: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    features: list[float] | None = None
    fingerprint: str = ""
    problem: str = ""
    absent: bool = False
    lines: list[Any] = field(default_factory=list)
    seconds: list[Any] = field(default_factory=list)


def encode_subject(subject: Subject) -> bytes:
    """One line of JSON."""
    return json.dumps(asdict(subject)).encode() + b"\n"


def decode_subject(line: bytes) -> Subject:
    """The subject of one line. Raises ValueError when the line holds none."""
    return Subject(**_object(line, Subject))


def encode(findings: Findings) -> bytes:
    """One line of JSON."""
    line = _Line(
        moods={origin: _plain(mood) for origin, mood in findings.moods.items() if mood},
        language=findings.language,
        features=None if findings.features is None else findings.features.tolist(),
        fingerprint=base64.b64encode(findings.fingerprint or b"").decode(),
        problem=findings.problem[:LONGEST_REASON],
        absent=findings.absent,
        lines=[asdict(says) for says in findings.lines],
        seconds=[asdict(says) for says in findings.seconds],
    )
    return json.dumps(asdict(line)).encode() + b"\n"


def decode(line: bytes) -> Findings:
    """The findings of one line. Raises ValueError when the line holds none."""
    try:
        found = _Line(**_object(line, _Line))
        moods = {
            Origin(origin): _mood(Origin(origin), mood) for origin, mood in found.moods.items()
        }
        features = found.features
        return Findings(
            tag=moods.get(Origin.TAG),
            lyrics=moods.get(Origin.LYRICS),
            sound=moods.get(Origin.SOUND),
            language=str(found.language)[:8],
            features=None if features is None else np.array(features, np.float16).reshape(16),
            fingerprint=base64.b64decode(found.fingerprint) or None,
            problem=str(found.problem)[:LONGEST_REASON],
            absent=found.absent is True,
            lines=tuple(Says(**says) for says in found.lines),
            seconds=tuple(Says(**says) for says in found.seconds),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not what was found about a song: {line[:200]!r}") from error


def _object(line: bytes, kind: type[Any]) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict) or not set(found) <= {each.name for each in fields(kind)}:
        raise ValueError(f"not a {kind.__name__}: {line[:200]!r}")
    return found


def _plain(mood: SongMood) -> dict[str, Any]:
    return {
        "scores": [float(score) for score in mood.scores],
        "affect": list(mood.affect),
        "reliability": float(mood.reliability),
        "because": mood.because,
    }


def _mood(origin: Origin, plain: dict[str, Any]) -> SongMood:
    valence, arousal = np.clip(np.asarray(plain["affect"], float), -1, 1).tolist()
    reliability = min(1.0, max(0.0, float(plain["reliability"])))
    because = str(plain["because"])[:LONGEST_REASON]
    scores = as_scores(plain["scores"])
    return SongMood(scores, Affect(valence, arousal), origin, reliability, because)
