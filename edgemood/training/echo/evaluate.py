"""What the box makes of people's voices while it plays music itself: `make scorecard ONLY=echo`.

    python -m edgemood.training.echo.evaluate [--split val] [--rooms 24]

`nothing`: the microphone as it is. `leak`: no reference, but music heard around the voice lowers
its reliability. `echo`: MPD's fifo output tells what plays, and it is taken out. Without music, and
with music as loud as the people, the same clips are heard in every room; everything else is heard
in the first rooms only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from edgemood.config.schema import HearingConfig
from edgemood.emotion import EMOTIONS, Scores
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import Cleaner
from edgemood.hearing.microphones.block import BLOCK_S, BLOCK_SAMPLES, Block
from edgemood.records import VoiceEvidence
from edgemood.training.common import metrics
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.echo.simulate import ROOMS, Said, Scene, Sound, scenes

LADDER_DB: Final = (10, 0, -10)
"""speech to music"""
LADDER_ROOMS: Final = 6
"""for the rungs beside 0 dB, and for hum"""
_AFTERWARDS_S = 1.7
"""The last judgement of a clip comes this long after its end at most: gate, pause and echo."""
_DRAWS: Final = 1000
_UNTOLD: Final = np.empty(0, dtype=np.float32)


class _Ear(Protocol):
    """A box that listens: the next block, and what MPD played meanwhile."""

    def __call__(self, block: Block, played: Sound) -> list[VoiceEvidence]: ...


def _bare(models: Path) -> _Ear:
    judge = _judge(models)
    return lambda block, _played: judge.push(Block(block.at_s, block.samples, 0.0, leak=0.0))


def _unaided(models: Path) -> _Ear:
    cleaner, judge = Cleaner(), _judge(models)
    return lambda block, _played: judge.push(cleaner.push(block, _UNTOLD))


def _told(models: Path) -> _Ear:
    cleaner, judge = Cleaner(), _judge(models)
    return lambda block, played: judge.push(cleaner.push(block, played))


_EARS: Final[dict[str, Callable[[Path], _Ear]]] = {
    "nothing": _bare,
    "leak": _unaided,
    "echo": _told,
}


@dataclass(frozen=True, slots=True)
class _Trial:
    """One way of hearing what is said in a room."""

    key: str
    ear: Callable[[Path], _Ear]
    hear: Callable[[Scene], Sound]
    in_every_room: bool = False


_TRIALS: Final = (
    _Trial("clean", _unaided, Scene.heard_without_music, in_every_room=True),
    _Trial("clean_nothing", _bare, Scene.heard_without_music),
    _Trial("hum", _unaided, Scene.heard_over_hum),
    _Trial("hum_nothing", _bare, Scene.heard_over_hum),
    *(
        _Trial(
            f"{level}db_{name}".replace("-", "minus_"),
            ear,
            partial(Scene.heard, speech_to_music_db=level),
            in_every_room=level == 0,
        )
        for name, ear in _EARS.items()
        for level in LADDER_DB
    ),
)


@dataclass(slots=True)
class _Tally:
    """What became of the clips that were said, and of the minutes in which nobody spoke."""

    labels: list[int] = field(default_factory=list)
    scores: list[Scores] = field(default_factory=list)
    trusts: list[float] = field(default_factory=list)
    false_evidence: int = 0
    silent_min: float = 0.0

    def add(self, said: Said, evidence: list[VoiceEvidence]) -> None:
        """Judge one clip: the mean of its evidence, weighted by reliability; none is wrong."""
        of_clip = [
            each for each in evidence if said.start_s < each.at_s <= said.end_s + _AFTERWARDS_S
        ]
        label = said.recording.emotion()
        scores = _wrong(label)
        for each in of_clip:
            if each.scores is not None:
                scores = scores + each.scores * np.float32(each.reliability)
        self.labels.append(label)
        self.scores.append(scores)
        self.trusts.append(max((each.reliability for each in of_clip), default=0.0))

    def add_silence(self, scene: Scene, evidence: list[VoiceEvidence]) -> None:
        """Nobody spoke in the scene."""
        self.false_evidence += len(evidence)
        self.silent_min += len(scene.reference) * BLOCK_S / BLOCK_SAMPLES / 60.0

    def uar(self) -> float:
        """Unweighted average recall of all clips; those nobody judged count as wrong."""
        return _uar(np.stack(self.scores), np.array(self.labels))

    def uar_of_first(self, clips: int) -> float:
        """The same of the first clips only."""
        return _uar(np.stack(self.scores[:clips]), np.array(self.labels[:clips]))

    def uar_below(self, other: _Tally) -> tuple[float, float]:
        """How far the recall lies below the other's on the same clips, and the standard error.

        The error is that of 1,000 draws of as many clips, the same ones for both.
        """
        labels, ours, theirs = np.array(self.labels), np.stack(self.scores), np.stack(other.scores)
        draws = np.random.default_rng(0).integers(0, len(labels), (_DRAWS, len(labels)))
        drawn = [
            _uar(theirs[clips], labels[clips]) - _uar(ours[clips], labels[clips]) for clips in draws
        ]
        return other.uar() - self.uar(), float(np.std(drawn))

    def trust(self) -> float:
        """The mean over all clips of the reliability of their best evidence."""
        return float(np.mean(self.trusts))


def measure(
    models: Path, data: Path, split: str = "test", rooms: int = ROOMS
) -> dict[str, dict[str, Any]]:
    """The figures under their key in the scorecard, ``echo``."""
    heard = {trial.key: _Tally() for trial in _TRIALS}
    alone = {name: _Tally() for name in _EARS}
    for number, scene in enumerate(scenes(data, split, rooms)):
        is_first = number < LADDER_ROOMS
        for trial in _TRIALS:
            if trial.in_every_room or is_first:
                _listen(trial.ear(models), scene, trial.hear(scene), heard[trial.key])
        for name, ear in _EARS.items():
            if name == "echo" or is_first:
                alone[name].add_silence(scene, _judged(ear(models), scene, scene.heard(None)))
    clips_ladder = len(heard["hum"].labels)
    lost, lost_error = heard["0db_echo"].uar_below(heard["clean"])
    figures: dict[str, Any] = {
        "clips": len(heard["clean"].labels),
        "clips_ladder": clips_ladder,
        "uar_clean_ladder": heard["clean"].uar_of_first(clips_ladder),
        "song_min": round(alone["echo"].silent_min, 1),
        "uar_lost_0db_echo": lost,
        "uar_lost_0db_echo_error": lost_error,
    }
    for key, tally in heard.items():
        figures |= {f"uar_{key}": tally.uar(), f"trust_{key}": tally.trust()}
    for name, tally in alone.items():
        key = "false_voice_per_min" if name == "echo" else f"{name}_false_voice_per_min"
        figures[key] = tally.false_evidence / tally.silent_min
    return {"echo": figures}


def _judge(models: Path) -> VoiceJudge:
    return VoiceJudge(
        HearingConfig(
            model=models / "speech_emotion.tflite", voice_gate=models / "voice_gate.tflite"
        )
    )


def _listen(ear: _Ear, scene: Scene, heard: Sound, tally: _Tally) -> None:
    evidence = _judged(ear, scene, heard)
    for said in scene.said:
        tally.add(said, evidence)


def _judged(ear: _Ear, scene: Scene, heard: Sound) -> list[VoiceEvidence]:
    """All evidence with scores."""
    evidence: Iterable[VoiceEvidence] = (
        each for block, played in _blocks(heard, scene.reference) for each in ear(block, played)
    )
    return [each for each in evidence if each.scores is not None]


def _blocks(heard: Sound, reference: Sound) -> Iterator[tuple[Block, NDArray[np.float32]]]:
    for start in range(0, len(heard) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
        end = start + BLOCK_SAMPLES
        at_s = end * BLOCK_S / BLOCK_SAMPLES
        yield Block(at_s, np.clip(heard[start:end], -1, 1), 0.0), reference[start:end]


def _uar(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float(np.nanmean(metrics.recalls(scores, labels)))


def _wrong(label: int) -> Scores:
    """A vote too faint to count where there is any other, for everything but the truth."""
    scores = np.full(len(EMOTIONS), 1e-9, dtype=np.float32)
    scores[label] = 0.0
    return scores


def main() -> None:
    """Print the figures of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["val", "test"], default="test")
    parser.add_argument("--rooms", type=int, default=ROOMS)
    arguments = parser.parse_args()
    figures = measure(MODELS, data_folder(), arguments.split, arguments.rooms)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
