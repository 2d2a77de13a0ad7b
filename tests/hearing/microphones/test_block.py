import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.microphones.block import BLOCK_S, BLOCK_SAMPLES, Block, BlockCutter

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000)


def blocks_of_pieces(pieces: list[np.ndarray], rate_hz: int) -> list[Block]:
    cutter = BlockCutter()
    for piece in pieces:
        cutter.push(piece, rate_hz)
    cutter.flush()
    blocks: list[Block] = []
    while (block := cutter.cut(0.0)) is not None:
        blocks.append(block)
    return blocks


def tone(rate_hz: int, frequency_hz: float = 440.0, duration_s: float = 2.0) -> np.ndarray:
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * times)).astype(np.float32)[:, None]


@given(
    rate_hz=st.sampled_from(RATES_HZ),
    cuts=st.lists(st.integers(0, 20_000), max_size=12),
    channels=st.integers(1, 2),
)
def test_blocks_do_not_depend_on_how_the_sound_arrives(
    rate_hz: int, cuts: list[int], channels: int
) -> None:
    sound = np.random.default_rng(0).uniform(-0.9, 0.9, (20_000, channels)).astype(np.float32)
    whole = blocks_of_pieces([sound], rate_hz)
    pieces = blocks_of_pieces(np.split(sound, sorted(cuts)), rate_hz)
    assert len(whole) == len(pieces) > 0
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_keeps_its_pitch_its_level_and_its_length(rate_hz: int) -> None:
    blocks = blocks_of_pieces([tone(rate_hz)], rate_hz)
    assert len(blocks) * BLOCK_S == pytest.approx(2.0, abs=BLOCK_S)
    heard = np.concatenate([block.samples for block in blocks])[4_000:20_000]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert np.argmax(spectrum) == 440
    assert heard.std() == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_what_16_khz_cannot_hold_is_removed_and_not_folded_down() -> None:
    blocks = blocks_of_pieces([tone(48_000, frequency_hz=12_000.0)], 48_000)
    heard = np.concatenate([block.samples for block in blocks])[4_000:20_000]
    assert np.abs(heard).max() < 1e-3


def test_channels_are_averaged() -> None:
    left = tone(16_000)
    blocks = blocks_of_pieces([np.hstack([left, 0 * left])], 16_000)
    np.testing.assert_allclose(
        np.concatenate([block.samples for block in blocks]), left[:, 0] / 2, atol=1e-6
    )


@given(
    st.lists(st.floats(width=32), min_size=1, max_size=20),
    st.sampled_from(RATES_HZ),
)
def test_blocks_are_finite_and_in_range_whatever_arrives(
    samples: list[float], rate_hz: int
) -> None:
    sound = np.resize(np.array(samples, dtype=np.float32), (20_000, 1))
    for block in blocks_of_pieces([sound], rate_hz):
        assert block.samples.shape == (BLOCK_SAMPLES,)
        assert block.samples.dtype == np.float32
        assert np.abs(block.samples).max() <= 1.0
        assert 0.0 <= block.clipped <= 1.0


def test_samples_at_full_scale_are_counted_before_the_resampler_smooths_them() -> None:
    overdriven = np.clip(10 * tone(48_000), -1, 1)
    assert blocks_of_pieces([overdriven], 48_000)[3].clipped > 0.8
    assert blocks_of_pieces([tone(48_000)], 48_000)[3].clipped == 0.0


def test_the_rate_may_change_between_two_sounds() -> None:
    cutter = BlockCutter()
    cutter.push(tone(8_000, duration_s=0.5), 8_000)
    cutter.push(tone(48_000, duration_s=0.5), 48_000)
    cutter.flush()
    blocks = 0
    while cutter.cut(0.0) is not None:
        blocks += 1
    assert blocks == 10
