from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.errors import ModelError
from edgemood.hearing.mel import BANDS, FLOOR_DB, HOP_SAMPLES, SAMPLE_RATE_HZ, log_mel
from edgemood.hearing.microphones.block import Block
from edgemood.hearing.voice_gate import (
    BLOCK_FRAMES,
    CLOSE_AT,
    FLOOR_MEMORY_BLOCKS,
    HANGOVER_BLOCKS,
    JUDGED,
    OPEN_AT,
    WINDOW_FRAMES,
    Hysteresis,
    Sound,
    VoiceGate,
    VoiceReading,
)

REPOSITORY = Path(__file__).parents[2]
MODEL = REPOSITORY / "models" / "voice_gate.tflite"
EMOTION_MODEL = REPOSITORY / "models" / "speech_emotion.tflite"

BlocksOf = Callable[[np.ndarray], list[Block]]


def heard(blocks: list[Block]) -> list[VoiceReading]:
    """What a new gate says of sound in a room that was still for a second before."""
    still = np.zeros(SAMPLE_RATE_HZ, dtype=np.float32)
    sound = np.concatenate([still, *(block.samples for block in blocks)])
    return VoiceGate(MODEL).push(log_mel(sound))[SAMPLE_RATE_HZ // (HOP_SAMPLES * BLOCK_FRAMES) :]


def share(readings: list[VoiceReading], sound: Sound) -> float:
    return float(np.mean([reading.sound is sound for reading in readings]))


def test_a_talking_voice_opens_the_gate(speech: np.ndarray, blocks_of: BlocksOf) -> None:
    assert share(heard(blocks_of(speech)), Sound.VOICE) > 0.8


def test_a_voice_in_hiss_is_heard_as_in_stillness(speech: np.ndarray, blocks_of: BlocksOf) -> None:
    """White noise as strong as this bright voice, as cheap microphones add."""
    hiss = np.random.default_rng(0).standard_normal(len(speech)).astype(np.float32)
    hiss *= speech.std() / hiss.std()
    still = share(heard(blocks_of(speech)), Sound.VOICE)
    assert share(heard(blocks_of(speech + hiss)), Sound.VOICE) > still - 0.1
    assert share(heard(blocks_of(hiss)), Sound.VOICE) == 0


def test_music_without_a_voice_is_taken_for_music(music: np.ndarray, blocks_of: BlocksOf) -> None:
    readings = heard(blocks_of(music))
    assert share(readings, Sound.VOICE) < 0.1
    assert share(readings, Sound.MUSIC) > 0.6


def test_a_fan_does_not_open_the_gate(noise: np.ndarray, blocks_of: BlocksOf) -> None:
    assert share(heard(blocks_of(noise)), Sound.VOICE) == 0


def test_a_steady_noise_becomes_part_of_the_silence(noise: np.ndarray, blocks_of: BlocksOf) -> None:
    readings = VoiceGate(MODEL).push(
        log_mel(np.concatenate([block.samples for block in blocks_of(noise)]))
    )
    assert readings[-1].sound is Sound.SILENCE
    assert readings[-1].snr_db < 3


def test_silence_is_silence_and_costs_no_confidence() -> None:
    readings = VoiceGate(MODEL).push(np.full((10 * BLOCK_FRAMES, BANDS), FLOOR_DB, np.float32))
    assert {(reading.sound, reading.voice) for reading in readings} == {(Sound.SILENCE, 0.0)}


def test_a_voice_stands_above_the_floor_of_the_room(
    speech: np.ndarray, noise: np.ndarray, blocks_of: BlocksOf
) -> None:
    length = min(len(speech), len(noise))
    loud, faint = (
        np.mean(
            [
                reading.snr_db
                for reading in heard(blocks_of(gain * speech[:length] + noise[:length]))
            ]
        )
        for gain in (1.0, 0.1)
    )
    assert loud > faint > 0


@settings(deadline=None, max_examples=15)
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_readings_do_not_depend_on_how_the_frames_come(cuts: list[int]) -> None:
    seen = np.random.default_rng(3).normal(-50, 12, (400, BANDS)).astype(np.float32)
    whole = VoiceGate(MODEL).push(seen)
    gate = VoiceGate(MODEL)
    parts = [reading for part in np.split(seen, sorted(cuts)) for reading in gate.push(part)]
    assert [(r.sound, r.voice) for r in parts] == [(r.sound, r.voice) for r in whole]


def test_a_reading_carries_the_frames_it_is_about() -> None:
    seen = np.random.default_rng(3).normal(-50, 12, (5 * BLOCK_FRAMES, BANDS)).astype(np.float32)
    readings = VoiceGate(MODEL).push(seen)
    assert len(readings) == 4
    for number, reading in enumerate(readings):
        block = seen[number * BLOCK_FRAMES : (number + 1) * BLOCK_FRAMES]
        np.testing.assert_array_equal(reading.frames, block)


def test_the_judged_block_lies_within_the_window_with_one_block_ahead() -> None:
    assert JUDGED.stop + BLOCK_FRAMES == WINDOW_FRAMES


@settings(deadline=None)
@given(st.lists(st.floats(0, CLOSE_AT, exclude_max=True), max_size=20))
def test_the_gate_never_opens_on_a_faint_voice(voices: list[float]) -> None:
    hysteresis = Hysteresis()
    assert not any(hysteresis.is_open(voice) for voice in voices)


@settings(deadline=None)
@given(st.lists(st.floats(CLOSE_AT, 1), max_size=20))
def test_an_open_gate_stays_open_while_the_voice_lasts(voices: list[float]) -> None:
    hysteresis = Hysteresis()
    hysteresis.is_open(OPEN_AT)
    assert all(hysteresis.is_open(voice) for voice in voices)


def test_the_gate_closes_after_its_hangover() -> None:
    hysteresis = Hysteresis()
    decisions = [hysteresis.is_open(voice) for voice in [1.0] + [0.0] * (HANGOVER_BLOCKS + 2)]
    assert decisions == [True] * (1 + HANGOVER_BLOCKS) + [False] * 2


def test_the_noise_floor_is_remembered_for_ten_seconds() -> None:
    assert pytest.approx(10, abs=0.4) == FLOOR_MEMORY_BLOCKS * BLOCK_FRAMES / 100


def test_another_model_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"speech_emotion\.tflite.*something else"):
        VoiceGate(EMOTION_MODEL)
