import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.frames import FrameStream
from edgemood.hearing.mel import log_mel
from edgemood.hearing.microphones.block import BLOCK_SAMPLES

SOUND = np.random.default_rng(4).uniform(-0.5, 0.5, 12_000).astype(np.float32)


@given(together=st.integers(1, 40), cuts=st.lists(st.integers(0, len(SOUND)), max_size=9))
def test_frames_that_come_together_are_the_same_frames(together: int, cuts: list[int]) -> None:
    stream = FrameStream(together)
    pieces = [stream.push(piece) for piece in np.split(SOUND, sorted(cuts))]
    assert not any(len(piece) % together for piece in pieces)
    given_frames = np.concatenate(pieces)
    whole = log_mel(SOUND)
    np.testing.assert_array_equal(given_frames, whole[: len(given_frames)])
    assert len(whole) - len(given_frames) < together


def test_waiting_for_thirty_two_frames_delays_none_of_the_last() -> None:
    one_by_one, together = FrameStream(), FrameStream(32)
    known = given_frames = 0
    for block in np.split(np.tile(SOUND, 4), range(BLOCK_SAMPLES, 4 * len(SOUND), BLOCK_SAMPLES)):
        known += len(one_by_one.push(block))
        given_frames += len(together.push(block))
        assert given_frames == known // 32 * 32
