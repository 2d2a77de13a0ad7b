"""What judging people against their own resting face brings: `make face-resting`.

Simulated people look through the model's real answers about PrivateTest: each has a bias that is
added to the logits, sits for minutes, is neutral most of the time and shows something now and then.
Two photographs each of fifty people tell how far such biases are real.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion, softmax
from edgemood.training.common.paths import MODELS
from edgemood.training.face.checkpoint import INT8
from edgemood.training.face.data import PRIVATE_TEST, load_faces
from edgemood.training.face.photographs import load_pairs
from edgemood.training.face.robustness import two_readings
from edgemood.vision.expression import normalise
from edgemood.vision.faces.tracks import TrackScores
from edgemood.vision.resting import RestingFaces, log_odds

_PEOPLE = 100
_STAY_S = 300.0
_LOOK_S = 0.5
_AT_REST = 0.6
"""Share of stretches in which somebody is neutral; each lasts 4 s and, on average, 20 s more."""
_SHOWN = {"angry": 0.12, "fear": 0.05, "happy": 0.5, "sad": 0.18, "surprise": 0.15}
_PICTURE_S = 2.0  # on average, before the face looks a little different
_BIASES = (0.0, 0.5, 1.0)
_NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)

Logits = NDArray[np.float32]


@dataclass(slots=True)
class Told:
    """How many looks were told wrong."""

    wrong: int = 0
    looks: int = 0

    def add(self, *, right: bool) -> None:
        """Count a look."""
        self.wrong += not right
        self.looks += 1


def simulate(
    logits: Logits, majority: NDArray[np.int64], bias: float, *, baseline: bool
) -> dict[str, Told]:
    """Looks told wrong at `rest` and in an `expression`, of people with biases of this deviation.

    `logits` (n, 7) and `majority` (n,) are those of the faces that people wear by turns.
    """
    random = np.random.default_rng(0)
    wardrobe = [np.flatnonzero(majority == number) for number in range(len(EMOTIONS))]
    told = {"rest": Told(), "expression": Told()}
    for _ in range(_PEOPLE):
        own = random.normal(0, bias, len(EMOTIONS)) * (np.arange(len(EMOTIONS)) != _NEUTRAL)
        said, resting = TrackScores(), RestingFaces()
        now_s = until_s = change_s = 0.0
        truth = picture = _NEUTRAL
        while now_s < _STAY_S:
            if now_s >= until_s:
                truth = _next(random)
                until_s, change_s = now_s + 4 + random.exponential(20), now_s
            if now_s >= change_s:
                picture = int(random.choice(wardrobe[truth]))
                change_s = now_s + random.exponential(_PICTURE_S)
            scores = softmax(logits[picture] + own)
            if baseline:
                scores = resting.judge(1, scores, now_s)
            told_now = int(said.add(1, scores, 1.0, now_s).argmax())
            told["rest" if truth == _NEUTRAL else "expression"].add(right=told_now == truth)
            now_s += _LOOK_S
    return told


def _next(random: np.random.Generator) -> int:
    if random.random() < _AT_REST:
        return _NEUTRAL
    emotion = list(_SHOWN)[random.choice(len(_SHOWN), p=list(_SHOWN.values()))]
    return EMOTIONS.index(emotion)


def pair_correlations(logits: Logits, people: list[str]) -> dict[str, float]:
    """How alike two photographs of one person are in each emotion's log-odds against neutral."""
    odds = np.stack([log_odds(softmax(values)) for values in logits])
    places: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        places.setdefault(person, []).append(place)
    pairs = np.array([two for two in places.values() if len(two) == 2])
    return {
        str(emotion): float(np.corrcoef(odds[pairs[:, 0], number], odds[pairs[:, 1], number])[0, 1])
        for number, emotion in enumerate(EMOTIONS)
        if number != _NEUTRAL
    }


def main() -> None:
    """Print looks told wrong with and without, and how alike photographs of one person are."""
    model, faces = two_readings(MODELS / INT8), load_faces(PRIVATE_TEST)
    logits = np.stack([model.readings(normalise(image))[0] for image in faces.images])
    print(
        "| bias | baseline | wrong | at rest | in an expression |\n| --- | --- | --- | --- | --- |"
    )
    for bias in _BIASES:
        for baseline in (False, True):
            told = simulate(logits, faces.majority, bias, baseline=baseline)
            wrong = sum(one.wrong for one in told.values()) / sum(o.looks for o in told.values())
            cells = [wrong, *(one.wrong / one.looks for one in told.values())]
            print(f"| {bias} | {baseline} | {' | '.join(f'{cell:.1%}' for cell in cells)} |")
    crops, people = load_pairs()
    pairs = np.stack([model.readings(normalise(crop))[0] for crop in crops])
    print(pair_correlations(pairs, people))


if __name__ == "__main__":
    main()
