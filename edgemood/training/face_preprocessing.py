"""Does preparing a face's grey levels help? `python -m edgemood.training.face_preprocessing`.

Trains one small network for each way of preparing a crop, on the same faces in the same order for
the same number of steps, and prints the accuracy on PublicTest as it is and under little light.
Kept small (8,000 faces, 5 epochs, 32 pixels): it ranks the ways, it does not reach their best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from edgemood.training.face import Recipe, optimizer_of
from edgemood.training.face_augment import Variation, dim, normalise_batch, vary
from edgemood.training.face_data import PUBLIC_TEST, TRAINING, Faces, load_faces
from edgemood.training.face_net import FaceNet
from edgemood.training.metrics import accuracy

_FACES = 8000
_EPOCHS = 5
_SIDE = 32
_ELECTRONS = (200, 60, 20)

Preparation = Callable[[Tensor], Tensor]


def _equalised(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.equalizeHist(picture)  # type: ignore[no-any-return]  # cv2 is not typed here


def _locally_equalised(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    clahe = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(4, 4))
    return clahe.apply(picture)  # type: ignore[no-any-return]  # cv2 is not typed here


def _without_specks(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.medianBlur(picture, 3)  # type: ignore[no-any-return]  # cv2 is not typed here


def _stretched(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """The grey levels between the 1st and the 99th hundredth over the whole range."""
    dark, bright = np.percentile(picture, [1, 99])
    levels = (picture - dark) / max(bright - dark, 1.0) * 255
    stretched: NDArray[np.uint8] = levels.clip(0, 255).astype(np.uint8)
    return stretched


def _homomorphic(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Halves what changes slowly over the face, its lighting, and raises what changes quickly."""
    logarithm = np.log1p(picture.astype(np.float32))
    lighting = cv2.GaussianBlur(logarithm, (0, 0), picture.shape[0] / 4)
    filtered = np.exp(0.5 * lighting + 1.5 * (logarithm - lighting))
    return _stretched(filtered)


def _prepared(change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Preparation:
    def prepare(pixels: Tensor) -> Tensor:
        pictures = pixels[:, 0].byte().numpy()
        changed = np.stack([change(picture) for picture in pictures])
        return normalise_batch(torch.from_numpy(changed).unsqueeze(1).float())

    return prepare


_WAYS: dict[str, Preparation] = {
    "standardised": normalise_batch,
    "histogram equalised": _prepared(_equalised),
    "CLAHE 2.0, 4×4": _prepared(_locally_equalised),
    "median of 3×3": _prepared(_without_specks),
    "grey levels stretched": _prepared(_stretched),
    "homomorphic filter": _prepared(_homomorphic),
}


def train(faces: Faces, prepare: Preparation) -> FaceNet:
    """A network trained with one preparation; the same each time."""
    torch.manual_seed(0)
    recipe = Recipe(epochs=_EPOCHS)
    network = FaceNet()
    network.to(memory_format=torch.channels_last)
    optimizer = optimizer_of(network, recipe)
    images, labels = torch.from_numpy(faces.images), torch.from_numpy(faces.labels)
    batches = [b for _ in range(_EPOCHS) for b in torch.randperm(len(faces)).split(recipe.batch)]
    for number, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(number / len(batches))
        inputs = vary(images[batch], _SIDE, Variation(), prepare)
        logits, _ = network(inputs.to(memory_format=torch.channels_last))
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(logits, labels[batch]).backward()
        optimizer.step()
    network.eval()
    return network


def judge(network: FaceNet, images: NDArray[np.uint8], prepare: Preparation) -> NDArray[np.float32]:
    """Logits of the label head, (n, 7)."""
    shrunk = np.stack([cv2.resize(i, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for i in images])
    with torch.no_grad():
        batches = [
            network(prepare(batch.unsqueeze(1).float()))[0]
            for batch in torch.from_numpy(shrunk).split(256)
        ]
    logits: NDArray[np.float32] = torch.cat(batches).numpy()
    return logits


def main() -> None:
    """Print a table of accuracies."""
    everything, test = load_faces(TRAINING), load_faces(PUBLIC_TEST)
    chosen = np.random.default_rng(0).choice(len(everything), _FACES, replace=False)
    faces = Faces(
        everything.images[chosen],
        everything.labels[chosen],
        everything.votes[chosen],
        everything.majority[chosen],
    )
    lights = {"clean": test.images} | {
        f"{electrons} electrons": dim(test.images, electrons) for electrons in _ELECTRONS
    }
    print("| preparation | " + " | ".join(lights) + " |")
    for name, prepare in _WAYS.items():
        network = train(faces, prepare)
        row = [accuracy(judge(network, images, prepare), test.labels) for images in lights.values()]
        print(f"| {name} | " + " | ".join(f"{right:.1%}" for right in row) + " |", flush=True)


if __name__ == "__main__":
    main()
