"""From a trained PyTorch network to a full-integer TFLite file with a float boundary.

`torch.fx` lists the network's operations; each is rebuilt from TensorFlow's own operations with the
channels last, batch normalisation folded into the convolution before it, and the TFLite converter
quantises weights and activations to int8 over representative inputs.

A tensor with four dimensions is (n, c, h, w) in PyTorch and (n, h, w, c) here; every other tensor
is the same in both. `flatten` of a picture therefore works only on 1×1 pixels, as after pooling.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import torch
from numpy.typing import NDArray
from tensorflow.lite.tools import flatbuffer_utils
from torch import Tensor, fx, nn
from torch.fx.experimental.optimization import fuse
from torch.nn import functional as F

from edgemood.tflite import sealed

_TOLERANCE = 1e-3  # of logits, between PyTorch's and TensorFlow's order of summation


class ExportError(ValueError):
    """A network uses an operation that this exporter does not know, or does not come out equal."""


@dataclass(frozen=True, slots=True)
class Export:
    """What became of an export."""

    size_bytes: int
    float_difference: float
    """largest difference between PyTorch's and TensorFlow's float outputs"""


def export_int8(network: nn.Module, inputs: NDArray[np.float32], path: Path) -> Export:
    """Write `network` as a TFLite file of batch 1 with float32 input and output, int8 inside.

    `network` takes (n, channels, height, width) and gives one tensor or a tuple of them, which are
    the file's outputs in the same order. `inputs`, (n, height, width, channels) float32, are
    representative device inputs: they set the ranges of the activations.
    Raises ExportError when an operation is unknown or the float outputs differ.
    """
    graph = _Graph(network)
    difference = _difference(network, graph, inputs[:32])
    if difference > _TOLERANCE:
        raise ExportError(f"TensorFlow's float output differs by {difference:.2g}")
    content = sealed(_convert(graph, inputs))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Export(len(content), difference)


def _difference(network: nn.Module, graph: _Graph, inputs: NDArray[np.float32]) -> float:
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(inputs).permute(0, 3, 1, 2))
    pairs = zip(_outputs(expected), _outputs(graph(tf.constant(inputs))), strict=True)
    return max(
        float(np.abs(ours.numpy() - _channels_last(theirs).numpy()).max()) for theirs, ours in pairs
    )


def _channels_last(result: Tensor) -> Tensor:
    return result.permute(0, 2, 3, 1) if result.ndim == 4 else result


def _outputs(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _convert(graph: _Graph, inputs: NDArray[np.float32]) -> bytes:
    signature = tf.TensorSpec((1, *inputs.shape[1:]), tf.float32, name="input")
    function = tf.function(graph, input_signature=[signature], autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], graph
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample[np.newaxis]] for sample in inputs)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return _in_order(converter.convert())


def _in_order(content: bytes) -> bytes:
    """The converter shuffles several outputs; their names still end with their numbers."""
    model = flatbuffer_utils.convert_bytearray_to_object(content)
    graph = model.subgraphs[0]
    graph.outputs = sorted(graph.outputs, key=lambda output: graph.tensors[output].name)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


class _Graph(tf.Module):  # type: ignore[misc]  # tensorflow is untyped
    """The network's operations, replayed with TensorFlow."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        traced = fuse(fx.symbolic_trace(network.eval()))
        self._modules_by_name = dict(traced.named_modules())
        self._nodes = list(traced.graph.nodes)

    def __call__(self, inputs: Any) -> Any:
        values: dict[fx.Node, Any] = {}
        for node in self._nodes:
            if node.op == "placeholder":
                values[node] = inputs
            elif node.op == "output":
                return fx.node.map_arg(node.args[0], values.__getitem__)
            else:
                values[node] = self._apply(node, values)
        raise ExportError("the network has no output")

    def _apply(self, node: fx.Node, values: dict[fx.Node, Any]) -> Any:
        arguments = fx.node.map_arg(node.args, values.__getitem__)
        options = fx.node.map_arg(node.kwargs, values.__getitem__)
        if node.op == "call_module":
            module = self._modules_by_name[str(node.target)]
            layer = _LAYERS.get(type(module))
            if layer is not None:
                return layer(module, arguments[0])
        elif node.target in _FUNCTIONS:
            return _FUNCTIONS[node.target](*arguments, **options)
        raise ExportError(f"no TensorFlow counterpart for {node.format_node()}")


def _convolution(layer: nn.Conv2d, values: Any) -> Any:
    kernel = layer.weight.detach().permute(2, 3, 1, 0).numpy()
    padding, padded = _padding(layer, values)
    if layer.groups == 1:
        result = tf.nn.conv2d(padded, kernel, layer.stride, padding, dilations=layer.dilation)
    elif layer.groups == layer.in_channels == layer.out_channels:
        depthwise = kernel.transpose(0, 1, 3, 2)
        stride = (1, *layer.stride, 1)
        result = tf.nn.depthwise_conv2d(
            padded, depthwise, stride, padding, dilations=layer.dilation
        )
    else:
        raise ExportError(f"the grouped convolution {layer} is neither plain nor depthwise")
    return _add_bias(layer, result)


