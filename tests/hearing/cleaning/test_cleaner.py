import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.config.schema import HearingConfig
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import Cleaner
from edgemood.hearing.level import MUTED_AFTER_S, LevelMeter
from edgemood.hearing.microphones.block import BLOCK_SAMPLES, Block
from edgemood.records import Reason, VoiceEvidence

NOTHING = np.empty(0, dtype=np.float32)


def blocks(sound: np.ndarray) -> list[Block]:
    """Sound at 16 kHz."""
    return [
        Block((number + 1) / 10, piece.astype(np.float32), 0.0)
        for number, piece in enumerate(
            sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES)
        )
    ]


def judged(sound: np.ndarray, played: np.ndarray | None = None) -> list[VoiceEvidence]:
    cleaner, judge = Cleaner(), VoiceJudge(HearingConfig())
    pieces = blocks(sound)
    told = [NOTHING] * len(pieces) if played is None else [b.samples for b in blocks(played)]
    return [
        evidence
        for block, piece in zip(pieces, told, strict=False)
        for evidence in judge.push(cleaner.push(block, piece))
        if evidence.scores is not None
    ]


def hiss(samples: int, dbfs: float) -> np.ndarray:
    return 10 ** (dbfs / 20) * np.random.default_rng(1).standard_normal(samples)


def test_speech_at_minus_sixty_decibels_is_judged_like_any_other(speech) -> None:
    voice = np.tile(speech[::3], 2)
    voice = voice * 10 ** (-60 / 20) / voice.std()
    quiet = voice + hiss(len(voice), -95)
    loud = judged(30 * quiet)
    assert len(judged(quiet)) > 0.7 * len(loud) > 5


def test_the_level_told_is_the_microphones_own(speech) -> None:
    cleaner, meter = Cleaner(), LevelMeter()
    for block in blocks(hiss(20 * 16_000, -85)):
        meter.push(cleaner.push(block, NOTHING))
    assert meter.level_dbfs == pytest.approx(-85, abs=0.5)


def test_songs_of_the_box_itself_are_not_taken_for_a_voice_in_the_room(speech) -> None:
    sung = np.tile(speech[::3], 3)
    late = 0.2 * np.pad(sung, (2_000, 0))[: len(sung)] + hiss(len(sung), -75)
    assert len(judged(late)) > 20
    assert not [evidence for evidence in judged(late, sung) if evidence.at_s > 6]


def test_somebody_who_talks_over_the_boxs_own_song_is_heard(speech, music) -> None:
    song = np.tile(music[::3], 3)
    voice = np.zeros_like(song)
    said = speech[::3]
    voice[12 * 16_000 : 12 * 16_000 + len(said)] = said
    room = np.pad(song, (1_500, 0))[: len(song)]
    room = room * voice[voice != 0].std() / room.std()
    heard = np.clip(0.3 * (voice + room) + hiss(len(song), -75), -1, 1)
    evidence = [each for each in judged(heard, song) if 12 < each.at_s < 26]
    assert len(evidence) >= 8
    assert max(each.reliability for each in evidence) > 0.3


def test_a_muted_microphone_stays_muted_while_the_box_plays(speech) -> None:
    cleaner, meter = Cleaner(), LevelMeter()
    played = np.tile(speech[::3], 2)
    heard = 0.3 * np.pad(played, (1_000, 0))[: len(played)]
    heard[8 * 16_000 :] = 0
    for block, piece in zip(blocks(heard), blocks(played), strict=True):
        meter.push(cleaner.push(block, piece.samples))
        if block.at_s == pytest.approx(8 + MUTED_AFTER_S + 0.1):
            assert meter.trouble is Reason.MUTED
    assert meter.lasting_trouble is Reason.MUTED


@settings(max_examples=15, deadline=None)
@given(
    loudness=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    told=st.lists(st.integers(0, 4_000), min_size=1, max_size=20),
)
def test_blocks_stay_blocks_whatever_comes(loudness: list[float], told: list[int]) -> None:
    draw = np.random.default_rng(0)
    cleaner = Cleaner()
    for number in range(60):
        level = loudness[number % len(loudness)]
        sound = draw.uniform(-level, level, BLOCK_SAMPLES).astype(np.float32)
        played = draw.uniform(-1, 1, told[number % len(told)]).astype(np.float32)
        block = cleaner.push(Block(number / 10, sound, 0.0), played)
        assert block.samples.shape == (BLOCK_SAMPLES,)
        assert block.samples.dtype == np.float32
        assert np.abs(block.samples).max() <= 1
        assert block.leak is None or 0 <= block.leak <= 1
