"""Scenes for the detector, composed at its own resolution: faces blended into pictures of nobody.

Faces of FER2013 come without a head, so one is painted behind them: hair, neck and shoulders, in
plain greys. The same figures without a face, faces upside down and faces with their quarters
exchanged stand beside them, so that the net learns the face and not the traces of its blending.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edgemood.training.detector.data import Part, Photo, load_backgrounds, load_photos
from edgemood.training.detector.paint import (
    Canvas,
    Place,
    blend,
    cover,
    mask_of,
    paint_figure,
    seen,
    texture,
    toned,
    turned,
)
from edgemood.training.face.data import PRIVATE_TEST, PUBLIC_TEST, TRAINING, load_faces
from edgemood.vision.cameras.frame import Grey

_TILT_DEG = 14.0
_WHOLE_HEAD = 0.7
"""share of photographed faces that are pasted with what is around them …"""
_AMONG_OTHERS, _ALONE = 1.5, 2.4
"""… up to so many times as wide as the face, so that nobody else's is covered"""
_NEAR_FACE_PX = 60
"""from here on photographs are as frequent as faces of FER2013, which have 48 pixels"""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What scenes are composed of."""

    faces: NDArray[np.uint8]
    """(n, 48, 48) grey"""
    photos: list[Photo]
    rooms: list[Grey]
    papers: list[Grey]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture and where its faces are."""

    grey: Grey
    boxes: NDArray[np.float32]
    """(n, 3): middle right, middle down, side; pixels"""


def compose(material: Material, side: int, sizes: tuple[float, float], dice: Generator) -> Scene:
    """A square scene of `side` pixels with none to four faces of `sizes` (least, most) pixels."""
    canvas = _background(material, side, dice)
    for _ in range(dice.integers(0, 3)):
        _paste_clutter(canvas, material, dice)
    people = _places(side, sizes, dice)
    skins = [float(dice.uniform(30, 230)) for _ in people]
    for place, skin in zip(people, skins, strict=True):
        if dice.random() < 0.65:
            paint_figure(canvas, place, skin, dice)
    faces = [dice.random() < 0.75 for _ in people]
    widest = _ALONE if len(people) == 1 else _AMONG_OTHERS
    for place, skin, real in zip(people, skins, faces, strict=True):
        if real:
            _paste_face(canvas, material, place, skin, dice, widest=widest)
        else:
            _paste_false(canvas, material, place, skin, dice)
    boxes = np.array([place for place, real in zip(people, faces, strict=True) if real])
    return Scene(seen(canvas, dice), boxes.reshape(-1, 3).astype(np.float32))


def _places(side: int, sizes: tuple[float, float], dice: Generator) -> list[Place]:
    """Middle and size of none to four faces that do not touch and lie mostly in the picture."""
    places: list[Place] = []
    for _ in range(dice.choice(5, p=(0.15, 0.4, 0.22, 0.14, 0.09))):
        size = math.exp(dice.uniform(math.log(sizes[0]), math.log(sizes[1])))
        inset = min(0.3 * size, 0.45 * side)
        x, y = (float(dice.uniform(inset, side - inset)) for _ in range(2))
        if all(max(abs(x - a), abs(y - b)) > 0.62 * (size + c) for a, b, c in places):
            places.append(Place(x, y, size))
    return places


def _background(material: Material, side: int, dice: Generator) -> Canvas:
    kind = dice.random()
    if kind < 0.15:
        return texture(side, dice)
    pool = material.rooms if kind < 0.65 else material.papers
    return toned(_piece(pool[dice.integers(len(pool))], side, dice), dice)


def _piece(picture: Grey, side: int, dice: Generator) -> Canvas:
    """A square piece of a picture, scaled to `side`."""
    least = min(picture.shape)
    span = int(dice.uniform(min(0.35, side / least), 1.0) * least)
    y = dice.integers(picture.shape[0] - span + 1)
    x = dice.integers(picture.shape[1] - span + 1)
    cut = picture[y : y + span, x : x + span]
    way = cv2.INTER_AREA if span > side else cv2.INTER_LINEAR
    piece = cv2.resize(cut, (side, side), interpolation=way).astype(np.float32)
    return np.ascontiguousarray(piece[:, ::-1]) if dice.random() < 0.5 else piece


