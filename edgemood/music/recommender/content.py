"""Content-based ranking as published: a profile of typical songs, and the cosine to it.

For an emotion the owner names typical songs, three by default. Every song is a row of feature
labels, 1 where it has the label. The profile counts the labels of the typical songs; every other
song is ranked by the cosine between its row and the profile.

The published example has the labels (Cheerful, Wild, Keyboard, Absolute Music, Internet) and the
profile (2, 1, 3, 3, 3). Two things in it do not follow from its own formula: a song with the label
Cheerful alone is printed with 0.177, which is the value of the label Wild (1/√32); Cheerful gives
2/√32 = 0.354. And the formula takes the arccos of the quotient, while the table holds the quotient
itself: an angle would rank the worst song first. Here it is the cosine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def profile(typical: Floats) -> Floats:
    """What typical songs have in common: the sum of their label rows, shape (labels,).

    `typical` is (songs, labels), counts or weights, of no songs at all, too.
    """
    counts: Floats = np.asarray(typical, dtype=np.float32).sum(axis=0)
    return counts


def cosine(rows: Floats, direction: Floats) -> Floats:
    """How near each row, shape (n, labels), points to a direction (labels,): (n,), in [-1, 1].

    0 for a row or direction of zeros. One matrix product; how long a row is does not matter.
    """
    return unit(np.asarray(rows, dtype=np.float32)) @ unit(np.asarray(direction, dtype=np.float32))


def unit(rows: Floats) -> Floats:
    """Rows of length one along the last axis; rows of zeros stay so."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    units: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return units
