"""The recognition's part of the scorecard: strangers taken for somebody, and people not known."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.training.detector.data import Part, Photo, load_photos, person_of
from edgemood.training.recognition.train import KINDS, distances, embedded, file_of
from edgemood.vision.identity.embedding import Embedder

HOUSEHOLD = 4
"""people enrolled at a time; strangers meet every household that the photographs make"""


def measure(models: Path, data: Path) -> dict[str, Any]:
    """Figures of each way of embedding, at the threshold in its file, on the test part.

    Raises MissingDataError when the photographs are not in `data`.
    """
    photos = load_photos(Part.TEST, data)
    strangers = _one_each(photos)
    pairs = _pairs(load_photos(None, data))
    return {
        "recognition": {
            kind: _figures(Embedder(models / file_of(kind)), strangers, pairs) for kind in KINDS
        }
    }


def _figures(
    embedder: Embedder, strangers: list[Photo], pairs: list[tuple[Photo, Photo]]
) -> dict[str, Any]:
    enrolled = embedded(embedder, strangers, seed=2)
    again = embedded(embedder, strangers, seed=3)
    between = distances(again, enrolled)
    own = np.diag(between)
    others = between[~np.eye(len(between), dtype=bool)]
    one, other = zip(*pairs, strict=True)
    across = np.diag(
        distances(embedded(embedder, list(one), seed=4), embedded(embedder, list(other), seed=5))
    )
    return {
        "false_accepts": float((others < embedder.threshold).mean()),
        "strangers": len(strangers),
        f"false_accepts_of_{HOUSEHOLD}_enrolled": _open_set(between, embedder.threshold),
        "known_again_same_photo": float((own < embedder.threshold).mean()),
        "known_again_other_photo": int((across < embedder.threshold).sum()),
        "pairs_of_photos": len(pairs),
        "equal_error_rate_other_photo": _equal_error_rate(across, others),
    }


def _open_set(between: NDArray[np.float64], threshold: float) -> float:
    """Share of strangers who are taken for one of `HOUSEHOLD` others."""
    taken = [
        rest[start : start + HOUSEHOLD].min() < threshold
        for rest in (np.delete(row, stranger) for stranger, row in enumerate(between))
        for start in range(0, len(rest) - HOUSEHOLD + 1, HOUSEHOLD)
    ]
    return float(np.mean(taken))


def _equal_error_rate(same: NDArray[np.float64], different: NDArray[np.float64]) -> float:
    """Where as large a share of people is rejected as of strangers accepted."""
    cuts = np.sort(np.concatenate([same, different]))
    rejected = 1 - np.searchsorted(np.sort(same), cuts, side="right") / len(same)
    accepted = np.searchsorted(np.sort(different), cuts, side="right") / len(different)
    at = int(np.abs(rejected - accepted).argmin())
    return float((rejected[at] + accepted[at]) / 2)


def _one_each(photos: list[Photo]) -> list[Photo]:
    return list({person_of(photo.name): photo for photo in photos}.values())


def _pairs(photos: list[Photo]) -> list[tuple[Photo, Photo]]:
    """Two photographs of each person of whom there are two."""
    of_person: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        of_person[person_of(photo.name)].append(photo)
    return [(own[0], own[1]) for own in of_person.values() if len(own) > 1]
