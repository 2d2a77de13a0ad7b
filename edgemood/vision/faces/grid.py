"""How the face net writes down faces: a grid of cells, and six kinds of faces in each of them.

Every cell is 16 pixels wide. Slots 0 to 3 are for small faces, one for each quarter of the cell;
slot 4 is for middle and slot 5 for large faces in the whole of it. A slot holds four values: the
logit of a face's middle lying there, how far right and down of the slot's own middle it lies, and
the face's size. They are scaled alike, because all of them share one int8 scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CELL_PX = 16
VALUES = 4
"""logit, right, down, size"""
RESOLUTION = 4.0
"""Offsets in slot widths and natural logarithms of sizes are multiplied by this: the logits, from
-8 to 8, set the int8 scale."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One kind of face in a cell; all lengths in pixels of the net's input."""

    right_px: float
    """the slot's middle, from the cell's left edge"""
    down_px: float
    """the slot's middle, from the cell's upper edge"""
    step_px: float
    """the slot's width"""
    side_px: float
    """the side of a face whose size is written as 0"""
    smallest_px: float
    largest_px: float
    """the sides for which the slot is responsible; those of neighbours overlap"""


SLOTS = (
    *(
        Slot(right, down, CELL_PX / 2, 15.0, 8.0, 28.0)
        for down in (CELL_PX / 4, 3 * CELL_PX / 4)
        for right in (CELL_PX / 4, 3 * CELL_PX / 4)
    ),
    Slot(CELL_PX / 2, CELL_PX / 2, CELL_PX, 36.0, 22.0, 64.0),
    Slot(CELL_PX / 2, CELL_PX / 2, CELL_PX, 110.0, 52.0, 260.0),
)
CHANNELS = VALUES * len(SLOTS)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Square boxes in pixels of the net's input, the surest first; they may leave the picture."""

    middles: NDArray[np.float32]
    """(n, 2): right, down"""
    sides: NDArray[np.float32]
    """(n,)"""
    logits: NDArray[np.float32]
    """(n,)"""

    def __len__(self) -> int:
        return len(self.sides)


def read_grid(grid: NDArray[np.float32], logit_min: float) -> Boxes:
    """The boxes with a logit of at least `logit_min` in a grid (rows, columns, `CHANNELS`)."""
    rows, columns, _ = grid.shape
    values = grid.reshape(rows, columns, len(SLOTS), VALUES)
    row, column, slot = np.nonzero(values[..., 0] >= logit_min)
    logits, right, down, size = values[row, column, slot].T
    order = np.argsort(-logits, kind="stable")
    steps = _of_slots("step_px")[slot]
    middles = np.stack(
        [
            column * CELL_PX + _of_slots("right_px")[slot] + right / RESOLUTION * steps,
            row * CELL_PX + _of_slots("down_px")[slot] + down / RESOLUTION * steps,
        ],
        axis=1,
    )
    sides = _of_slots("side_px")[slot] * np.exp(size / RESOLUTION)
    return Boxes(
        middles[order].astype(np.float32),
        sides[order].astype(np.float32),
        logits[order].astype(np.float32),
    )


def distinct(boxes: Boxes, overlap_max: float) -> Boxes:
    """The boxes without those that overlap a surer one by more than `overlap_max`.

    Overlap is intersection over union, or over the smaller box where one lies within the other.
    """
    kept: list[int] = []
    for index in range(len(boxes)):
        if not kept or _overlaps(boxes, index, kept).max() <= overlap_max:
            kept.append(index)
    return Boxes(boxes.middles[kept], boxes.sides[kept], boxes.logits[kept])


def _overlaps(boxes: Boxes, index: int, others: list[int]) -> NDArray[np.float32]:
    near = np.abs(boxes.middles[others] - boxes.middles[index])
    one, rest = boxes.sides[index], boxes.sides[others]
    reach = ((one + rest) / 2)[:, np.newaxis] - near
    shared = np.clip(np.minimum(reach, np.minimum(one, rest)[:, np.newaxis]), 0, None).prod(axis=1)
    result: NDArray[np.float32] = shared / np.minimum(one, rest) ** 2
    return result


def _of_slots(name: str) -> NDArray[np.float32]:
    return np.array([getattr(slot, name) for slot in SLOTS], dtype=np.float32)
