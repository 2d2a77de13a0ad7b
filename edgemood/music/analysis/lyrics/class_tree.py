"""From linear decisions to class probabilities: by halving, or one class against the rest.

Halving asks whether a lyric is pleasant or not, and then splits each side until one class is left,
as the papers on lyric emotion do; a class has the product of the answers on its way. One against
the rest asks every class for itself and shares the answers out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """One decision: which classes stand on its first side, and which on the other."""

    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """The decisions of a classifier, together deciding between its classes."""

    classes: tuple[str, ...]
    heads: tuple[Head, ...]
    halving: bool
    """True: heads split ever smaller sets of classes; False: one head a class, against the rest"""

    def probabilities(self, decisions: Matrix) -> Matrix:
        """Probabilities of the classes, (classes,), from the heads' log odds, (heads,)."""
        first = 1.0 / (1.0 + np.exp(-np.clip(decisions.astype(np.float64), -30.0, 30.0)))
        shares = np.array([self._share(name, first) for name in self.classes])
        probabilities: Matrix = (shares / shares.sum()).astype(np.float32)
        return probabilities

    def signs(self, name: str) -> Matrix:
        """How each head's decision speaks for a class: 1, -1, or 0 where it is not asked."""
        signs = [float(name in head.first) - float(name in head.second) for head in self.heads]
        return np.array(signs, dtype=np.float32)

    def _share(self, name: str, first: NDArray[np.float64]) -> float:
        share = 1.0
        for head, answer in zip(self.heads, first.tolist(), strict=True):
            if not self.halving and head.first != (name,):
                continue
            if name in head.first:
                share *= answer
            elif name in head.second:
                share *= 1.0 - answer
        return share


def against_the_rest(classes: Sequence[str]) -> Heads:
    """One head a class."""
    heads = [Head((name,), tuple(other for other in classes if other != name)) for name in classes]
    return Heads(tuple(classes), tuple(heads), halving=False)
