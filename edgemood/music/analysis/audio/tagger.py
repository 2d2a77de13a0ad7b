"""musicnn, a network that names what is heard in music: what it makes of three seconds.

Pons & Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR
2019; trained on the Million Song Dataset with the tags of Last.fm listeners. Its last hidden layer
knows instruments, voices, genres and moods from 200 thousand songs, where the mood labels at hand
are of 604.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ
from edgemood.music.analysis.audio.mel import FFT_SAMPLES
from edgemood.tflite import Model

Floats = NDArray[np.float32]

BANDS: Final = 96
WINDOW_FRAMES: Final = 187
"""3 s, as musicnn was trained"""
HIDDEN: Final = 200
_WINDOWS: Final = 5
"""of a song, in the middle of each fifth of what there is to hear of it"""
_PEAK_DB: Final = -20.0
"""What the peak of a song is brought to before musicnn's logarithm: about the 4Q set's median."""
_LIBROSA: Final = (FFT_SAMPLES / 4) ** 2
"""librosa's power of a full-scale sine, which is 1 here"""


class Tagger:
    """Listens to a song in windows of three seconds."""

    def __init__(self, path: Path) -> None:
        """Load the network. Raises ModelError."""
        self._net = Model(path, (WINDOW_FRAMES, BANDS, 1), (HIDDEN,))

    def hear(self, powers: Sequence[Floats], peak_db: float) -> Floats:
        """The mean hidden layer over the windows of a song's pieces, (200,).

        `powers`: power spectra (frames, 257) as of `mel.power_spectrum`; `peak_db`: the song's.
        """
        windows = pictures(powers, peak_db)
        hidden: Floats = np.mean([self._net(window) for window in windows], axis=0)
        return hidden


def pictures(powers: Sequence[Floats], peak_db: float) -> Iterator[Floats]:
    """Musicnn's view (187, 96, 1) of a song's windows of power spectra (frames, 257)."""
    gain = _LIBROSA * 10.0 ** ((_PEAK_DB - peak_db) / 10.0)
    ends = np.cumsum([len(power) for power in powers])
    for number in range(_WINDOWS):
        middle = int((number + 0.5) * ends[-1] / _WINDOWS)
        which = int(np.searchsorted(ends, middle, side="right"))
        power = powers[which]
        middle -= int(ends[which]) - len(power)
        first = max(0, min(middle - WINDOW_FRAMES // 2, len(power) - WINDOW_FRAMES))
        window = power[first : first + WINDOW_FRAMES] @ _FILTERS
        compressed = np.log10(1e4 * gain * window + 1.0)
        yield np.resize(compressed, (WINDOW_FRAMES, BANDS))[:, :, np.newaxis].astype(np.float32)


def _slaney_filters() -> Floats:
    """Librosa's mel filters, (257, 96): Slaney's scale, triangles of equal area."""
    bins_hz = np.fft.rfftfreq(FFT_SAMPLES, 1.0 / SAMPLE_RATE_HZ)[:, np.newaxis]
    top = 15.0 + np.log(SAMPLE_RATE_HZ / 2 / 1_000.0) / _LOG_STEP
    mels = np.linspace(0.0, top, BANDS + 2)
    edges_hz = np.where(
        mels < 15.0, mels * 200.0 / 3.0, 1_000.0 * np.exp(_LOG_STEP * (mels - 15.0))
    )
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    triangles = np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre))
    filters: Floats = (np.maximum(triangles, 0.0) * 2.0 / (high - low)).astype(np.float32)
    return filters


_LOG_STEP: Final = np.log(6.4) / 27.0
_FILTERS: Final = _slaney_filters()
