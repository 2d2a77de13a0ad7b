import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.leak import MEMORY_BLOCKS, LeakEstimator
from edgemood.hearing.mel import BANDS
from edgemood.hearing.voice_gate import BLOCK_FRAMES, Sound, VoiceReading


def reading(sound: Sound, level_db: float) -> VoiceReading:
    frames = np.zeros((BLOCK_FRAMES, BANDS), dtype=np.float32)
    return VoiceReading(frames, sound, 0.5, level_db, 10.0)


def leak_of(voice_db: float, music_db: float, music_blocks: int = 20) -> float:
    estimator = LeakEstimator()
    for _ in range(music_blocks):
        estimator.push(reading(Sound.MUSIC, music_db))
    return estimator.push(reading(Sound.VOICE, voice_db))


def test_without_music_nothing_leaks() -> None:
    assert leak_of(-40, -40, music_blocks=0) == 0


def test_a_voice_far_above_the_music_is_hardly_leak() -> None:
    assert leak_of(-20, -40) < 0.02


def test_music_alone_is_all_leak() -> None:
    assert leak_of(-40, -40) > 0.9


@given(st.floats(-60, 0), st.floats(-60, 0), st.floats(0, 20))
def test_the_leak_falls_as_the_voice_rises(voice_db: float, music_db: float, rise: float) -> None:
    assert 0 <= leak_of(voice_db + rise, music_db) <= leak_of(voice_db, music_db) <= 1


def test_music_is_forgotten_after_a_while() -> None:
    estimator = LeakEstimator()
    estimator.push(reading(Sound.MUSIC, -30))
    leaks = [estimator.push(reading(Sound.VOICE, -30)) for _ in range(MEMORY_BLOCKS)]
    assert leaks[0] > 0
    assert leaks[-1] == 0
