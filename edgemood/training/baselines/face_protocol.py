"""How every face system is tested, on all of PrivateTest and on 200 pictures.

Nothing is chosen on any test picture and nothing needs PublicTest: what is not the paper's own is
the same for all systems.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.training.baselines.table import Result
from edgemood.training.common.metrics import accuracy, recalls
from edgemood.training.face.data import Faces

Pictures = NDArray[np.uint8]
Scores = NDArray[np.float32]

FEW = 200
"""Pictures of the small protocol; 200 tested ones leave an accuracy uncertain by 7 points."""

_TIMED_FACES = 60


def with_figures(
    result: Result,
    scores: Scores,
    scores_of_few: Scores,
    test: Faces,
    emotions: tuple[Emotion, ...],
) -> Result:
    """`result` with its figures, from the scores of all test pictures, (n, classes).

    `scores_of_few` are those of the same system when it learned from `FEW` pictures only.
    """
    few = _draw(test, FEW)
    return replace(
        result,
        figures={
            "FER2013 PrivateTest": accuracy(scores, test.labels),
            f"{FEW} of it": accuracy(scores[few], test.labels[few]),
            "FER+ majority": accuracy(scores, test.majority),
            f"learned from {FEW}": accuracy(scores_of_few, test.labels),
        },
        recalls={
            str(emotion): float(recall)
            for emotion, recall in zip(emotions, recalls(scores, test.labels), strict=True)
        },
    )


def milliseconds(judge: Callable[[Pictures], Scores], test: Faces) -> float:
    """Processor time of judging one picture."""
    began_s = time.process_time()
    for picture in test.images[:_TIMED_FACES]:
        judge(picture[np.newaxis])
    return 1000 * (time.process_time() - began_s) / _TIMED_FACES


def drawn(faces: Faces, count: int = FEW) -> Faces:
    """The same `count` of the faces each time."""
    return _chosen(faces, _draw(faces, count))


def only(faces: Faces, emotions: tuple[Emotion, ...]) -> Faces:
    """The faces labelled with one of `emotions`, numbered by their order in it."""
    if emotions == EMOTIONS:
        return faces
    number = np.full(len(EMOTIONS) + 1, -1)  # the last for unknown majorities, which are -1
    number[[EMOTIONS.index(emotion) for emotion in emotions]] = range(len(emotions))
    kept = _chosen(faces, np.flatnonzero(number[faces.labels] >= 0))
    return replace(kept, labels=number[kept.labels], majority=number[kept.majority])


def _draw(faces: Faces, count: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).choice(len(faces), count, replace=False)


def _chosen(faces: Faces, places: NDArray[np.int64]) -> Faces:
    return Faces(
        faces.images[places], faces.labels[places], faces.votes[places], faces.majority[places]
    )
