"""The scorecard's pictures, as SVG files that come out the same for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS

mpl.rcParams["svg.hashsalt"] = "edgemood"
mpl.rcParams["svg.fonttype"] = "none"  # text stays text: small files that can be searched


def confusion(path: Path, counts: NDArray[np.int64]) -> None:
    """Draw how each emotion, a row of `counts` (7, 7), was judged, in percent of the row."""
    figure, axes = _square("judged as", "labelled")
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 50 else "black"
        axes.text(column, row, f"{share:.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, rotation=45)
    axes.set_yticks(range(len(EMOTIONS)), EMOTIONS)
    _save(figure, path)


def reliability(path: Path, bins: list[tuple[float, float, int]]) -> None:
    """Draw accuracy over confidence; a calibrated model lies on the diagonal."""
    figure, axes = _square("confidence", "accuracy")
    confidences, rights, samples = zip(*bins, strict=True)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.scatter(confidences, rights, s=[4 + count / 5 for count in samples])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _save(figure, path)


def coverage(path: Path, curve: NDArray[np.float64]) -> None:
    """Draw the accuracy of the most confident share of the samples."""
    figure, axes = _square("share judged, most confident first", "accuracy")
    shares = np.arange(1, len(curve) + 1) / len(curve)
    stride = max(1, len(curve) // 200)
    axes.plot(shares[stride - 1 :: stride], curve[stride - 1 :: stride])
    axes.set_xlim(0, 1)
    axes.grid(visible=True)
    _save(figure, path)


def ladder(path: Path, rungs: list[dict[str, Any]]) -> None:
    """Draw accuracy over light: of all faces, and of those that the box judges.

    A rung tells its `level` in electrons, or `all` for undisturbed pictures, which are left out.
    """
    rungs = [rung for rung in rungs if rung["level"] != "all"]
    figure, axes = _square("electrons in white", "share of faces")
    electrons = [float(rung["level"]) for rung in rungs]
    for name, shown, style in [
        ("ferplus", "right, all judged", "--"),
        ("ferplus_judged", "right, of those the box judges", "-"),
        ("judged", "judged by the box", ":"),
    ]:
        values = [np.nan if rung[name] is None else rung[name] for rung in rungs]
        axes.plot(electrons, values, style, marker="o", label=shown)
    axes.axhline(0.6, color="grey", linewidth=1)
    axes.set_xscale("log")
    axes.set_ylim(0, 1)
    axes.legend()
    _save(figure, path)


def noise_ladder(path: Path, rungs: list[dict[str, Any]]) -> None:
    """Draw recognition (UAR) of voices and the share judged over how far they rise above noise.

    A rung tells its `background`, `snr_db`, `uar` and `judged`.
    """
    figure, axes = _square("speech above the background, dB", "share")
    backgrounds = dict.fromkeys(rung["background"] for rung in rungs)
    for colour, background in enumerate(backgrounds):
        behind = [rung for rung in rungs if rung["background"] == background]
        ratios_db = [rung["snr_db"] for rung in behind]
        for name, style in (("uar", "o-"), ("judged", ".:")):
            shares = [rung[name] for rung in behind]
            axes.plot(ratios_db, shares, style, color=f"C{colour}", label=f"{name}, {background}")
    axes.set_ylim(0, 1)
    axes.grid(visible=True)
    axes.legend()
    _save(figure, path)


def roc(path: Path, curves: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> None:
    """Draw the share found over the share falsely passed (both in [0, 1]) of each named curve.

    The first point of a curve is its operating point.
    """
    figure, axes = _square("background passed", "speech found")
    for name, (passed, found) in curves.items():
        (line,) = axes.plot(passed[1:], found[1:], label=name)
        axes.plot(passed[0], found[0], "o", color=line.get_color())
    axes.set_xlim(0, 0.3)
    axes.set_ylim(0.3, 1)
    axes.grid(visible=True)
    axes.legend(title="speech above it")
    _save(figure, path)


def _square(across: str, down: str) -> tuple[Any, Any]:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(xlabel=across, ylabel=down)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})
