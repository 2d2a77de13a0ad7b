"""musicnn's published weights as a small TFLite file: `python -m edgemood.training.music.tagger`.

The weights lie in the Python package musicnn (ISC licence), which `make train-music` fetches; its
own requirements are of 2019 and are not installed. Weight decay has left most of its first filters
empty: what they give is a constant, which moves into the biases behind them, so that a seventh of
the arithmetic is left and the result is the same.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgemood.music.analysis.audio.tagger import BANDS, WINDOW_FRAMES
from edgemood.tflite import sealed
from edgemood.training.common.paths import MODELS, data_file
from edgemood.training.music import data as music_data

WHEEL = "musicnn-0.1.0-py3-none-any.whl"
_NET = "MSD_musicnn"
_TIMBRES = ("conv2d", "conv2d_1")
_TEMPI = ("conv2d_2", "conv2d_3", "conv2d_4")
_MIDDLE = ("conv2d_5", "conv2d_6", "conv2d_7")
_EMPTY = 1e-3  # of the largest filter's length
_HEIGHTS_AT_ONCE = 8
_MOMENTS_AT_ONCE = 24
_EPSILON = 1e-3  # batch normalisation's, as it was trained

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """A convolution and the normalisation behind it: relu(x * kernel + bias) · scale + shift."""

    kernel: Floats
    bias: Floats
    scale: Floats
    shift: Floats

    def after(self, values: Any) -> Any:
        """What comes behind the sum of products."""
        return tf.nn.relu(values + self.bias) * self.scale + self.shift

    @property
    def signs(self) -> Floats:
        """1 where a larger sum of products gives more, -1 where it gives less, (filters,).

        The strongest of many places is the one with the largest sum times this, whatever `after`
        makes of it; so the strongest is found first, and `after` applied to that alone.
        """
        return np.where(self.scale < 0, -1, 1).astype(np.float32)

    def used(self) -> NDArray[np.bool_]:
        """Which filters hold anything."""
        length = np.sqrt((self.kernel**2).sum(axis=(0, 1, 2)))
        used: NDArray[np.bool_] = length > _EMPTY * length.max()
        return used

    def only(self, chosen: NDArray[np.bool_]) -> Filters:
        """Some of the filters."""
        kernel = self.kernel[..., chosen]
        return Filters(kernel, self.bias[chosen], self.scale[chosen], self.shift[chosen])

    def constants(self) -> Floats:
        """What the filters give where their kernel is empty."""
        constants: Floats = np.maximum(self.bias, 0) * self.scale + self.shift
        return constants


class Musicnn(tf.Module):  # type: ignore[misc]  # tensorflow is untyped
    """From a window (1, 187, 96, 1) to the last hidden layer, (1, 200)."""

    def __init__(self, weights: Any) -> None:
        super().__init__()
        self._weights = weights
        self._input = _normalisation(weights, "batch_normalization")
        fronts = [_filters(weights, name, n + 1) for n, name in enumerate(_TIMBRES + _TEMPI)]
        used = [front.used() for front in fronts]
        self._fronts = [f.only(u) for f, u in zip(fronts, used, strict=True)]
        self._used = np.concatenate(used)
        self._constants = np.concatenate([front.constants() for front in fronts])
        self._middle = [_filters(weights, name, n + 6) for n, name in enumerate(_MIDDLE)]

    def __call__(self, window: Any) -> Any:
        scale, shift = self._input
        mel = window * scale + shift
        bands = tf.transpose(mel, (0, 1, 3, 2))  # (1, 187, 1, 96)
        timbres = [_timbre(front, bands) for front in self._fronts[:2]]
        tempi = [_tempo(front, mel) for front in self._fronts[2:]]
        features = tf.concat([*timbres, *tempi], -1)  # (1, 187, 1, used)
        course = self._first_middle(features)
        courses = [course]
        for filters in self._middle[1:]:
            kernel = tf.constant(filters.kernel.transpose(0, 2, 1, 3))
            course = filters.after(tf.nn.conv2d(course, kernel, 1, "SAME")) + course
            courses.append(course)
        return self._pooled(features, courses)

    def _first_middle(self, features: Any) -> Any:
        """The empty filters' constants are one more channel of ones: at the edges they are 0."""
        filters = self._middle[0]
        kernel = filters.kernel[:, :, 0]  # (7, 561, 64)
        constant = np.einsum("tcf,c->tf", kernel[:, ~self._used], self._constants[~self._used])
        together = np.concatenate([kernel[:, self._used], constant[:, None]], axis=1)[:, None]
        ones = tf.ones_like(features[..., :1])
        return filters.after(
            tf.nn.conv2d(tf.concat([features, ones], -1), tf.constant(together), 1, "SAME")
        )

    def _pooled(self, features: Any, courses: list[Any]) -> Any:
        """Maximum and mean over time, normalised, through the dense layer."""
        scale, shift = _normalisation(self._weights, "batch_normalization_9")
        kernel = self._weights.get_tensor("dense/kernel")
        bias = self._weights.get_tensor("dense/bias") + shift @ kernel
        # musicnn keeps maximum and mean of each feature side by side; here come all maxima first
        kernel = _apart(scale[:, None] * kernel)
        known = np.concatenate([self._used, np.ones(len(courses) * courses[0].shape[-1], bool)])
        constants = np.concatenate([self._constants, np.zeros(len(known) - len(self._used))])
        twice, unknown = np.tile(known, 2), np.tile(constants, 2)
        bias = bias + unknown[~twice] @ kernel[~twice]
        everything = tf.concat([features, *courses], -1)
        largest = tf.reshape(_largest(everything, (WINDOW_FRAMES, 1)), (1, -1))
        pooled = [largest, tf.reduce_mean(everything, (1, 2))]
        hidden = tf.matmul(tf.concat(pooled, -1), tf.constant(kernel[twice], tf.float32))
        scale, shift = _normalisation(self._weights, "batch_normalization_10")
        return tf.nn.relu(hidden + bias.astype(np.float32)) * scale + shift


