from collections.abc import Callable

import numpy as np
import pytest

from edgemood.hearing.cleaning.echo import HOLD_BLOCKS, EchoCanceller
from edgemood.hearing.cleaning.echo_residue import HOP_SAMPLES
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.microphones.block import BLOCK_SAMPLES

LATE_SAMPLES = HOLD_BLOCKS * BLOCK_SAMPLES + HOP_SAMPLES


def noise_music(duration_s: float, seed: int = 0) -> np.ndarray:
    """Coloured noise that swells and fades, in float32 at 16 kHz."""
    samples = round(duration_s * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum /= 1 + np.arange(len(spectrum)) / (len(spectrum) / 8)
    swell = 1 + 0.5 * np.sin(2 * np.pi * 1.3 * np.arange(samples) / SAMPLE_RATE_HZ)
    music = np.fft.irfft(spectrum, samples) * swell
    return (0.1 * music / music.std()).astype(np.float32)


def room(played: np.ndarray, delay_s: float = 0.1) -> np.ndarray:
    """What a microphone hears of it: later, quieter, and with 0.2 s of reverberation."""
    draw = np.random.default_rng(3)
    tail = draw.standard_normal(3_200) * np.exp(-np.arange(3_200) / 450)
    tail[0] = 4.0
    late = np.pad(played, (round(delay_s * SAMPLE_RATE_HZ), 0))[: len(played)]
    heard = np.fft.irfft(np.fft.rfft(late, 2 * len(late)) * np.fft.rfft(tail, 2 * len(late)))
    return (0.05 * heard[: len(played)]).astype(np.float32)


@pytest.fixture
def cleaned() -> Callable[..., np.ndarray]:
    """What a canceller makes of it, at the time when it was heard."""

    def clean(
        heard: np.ndarray, played: np.ndarray, canceller: EchoCanceller | None = None
    ) -> np.ndarray:
        canceller = canceller or EchoCanceller()
        pieces = [
            canceller.push(heard[at : at + BLOCK_SAMPLES], played[at : at + BLOCK_SAMPLES]).samples
            for at in range(0, len(heard) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES)
        ]
        return np.concatenate(pieces)[LATE_SAMPLES:]

    return clean


def power_db(sound: np.ndarray, from_s: float, to_s: float) -> float:
    piece = sound[round(from_s * SAMPLE_RATE_HZ) : round(to_s * SAMPLE_RATE_HZ)]
    return float(10 * np.log10(np.mean(np.square(piece)) + 1e-12))


@pytest.mark.parametrize("delay_s", [-0.05, 0.02, 0.3, 1.2])
def test_music_is_gone_some_seconds_after_it_began(cleaned, delay_s: float) -> None:
    played = noise_music(14)
    heard = room(played, max(delay_s, 0))
    if delay_s < 0:  # MPD tells late
        played = np.pad(played, (round(-delay_s * SAMPLE_RATE_HZ), 0))[: len(played)]
    canceller = EchoCanceller()
    rest = cleaned(heard, played, canceller)
    assert power_db(heard, 8, 13) - power_db(rest, 8, 13) > 25
    assert canceller.delay_s == pytest.approx(delay_s, abs=0.005)


def test_clocks_that_differ_do_not_keep_the_music_in(cleaned) -> None:
    played = noise_music(40)
    heard = room(played)
    places = np.arange(len(heard)) * (1 + 60e-6)
    drifting = np.interp(places, np.arange(len(heard)), heard).astype(np.float32)
    rest = cleaned(drifting, played)
    assert power_db(drifting, 30, 39) - power_db(rest, 30, 39) > 18


def test_a_voice_stays_as_it_was(cleaned, speech) -> None:
    played = noise_music(16)
    music = room(played)
    voice = np.zeros_like(music)
    spoken = speech[: 5 * 48_000 : 3]
    voice[8 * SAMPLE_RATE_HZ : 8 * SAMPLE_RATE_HZ + len(spoken)] = spoken
    voice *= np.float32(music.std() / spoken.std())
    rest = cleaned(music + voice, played)
    heard = voice[: len(rest)]
    assert power_db(heard, 8, 13) - power_db(rest - heard, 8, 13) > 8


def test_without_music_the_sound_comes_out_as_it_went_in_a_little_later(cleaned, speech) -> None:
    heard = speech[: 6 * 48_000 : 3]
    rest = cleaned(heard, np.empty(0, dtype=np.float32))
    np.testing.assert_allclose(rest, heard[: len(rest)], atol=1e-6)


@pytest.mark.parametrize("change_db", [-12, 12])
def test_it_gets_over_a_hand_on_the_volume(cleaned, change_db: float) -> None:
    played = noise_music(18)
    heard = room(played)
    heard[8 * SAMPLE_RATE_HZ :] *= np.float32(10 ** (change_db / 20))
    rest = cleaned(heard, played)
    assert power_db(heard, 13, 17) - power_db(rest, 13, 17) > 20


def test_a_pause_and_another_delay_are_followed(cleaned) -> None:
    canceller = EchoCanceller()
    first, second = noise_music(8, 1), noise_music(16, 2)
    cleaned(room(first, 0.3), first, canceller)
    for _ in range(20):
        canceller.push(np.zeros(BLOCK_SAMPLES, dtype=np.float32), np.empty(0, dtype=np.float32))
    assert not canceller.is_playing
    heard = room(second, 0.02)
    rest = cleaned(heard, second, canceller)
    assert power_db(heard, 12, 15) - power_db(rest, 12, 15) > 20
    assert canceller.delay_s == pytest.approx(0.02, abs=0.005)


def test_music_that_the_microphone_does_not_hear_changes_nothing(cleaned, speech) -> None:
    heard = speech[: 9 * 48_000 : 3]
    canceller = EchoCanceller()
    rest = cleaned(heard, noise_music(9), canceller)
    np.testing.assert_allclose(rest, heard[: len(rest)], atol=1e-6)
    assert canceller.delay_s is None


def test_it_knows_how_much_of_the_rest_is_music() -> None:
    played = noise_music(12)
    heard = room(played)
    canceller = EchoCanceller()
    leaks = [
        canceller.push(heard[at : at + BLOCK_SAMPLES], played[at : at + BLOCK_SAMPLES]).leak
        for at in range(0, len(heard), BLOCK_SAMPLES)
    ]
    assert all(0 <= leak <= 1 for leak in leaks)
    assert np.mean(leaks[60:]) > 0.9
