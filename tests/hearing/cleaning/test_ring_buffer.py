import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.cleaning.ring_buffer import Tape


@given(
    pieces=st.lists(st.integers(0, 300), max_size=12),
    remembered=st.integers(1, 200),
    start=st.integers(-50, 1500),
    samples=st.integers(0, 300),
)
def test_a_cut_holds_what_is_remembered_and_silence_elsewhere(
    pieces: list[int], remembered: int, start: int, samples: int
) -> None:
    sound = np.arange(1, sum(pieces) + 1, dtype=np.float32)
    tape = Tape(remembered)
    for piece in np.split(sound, np.cumsum(pieces)):
        tape.append(piece)
    places = np.arange(start, start + samples)
    known = (places >= max(0, len(sound) - remembered)) & (places < len(sound))
    np.testing.assert_array_equal(tape.cut(start, samples), np.where(known, places + 1, 0))
    assert tape.end == len(sound)


@given(frequency=st.floats(0.001, 0.35), fraction=st.floats(0, 1), drift=st.floats(-1e-4, 1e-4))
def test_a_tone_is_read_at_any_place_and_a_little_faster_or_slower(
    frequency: float, fraction: float, drift: float
) -> None:
    tape = Tape(4000)
    tape.append(np.sin(2 * np.pi * frequency * np.arange(4000)).astype(np.float32))
    read = tape.read(1000 + fraction, 1600, 1 + drift)
    places = 1000 + fraction + np.arange(1600) * (1 + drift)
    np.testing.assert_allclose(read, np.sin(2 * np.pi * frequency * places), atol=0.02)


def test_a_tape_may_begin_at_any_place() -> None:
    tape = Tape(10, end=100)
    tape.append(np.ones(3, dtype=np.float32))
    assert tape.cut(98, 6) == pytest.approx([0, 0, 1, 1, 1, 0])
