import math

import cv2
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgemood.vision.cameras.frame import Frame
from edgemood.vision.cameras.script import dim
from edgemood.vision.fitted import CLOSES_BELOW, FACE_DARK_BELOW, OPENS_ABOVE
from edgemood.vision.light import (
    LightGate,
    light_of_electrons,
    light_of_lux,
    light_of_noise,
    light_of_pixels,
)

pictures = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=400))
lux_values = st.none() | st.floats(allow_nan=True, allow_infinity=True)


def uniform(level: float) -> NDArray[np.uint8]:
    return np.full((12, 16), round(level * 255), dtype=np.uint8)


def noisy(picture: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=80)))
def test_the_light_on_any_face_lies_between_0_and_1(crop: NDArray[np.uint8]) -> None:
    assert 0 <= light_of_noise(crop) <= 1


@pytest.mark.parametrize("side", [24, 48, 110])
def test_the_noise_of_darkness_tells_it_although_the_picture_stays_bright(
    portrait: NDArray[np.uint8], side: int
) -> None:
    face = cv2.resize(portrait[65:175, 170:280], (side, side), interpolation=cv2.INTER_AREA)
    lights = [light_of_noise(noisy(face, sigma)) for sigma in (0.0, 15.0, 40.0, 100.0)]
    assert lights == sorted(lights, reverse=True)
    assert lights[0] > FACE_DARK_BELOW
    assert lights[-1] < light_of_electrons(60)


def test_exposure_does_not_change_what_the_noise_tells(portrait: NDArray[np.uint8]) -> None:
    face = noisy(portrait[65:175, 170:280], 20.0)
    assert light_of_noise(face // 3) == pytest.approx(light_of_noise(face), rel=0.1)


def test_a_blank_crop_tells_no_darkness() -> None:
    assert light_of_noise(np.full((48, 48), 90, dtype=np.uint8)) == 1


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_electrons_are_never_less_light(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= light_of_electrons(less) <= light_of_electrons(more) <= 1


@given(pictures)
def test_the_light_of_any_picture_lies_between_0_and_1(picture: NDArray[np.uint8]) -> None:
    assert 0 <= light_of_pixels(picture) <= 1


@given(pictures, st.floats(0, 1))
def test_a_darker_picture_never_has_more_light(picture: NDArray[np.uint8], factor: float) -> None:
    darker = (picture * factor).astype(np.uint8)
    assert light_of_pixels(darker) <= light_of_pixels(picture) + 1e-9


@given(st.integers(0, 255))
def test_the_light_of_an_even_picture_is_its_grey(level: int) -> None:
    picture = np.full((5, 7), level, dtype=np.uint8)
    assert light_of_pixels(picture) == pytest.approx(level / 255)


def test_a_picture_without_pixels_has_no_light() -> None:
    assert light_of_pixels(np.empty((0, 5), dtype=np.uint8)) == 0


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_more_lux_is_never_less_light(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= light_of_lux(less) <= light_of_lux(more) <= 1


@given(st.lists(st.tuples(st.integers(0, 255), lux_values), max_size=20))
def test_the_gate_gives_a_light_between_0_and_1_whatever_the_camera_says(
    seen: list[tuple[int, float | None]],
) -> None:
    gate = LightGate()
    for level, lux in seen:
        light = gate.measure(Frame(0.0, np.full((3, 3), level, dtype=np.uint8), lux))
        assert 0 <= light <= 1


@given(
    st.lists(st.floats(CLOSES_BELOW + 0.01, OPENS_ABOVE - 0.01), min_size=1),
    st.sampled_from([0.0, 0.5]),
)
def test_light_between_the_thresholds_changes_nothing(levels: list[float], first: float) -> None:
    gate = LightGate()
    gate.measure(Frame(0.0, uniform(first)))
    before = gate.is_open
    for level in levels:
        gate.measure(Frame(0.0, uniform(level)))
        assert gate.is_open == before


def test_the_gate_closes_in_the_dark_and_opens_in_the_light(portrait: NDArray[np.uint8]) -> None:
    gate = LightGate()
    history = []
    for light in (1.0, 0.02, 0.02, 1.0):
        gate.measure(Frame(0.0, dim(portrait, light)))
        history.append(gate.is_open)
    assert history == [True, False, False, True]


def test_lux_closes_the_gate_although_auto_exposure_keeps_the_picture_bright() -> None:
    gate = LightGate()
    for lux in (80.0, 0.3):
        gate.measure(Frame(0.0, uniform(0.5), lux))
    assert not gate.is_open


@pytest.mark.parametrize("stuck", [400.0, 0.0])
def test_lux_that_never_changes_is_not_believed(stuck: float) -> None:
    gate = LightGate()
    lights = {gate.measure(Frame(0.0, uniform(0.5), stuck)) for _ in range(50)}
    assert lights == {light_of_pixels(uniform(0.5))}
    assert gate.is_open


def test_lux_that_is_not_a_number_is_not_believed() -> None:
    gate = LightGate()
    for lux in (50.0, 60.0, math.nan):
        light = gate.measure(Frame(0.0, uniform(0.5), lux))
    assert light == light_of_pixels(uniform(0.5))
