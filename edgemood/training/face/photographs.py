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
    with data_file("photos.csv", folder).open(encoding="utf-8", newline="") as lines:
        label_of = {Path(row["file"]).name: row["label"] for row in csv.DictReader(lines)}
    detector, crops, labels = HaarDetector(), [], []
    with tarfile.open(data_file("photos.tar", folder)) as archive:
        for member in archive:
            file = archive.extractfile(member)
            label = label_of.get(Path(member.name).name)
            if file is None or label is None:
                continue
            read = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
            grey = np.asarray(read, dtype=np.uint8)
            for face in detector.find(grey)[:1]:
                crops.append(face.crop(grey))
                labels.append(EMOTIONS.index(Emotion(label)))
    return crops, np.array(labels)
