import cv2
import numpy as np

from edgemood.training.common.near_duplicates import seen_in


def pictures(count: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((count, 48, 48)).astype(np.float32)
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 4) for picture in noise])
    return np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def test_other_pictures_were_not_seen():
    assert not seen_in(pictures(20, 1), pictures(200, 2)).any()


def test_the_same_picture_was_seen():
    training = pictures(50, 1)
    assert seen_in(training[10:20], training).all()


def test_a_mirrored_picture_was_seen():
    training = pictures(50, 1)
    assert seen_in(training[:5, :, ::-1], training).all()


def test_a_rescaled_and_brightened_picture_was_seen():
    training = pictures(50, 1)
    reprint = cv2.resize(cv2.resize(training[7], (30, 30), interpolation=cv2.INTER_AREA), (48, 48))
    brighter = cv2.convertScaleAbs(reprint, alpha=0.7, beta=40)
    assert seen_in(brighter[np.newaxis], training).all()
