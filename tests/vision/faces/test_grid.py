import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgemood.vision.faces.grid import (
    CELL_PX,
    CHANNELS,
    RESOLUTION,
    SLOTS,
    VALUES,
    Boxes,
    distinct,
    read_grid,
)

ROWS, COLUMNS = 15, 20

places = st.tuples(
    st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), st.integers(0, len(SLOTS) - 1)
)
many_boxes = st.lists(
    st.tuples(st.floats(0, 320), st.floats(0, 240), st.floats(8, 240)), min_size=1, max_size=20
)


def empty() -> np.ndarray:
    grid = np.zeros((ROWS, COLUMNS, CHANNELS), dtype=np.float32)
    grid[..., ::VALUES] = -5
    return grid


def boxes_of(rows: list[tuple[float, float, float]]) -> Boxes:
    values = np.array(rows, dtype=np.float32)
    return Boxes(values[:, :2], values[:, 2], -np.arange(len(rows), dtype=np.float32))


def test_a_grid_in_which_nothing_is_likely_holds_no_box() -> None:
    assert len(read_grid(empty(), 0.0)) == 0


@given(places, st.floats(-1, 1), st.floats(-1, 1), st.floats(-0.5, 0.5))
def test_what_is_written_in_a_slot_is_read_from_it(place, right, down, size) -> None:
    row, column, at = place
    slot, grid = SLOTS[at], empty()
    values = [1.0, RESOLUTION * right, RESOLUTION * down, RESOLUTION * size]
    grid[row, column, at * VALUES : (at + 1) * VALUES] = values
    boxes = read_grid(grid, 0.0)
    assert len(boxes) == 1
    middle = (
        column * CELL_PX + slot.right_px + right * slot.step_px,
        row * CELL_PX + slot.down_px + down * slot.step_px,
    )
    np.testing.assert_allclose(boxes.middles[0], middle, atol=1e-3)
    np.testing.assert_allclose(boxes.sides[0], slot.side_px * np.exp(size), rtol=1e-4)


def test_the_surest_box_comes_first() -> None:
    grid = empty()
    grid[3, 4, 0], grid[5, 6, 16], grid[7, 8, 20] = 1.0, 3.0, 2.0
    assert read_grid(grid, 0.0).logits.tolist() == [3.0, 2.0, 1.0]


def test_the_slots_are_responsible_for_every_size_between_the_least_and_the_greatest() -> None:
    ranges = sorted({(slot.smallest_px, slot.largest_px) for slot in SLOTS})
    for (_, largest), (smallest, _) in itertools.pairwise(ranges):
        assert smallest < largest


def test_of_two_boxes_on_one_face_the_surer_stays_and_neighbours_both_do() -> None:
    boxes = boxes_of([(100, 100, 60), (104, 98, 66), (100, 100, 24), (170, 100, 60)])
    assert distinct(boxes, 0.5).sides.tolist() == [60, 60]


@given(many_boxes)
def test_boxes_that_stay_are_apart_and_the_others_overlap_a_surer_one(rows) -> None:
    boxes = boxes_of(rows)
    kept = distinct(boxes, 0.5)
    assert 1 <= len(kept) <= len(boxes)
    assert kept.logits[0] == boxes.logits[0]
    assert len(distinct(kept, 0.5)) == len(kept)
