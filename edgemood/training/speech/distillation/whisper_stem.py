"""Whisper's two convolutions, pruned until the box can afford them: how the voice's net begins.

Means and spreads of their output over a clip, and a linear judge, recognise new speakers' emotions
better than a net that learned from our clips alone. 320 of their 1,024 filters say nearly as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import qr
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.nn import functional as F

from edgemood.hearing.mel import BAND_CENTRES_HZ, BANDS
from edgemood.hearing.speech_emotion import under_peak
from edgemood.training.speech.distillation.whisper import Encoder, band_centres_hz
from edgemood.training.speech.windows import TYPICAL_DEPTH_DB, Clip

FIRST_FILTERS: Final = 128
SECOND_FILTERS: Final = 192
SEED: Final = 0
_TAPS: Final = 3
_FRAMES_OF_A_CLIP: Final = 20
_RIDGE: Final = 1e-3
_PENALTY: Final = 0.003
_DROPPED_AT_ONCE: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """Two convolutions over time with a ReLU behind each; the second halves the frame rate."""

    first: Tensor
    """(128, 64, 3): filters, our bands, frames"""
    first_bias: Tensor
    second: Tensor
    """(192, 128, 3)"""
    second_bias: Tensor

    def before_second(self, picture: Tensor) -> Tensor:
        """What the first gives for (64, n): (128, n)."""
        return F.relu(F.conv1d(picture[None], self.first, self.first_bias, padding=1))[0]

    def before_relu(self, picture: Tensor) -> Tensor:
        """What the second gives for (64, n), before its ReLU: (192, n / 2)."""
        values = self.before_second(picture)[None]
        return F.conv1d(values, self.second, self.second_bias, padding=1, stride=2)[0]

    def statistics(self, picture: Tensor) -> NDArray[np.float32]:
        """Means and spreads over time: (384,)."""
        values = F.relu(self.before_relu(picture))
        found: NDArray[np.float32] = torch.cat([values.mean(1), values.std(1)]).numpy()
        return found


def pruned(encoder: Encoder, clips: list[Clip]) -> Stem:
    """The filters that say most of the clips' emotions, fitted to do without the others."""
    whole = _whole(encoder)
    pictures = [picture(clip) for clip in clips]
    with torch.inference_mode():
        statistics = np.stack([whole.statistics(each) for each in pictures])
        outputs = _most_important(statistics, np.array([clip.origin.emotion for clip in clips]))
        inputs, wanted = (torch.cat(each) for each in zip(*_moments(whole, pictures), strict=True))
    wanted = wanted[:, outputs]
    centred, mean = inputs - inputs.mean(0), inputs.mean(0)
    together = centred.T @ centred
    towards = centred.T @ (wanted - wanted.mean(0))
    kept = _needed(together, towards / wanted.std(0))
    taps = _taps(kept)
    fitted = torch.linalg.solve(_ridged(together[taps][:, taps]), towards[taps])
    return Stem(
        first=whole.first[kept],
        first_bias=whole.first_bias[kept],
        second=fitted.T.reshape(len(outputs), len(kept), _TAPS).float(),
        second_bias=(wanted.mean(0) - mean[taps] @ fitted).float(),
    )


def _whole(encoder: Encoder) -> Stem:
    """The convolutions as they are, but for our 64 bands instead of Whisper's 80."""
    first, first_bias, second, second_bias = encoder.convolutions
    centres_hz = band_centres_hz()
    share = [np.interp(centres_hz, BAND_CENTRES_HZ, row) for row in np.eye(BANDS)]
    ours = torch.as_tensor(np.stack(share), dtype=torch.float32)  # (64, 80)
    return Stem(torch.einsum("oit,bi->obt", first, ours), first_bias, second, second_bias)


def picture(clip: Clip) -> Tensor:
    """A whole clip without its pauses, as the filters see it: (64, frames)."""
    return torch.from_numpy(under_peak(clip.spoken(TYPICAL_DEPTH_DB)).T.copy())


def _most_important(
    statistics: NDArray[np.float32], emotions: NDArray[np.int_]
) -> NDArray[np.int_]:
    """Filters of the second convolution that a linear judge leans on and no other stands in for."""
    level = StandardScaler().fit_transform(statistics)
    judge = LogisticRegression(C=_PENALTY, max_iter=40, class_weight="balanced")
    leaning = np.abs(judge.fit(level, emotions).coef_).sum(axis=0)
    filters = statistics.shape[1] // 2
    weight = leaning[:filters] + leaning[filters:]
    _, _, order = qr(level[:, :filters] * weight, mode="economic", pivoting=True)
    chosen: NDArray[np.int_] = np.sort(order[:SECOND_FILTERS])
    return chosen


def _moments(whole: Stem, pictures: list[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """Of some moments: what reaches the second convolution (n, 1536), what it gives (n, 512)."""
    draw = np.random.default_rng(SEED)
    for each in pictures:
        reaching = F.unfold(
            whole.before_second(each)[None, :, :, None], (_TAPS, 1), padding=(1, 0), stride=(2, 1)
        )[0].T
        few = min(len(reaching), _FRAMES_OF_A_CLIP)
        some = reaching[draw.choice(len(reaching), few, replace=False)]
        given = F.linear(some, whole.second.flatten(1), whole.second_bias)
        yield some.double(), given.double()


def _needed(together: Tensor, towards: Tensor) -> NDArray[np.int_]:
    """Filters of the first convolution whose loss would cost the fit most, a few dropped a time."""
    kept = np.arange(len(together) // _TAPS)
    while len(kept) > FIRST_FILTERS:
        taps = _taps(kept)
        root = torch.linalg.cholesky(_ridged(together[taps][:, taps]))
        fitted = torch.cholesky_solve(towards[taps], root).view(len(kept), _TAPS, -1)
        inverse = torch.cholesky_inverse(root).view(len(kept), _TAPS, len(kept), _TAPS)
        own = inverse[range(len(kept)), :, range(len(kept))]
        cost = (fitted * torch.linalg.solve(own, fitted)).sum((1, 2))
        dropped = min(max(1, int(_DROPPED_AT_ONCE * len(kept))), len(kept) - FIRST_FILTERS)
        kept = kept[np.sort(cost.argsort().numpy()[dropped:])]
    return kept


def _taps(filters: NDArray[np.int_]) -> NDArray[np.int_]:
    taps: NDArray[np.int_] = (filters[:, np.newaxis] * _TAPS + np.arange(_TAPS)).ravel()
    return taps


def _ridged(together: Tensor) -> Tensor:
    return together + _RIDGE * together.diagonal().mean() * torch.eye(len(together))