def _paste_clutter(canvas: Canvas, material: Material, dice: Generator) -> None:
    """A piece of another picture with soft or hard edges, as false faces would have them."""
    side = len(canvas)
    size = int(math.exp(dice.uniform(math.log(10), math.log(side * 0.7))))
    pool = material.rooms if dice.random() < 0.5 else material.papers
    piece = toned(_piece(pool[dice.integers(len(pool))], size, dice), dice)
    x, y = dice.uniform(0, side, 2)
    mask = mask_of(size, dice, oval=dice.random() < 0.6)
    blend(canvas, piece, mask, Place(x, y, size))


def _paste_face(
    canvas: Canvas,
    material: Material,
    place: Place,
    skin: float,
    dice: Generator,
    *,
    widest: float,
) -> None:
    """Paste a face; one that is photographed brings up to `widest` times its size along."""
    share, head = 0.6 if place.size > _NEAR_FACE_PX else 0.35, place
    if dice.random() < share:
        wide = dice.uniform(1.0, widest) if dice.random() < _WHOLE_HEAD else 1.0
        head = place._replace(size=place.size * wide)
        face, hard = _photo_face(material, place.size, wide, dice), dice.random() < 0.5
    else:
        face, hard = _plain_face(material, place.size, dice), dice.random() < 0.2
        face = np.clip(face * (0.5 + 0.5 * skin / max(float(face.mean()), 1.0)), 0, 255)
    mask = mask_of(len(face), dice, oval=not hard)
    face, mask = turned(face, mask, dice.normal(0, _TILT_DEG))
    blend(canvas, face, mask, head)
    if dice.random() < 0.08:
        cover(canvas, place, dice)


def _paste_false(
    canvas: Canvas,
    material: Material,
    place: Place,
    skin: float,
    dice: Generator,
) -> None:
    """What a face's traces look like without the face."""
    kind = dice.random()
    face = _plain_face(material, place.size, dice)
    if kind < 0.25:
        axes = round(place.size * 0.45), round(place.size * 0.55)
        cv2.ellipse(canvas, (round(place.x), round(place.y)), axes, 0, 0, 360, skin, -1)
        return
    if kind < 0.5:
        face = face[::-1]
    elif kind < 0.75:
        middle = max(1, len(face) // 2)
        face = np.roll(face, (middle, middle * int(dice.integers(0, 2))), (0, 1))
    else:
        pool = material.rooms if dice.random() < 0.5 else material.papers
        face = toned(_piece(pool[dice.integers(len(pool))], len(face), dice), dice)
    mask = mask_of(len(face), dice, oval=dice.random() < 0.8)
    face, mask = turned(np.ascontiguousarray(face), mask, dice.normal(0, _TILT_DEG))
    blend(canvas, face, mask, place)


def _plain_face(material: Material, size: float, dice: Generator) -> Canvas:
    face = material.faces[dice.integers(len(material.faces))]
    if dice.random() < 0.5:
        face = face[:, ::-1]
    return toned(_scaled(np.ascontiguousarray(face), max(4, round(size))), dice)


def _photo_face(material: Material, size: float, wide: float, dice: Generator) -> Canvas:
    """A photographed face of `size` pixels in the middle of a square `wide` times as large.

    Where the photograph ends before the square does, its edge is continued.
    """
    photo = material.photos[dice.integers(len(material.photos))]
    pad = math.ceil(wide * photo.side)
    whole = cv2.copyMakeBorder(photo.grey, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    span = round(wide * photo.side)
    x = photo.x + pad - (span - photo.side) // 2
    y = photo.y + pad - (span - photo.side) // 2
    face = whole[y : y + span, x : x + span]
    if dice.random() < 0.5:
        face = face[:, ::-1]
    return toned(_scaled(np.ascontiguousarray(face), max(4, round(size * wide))), dice)


def _scaled(face: Grey, side: int) -> Grey:
    way = cv2.INTER_AREA if side < len(face) else cv2.INTER_LINEAR
    scaled: Grey = cv2.resize(face, (side, side), interpolation=way)
    return scaled


def load_material(part: Part, folder: Path | None = None) -> Material:
    """Everything of one part; FER2013's splits are parts of their own.

    Raises MissingDataError when something is not there.
    """
    usage = {Part.TRAIN: TRAINING, Part.CHOOSE: PUBLIC_TEST, Part.TEST: PRIVATE_TEST}[part]
    faces = load_faces(usage, folder)
    rooms, papers = load_backgrounds(part)
    clear = faces.images[faces.majority >= 0]  # nearly all others show no face, or half of one
    return Material(clear, load_photos(part, folder), rooms, papers)
