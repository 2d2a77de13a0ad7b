"""Reading weights from an .npz file, or saying what is wrong with it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.errors import ModelError


def read(path: Path, expected: str, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The named arrays of a file, half-precision numbers as float32.

    Raises ModelError when the file is missing, damaged, or lacks one.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in names}
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror or error})", expected) from error
    except KeyError as error:
        raise ModelError(path, f"a file made for something else ({error})", expected) from error
    except (ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(path, f"damaged ({error})", expected) from error
    return {
        name: values.astype(np.float32) if values.dtype == np.float16 else values
        for name, values in arrays.items()
    }


def packed(words: Iterable[str]) -> NDArray[np.uint8]:
    """Words as bytes, which compress better than numpy's own strings."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def unpacked(content: NDArray[np.uint8]) -> list[str]:
    """The words of `packed`."""
    text = content.tobytes().decode()
    return text.split("\n") if text else []