def _timbre(filters: Filters, bands: Any) -> Any:
    """Filters of 7 frames and many bands at every height, the strongest kept.

    As convolutions along time alone, each with an output for every filter at a few heights and with
    the bands that these see: convolutions of a single input channel are slow.
    """
    kernel = filters.kernel[:, :, 0] * filters.signs
    frames, height, count = kernel.shape
    places = BANDS - height + 1
    strongest = []
    for first in range(0, places, _HEIGHTS_AT_ONCE):
        here = min(_HEIGHTS_AT_ONCE, places - first)
        seen = height + here - 1
        spread = np.zeros((frames, 1, seen, here, count), dtype=np.float32)
        for place in range(here):
            spread[:, 0, place : place + height, place] = kernel
        flat = tf.constant(spread.reshape(frames, 1, seen, here * count))
        found = tf.nn.conv2d(bands[..., first : first + seen], flat, 1, "SAME")
        placed = tf.reshape(found, (1, WINDOW_FRAMES, here, count))
        strongest.append(_largest(placed, (1, here)))
    return filters.after(functools.reduce(tf.maximum, strongest) * filters.signs)


def _tempo(filters: Filters, mel: Any) -> Any:
    """Filters along time in every band, the strongest kept.

    As products with matrices of the filters at a few moments each: as a convolution of so many
    frames they take 30 MB of memory to run.
    """
    taps = filters.kernel[:, 0, 0] * filters.signs  # (frames, count)
    frames, count = taps.shape
    before = (frames - 1) // 2
    bands = tf.transpose(tf.reshape(mel, (WINDOW_FRAMES, BANDS)))
    strongest = []
    for first in range(0, WINDOW_FRAMES, _MOMENTS_AT_ONCE):
        here = min(_MOMENTS_AT_ONCE, WINDOW_FRAMES - first)
        begin = max(0, first - before)
        end = min(WINDOW_FRAMES, first + here - 1 - before + frames)
        moved = np.zeros((end - begin, here, count), dtype=np.float32)
        for moment in range(here):
            start = first + moment - before
            inside = slice(max(begin, start), min(end, start + frames))
            rows = slice(inside.start - begin, inside.stop - begin)
            moved[rows, moment] = taps[inside.start - start : inside.stop - start]
        matrix = tf.constant(moved.reshape(end - begin, -1))
        found = tf.reshape(tf.matmul(bands[:, begin:end], matrix), (1, BANDS, here, count))
        strongest.append(_largest(found, (BANDS, 1)))
    course = tf.reshape(tf.concat(strongest, 2), (1, WINDOW_FRAMES, 1, count))
    return filters.after(course * filters.signs)


def _largest(values: Any, window: tuple[int, int]) -> Any:
    """The maximum of each window of two axes, as pooling: the runtime is slow at reductions."""
    return tf.nn.max_pool2d(values, window, window, "VALID")


def _apart(rows: Floats) -> Floats:
    """Rows 0, 2, 4, … and then rows 1, 3, 5, …"""
    return np.concatenate([rows[0::2], rows[1::2]])


def _filters(weights: Any, name: str, normalisation: int) -> Filters:
    scale, shift = _normalisation(weights, f"batch_normalization_{normalisation}")
    kernel, bias = (weights.get_tensor(f"{name}/{part}") for part in ("kernel", "bias"))
    return Filters(kernel, bias, scale, shift)


def _normalisation(weights: Any, name: str) -> tuple[Floats, Floats]:
    """Scale and shift of a batch normalisation."""
    gamma, beta, mean, variance = (
        weights.get_tensor(f"{name}/{part}")
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + _EPSILON)
    return scale, beta - mean * scale


def load(wheel: Path) -> Musicnn:
    """The network with the weights in the package."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if f"/{_NET}/" in name]
        archive.extractall(folder, members)
        place = f"{folder}/musicnn/{_NET}/"
        return Musicnn(tf.compat.v1.train.NewCheckpointReader(place))


def convert(net: Musicnn) -> bytes:
    """The network as a sealed TFLite file, weights in half precision.

    Its features differ too much in range for 8 bits: int8 activations left a correlation of 0.4
    with the hidden layer.
    """
    signature = tf.TensorSpec((1, WINDOW_FRAMES, BANDS, 1), tf.float32, name="input")
    function = tf.function(net, input_signature=[signature]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return sealed(converter.convert())


def main() -> None:
    """Write `models/music_tagger.tflite`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=music_data.CACHE)
    net = load(data_file(WHEEL, parser.parse_args().cache))
    (MODELS / "music_tagger.tflite").write_bytes(convert(net))


if __name__ == "__main__":
    main()
