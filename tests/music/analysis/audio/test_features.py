from pathlib import Path

import numpy as np
import pytest

from edgemood.music.analysis.audio import features, harmony, rhythm
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, Piece
from edgemood.music.analysis.audio.mel import log_mel, peak_db, power_spectrum, under_peak
from edgemood.music.analysis.audio.tagger import HIDDEN, Tagger

MODELS = Path(__file__).parents[4] / "models"
TIME_S = np.arange(10 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def notes(*midi: int) -> np.ndarray:
    """A chord with overtones: 10 s."""
    pitches_hz = 440 * 2 ** ((np.array(midi) - 69) / 12)
    tones = [np.sin(2 * np.pi * n * hz * TIME_S) / n for hz in pitches_hz for n in (1, 2, 3, 4)]
    return (0.1 * np.sum(tones, axis=0)).astype(np.float32)


def clicks(bpm: float) -> np.ndarray:
    """A metronome: 10 s."""
    since_beat_s = TIME_S % (60 / bpm)
    noise = np.random.default_rng(0).normal(0, 0.3, len(TIME_S))
    return (noise * np.exp(-since_beat_s * 60)).astype(np.float32)


def heard(name: str, sound: np.ndarray) -> float:
    return float(harmony.harmony(sound)[harmony.NAMES.index(name)])


def test_a_major_chord_is_major_and_a_minor_chord_minor():
    assert heard("major_minus_minor", notes(60, 64, 67, 72)) > 0
    assert heard("major_minus_minor", notes(57, 60, 64, 69)) < 0


def test_a_cluster_is_rougher_than_a_fifth():
    assert heard("roughness", notes(60, 61, 62)) > 2 * heard("roughness", notes(60, 67))


def test_a_chord_has_a_key_and_noise_has_none():
    noise = np.random.default_rng(0).normal(0, 0.1, len(TIME_S)).astype(np.float32)
    assert heard("key_clarity", notes(60, 64, 67)) > heard("key_clarity", noise)


@pytest.mark.parametrize("bpm", [75, 100, 140])
def test_a_metronome_has_its_tempo_and_a_clear_pulse(bpm: float):
    mel = log_mel(power_spectrum(clicks(bpm)))
    values = dict(zip(rhythm.NAMES, rhythm.rhythm(under_peak(mel, peak_db(mel))), strict=True))
    assert 110 * 2 ** values["tempo_octaves"] == pytest.approx(bpm, rel=0.05)
    assert values["pulse_clarity"] > 0.5


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(SAMPLE_RATE_HZ, np.float32),
        np.ones(SAMPLE_RATE_HZ, np.float32),
        np.full(SAMPLE_RATE_HZ, 1e-30, np.float32),
        np.resize(np.array([1, -1], np.float32), SAMPLE_RATE_HZ),
        clicks(90),
    ],
    ids=["silence", "direct current", "hardly anything", "highest tone", "music"],
)
def test_features_are_finite_whatever_is_heard(sound: np.ndarray):
    tagger = Tagger(MODELS / "music_tagger.tflite")
    found = features.hear([Piece(0.0, sound), Piece(30.0, sound)], tagger)
    assert found.values.shape == (len(features.NAMES) + HIDDEN,)
    assert np.isfinite(found.values).all()