def _padding(layer: nn.Conv2d, values: Any) -> tuple[str, Any]:
    """TensorFlow's own padding where it pads as PyTorch does, which needs no operation."""
    reach = [
        step * (size - 1) for step, size in zip(layer.dilation, layer.kernel_size, strict=True)
    ]
    if layer.stride == (1, 1) and [2 * width for width in _pair(layer.padding)] == reach:
        return "SAME", values
    return "VALID", _pad(values, layer.padding)


def _pad(values: Any, padding: Any, fill: float = 0.0) -> Any:
    rows, columns = _pair(padding)
    if rows == columns == 0:
        return values
    return tf.pad(values, [[0, 0], [rows, rows], [columns, columns], [0, 0]], constant_values=fill)


def _add_bias(layer: nn.Conv2d | nn.Linear, values: Any) -> Any:
    return values if layer.bias is None else tf.nn.bias_add(values, layer.bias.detach().numpy())


def _linear(layer: nn.Linear, values: Any) -> Any:
    return _add_bias(layer, tf.linalg.matmul(values, layer.weight.detach().numpy().T))


def _max_pool(layer: nn.MaxPool2d, values: Any) -> Any:
    return tf.nn.max_pool2d(
        _unpadded(layer, values), _pair(layer.kernel_size), _pair(layer.stride), "VALID"
    )


def _average_pool(layer: nn.AvgPool2d, values: Any) -> Any:
    return tf.nn.avg_pool2d(
        _unpadded(layer, values), _pair(layer.kernel_size), _pair(layer.stride), "VALID"
    )


def _unpadded(layer: nn.MaxPool2d | nn.AvgPool2d, values: Any) -> Any:
    if _pair(layer.padding) != (0, 0):
        raise ExportError(f"{layer} pads, which int8 pooling cannot")
    return values


def _adaptive_average(layer: nn.AdaptiveAvgPool2d, values: Any) -> Any:
    wanted, given = _pair(layer.output_size), tuple(values.shape[1:3])
    if wanted == (1, 1):
        return tf.reduce_mean(values, axis=(1, 2), keepdims=True)
    window = tuple(size // out for size, out in zip(given, wanted, strict=True))
    if tuple(size * out for size, out in zip(window, wanted, strict=True)) != given:
        raise ExportError(f"adaptive pooling of {given} to {wanted}: the windows would overlap")
    return tf.nn.avg_pool2d(values, window, window, "VALID")


def _global_maximum(layer: nn.AdaptiveMaxPool2d, values: Any) -> Any:
    if _pair(layer.output_size) != (1, 1):
        raise ExportError(f"adaptive pooling to {layer.output_size} instead of 1×1")
    return tf.reduce_max(values, axis=(1, 2), keepdims=True)


def _mean(values: Any, dim: Any, keepdim: bool = False) -> Any:  # noqa: FBT001, FBT002  (torch's)
    axes = [axis % values.shape.rank for axis in ([dim] if isinstance(dim, int) else dim)]
    if values.shape.rank == 4:
        if not keepdim and sorted(axes) != [2, 3]:
            raise ExportError(f"mean over {dim} of a picture needs keepdim=True")
        axes = [_CHANNELS_LAST[axis] for axis in axes]
    return tf.reduce_mean(values, axes, keepdims=keepdim)


def _flatten(values: Any, start: int = 1, end: int = -1) -> Any:
    if (start, end) != (1, -1) or (values.shape.rank == 4 and values.shape[1:3] != (1, 1)):
        raise ExportError(f"flatten of {values.shape}: only pooled pictures keep their order")
    return tf.reshape(values, (-1, np.prod(values.shape[1:])))


def _concatenate(tensors: Any, dim: int = 0) -> Any:
    rank = tensors[0].shape.rank
    axis = dim % rank
    return tf.concat(tensors, _CHANNELS_LAST[axis] if rank == 4 else axis)


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


_CHANNELS_LAST = (0, 3, 1, 2)  # where PyTorch's dimension of a picture lies in TensorFlow's

_LAYERS: dict[type[nn.Module], Callable[[Any, Any], Any]] = {
    nn.Conv2d: _convolution,
    nn.Linear: _linear,
    nn.MaxPool2d: _max_pool,
    nn.AvgPool2d: _average_pool,
    nn.AdaptiveAvgPool2d: _adaptive_average,
    nn.AdaptiveMaxPool2d: _global_maximum,
    nn.Flatten: lambda layer, values: _flatten(values, layer.start_dim, layer.end_dim),
    nn.ReLU: lambda _, values: tf.nn.relu(values),
    nn.ReLU6: lambda _, values: tf.nn.relu6(values),
    nn.Sigmoid: lambda _, values: tf.sigmoid(values),
    nn.Hardswish: lambda _, values: values * tf.nn.relu6(values + 3.0) * (1 / 6),
    nn.Identity: lambda _, values: values,
    nn.Dropout: lambda _, values: values,
    nn.Dropout2d: lambda _, values: values,
}

_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    operator.add: operator.add,
    torch.add: operator.add,
    operator.sub: operator.sub,
    operator.mul: operator.mul,
    torch.mul: operator.mul,
    operator.truediv: operator.truediv,
    torch.sigmoid: tf.sigmoid,
    torch.relu: tf.nn.relu,
    F.relu: lambda values, **_: tf.nn.relu(values),
    torch.cat: _concatenate,
    torch.flatten: _flatten,
    torch.mean: _mean,
    "mean": _mean,
    "flatten": _flatten,
    "sigmoid": tf.sigmoid,
    "relu": tf.nn.relu,
}
