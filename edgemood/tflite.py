"""The one place that loads a TensorFlow Lite interpreter."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.errors import ModelError

_IDENTIFIER = b"TFL3"  # FlatBuffers file identifier of the TFLite schema, at byte 4
_SEAL = b"edgemood"  # stands between a model and its SHA-256 at the end of the file
_SEAL_BYTES = len(_SEAL) + hashlib.sha256().digest_size


class Model:
    """A loaded model with one float32 input and float32 outputs (int8 inside).

    Its first output is what it is asked for; further ones are further readings of the same input.
    The float boundary costs two element-wise operations and keeps scale and zero point out of
    the callers. Batch size is one.
    """

    def __init__(
        self, path: Path, input_shape: tuple[int, ...], output_shape: tuple[int, ...]
    ) -> None:
        """Load `path` and check that it takes and first gives the named shapes (without the batch).

        Raises ModelError when the file is missing, damaged, or made for something else.
        """
        expected = f"a TFLite model from float32 {input_shape} to float32 {output_shape}"
        content = _read(path, expected)
        try:
            self._interpreter = _interpreter_class()(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(path, f"damaged or unsupported model ({error})", expected) from error
        inputs = self._interpreter.get_input_details()
        outputs = self._interpreter.get_output_details()
        found = f"from {_describe(inputs)} to {_describe(outputs)}"
        if _signature(inputs) != [((1, *input_shape), np.float32)] or _signature(outputs)[:1] != [
            ((1, *output_shape), np.float32)
        ]:
            raise ModelError(path, f"a model made for something else ({found})", expected)
        self.input_shape = input_shape
        self.output_shape = output_shape
        self._input = int(inputs[0]["index"])
        self._outputs = [int(output["index"]) for output in outputs]

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the model once; `values` has `input_shape`, the result `output_shape`."""
        return self.readings(values)[0]

    def readings(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the model once and give all its outputs, the asked one first."""
        self._interpreter.set_tensor(self._input, values[np.newaxis].astype(np.float32, copy=False))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output)[0] for output in self._outputs]


def sealed(content: bytes) -> bytes:
    """A TFLite file with its checksum behind it, as `Model` wants it.

    The interpreters follow the offsets inside a file unchecked: one that was cut short by a power
    cut or a full disk crashes the process or never returns. TFLite readers ignore what lies behind
    a model, so that a sealed file still works everywhere else.
    """
    return content + _SEAL + hashlib.sha256(content).digest()


def _read(path: Path, expected: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})", expected) from error
    if content[4:8] != _IDENTIFIER:
        raise ModelError(path, "not a TFLite file", expected)
    model = content[:-_SEAL_BYTES]
    if sealed(model) != content:
        raise ModelError(path, "damaged, or not written by edgemood's exporter", expected)
    return model


def _interpreter_class() -> Any:
    """tflite-runtime where it exists (Python 3.11), else its successor ai-edge-litert."""
    try:
        from tflite_runtime.interpreter import Interpreter
    except ModuleNotFoundError:
        from ai_edge_litert.interpreter import Interpreter
    return Interpreter


def _signature(tensors: list[dict[str, Any]]) -> list[tuple[tuple[int, ...], type]]:
    return [(tuple(int(n) for n in tensor["shape"]), tensor["dtype"]) for tensor in tensors]


def _describe(tensors: list[dict[str, Any]]) -> str:
    return ", ".join(f"{dtype.__name__} {shape[1:]}" for shape, dtype in _signature(tensors))
