import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.training.detector.targets import loss_of, targets_of
from edgemood.vision.faces.grid import CHANNELS, SLOTS, VALUES, read_grid

SIDE = 160
CELLS = SIDE // 16

faces = st.tuples(st.floats(20, 140), st.floats(20, 140), st.floats(8, 120))


def grid_of(targets) -> torch.Tensor:
    """The grid of a net that makes no mistake."""
    logits = torch.where(targets.nearness == 1, 9.0, -9.0).unsqueeze(1)
    values = torch.cat([logits, targets.boxes], dim=1)
    return values.reshape(1, CHANNELS, CELLS, CELLS)


@given(faces)
@settings(max_examples=50)
def test_a_face_written_as_targets_is_read_where_it_is(face) -> None:
    targets = targets_of(np.array([face], dtype=np.float32), SIDE)
    boxes = read_grid(grid_of(targets)[0].permute(1, 2, 0).numpy(), 0.0)
    assert len(boxes) >= 1
    np.testing.assert_allclose(boxes.middles, [face[:2]] * len(boxes), atol=0.05)
    np.testing.assert_allclose(boxes.sides, [face[2]] * len(boxes), rtol=1e-3)


def batch(rows):
    from edgemood.training.detector.targets import stacked

    return stacked([targets_of(np.array(rows, dtype=np.float32).reshape(-1, 3), SIDE)])


def test_who_makes_no_mistake_has_almost_no_loss_and_who_sees_nobody_has_more() -> None:
    targets = batch([(60, 70, 40), (120, 40, 12)])
    right = loss_of(grid_of(targets_of(np.array([(60, 70, 40), (120, 40, 12.0)]), SIDE)), targets)
    blind = torch.full((1, CHANNELS, CELLS, CELLS), 0.0)
    blind[:, ::VALUES] = -9.0
    assert float(right) < 0.01
    assert float(loss_of(blind, targets)) > 1


def test_a_scene_without_anybody_blames_boxes() -> None:
    targets = batch([])
    keen = torch.zeros(1, CHANNELS, CELLS, CELLS)
    calm = keen.clone()
    calm[:, ::VALUES] = -9.0
    assert float(loss_of(calm, targets)) < 0.01 < float(loss_of(keen, targets))


@pytest.mark.parametrize("size", [8, 20, 40, 58, 100])
def test_every_size_has_a_slot_that_is_responsible(size: int) -> None:
    targets = targets_of(np.array([(80.0, 80.0, size)]), SIDE)
    assert float((targets.nearness == 1).sum()) >= 1
    assert targets.nearness.shape == (len(SLOTS), CELLS, CELLS)
