"""From the numbers of a window's prosody to emotions."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.errors import ModelError
from edgemood.hearing.prosody import NUMBERS, prosody

ARRAYS: Final = ("mean", "spread", "hidden", "hidden_bias", "output", "output_bias", "nets_share")
FURTHEST: Final = 4.0
"""Numbers further from their mean than so many spreads count as so far."""


class ProsodyModel:
    """One hidden layer on prosody, in plain numpy: 0.1 M multiply-adds for each window."""

    def __init__(self, path: Path) -> None:
        """Load the file that `make train-prosody` wrote. Raises ModelError."""
        expected = "a prosody model, .npz"
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = [file[name].astype(np.float32) for name in ARRAYS]
        except OSError as error:
            raise ModelError(
                path, f"cannot be read ({error.strerror or error})", expected
            ) from error
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ModelError(path, "damaged, or something else", expected) from error
        self._mean, self._spread, self._hidden, self._hidden_bias = arrays[:4]
        self._output, self._output_bias = arrays[4:6]
        units = len(self._hidden_bias)
        shapes = [array.shape for array in arrays]
        outputs = len(EMOTIONS)
        if shapes != [
            (NUMBERS,), (NUMBERS,), (NUMBERS, units), (units,), (units, outputs), (outputs,), (),
        ]:  # fmt: skip
            raise ModelError(path, f"made for something else ({shapes})", expected)
        self.nets_share = float(arrays[6])
        """What to multiply the other nets' logits by before these are added"""

    def logits(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (7,) of a window of spoken frames (n, 128) in dB."""
        numbers = (prosody(frames) - self._mean) / self._spread
        hidden = np.clip(numbers, -FURTHEST, FURTHEST) @ self._hidden + self._hidden_bias
        logits: NDArray[np.float32] = np.maximum(hidden, 0.0) @ self._output + self._output_bias
        return logits
