"""Make the face embeddings: `python -m edgemood.training.recognition.train` (`make
train-recognition`).

Principal components are those of FER2013's Training faces, on which nobody is named. Thresholds are
set on photographs of strangers to each other, of the train part, so that one in two hundred
strangers would be taken for a given person.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.decomposition import PCA

from edgemood.training.common.paths import MODELS
from edgemood.training.detector.data import Part, Photo, load_photos
from edgemood.training.face.data import TRAINING, load_faces
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.expression import SIDE, normalise
from edgemood.vision.identity.embedding import Embedder, Embedding, middle
from edgemood.vision.identity.recognition import MEMORY_LOOKS

KINDS = ("eigenfaces", "fisherfaces")
COMPONENTS = 60
FALSE_ACCEPTS = 0.005

_FACES = 6000
_VIEWS_EACH = 4
_BEFORE = 200
"""principal components among which Fisher's directions are looked for"""

Learned = dict[str, NDArray[np.float16]]


def file_of(kind: str) -> str:
    """Name of the file in `models/`."""
    return f"{kind}.npz"


def learn_eigenfaces(faces: NDArray[np.float32]) -> Learned:
    """Mean and principal components of faces, (n, 48 · 48)."""
    pca = PCA(COMPONENTS, svd_solver="randomized", random_state=0).fit(faces)
    return _halves(pca.mean_, pca.components_)


def learn_fisherfaces(views: NDArray[np.float32]) -> Learned:
    """Directions in which faces differ more than the views of one face, (n, views, 48 · 48)."""
    pca = PCA(_BEFORE, svd_solver="randomized", random_state=0).fit(views[:, 0])
    seen = (views - pca.mean_) @ pca.components_.T
    within = (seen - seen.mean(axis=1, keepdims=True)).reshape(-1, _BEFORE)
    between = seen.mean(axis=1)
    _, directions = eigh(np.cov(between.T), np.cov(within.T))
    return _halves(pca.mean_, directions[:, ::-1][:, :COMPONENTS].T @ pca.components_)


def _halves(mean: NDArray[np.float64], components: NDArray[np.float64]) -> Learned:
    return {"mean": mean.astype(np.float16), "components": components.astype(np.float16)}


def views_of(photo: Photo, count: int, dice: Generator) -> list[Grey]:
    """Crops of a photograph's face as a few seconds before the camera would give them.

    The box is up to a tenth off and a tenth too large or small, the head tilts by some degrees, it
    is 60 to 160 pixels wide, the light changes and the sensor is noisy. Expression and pose do not
    change, as they would: figures from such views flatter.
    """
    return [_view(photo, dice) for _ in range(count)]


def _view(photo: Photo, dice: Generator) -> Grey:
    side = int(dice.uniform(60, 160))
    scale = side / photo.side * dice.uniform(0.9, 1.1)
    turn = cv2.getRotationMatrix2D((0, 0), dice.normal(0, 4), scale)
    middle = np.array([photo.x, photo.y]) + photo.side / 2
    turn[:, 2] = side / 2 * (1 + dice.uniform(-0.1, 0.1, 2)) - turn[:, :2] @ middle
    crop = cv2.warpAffine(photo.grey, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    pixels = 255 * (crop / 255) ** np.exp(dice.normal(0, 0.2)) * dice.uniform(0.6, 1.1)
    noisy = pixels + dice.normal(0, dice.uniform(1, 6), pixels.shape)
    grey: Grey = np.clip(noisy, 0, 255).astype(np.uint8)
    return grey


def embedded(embedder: Embedder, photos: list[Photo], seed: int) -> list[Embedding]:
    """The mean embedding of some views of each photograph."""
    dice = np.random.default_rng(seed)
    return [
        middle([embedder.embed(view) for view in views_of(photo, MEMORY_LOOKS, dice)])
        for photo in photos
    ]


def distances(one: list[Embedding], other: list[Embedding]) -> NDArray[np.float64]:
    """Euclidean distances, (len(one), len(other))."""
    result: NDArray[np.float64] = np.linalg.norm(
        np.array(one)[:, np.newaxis] - np.array(other)[np.newaxis], axis=2
    )
    return result


def write(kind: str, learned: Learned, models: Path, data: Path | None = None) -> None:
    """Set the threshold of one way of embedding and write its file into `models`."""
    path = models / file_of(kind)
    arrays: dict[str, Any] = {**learned}
    np.savez_compressed(path, **arrays, threshold=0.0)
    embeddings = embedded(Embedder(path), load_photos(Part.TRAIN, data), seed=1)
    apart = distances(embeddings, embeddings)[np.triu_indices(len(embeddings), 1)]
    threshold = float(np.quantile(apart, FALSE_ACCEPTS))
    np.savez_compressed(path, **arrays, threshold=threshold)
    print(f"{path.name}: {path.stat().st_size} bytes, threshold {threshold:.3f}")


def main() -> None:
    """Write a file for each way."""
    cv2.setNumThreads(1)
    images = load_faces(TRAINING).images
    dice = np.random.default_rng(0)
    chosen = images[dice.choice(len(images), _FACES, replace=False)]
    views = np.stack([_views_of_face(image, dice) for image in chosen])
    plain = np.stack([normalise(image).ravel() for image in chosen])
    write("eigenfaces", learn_eigenfaces(plain), MODELS)
    write("fisherfaces", learn_fisherfaces(views), MODELS)


def _views_of_face(image: Grey, dice: Generator) -> NDArray[np.float32]:
    photo = Photo("", image, 0, 0, SIDE)
    views = views_of(photo, _VIEWS_EACH, dice)
    return np.stack([normalise(view).ravel() for view in views])


if __name__ == "__main__":
    main()
