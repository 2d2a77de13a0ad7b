"""What makes a face this person's: a few numbers that can be compared by distance."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.errors import ModelError
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.expression import SIDE, normalise

Embedding = NDArray[np.float32]
"""(components,) float32 of length 1; faces of one person lie near each other by Euclidean
distance"""


class Embedder:
    """Projects the grey levels of face crops on directions in which people differ.

    The directions, and the distance within which two faces are taken for one person's, stand in a
    file that `make train-recognition` wrote: the principal components of faces (Turk & Pentland,
    "Eigenfaces for recognition", 1991), or those that tell people apart in spite of light and pose
    (Belhumeur et al., "Eigenfaces vs. Fisherfaces", IEEE PAMI 19(7), 1997).
    """

    def __init__(self, path: Path) -> None:
        """Load the file. Raises ModelError when it cannot be used."""
        expected = "a face recognition model, .npz"
        try:
            content = path.read_bytes()
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                self._mean = file["mean"].astype(np.float32)
                self._components = file["components"].astype(np.float32)
                self.threshold = float(file["threshold"])
        except OSError as error:
            raise ModelError(path, f"cannot be read ({error.strerror})", expected) from error
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(path, "damaged, or something else", expected) from error
        if not self._components.shape[1:] == self._mean.shape == (SIDE * SIDE,):
            raise ModelError(path, "made for another size of face", expected)
        self.digest = hashlib.sha256(content).hexdigest()[:16]
        """tells embeddings of this file from those of another"""

    def embed(self, crop: Grey) -> Embedding:
        """The embedding of a grey crop of any size, of length 1."""
        projected = self._components @ (normalise(crop).ravel() - self._mean)
        embedding: Embedding = projected / max(float(np.linalg.norm(projected)), 1e-9)
        return embedding


def middle(embeddings: list[Embedding]) -> Embedding:
    """The mean of several embeddings of one face, of length 1."""
    total: NDArray[np.float32] = np.sum(embeddings, axis=0, dtype=np.float32)
    return total / np.float32(max(float(np.linalg.norm(total)), 1e-9))
