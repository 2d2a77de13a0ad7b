from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.errors import ModelError
from edgemood.hearing.frames import COLUMNS, HARMONICS, frames
from edgemood.hearing.mel import FLOOR_DB, SAMPLE_RATE_HZ
from edgemood.hearing.melody import melody
from edgemood.hearing.prosody import CLEAR_DB, NUMBERS, prosody
from edgemood.hearing.prosody_model import ProsodyModel
from edgemood.hearing.speech_emotion import WINDOW_FRAMES

MODEL = Path(__file__).parents[2] / "models" / "speech_emotion.npz"
GOLDEN = Path(__file__).parents[1] / "golden"


def voice(pitch_hz: np.ndarray | float) -> np.ndarray:
    """A second and a half of twenty harmonics that fall by 6 dB an octave."""
    time = np.ones(SAMPLE_RATE_HZ * 3 // 2)
    phase = 2 * np.pi * np.cumsum(pitch_hz * time) / SAMPLE_RATE_HZ
    waves = [np.sin(n * phase) / n for n in range(1, 21)]
    return (0.1 * np.sum(waves, axis=0)).astype(np.float32)


def harmonics_of(sound: np.ndarray) -> np.ndarray:
    """Deep enough under their peak, as `prosody` looks at them; without the onset."""
    seen = frames(sound)[10:, HARMONICS]
    return np.maximum(seen, seen.max() - 45)


def window(seed: int, length: int, level_db: float = -40.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(level_db, 10, (length, COLUMNS)).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [86, 110, 160, 200, 250, 300])
def test_the_pitch_of_a_steady_voice_is_found_to_half_a_semitone(pitch_hz: int) -> None:
    semitones, clearness = melody(harmonics_of(voice(pitch_hz)))
    assert np.median(semitones) == pytest.approx(12 * np.log2(pitch_hz / 70), abs=0.5)
    assert np.median(clearness) > 5 * CLEAR_DB


def test_a_voice_without_its_lowest_harmonic_is_no_higher() -> None:
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sound = sum(np.sin(2 * np.pi * 150 * n * time_s) / 20 for n in range(2, 12))
    semitones, _ = melody(harmonics_of(np.asarray(sound, dtype=np.float32)))
    assert np.median(semitones) == pytest.approx(12 * np.log2(150 / 70), abs=0.5)


def test_a_glide_is_followed() -> None:
    glide = np.geomspace(120, 240, SAMPLE_RATE_HZ * 3 // 2)
    semitones, _ = melody(harmonics_of(voice(glide)))
    assert semitones[-10:].mean() - semitones[:10].mean() == pytest.approx(12, abs=2)


def test_a_voice_is_clearer_than_hiss() -> None:
    hiss = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE_HZ).astype(np.float32)
    _, of_hiss = melody(harmonics_of(hiss))
    _, of_voice = melody(harmonics_of(voice(180)))
    assert np.percentile(of_voice, 10) > np.percentile(of_hiss, 90)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 99), st.integers(1, WINDOW_FRAMES), st.floats(FLOOR_DB, 0))
def test_every_window_is_described_by_finite_numbers(
    seed: int, length: int, level_db: float
) -> None:
    numbers = prosody(window(seed, length, level_db))
    assert numbers.shape == (NUMBERS,)
    assert np.isfinite(numbers).all()


def test_silence_is_described_too() -> None:
    assert np.isfinite(prosody(np.full((WINDOW_FRAMES, COLUMNS), FLOOR_DB, np.float32))).all()


def test_the_level_does_not_matter() -> None:
    seen = window(0, 200)
    np.testing.assert_allclose(prosody(seen - 20), prosody(seen), atol=1e-3)


def test_the_model_says_what_it_said_where_it_was_made() -> None:
    golden = np.load(GOLDEN / "speech_prosody.npz")
    model = ProsodyModel(MODEL)
    for seen, numbers, logits in zip(
        golden["frames"].astype(np.float32), golden["numbers"], golden["logits"], strict=True
    ):
        np.testing.assert_allclose(prosody(seen), numbers, atol=2e-3)
        np.testing.assert_allclose(model.logits(seen), logits, atol=5e-3)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        ProsodyModel(tmp_path / "none.npz")


def test_half_a_model_is_refused(tmp_path: Path) -> None:
    half = tmp_path / "half.npz"
    half.write_bytes(MODEL.read_bytes()[:1_000])
    with pytest.raises(ModelError, match="damaged"):
        ProsodyModel(half)


def test_a_model_of_other_numbers_is_refused(tmp_path: Path) -> None:
    with np.load(MODEL) as file:
        arrays = dict(file) | {"mean": np.zeros(3, np.float32)}
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ModelError, match="something else"):
        ProsodyModel(tmp_path / "other.npz")
