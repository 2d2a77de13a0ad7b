"""How things stand, in the ways an owner meets it: status, LED, a line for systemd, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgemood import __version__
from edgemood.daemon.senses import DEVICES, SenseProcess
from edgemood.mood import Reason, RoomMood, Sense
from edgemood.music.library.scan.protocol import ScanReport
from edgemood.panel import LedState, most_urgent
from edgemood.pipe import SenseState
from edgemood.status import (
    ConfigStatus,
    LibraryStatus,
    MoodStatus,
    MusicStatus,
    SenseStatus,
    Status,
)


@dataclass(frozen=True, slots=True)
class ConfigSource:
    """Which file is in force, and what is wrong with the one on disk."""

    file: Path | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """One instant of the daemon."""

    now_s: float
    started_s: float
    mood: RoomMood
    override_left_s: float | None
    """for how long `mood` is what somebody asked for; None: it was sensed"""
    sensing: bool
    """whether camera or microphone may be open"""
    closed_because: str
    """why neither is; empty when one may be"""
    looking: bool
    skipping: bool
    """somebody did not want this song, and it is being faded out"""
    senses: Mapping[Sense, SenseProcess]
    """those that are not switched off in the configuration"""
    music: MusicStatus
    library: ScanReport | None
    """None: songs are not analysed"""
    source: ConfigSource
    faults: tuple[str, ...] = ()
    """what else is wrong and needs somebody, in words, the oldest first"""
    people: tuple[str, ...] | None = None
    """who is recognised; None: nobody is looked for"""

    def started(self) -> bool:
        """Whether a sense and MPD are up, or known to be missing."""
        states = {process.report.state for process in self.senses.values()}
        sense_known = not self.sensing or states != {SenseState.STARTING}
        return sense_known and (self.music.connected or bool(self.music.detail))

    def led(self) -> LedState:
        """The most urgent thing to show."""
        states = {LedState.SENSING if self.sensing else LedState.SENSING_OFF}
        if not self.started():
            states.add(LedState.STARTING)
        if self.skipping:
            states.add(LedState.NOT_THIS_ONE)
        if self.looking:
            states.add(LedState.LOOKING_AGAIN)
        if self.sensing and self._absent():
            states.add(LedState.ONE_SENSE)
        if self.sensing and self._too_dark():
            states.add(LedState.LOW_LIGHT)
        if self.music.detail and not self.music.connected:
            states.add(LedState.MPD_UNREACHABLE)
        if self.faults or self.source.problems or (self.sensing and self._senseless()):
            states.add(LedState.FAULT)
        return most_urgent(states)

    def line(self) -> str:
        """Mood and song in one line."""
        if self.looking:
            mood = "looking again"
        elif self.override_left_s is not None:
            mood = f"{self.mood.emotion} (as somebody asked)"
        elif not self.sensing:
            mood = f"sensing is off: {self.closed_because}"
        elif self.mood.emotion is None:
            mood = self._because()
        else:
            mood = f"{self.mood.emotion} ({self.mood.confidence:.0%})"
        song = self.music.playing or ("nothing plays" if self.music.connected else "no MPD")
        return "; ".join([mood, song, *self._wrong()])

    def why(self) -> str:
        """The last decisions in words."""
        shares = ", ".join(f"{sense} {share:.0%}" for sense, share in self.mood.shares.items())
        weights = f" Weights: {shares}." if shares else ""
        return f"Room: {self._because()}.{weights} Music: {self.music.why}"

    def status(self) -> Status:
        """The reply to ``status``."""
        return Status(
            schema=Status.SCHEMA,
            mood=MoodStatus(
                emotion=self.mood.emotion,
                confidence=round(self.mood.confidence, 3),
                valence=round(self.mood.affect.valence, 3),
                arousal=round(self.mood.affect.arousal, 3),
                since_s_ago=round(self.now_s - self.mood.since_s, 1),
                because=self._because(),
                asked_for=self.override_left_s is not None,
                advice=self.mood.advice if self.sensing else None,
            ),
            sensing=self.sensing,
            sensing_detail=self.closed_because,
            looking=self.looking,
            senses={sense.value: self._sense(self.senses.get(sense)) for sense in Sense},
            people=self.people,
            music=self.music,
            library=_library(self.library),
            config=ConfigStatus(
                file=None if self.source.file is None else str(self.source.file),
                problems=self.source.problems,
            ),
            faults=self.faults,
            led=self.led(),
            uptime_s=round(self.now_s - self.started_s, 1),
            version=__version__,
        )

    def _sense(self, process: SenseProcess | None) -> SenseStatus:
        if process is None:
            return SenseStatus(state="off", detail="switched off in the configuration")
        if not self.sensing:
            return SenseStatus(state="off")
        last = process.last_evidence
        return SenseStatus(
            state=process.report.state,
            device=process.report.device,
            detail=process.report.detail,
            last=None if last is None else (last.reason or "judged"),
            restarts=process.restarts,
            pid=process.pid,
        )

    def _because(self) -> str:
        """Why the mood is what it is; who cannot look does not say that they are looking."""
        if self.override_left_s is not None or self.mood.emotion is not None:
            return self.mood.because
        if not self.sensing:
            return f"unknown: {self.closed_because}"
        return "unknown: neither sees nor hears" if self._senseless_all() else self.mood.because

    def _wrong(self) -> list[str]:
        """What is wrong, in few words; empty when all is well."""
        wrong = []
        if self.sensing and (absent := self._absent()):
            wrong.append("no " + " and no ".join(DEVICES[sense] for sense in absent))
        if self.source.problems:
            wrong.append("the configuration has mistakes")
        if self.faults:
            more = f" (and {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
            wrong.append(f"wrong: {self.faults[0]}{more}")
        return wrong

    def _absent(self) -> list[Sense]:
        """The senses that are switched on and do not work."""
        lost = {SenseState.MISSING, SenseState.FAULT}
        return [sense for sense, process in self.senses.items() if process.report.state in lost]

    def _senseless_all(self) -> bool:
        return len(self._absent()) == len(self.senses)

    def _too_dark(self) -> bool:
        face = self.senses.get(Sense.FACE)
        last = None if face is None else face.last_evidence
        return last is not None and last.reason is Reason.DARK

    def _senseless(self) -> bool:
        """Whether a sense is broken, or all are missing."""
        states = {process.report.state for process in self.senses.values()}
        return SenseState.FAULT in states or states == {SenseState.MISSING}


def _library(report: ScanReport | None) -> LibraryStatus | None:
    if report is None:
        return None
    return LibraryStatus(
        state=report.state,
        detail=report.detail,
        songs=report.songs,
        pending=report.pending,
        problems=report.problems,
        per_minute=report.per_minute,
    )
