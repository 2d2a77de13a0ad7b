"""FER2013 with the FER+ votes: images, labels, vote distributions and the official splits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.training.common.paths import data_file

TRAINING, PUBLIC_TEST, PRIVATE_TEST = 0, 1, 2

_VOTES_OF_EMOTIONS = [4, 5, 6, 1, 3, 2, 0]  # FER+ columns in the order of `EMOTIONS`


@dataclass(frozen=True, slots=True)
class Faces:
    """One split of the data.

    `images` (n, 48, 48) uint8 grey; `labels` (n,) int64, the FER2013 label; `votes` (n, 7) float32,
    the FER+ votes among the seven emotions as shares that sum to 1, or all zero where nobody voted
    for one of the seven; `majority` (n,) int64, the emotion with most FER+ votes, or -1 where
    contempt, unknown or not-a-face has as many, or nobody voted.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]
    majority: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


def load_faces(usage: int, folder: Path | None = None) -> Faces:
    """Read the split `usage` of `fer2013.npz`. Raises MissingDataError when it is not there."""
    with np.load(data_file("fer2013.npz", folder)) as archive:
        chosen = archive["usage"] == usage
        votes = archive["votes"][chosen].astype(np.float32)
        images: NDArray[np.uint8] = archive["images"][chosen]
        labels = archive["label"][chosen].astype(np.int64)
    return Faces(images, labels, _shares(votes[:, _VOTES_OF_EMOTIONS]), _majority(votes))


def _shares(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    totals = votes.sum(axis=1, keepdims=True)
    shares: NDArray[np.float32] = (votes / np.maximum(totals, 1.0)).astype(np.float32)
    return shares


def _majority(votes: NDArray[np.float32]) -> NDArray[np.int64]:
    emotions = votes[:, _VOTES_OF_EMOTIONS]
    others = votes[:, 7:].max(axis=1)  # contempt, unknown, not a face
    winner = emotions.argmax(axis=1)
    return np.where(emotions.max(axis=1) > others, winner, -1).astype(np.int64)


def class_counts(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many images carry each label, (7,)."""
    return np.bincount(labels, minlength=len(EMOTIONS)).astype(np.int64)
