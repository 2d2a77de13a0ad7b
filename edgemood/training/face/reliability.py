"""Fit how far a judged face is trusted, and which are judged: `make face-reliability`.

Faces of PublicTest are seen through random darkness, distance and blur, alone and together. A
logistic regression whose weights are not negative then says how likely the box's judgement is that
of most of ten people. The ladder tells which faces must not be judged (`face_gate`). All of it is
written into `edgemood/vision/fitted.py`, for the model that lies in `models/`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.tflite import Model
from edgemood.training.common.metrics import calibration_error
from edgemood.training.common.paths import MODELS, REPOSITORY
from edgemood.training.face import checkpoint as face_files
from edgemood.training.face.abstention import Gate, Tried, best_gate
from edgemood.training.face.augment import dim
from edgemood.training.face.data import PUBLIC_TEST, Faces, load_faces
from edgemood.training.face.robustness import (
    ELECTRONS,
    EVERY,
    LEAST_WIDTH_PX,
    Rung,
    Seen,
    rungs,
    see,
    two_readings,
)
from edgemood.vision.light import light_of_electrons
from edgemood.vision.resting import log_odds

_GROUPS = 60  # of faces that are seen through the same darkness, distance and blur
_PASSES = 2  # over the faces
_HALF = 0.5

LIMITS = REPOSITORY / "edgemood" / "vision" / "fitted.py"

_WORDING = '''"""What `make face-reliability` found on FER2013's PublicTest, and wrote here.

Change `edgemood/training/face/reliability.py`, not this file.
"""

CLOSES_BELOW = {closes:.3f}
"""Light of a picture below which nobody is looked for: that of {darkest} electrons in white, the
least on the ladder at which half of the faces are judged."""

OPENS_ABOVE = {opens:.3f}
"""That of {brighter} electrons, a rung above: a flickering television or a cloud must not open and
close the gate by turns."""

FACE_DARK_BELOW = {gate.dark_below:.3f}
"""Light on a face, by its own noise, below which it is not judged."""

BLURRED_BELOW = {gate.blurred_below:.3f}
"""Sharpness below which a face is not judged."""

TRUSTED_FROM = {gate.trusted_from:.3f}
"""Reliability below which a judgement is withheld."""

BIAS = {trust.bias:.3f}
LIGHT_WEIGHT = {trust.weights[0]:.3f}
WIDTH_WEIGHT = {trust.weights[1]:.3f}
SHARPNESS_WEIGHT = {trust.weights[2]:.3f}
CONFIDENCE_WEIGHT = {trust.weights[3]:.3f}
"""Log-odds that a judgement is right, by a logistic regression without negative weights."""

RESTING = {resting}
"""What neutral faces say on average: the log-odds of each emotion against neutral."""
'''

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """The chance that a judgement is right, by its grounds."""

    bias: float
    weights: Floats
    """(4,): of light, width, sharpness and confidence"""

    def of(self, grounds: Floats) -> Floats:
        """(n, 4) to (n,)"""
        chance: Floats = 1 / (1 + np.exp(-(self.bias + grounds @ self.weights)))
        return chance


def fit(grounds: Floats, right: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Bias and weights (k,) of the most likely logistic model with no weight below zero.

    `grounds` is (n, k), `right` (n,).
    """
    signs = np.where(right, 1.0, -1.0)

    def loss(values: Floats) -> tuple[float, Floats]:
        margins = signs * (values[0] + grounds @ values[1:])
        slopes = -signs / (1 + np.exp(margins)) / len(signs)
        gradient = np.concatenate([[slopes.sum()], slopes @ grounds])
        return float(np.logaddexp(0, -margins).mean()), gradient

    count = grounds.shape[1]
    bounds = [(None, None)] + [(0.0, None)] * count
    found = minimize(loss, np.zeros(1 + count), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), found.x[1:]


