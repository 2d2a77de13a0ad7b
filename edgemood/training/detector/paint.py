"""Painting scenes: pieces of pictures, figures of people, and what a camera makes of them.

A canvas is (height, width) float32 of grey levels, 0 to 255; every function that takes one paints
on it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edgemood.vision.cameras.frame import Grey

Canvas = NDArray[np.float32]

_LEVELS = {"collar": 0.75, "shoulders": 1.25, "knees": 3.0}
"""heights of a figure below the middle of its face, in sizes of the face"""


class Place(NamedTuple):
    """Where a face is, in pixels."""

    x: float
    """of its middle"""
    y: float
    size: float


def texture(side: int, dice: Generator) -> Canvas:
    """Smooth noise of one to three grains, or stripes."""
    if dice.random() < 0.3:
        angle, pitch = dice.uniform(0, math.pi), dice.uniform(3, side / 3)
        down, across = np.mgrid[:side, :side].astype(np.float32)
        wave = np.sin((across * math.cos(angle) + down * math.sin(angle)) * 2 * math.pi / pitch)
        plain = dice.uniform(40, 200) + dice.uniform(10, 60) * wave
        return np.asarray(np.clip(plain, 0, 255), dtype=np.float32)
    total = np.full((side, side), dice.uniform(40, 200), dtype=np.float32)
    for _ in range(dice.integers(1, 4)):
        cells = int(math.exp(dice.uniform(math.log(2), math.log(side))))
        grain = dice.standard_normal((cells, cells), dtype=np.float32)
        grown = cv2.resize(grain, (side, side), interpolation=cv2.INTER_CUBIC)
        total += grown * np.float32(dice.uniform(5, 40))
    return np.clip(total, 0, 255)


def toned(pixels: Canvas | Grey, dice: Generator) -> Canvas:
    """The same picture under another exposure, by gamma, gain and offset."""
    gamma = math.exp(dice.normal(0, 0.35))
    gain = dice.uniform(0.6, 1.15)
    toned = (pixels / 255) ** gamma * np.float32(255 * gain) + np.float32(dice.uniform(0, 30))
    return np.clip(toned, 0, 255).astype(np.float32)


def mask_of(side: int, dice: Generator, *, oval: bool) -> Canvas:
    """Opacity (side, side) in [0, 1]: an oval with a soft edge, or the whole square."""
    if not oval:
        return np.ones((side, side), dtype=np.float32)
    places = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    across = places / np.float32(dice.uniform(0.40, 0.52))
    down = (places - np.float32(dice.uniform(0.0, 0.04))) / np.float32(dice.uniform(0.47, 0.6))
    power = dice.uniform(2.0, 4.0)
    radius = np.abs(across)[np.newaxis] ** power + np.abs(down)[:, np.newaxis] ** power
    soft = np.float32(dice.uniform(0.1, 0.6))
    opacity: Canvas = np.clip((1 + soft / 2 - radius) / soft, 0, 1)
    return opacity


def turned(face: Canvas, mask: Canvas, angle_deg: float) -> tuple[Canvas, Canvas]:
    """A face and its mask, tilted by at most 30°."""
    side = len(face)
    turn = cv2.getRotationMatrix2D(
        (side / 2 - 0.5, side / 2 - 0.5), float(np.clip(angle_deg, -30, 30)), 1.0
    )
    return (
        cv2.warpAffine(face, turn, (side, side), borderMode=cv2.BORDER_REPLICATE),
        cv2.warpAffine(mask, turn, (side, side)),
    )


def paint_figure(canvas: Canvas, place: Place, skin: float, dice: Generator) -> None:
    """Hair, neck and shoulders of somebody whose face will be at `place`, in plain greys."""
    middle, size = round(place.x), place.size
    level = {part: round(place.y + share * size) for part, share in _LEVELS.items()}
    hair, clothes = dice.uniform(0, 200), dice.uniform(0, 230)
    layer = canvas.copy()
    if dice.random() < 0.8:
        wide = round(size * dice.uniform(0.9, 1.5))
        arc = ((middle, level["shoulders"]), (wide, round(size * 0.7)), 0, 180, 360)
        cv2.ellipse(layer, *arc, clothes, -1)
        chest = (middle - wide, level["shoulders"]), (middle + wide, level["knees"])
        cv2.rectangle(layer, *chest, clothes, -1)
    neck = round(size * dice.uniform(0.2, 0.32))
    throat = (middle - neck, round(place.y)), (middle + neck, level["collar"])
    cv2.rectangle(layer, *throat, skin * 0.85, -1)
    axes = round(size * dice.uniform(0.48, 0.62)), round(size * dice.uniform(0.58, 0.8))
    crown = (middle, round(place.y - size * dice.uniform(0.02, 0.18)))
    cv2.ellipse(layer, crown, axes, 0, 0, 360, hair, -1)
    if dice.random() < 0.7:
        half = len(canvas) // 2
        grain = dice.standard_normal((half, half), dtype=np.float32)
        layer += cv2.resize(grain * np.float32(dice.uniform(1, 8)), layer.shape[::-1])
    soft = cv2.GaussianBlur(layer, (0, 0), max(0.4, size * 0.02))
    canvas[:] = np.clip(soft, 0, 255)


def cover(canvas: Canvas, place: Place, dice: Generator) -> None:
    """Something before a third of the face."""
    x, y, size = place
    depth = size * dice.uniform(0.15, 0.35)
    left, top = x - size / 2, y - size / 2
    if dice.random() < 0.5:
        corner = (round(left), round(top + size - depth)), (round(left + size), round(top + size))
    else:
        corner = (round(left), round(top)), (round(left + depth), round(top + size))
    cv2.rectangle(canvas, *corner, dice.uniform(0, 255), -1)


def blend(canvas: Canvas, piece: Canvas, mask: Canvas, place: Place) -> None:
    """Lay a square piece over the canvas, its middle and size those of `place`."""
    x, y, size = place
    scale = size / len(piece)
    move = np.array([[scale, 0, x - size / 2], [0, scale, y - size / 2]], dtype=np.float64)
    move[:, 2] += 0.5 * scale - 0.5
    shape = canvas.shape[::-1]
    over = cv2.warpAffine(piece, move, shape, borderMode=cv2.BORDER_REPLICATE)
    opacity = cv2.warpAffine(mask, move, shape)
    canvas += opacity * (over - canvas)


def seen(canvas: Canvas, dice: Generator) -> Grey:
    """The scene as a camera gives it: blurred, dim, noisy, compressed, each of them sometimes."""
    pixels = canvas
    if dice.random() < 0.3:
        pixels = cv2.GaussianBlur(pixels, (0, 0), dice.uniform(0.4, 1.2))
    if dice.random() < 0.3:
        slope = np.linspace(
            dice.uniform(0.3, 1), dice.uniform(0.3, 1), len(pixels), dtype=np.float32
        )
        pixels = pixels * (slope if dice.random() < 0.5 else slope[:, np.newaxis])
    pixels = pixels * np.float32(dice.uniform(0.35, 1.15))
    if dice.random() < 0.5:
        noise = dice.standard_normal(pixels.shape, dtype=np.float32)
        spread = np.sqrt(np.maximum(pixels, 1)).astype(np.float32)
        pixels = pixels + noise * (spread * np.float32(dice.uniform(0, 0.7)))
    grey: Grey = np.clip(pixels, 0, 255).astype(np.uint8)
    if dice.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(30, 90))]
        code = cv2.imencode(".jpg", grey, quality)[1]
        grey = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return grey
