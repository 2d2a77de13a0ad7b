from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS
from edgemood.hearing.frames import FrameStream
from edgemood.hearing.mel import BANDS, FLOOR_DB
from edgemood.hearing.microphones.block import Block
from edgemood.hearing.speech_emotion import (
    HOP_FRAMES,
    LEAST_FRAMES,
    PAUSE_BLOCKS,
    SHORTEST_FRAMES,
    WINDOW_FRAMES,
    SpeechEmotionModel,
    Utterance,
    model_input,
    under_peak,
)
from edgemood.hearing.voice_gate import BLOCK_FRAMES, Sound, VoiceGate, VoiceReading

REPOSITORY = Path(__file__).parents[2]
MODEL = REPOSITORY / "models" / "speech_emotion.tflite"
GATE = REPOSITORY / "models" / "voice_gate.tflite"

OPEN, CLOSED = Sound.VOICE, Sound.SILENCE


def reading(sound: Sound, number: int = 0) -> VoiceReading:
    """A reading whose frames all say `number`."""
    frames = np.full((BLOCK_FRAMES, BANDS), number, dtype=np.float32)
    return VoiceReading(frames, sound, voice=1.0, level_db=-30.0, snr_db=20.0)


def pushed(sounds: list[Sound]) -> list[np.ndarray | None]:
    """The windows that are due after each of the readings."""
    utterance = Utterance()
    return [utterance.push(reading(sound, number)) for number, sound in enumerate(sounds)]


@settings(deadline=None, max_examples=20)
@given(frames=st.integers(1, WINDOW_FRAMES), level_db=st.floats(FLOOR_DB, 0))
def test_scores_are_a_distribution_over_the_emotions(frames: int, level_db: float) -> None:
    sound = np.random.default_rng(frames).normal(level_db, 10, (frames, BANDS))
    scores = SpeechEmotionModel(MODEL).scores(sound.astype(np.float32))
    assert scores.shape == (len(EMOTIONS),)
    assert scores.sum() == pytest.approx(1, abs=1e-5)
    assert (scores >= 0).all()


def test_how_loud_somebody_speaks_into_the_microphone_does_not_matter() -> None:
    sound = np.random.default_rng(0).normal(-40, 10, (WINDOW_FRAMES, BANDS)).astype(np.float32)
    model = SpeechEmotionModel(MODEL)
    np.testing.assert_allclose(model.scores(sound - 20), model.scores(sound), atol=0.02)


def test_the_model_is_never_sure_of_silence() -> None:
    silence = np.full((WINDOW_FRAMES, BANDS), FLOOR_DB, dtype=np.float32)
    assert SpeechEmotionModel(MODEL).scores(silence).max() < 0.9


@pytest.mark.parametrize("frames", [0, WINDOW_FRAMES + 1])
def test_a_window_that_is_empty_or_too_long_is_refused(frames: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 256 frames"):
        model_input(np.zeros((frames, BANDS), dtype=np.float32))


def test_a_short_window_is_repeated() -> None:
    frames = np.random.default_rng(0).normal(-40, 10, (100, BANDS)).astype(np.float32)
    picture = model_input(frames)
    np.testing.assert_array_equal(picture[100:200], picture[:100])


@given(st.floats(-60, 0), st.floats(0, 200))
def test_the_loudest_band_is_one_and_a_half_whatever_its_level(
    peak_db: float, below: float
) -> None:
    frames = np.array([[peak_db, max(FLOOR_DB, peak_db - below)]], dtype=np.float32)
    loudest, other = under_peak(frames)[0]
    assert loudest == 1.5
    assert other == pytest.approx(1.5 - (peak_db - max(frames[0, 1], peak_db - 70)) / 40, abs=1e-4)


def test_the_first_window_comes_after_128_frames_and_then_one_every_96() -> None:
    due = [window is not None for window in pushed([OPEN] * 12)]
    first = LEAST_FRAMES // BLOCK_FRAMES - 1
    every = HOP_FRAMES // BLOCK_FRAMES
    assert [number for number, is_due in enumerate(due) if is_due] == list(range(first, 12, every))


def test_pauses_are_left_out_of_a_window() -> None:
    window = pushed([OPEN, OPEN, CLOSED, OPEN, CLOSED, CLOSED, OPEN, OPEN, OPEN])[-1]
    assert window is not None
    assert np.unique(window).tolist() == [0, 1, 3, 6, 7, 8]


def test_a_short_utterance_is_judged_when_it_ends() -> None:
    windows = pushed([OPEN] * (SHORTEST_FRAMES // BLOCK_FRAMES) + [CLOSED, CLOSED])
    assert [window is not None for window in windows] == [False, False, True, False]


def test_an_exclamation_is_too_short_to_judge() -> None:
    assert pushed([OPEN, CLOSED, CLOSED, CLOSED]) == [None] * 4


def test_after_a_long_pause_a_new_utterance_begins() -> None:
    windows = pushed([OPEN] * 8 + [CLOSED] * PAUSE_BLOCKS + [OPEN] * 4)
    assert windows[-1] is not None
    assert windows[-1].min() == 8 + PAUSE_BLOCKS


@settings(deadline=None)
@given(st.lists(st.sampled_from([OPEN, CLOSED]), max_size=60))
def test_a_window_holds_the_latest_speech_and_nothing_else(sounds: list[Sound]) -> None:
    for number, window in enumerate(pushed(sounds)):
        if window is None:
            continue
        assert SHORTEST_FRAMES <= len(window) <= WINDOW_FRAMES
        spoken = [place for place in range(number + 1) if sounds[place] is OPEN]
        latest = spoken[-len(window) // BLOCK_FRAMES :]
        assert window[::BLOCK_FRAMES, 0].tolist() == latest


def test_speech_comes_out_as_scores(
    speech: np.ndarray, blocks_of: Callable[[np.ndarray], list[Block]]
) -> None:
    ear, gate, utterance, model = (
        FrameStream(),
        VoiceGate(GATE),
        Utterance(),
        SpeechEmotionModel(MODEL),
    )
    readings = [r for block in blocks_of(speech) for r in gate.push(ear.push(block.samples))]
    windows = [utterance.push(each) for each in readings]
    judged = [model.scores(window) for window in windows if window is not None]
    assert len(judged) >= 10
    assert np.isfinite(judged).all()
