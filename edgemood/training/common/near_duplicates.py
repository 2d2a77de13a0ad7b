"""Pictures that were already seen in training, found by a perceptual hash."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 8  # 64 bits
_DISTANCE = 8
"""Bits in which the hashes of two prints of one picture may differ. Of twelve FER2013 pairs looked
at for each distance, all up to 4, eleven at 6 and two thirds at 8 were the same photograph: rather
a few pictures too many are called seen than too few."""

_CHUNK = 1024


def seen_in(pictures: NDArray[np.uint8], training: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of `pictures`, (n, h, w) uint8 grey, have a near-duplicate or its mirror in `training`.

    The result has shape (n,).
    """
    signs = _signs(pictures)
    known = np.concatenate([_signs(training), _signs(training[:, :, ::-1])])
    bits = _SIDE**2
    least_agreement = bits - 2 * _DISTANCE  # of ±1 vectors: bits - 2 × differing bits
    return np.concatenate(
        [
            (signs[start : start + _CHUNK] @ known.T).max(axis=1) >= least_agreement
            for start in range(0, len(signs), _CHUNK)
        ]
    )


def _signs(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The hash as ±1: which low frequencies of the cosine transform exceed their median."""
    spectra = np.stack([cv2.dct(picture.astype(np.float32)) for picture in pictures])
    low = spectra[:, 1 : _SIDE + 1, 1 : _SIDE + 1].reshape(len(pictures), -1)
    return np.where(low > np.median(low, axis=1, keepdims=True), 1, -1).astype(np.float32)
