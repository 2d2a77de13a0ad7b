"""What the detector should have said of a scene, and how wrong it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from edgemood.vision.faces.grid import CELL_PX, RESOLUTION, SLOTS, VALUES, Slot

_BOX_NEARNESS = 0.5
"""Slots this near to a face's middle learn its box; at the middle itself nearness is 1."""
_IGNORED_NEARNESS = 0.2
_NEARLY = 1.5
"""A slot is not blamed for a face this much smaller or larger than those it is responsible for."""
_BOX_WEIGHT = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """For each slot of each cell, slots first: (..., slots, rows, columns)."""

    nearness: Tensor
    """1 in the slot that should find a face, falling to 0 around it"""
    boxes: Tensor
    """(..., slots, 3, rows, columns): right, down, size as the grid writes them"""
    has_box: Tensor
    """1 where `boxes` holds, else 0"""
    counts: Tensor
    """0 where nothing is to be learned about a face's being there, else 1"""


def targets_of(boxes: NDArray[np.float32], side: int) -> Targets:
    """The targets of one scene of `side` pixels; `boxes` is (n, 3): middle right, down, side."""
    cells = side // CELL_PX
    shape = (len(SLOTS), cells, cells)
    nearness, counts, has_box = np.zeros(shape), np.ones(shape), np.zeros(shape)
    values = np.zeros((len(SLOTS), 3, cells, cells))
    small = [index for index, slot in enumerate(SLOTS) if slot.step_px < CELL_PX]
    groups = [small, *([index] for index in range(len(small), len(SLOTS)))]
    for right, down, size in boxes:
        for group in groups:
            slot = SLOTS[group[0]]
            if not slot.smallest_px / _NEARLY <= size <= slot.largest_px * _NEARLY:
                continue
            offsets = np.stack([_offsets(SLOTS[index], right, down, cells) for index in group])
            spread = max(size / 7, slot.step_px / 2) / slot.step_px
            near = np.exp(-(offsets**2).sum(axis=1) / (2 * spread**2))
            if not slot.smallest_px <= size <= slot.largest_px:
                counts[group] = np.where(near > _IGNORED_NEARNESS, 0, counts[group])
                continue
            near[np.unravel_index(near.argmax(), near.shape)] = 1.0
            owned = (near > _BOX_NEARNESS) & (near > nearness[group])
            box = np.empty((len(group), 3, cells, cells))
            box[:, :2], box[:, 2] = offsets, np.log(size / slot.side_px)
            values[group] = np.where(owned[:, np.newaxis], RESOLUTION * box, values[group])
            has_box[group] = np.maximum(has_box[group], owned)
            nearness[group] = np.maximum(nearness[group], near)
    counts = np.where(nearness == 1, 1, counts)
    return Targets(*(torch.from_numpy(a).float() for a in (nearness, values, has_box, counts)))


def _offsets(slot: Slot, right: float, down: float, cells: int) -> NDArray[np.float64]:
    """From each cell's slot to a point, in slot widths: (2, rows, columns)."""
    rows, columns = np.mgrid[:cells, :cells] * CELL_PX
    across, along = right - columns - slot.right_px, down - rows - slot.down_px
    offsets: NDArray[np.float64] = np.stack([across, along]) / slot.step_px
    return offsets


def stacked(targets: list[Targets]) -> Targets:
    """The targets of a batch."""
    return Targets(
        torch.stack([each.nearness for each in targets]),
        torch.stack([each.boxes for each in targets]),
        torch.stack([each.has_box for each in targets]),
        torch.stack([each.counts for each in targets]),
    )


def loss_of(grid: Tensor, targets: Targets) -> Tensor:
    """Penalty-reduced focal loss (Zhou et al., "Objects as points", 2019) plus that of the boxes.

    `grid` is the net's output, (n, channels, rows, columns).
    """
    count, _, rows, columns = grid.shape
    values = grid.view(count, len(SLOTS), VALUES, rows, columns)
    logits, nearness = values[:, :, 0], targets.nearness
    found = torch.sigmoid(logits)
    here = (nearness == 1).float()
    hits = here * (1 - found) ** 2 * F.softplus(-logits)
    alarms = (1 - here) * (1 - nearness) ** 4 * found**2 * F.softplus(logits)
    focal = ((hits + alarms) * targets.counts).sum() / here.sum().clamp(min=1)
    errors = F.smooth_l1_loss(values[:, :, 1:], targets.boxes, reduction="none", beta=0.5)
    owned = targets.has_box.unsqueeze(2)
    return focal + _BOX_WEIGHT * (errors * owned).sum() / owned.sum().clamp(min=1)
