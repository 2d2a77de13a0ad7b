"""Hand-made face features before the networks: Gabor filters, local binary patterns, eigenfaces."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from cv2.data import haarcascades
from numpy.typing import NDArray
from sklearn.manifold import MDS

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]

_CELLS = 6  # per side; histograms and means are taken in 6×6 cells of 8×8 pixels
_RING = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]  # round a pixel


def gabor(pictures: Pictures) -> Features:
    """Mean magnitudes of 4 scales × 8 directions of Gabor filters in 6×6 cells, (n, 1152)."""
    kernels = [
        cv2.getGaborKernel((15, 15), wavelength / 2, angle, wavelength, 1.0, phase)
        for wavelength in (3, 5, 8, 12)
        for angle in np.arange(8) * np.pi / 8
        for phase in (0, np.pi / 2)
    ]
    return np.stack([_gabor(picture, kernels) for picture in pictures])


def _gabor(picture: NDArray[np.uint8], kernels: list[NDArray[np.float64]]) -> Features:
    grey = picture.astype(np.float32) / 255
    parts = [cv2.filter2D(grey, cv2.CV_32F, kernel) for kernel in kernels]
    magnitudes = [cv2.magnitude(*parts[k : k + 2]) for k in range(0, len(parts), 2)]
    cells = [cv2.resize(m, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) for m in magnitudes]
    joined: Features = np.concatenate([cell.ravel() for cell in cells])
    return joined


def local_binary_patterns(pictures: Pictures) -> Features:
    """Roots of the histograms of the 58 uniform patterns and the rest in 6×6 cells, (n, 2124).

    Ojala, Pietikäinen and Mäenpää, TPAMI 2002; Shan, Gong and McOwan, 2009, for faces.
    """
    bins = _uniform_bins()
    count = int(bins.max()) + 1
    cell = np.arange(48) * _CELLS // 48
    places = (cell[:, np.newaxis] * _CELLS + cell)[1:-1, 1:-1].ravel() * count
    histograms = [
        np.bincount(places + bins[codes].ravel(), minlength=count * _CELLS**2)
        for codes in _codes(pictures)
    ]
    return np.sqrt(np.stack(histograms)).astype(np.float32)


def mapped_binary_patterns(pictures: Pictures) -> Features:
    """Patterns as points in space, so that alike ones lie together, averaged in 12×12 cells.

    After Levi and Hassner, "Emotion Recognition in the Wild via Convolutional Neural Networks and
    Mapped Binary Patterns", 2015: multidimensional scaling of the distances between all 256 codes,
    here the least turns of bits, as their earth mover's distance. The result is (n, 432).
    """
    points = _points()
    mapped = [
        cv2.resize(points[codes], (12, 12), interpolation=cv2.INTER_AREA)
        for codes in _codes(pictures)
    ]
    features: Features = np.stack(mapped).reshape(len(pictures), -1)
    return features


@cache
def _points() -> Features:
    """Where each code lies in space, (256, 3)."""
    codes = np.arange(256)
    bits = (codes[:, np.newaxis] >> np.arange(8)) & 1
    sums = np.cumsum(bits[:, np.newaxis] - bits[np.newaxis], axis=2)  # flow around the ring
    distances = np.abs(sums - np.median(sums, axis=2, keepdims=True)).sum(axis=2)
    space = MDS(3, dissimilarity="precomputed", n_init=1, max_iter=60, random_state=0)
    points: Features = space.fit_transform(distances.astype(float)).astype(np.float32)
    return points


def found_faces(pictures: Pictures) -> Features:
    """What a Haar cascade finds in each picture, else the whole, equalised, (n, 2304)."""
    return np.stack([_found(picture) for picture in pictures])


@cache
def _cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_default.xml")


def _found(picture: NDArray[np.uint8]) -> Features:
    boxes = _cascade().detectMultiScale(picture, 1.1, 2, minSize=(30, 30))
    if len(boxes):
        x, y, width, height = max(boxes, key=lambda box: int(box[2]))
        picture = cv2.resize(picture[y : y + height, x : x + width], (48, 48))
    pixels: Features = cv2.equalizeHist(picture).ravel().astype(np.float32)
    return pixels


def _codes(pictures: Pictures) -> NDArray[np.uint8]:
    """Which of a pixel's eight neighbours are at least as bright, as a number, (n, 46, 46)."""
    middle = pictures[:, 1:-1, 1:-1]
    codes = np.zeros(middle.shape, dtype=np.uint8)
    for bit, (down, across) in enumerate(_RING):
        neighbour = pictures[:, 1 + down : 47 + down, 1 + across : 47 + across]
        codes |= (neighbour >= middle).astype(np.uint8) << np.uint8(bit)
    return codes


def _uniform_bins() -> NDArray[np.int64]:
    """The histogram bin of each code: one for each with at most two changes, one for the rest."""
    codes = np.arange(256)
    bits = (codes[:, np.newaxis] >> np.arange(8)) & 1
    uniform = (bits != np.roll(bits, 1, axis=1)).sum(axis=1) <= 2
    return np.where(uniform, np.cumsum(uniform) - 1, uniform.sum()).astype(np.int64)