def _worsened(pictures: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each of blur, distance and darkness befalls half of the groups."""
    if random.random() < 0.5:
        sigma_px = random.uniform(0.3, 3.0)
        pictures = np.stack([cv2.GaussianBlur(p, (0, 0), sigma_px) for p in pictures])
    if random.random() < 0.5:
        size = (int(random.integers(12, 48)),) * 2
        pictures = np.stack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures])
    if random.random() < 0.5:
        pictures = dim(pictures, float(np.exp(random.uniform(np.log(8), np.log(2000)))))
    return pictures


def fit_trust(model: Model, faces: Faces) -> Trust:
    """Trust by faces seen badly at random; prints how well it is calibrated."""
    random = np.random.default_rng(0)
    known = np.flatnonzero(faces.majority >= 0)
    groups = [
        group
        for _ in range(_PASSES)
        for group in np.array_split(random.permutation(known), _GROUPS)
    ]
    views = [(see(model, _worsened(faces.images[group], random)), group) for group in groups]
    grounds = np.concatenate([seen.grounds for seen, _ in views])
    right = np.concatenate([seen.votes.argmax(axis=1) == faces.majority[g] for seen, g in views])
    trust = Trust(*fit(grounds, right))
    chance = trust.of(grounds)
    both = np.stack([1 - chance, chance], axis=1).astype(np.float32)
    error = calibration_error(both, right.astype(np.int64))
    print(f"{len(right):,} views, {right.mean():.1%} right, calibration error {error:.1%}")
    return trust


def climb(model: Model, faces: Faces, trust: Trust) -> dict[Rung, Tried]:
    """What becomes of faces on each rung that the box may have to judge."""
    images, majority = faces.images[::EVERY], faces.majority[::EVERY]
    labels = faces.labels[::EVERY]
    judgeable = [rung for rung in rungs() if rung.kind != "size" or rung.level >= LEAST_WIDTH_PX]
    return {
        rung: _tried(see(model, rung.change(images)), trust, majority, labels) for rung in judgeable
    }


def resting_face(model: Model, faces: Faces) -> Floats:
    """The mean log-odds of each emotion against neutral on neutral faces, (7,)."""
    neutral = faces.images[faces.majority == EMOTIONS.index(Emotion.NEUTRAL)]
    mean: Floats = np.mean([log_odds(scores) for scores in see(model, neutral).votes], axis=0)
    return mean


def write_limits(
    path: Path, trust: Trust, gate: Gate, ladder: dict[Rung, Tried], resting: Floats
) -> None:
    """Write `edgemood/vision/fitted.py`."""
    darkest, brighter = _least_light(gate, ladder)
    path.write_text(
        _WORDING.format(
            closes=light_of_electrons(darkest),
            opens=light_of_electrons(brighter),
            darkest=darkest,
            brighter=brighter,
            gate=gate,
            trust=trust,
            resting=tuple(float(value) for value in resting.round(2)),
        ),
        encoding="utf-8",
    )


def _tried(
    seen: Seen, trust: Trust, majority: NDArray[np.int64], labels: NDArray[np.int64]
) -> Tried:
    return Tried(
        seen.light,
        seen.sharpness,
        trust.of(seen.grounds),
        seen.votes.argmax(axis=1) == majority,
        majority >= 0,
        seen.label.argmax(axis=1) == labels,
    )


def _least_light(gate: Gate, ladder: dict[Rung, Tried]) -> tuple[int, int]:
    """Electrons of the darkest rung with half of its faces judged, and of that above."""
    judged = {r.level: t.passed(gate).mean() for r, t in ladder.items() if r.kind == "light"}
    pairs = itertools.pairwise(ELECTRONS)
    return min((low, high) for high, low in pairs if judged[low] >= _HALF)


def _print(ladder: dict[Rung, Tried], gate: Gate) -> None:
    print("| kind | level | FER+ | FER2013 | judged | FER+ of these | FER2013 of these |")
    for rung, tried in ladder.items():
        passed = tried.passed(gate)
        shares: Sequence[float] = (
            tried.votes_right[tried.votes_known].mean(),
            tried.label_right.mean(),
            passed.mean(),
            tried.votes_right[tried.votes_known & passed].mean() if passed.any() else 0,
            tried.label_right[passed].mean() if passed.any() else 0,
        )
        print(f"| {rung.kind} | {rung} |", " | ".join(f"{share:.1%}" for share in shares), "|")


def main() -> None:
    """Fit, print the ladder on PublicTest, and write the limits."""
    faces, model = load_faces(PUBLIC_TEST), two_readings(MODELS / face_files.INT8)
    trust = fit_trust(model, faces)
    ladder = climb(model, faces, trust)
    gate = best_gate(list(ladder.values()))
    _print(ladder, gate)
    write_limits(LIMITS, trust, gate, ladder, resting_face(model, faces))
    print(LIMITS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
