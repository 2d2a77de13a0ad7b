"""Photographs from another collection, from which no model here learned, with a label each."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.training.common.paths import data_file
from edgemood.vision.faces.faces import HaarDetector

Labels = NDArray[np.int64]


def load_photographs(folder: Path | None = None) -> tuple[list[NDArray[np.uint8]], Labels]:
    """The widest face of each photograph in which one is found, cut out as the box does it.

    The labels are one observer's. Raises MissingDataError when the photographs are not there.
    """
    crops, labels = _widest_faces("photos", "label", folder)
    return crops, np.array([EMOTIONS.index(Emotion(label)) for label in labels])


def load_pairs(folder: Path | None = None) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """The same of two photographs each of fifty people, and who it is.

    Raises MissingDataError when the photographs are not there.
    """
    return _widest_faces("pairs", "person", folder)


def _widest_faces(
    name: str, column: str, folder: Path | None
) -> tuple[list[NDArray[np.uint8]], list[str]]:
    with data_file(f"{name}.csv", folder).open(encoding="utf-8", newline="") as lines:
        label_of = {Path(row["file"]).name: row[column] for row in csv.DictReader(lines)}
    detector, crops, labels = HaarDetector(), [], []
    with tarfile.open(data_file(f"{name}.tar", folder)) as archive:
        for member in archive:
            file = archive.extractfile(member)
            label = label_of.get(Path(member.name).name)
            if file is None or label is None:
                continue
            read = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
            grey = np.asarray(read, dtype=np.uint8)
            for face in detector.find(grey)[:1]:
                crops.append(face.crop(grey))
                labels.append(label)
    return crops, labels
