"""The teacher of the distillation: Whisper's layers two to four, which know much more speech.

Linear judges of these layers' output recognise the emotions of new speakers, in our three
languages, far better than any net the box can afford. They teach such a net twice: by the layers'
output for every moment, in the 128 directions in which clips differ most, and by how likely each
emotion of a clip is to judges that never heard the speaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from edgemood.emotion import EMOTIONS
from edgemood.training.speech.distillation.whisper import Encoder, log_mel
from edgemood.training.speech.windows import Origin, acted_in, shares

LAYERS: Final = slice(1, 4)
DIRECTIONS: Final = 128
FRAMES_TOGETHER: Final = 2
"""The teacher speaks every 20 ms, the box's ear every 10."""
_LOUD_STEPS: Final = 0.75  # of Whisper's log-mel under its loud frames: 30 dB
_FOLDS: Final = 7
_PENALTY: Final = 0.001
_LOGISTIC_C: Final = 0.01
_LONG_ENOUGH: Final = 60
"""Steps, after which a judge changes hardly any more, though it goes on."""
_NEVER: Final = -1e4
"""The logit of an emotion that cannot be."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """From the three layers side by side, (n, 1536), to `DIRECTIONS` numbers of spread 1."""

    matrix: Tensor
    offset: Tensor

    @classmethod
    def between(cls, means: Floats) -> Directions:
        """Those in which clips, of whose moments these are the means (clips, 1536), differ most."""
        spread = means.std(axis=0)
        found = PCA(DIRECTIONS, random_state=0).fit((means - means.mean(axis=0)) / spread)
        matrix = found.components_.T / np.sqrt(found.explained_variance_) / spread[:, np.newaxis]
        offset = -means.mean(axis=0) @ matrix
        return cls(torch.as_tensor(matrix).float(), torch.as_tensor(offset).float())

    def of(self, moments: Tensor) -> NDArray[np.float16]:
        """(n, 128)."""
        numbers: NDArray[np.float16] = (
            (moments @ self.matrix + self.offset).numpy().astype(np.float16)
        )
        return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """The teacher's embedding of a sound."""

    moments: Tensor
    """(n, 1536), one for every 20 ms"""
    statistics: Floats
    """means and spreads over the loud moments: (2, 1536)"""


def embed(encoder: Encoder, sound: Floats) -> Embedding:
    """The teacher's embedding of a sound at 16 kHz, (n,)."""
    mel = log_mel(sound)
    moments = torch.cat(encoder.layers(mel, LAYERS.stop)[LAYERS], dim=1)
    level = mel[:, : FRAMES_TOGETHER * len(moments)].mean(0).view(-1, FRAMES_TOGETHER).mean(1)
    loud = moments[level > level.quantile(0.95) - _LOUD_STEPS]
    both: Floats = torch.stack([loud.mean(0), loud.std(0, unbiased=False)]).numpy()
    return Embedding(moments, both)


class Judge:
    """Tells how likely each emotion is, from what the teacher says of a clip.

    A softmax over the emotions that a clip's corpus has: that nobody acts disgust in Polish does
    not say that Polish voices are never disgusted.
    """

    def __init__(self, clips: Floats, whose: Sequence[Origin], penalty: float = _PENALTY) -> None:
        """Learn from clips (n, numbers), which count by `shares`.

        A low `penalty` is a strict one.
        """
        self._scaler = StandardScaler().fit(clips)
        numbers = torch.from_numpy(self._scaler.transform(clips)).float()
        emotions = torch.tensor([origin.emotion for origin in whose])
        possible = torch.from_numpy(acted_in(whose))
        impossible = torch.where(possible, 0.0, _NEVER)
        self._unlearned = torch.where(possible.any(dim=0), 0.0, _NEVER)
        counts = torch.from_numpy(shares(whose) * len(whose)).float()
        self._weight = torch.zeros(numbers.shape[1], len(EMOTIONS), requires_grad=True)
        self._bias = torch.zeros(len(EMOTIONS), requires_grad=True)
        optimizer = torch.optim.LBFGS(
            [self._weight, self._bias], max_iter=_LONG_ENOUGH, line_search_fn="strong_wolfe"
        )

        def cost() -> Tensor:
            optimizer.zero_grad()
            logits = numbers @ self._weight + self._bias + impossible
            nll = torch.nn.functional.cross_entropy(logits, emotions, reduction="none")
            total = (counts * nll).sum() + self._weight.square().sum() / (2.0 * penalty)
            mean: Tensor = total / len(numbers)
            mean.backward()
            return mean

        optimizer.step(cost)

    def probabilities(self, clips: Floats) -> Floats:
        """Of other clips (n, numbers): (n, 7)."""
        with torch.no_grad():
            numbers = torch.from_numpy(self._scaler.transform(clips)).float()
            logits = numbers @ self._weight + self._bias + self._unlearned
            found: Floats = logits.softmax(dim=1).numpy()
        return found


def importance(embeddings: Floats, emotions: NDArray[np.int_]) -> Floats:
    """How much each direction tells of emotions, (128,), their squares 1 in the mean.

    By the weights of a linear judge of clips' mean embeddings (n, 128).
    """
    level = StandardScaler().fit_transform(embeddings)
    judge = LogisticRegression(C=_LOGISTIC_C, max_iter=200, class_weight="balanced")
    squares = np.square(judge.fit(level, emotions).coef_).sum(axis=0)
    weights: Floats = np.sqrt(squares / squares.mean()).astype(np.float32)
    return weights


def held_out_probabilities(clips: Floats, whose: Sequence[Origin]) -> Floats:
    """How likely each emotion of each clip is (n, 7) to a judge that never heard its speaker.

    `clips`: (n, numbers). An emotion that nobody acts in a corpus is impossible there.
    """
    folds = _folds(whose)
    found = np.zeros((len(clips), len(EMOTIONS)), dtype=np.float32)
    for fold in np.unique(folds):
        out = folds == fold
        others = [origin for origin, is_out in zip(whose, out, strict=True) if not is_out]
        found[out] = Judge(clips[~out], others).probabilities(clips[out])
    found *= acted_in(whose)
    found /= found.sum(axis=1, keepdims=True)
    return found


def _folds(whose: Sequence[Origin]) -> NDArray[np.int_]:
    """A number under seven for each clip, the same for all clips of a speaker."""
    speakers = sorted({(origin.corpus, origin.speaker) for origin in whose})
    folds = {
        speaker: place % _FOLDS
        for _, of_corpus in groupby(speakers, key=itemgetter(0))
        for place, speaker in enumerate(of_corpus)
    }
    return np.array([folds[origin.corpus, origin.speaker] for origin in whose])
