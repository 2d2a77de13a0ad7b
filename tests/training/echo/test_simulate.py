import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.training.echo.simulate import Room, Said, Scene, hum, loud_db


def decay_s(response: np.ndarray) -> float:
    """T60 from the slope between -5 and -25 dB of the backward integral (Schroeder, 1965)."""
    left = np.cumsum(np.square(response)[::-1])[::-1]
    level_db = 10 * np.log10(left / left[0] + 1e-12)
    first, last = np.argmax(level_db < -5), np.argmax(level_db < -25)
    return 3 * (last - first) / 16_000


@pytest.mark.parametrize("t60_s", [0.25, 0.4, 0.6])
def test_a_room_sounds_on_as_long_as_it_should(t60_s: float) -> None:
    room = Room(np.array([5.0, 4.0, 2.6]), t60_s)
    draw = np.random.default_rng(0)
    decays_s = [decay_s(room.impulse_response(draw)) for _ in range(3)]
    assert np.mean(decays_s) == pytest.approx(t60_s, rel=0.35)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_every_room_has_an_echo_that_begins_after_the_sound(seed: int) -> None:
    draw = np.random.default_rng(seed)
    response = Room.drawn(draw).impulse_response(draw)
    assert np.abs(response).max() == pytest.approx(1.0)
    assert not response[0]
    assert np.isfinite(response).all()


@given(st.floats(-60, 0))
def test_a_level_is_that_of_the_sound_without_its_pauses(level_db: float) -> None:
    tone = np.sqrt(2) * np.sin(np.arange(16_000) * 0.3) * 10 ** (level_db / 20)
    with_pause = np.concatenate([tone, np.zeros(16_000)]).astype(np.float32)
    assert loud_db(with_pause) == pytest.approx(level_db, abs=0.2)


def test_a_scene_mixes_its_parts_at_the_ratio_asked_for() -> None:
    ones = np.ones(100, dtype=np.float32)
    scene = Scene(ones, 2 * ones, 3 * ones, 0 * ones, said=tuple[Said, ...]())
    assert scene.heard(None) == pytest.approx(2 * ones)
    assert scene.heard(-20) == pytest.approx(2.3 * ones)
    assert scene.heard_without_music() == pytest.approx(3 * ones)


def test_hum_has_the_power_of_one() -> None:
    assert hum(32_000).std() == pytest.approx(1.0, abs=1e-3)
