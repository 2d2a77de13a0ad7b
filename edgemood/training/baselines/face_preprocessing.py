"""Does preparing a face's grey levels help? `python -m
edgemood.training.baselines.face_preprocessing`.

Trains a small network (mini-Xception, of the papers) for each way of preparing a crop, on the same
faces in the same order for as many steps, and prints the accuracy on PublicTest as it is and under
little light. Kept small (8,000 faces, 5 epochs, 32 pixels): it ranks the ways, it does not
reach their best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.emotion import EMOTIONS
from edgemood.training.baselines.face_models import mini_xception
from edgemood.training.baselines.face_protocol import drawn
from edgemood.training.common.loop import Training
from edgemood.training.common.metrics import accuracy
from edgemood.training.common.recipe import Epochs, Recipe
from edgemood.training.face.augment import Variation, dim, normalise_batch, vary
from edgemood.training.face.data import PUBLIC_TEST, TRAINING, Faces, load_faces

_FACES = 8000
_EPOCHS = 5
_BATCH = 32
_RECIPE = Recipe(length=Epochs(_EPOCHS), seed=0, peak_rate=2e-3)
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
    "median of 3×3": _prepared(_without_specks),
    "grey levels stretched": _prepared(_stretched),
    "homomorphic filter": _prepared(_homomorphic),
    "histogram equalised": _prepared(_equalised),
    "CLAHE 2.0, 4×4": _prepared(_locally_equalised),
}


def train(faces: Faces, prepare: Preparation) -> nn.Module:
    """A network trained with one preparation; the same each time."""
    torch.manual_seed(_RECIPE.seed)
    network = mini_xception(len(EMOTIONS)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), _RECIPE.peak_rate, fused=True)
    images, labels = torch.from_numpy(faces.images), torch.from_numpy(faces.labels)
    batches = [b for _ in range(_EPOCHS) for b in torch.randperm(len(faces)).split(_BATCH)]

    def loss(step: int, _: float) -> Tensor:
        inputs = vary(images[batches[step]], _SIDE, Variation(), prepare)
        logits = network(inputs.to(memory_format=torch.channels_last))
        return F.cross_entropy(logits, labels[batches[step]])

    epoch_steps = len(batches) // _EPOCHS
    return Training(_RECIPE, network, optimizer, loss, epoch_steps=epoch_steps).run()


def judge(
    network: nn.Module, images: NDArray[np.uint8], prepare: Preparation
) -> NDArray[np.float32]:
    """Logits, (n, 7)."""
    shrunk = np.stack([cv2.resize(i, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for i in images])
    with torch.no_grad():
        batches = [
            network(prepare(batch.unsqueeze(1).float()))
            for batch in torch.from_numpy(shrunk).split(256)
        ]
    logits: NDArray[np.float32] = torch.cat(batches).numpy()
    return logits


def main() -> None:
    """Print a table of accuracies."""
    torch.set_num_threads(1)
    faces, test = drawn(load_faces(TRAINING), _FACES), load_faces(PUBLIC_TEST)
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
