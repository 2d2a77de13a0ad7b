"""Pictures of 640×480 to measure detectors on: somebody in a room, once or for a while, or nobody.

Somebody is a photograph of Labeled Faces in the Wild, shrunk and laid into a picture of nobody with
all that it shows of the head; nothing of it is repainted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.random import Generator

from edgemood.training.detector.compose import Scene
from edgemood.training.detector.data import Part, Photo, load_backgrounds
from edgemood.training.detector.paint import texture
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.cameras.webcam import grey_of

WIDTH, HEIGHT = 640, 480
SIDES_PX = (24, 36, 54, 80, 120, 180)
"""widths of the faces; each photograph is seen once in each"""
TILTS_DEG = (0.0, 20.0)
"""every other photograph is tilted this far, to either side by turns"""

SITTING, EMPTY = 16, 6
"""pictures in which somebody sits in a room, and then those after they have left"""

_SWAY = 0.03
"""of a head that keeps still, from one picture to the next, as a share of the face"""
_NOD_DEG, _LEAN = 1.5, 0.01
_MEMORY = 0.8  # of sway, nod and lean
_SHIFT = 0.6  # by which somebody sits down elsewhere, once
_NOISE = 3.0  # of the sensor, in grey levels
_CUTS = 3
_TEXTURES = 60
_WITHOUT_FACES = (
    *("brick", "chelsea", "coffee", "grass", "gravel", "hubble_deep_field"),
    *("horse", "moon", "page", "rocket", "text"),
)
"""pictures of scikit-image in which nobody is: a cat, a cup, stones, a page of text …"""


def rooms_with_somebody(photos: list[Photo], part: Part) -> Iterator[tuple[int, Scene]]:
    """Each photograph in each of `SIDES_PX`, with that size; each time in another picture."""
    rooms, papers = load_backgrounds(part)
    empty = rooms * 6 + papers  # rooms are what the box looks at
    dice = np.random.default_rng(1)
    for number, photo in enumerate(photos):
        tilt = TILTS_DEG[number % 2] * (1 if number % 4 < 2 else -1)
        for side in SIDES_PX:
            behind = _cut(empty[dice.integers(len(empty))], dice)
            yield side, _with_photo(behind, photo, side, tilt, dice)


def evenings(photos: list[Photo], part: Part) -> Iterator[list[Scene]]:
    """Pictures in a row: a photograph sits in a room, sways, moves over once, and leaves.

    A stand-in for video of people, of which none is at hand: nobody's expression changes.
    """
    rooms, _ = load_backgrounds(part)
    dice = np.random.default_rng(4)
    for photo in photos:
        behind = _cut(rooms[dice.integers(len(rooms))], dice)
        side = math.exp(dice.uniform(math.log(54), math.log(150)))
        x, y = dice.uniform(side, WIDTH - 2 * side), dice.uniform(side, HEIGHT - side)
        sway = np.zeros(4)
        scenes = []
        for number in range(SITTING):
            sway = _MEMORY * sway + dice.normal(0, (_SWAY, _SWAY, _NOD_DEG, _LEAN))
            right = x + side * (sway[0] + _SHIFT * (number >= SITTING // 2))
            middle, grown = (right, y + side * sway[1]), side * math.exp(sway[3])
            scenes.append(_noisy(_laid(behind, photo, grown, sway[2], middle), dice))
        nobody = Scene(behind, np.zeros((0, 3), dtype=np.float32))
        yield scenes + [_noisy(nobody, dice) for _ in range(EMPTY)]


def photographs_alone(photos: list[Photo]) -> Iterator[Scene]:
    """The photographs as they are: faces as wide as the picture."""
    for photo in photos:
        half = photo.side / 2
        box = np.array([[photo.x + half, photo.y + half, photo.side]], dtype=np.float32)
        yield Scene(photo.grey, box)


def rooms_without(part: Part) -> Iterator[Grey]:
    """Three views of every interior of the part."""
    dice = np.random.default_rng(2)
    for picture in load_backgrounds(part)[0]:
        for _ in range(_CUTS):
            yield _cut(picture, dice)


def anything_without(part: Part) -> Iterator[Grey]:
    """Wallpapers, textures of noise and stripes and, in the test part, scikit-image's pictures."""
    dice = np.random.default_rng(3)
    for picture in load_backgrounds(part)[1]:
        yield _cut(picture, dice)
    for _ in range(_TEXTURES):
        yield texture(WIDTH, dice)[:HEIGHT].astype(np.uint8)
    if part is Part.TEST:
        import skimage.data
        from skimage.util import img_as_ubyte

        for name in _WITHOUT_FACES:
            picture = img_as_ubyte(getattr(skimage.data, name)())
            yield _cut(grey_of(picture), dice)


def _cut(picture: Grey, dice: Generator) -> Grey:
    """A view of 4:3 with at least two thirds of the picture's shorter side, as (480, 640)."""
    height, width = picture.shape
    span = dice.uniform(0.67, 1.0) * min(width, height * WIDTH / HEIGHT)
    tall = span * HEIGHT / WIDTH
    x, y = dice.uniform(0, width - span), dice.uniform(0, height - tall)
    cut = picture[int(y) : int(y + tall), int(x) : int(x + span)]
    way = cv2.INTER_AREA if span > WIDTH else cv2.INTER_LINEAR
    view: Grey = cv2.resize(cut, (WIDTH, HEIGHT), interpolation=way)
    return view


def _with_photo(behind: Grey, photo: Photo, side: int, tilt_deg: float, dice: Generator) -> Scene:
    middle = (
        dice.uniform(side, WIDTH - side),
        dice.uniform(min(side, HEIGHT / 2 - 1), HEIGHT - min(side, HEIGHT / 2 - 1)),
    )
    return _laid(behind, photo, side, tilt_deg, middle)


def _laid(
    behind: Grey, photo: Photo, side: float, tilt_deg: float, middle: tuple[float, float]
) -> Scene:
    """A photograph laid over a picture, its face `side` pixels wide, about `middle`."""
    scale = side / photo.side
    size = tuple(round(length * scale) for length in photo.grey.shape[::-1])
    head = cv2.resize(
        photo.grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    own = ((photo.x + photo.side / 2) * scale, (photo.y + photo.side / 2) * scale)
    place = cv2.getRotationMatrix2D(own, tilt_deg, 1.0)
    place[:, 2] += np.array(middle) - own
    edge = max(1.0, side * 0.04)
    inner = np.zeros(head.shape, dtype=np.float32)
    inset = math.ceil(edge)
    inner[inset:-inset, inset:-inset] = 1
    mask = cv2.GaussianBlur(inner, (0, 0), edge / 2)
    opacity = cv2.warpAffine(mask, place, (WIDTH, HEIGHT))
    over = cv2.warpAffine(head, place, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    grey = behind + opacity * (over.astype(np.float32) - behind)
    return Scene(grey.round().astype(np.uint8), np.array([[*middle, side]], dtype=np.float32))


def _noisy(scene: Scene, dice: Generator) -> Scene:
    noise = dice.standard_normal(scene.grey.shape, dtype=np.float32) * np.float32(_NOISE)
    return Scene(np.clip(scene.grey + noise, 0, 255).astype(np.uint8), scene.boxes)
