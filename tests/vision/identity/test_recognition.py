"""Enrolment and recognition with the real model, on photographs in the public domain."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.errors import ModelError, ProfileError
from edgemood.vision.faces.faces import Face
from edgemood.vision.identity import enrolment, known_faces
from edgemood.vision.identity.embedding import Embedder, middle
from edgemood.vision.identity.recognition import LOOKS, Recogniser

FRAME_S = 0.5
EILEEN = Face(172, 55, 110, 110)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(VisionConfig().recogniser)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "faces"


@pytest.fixture
def recogniser(folder: Path, embedder: Embedder) -> Recogniser:
    return Recogniser(folder, embedder)


def views(portrait: NDArray[np.uint8], count: int, seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    """Somebody who moves a little in front of a noisy camera."""
    dice = np.random.default_rng(seed)
    for _ in range(count):
        x, y = dice.integers(-4, 5, 2)
        face = Face(EILEEN.x + int(x), EILEEN.y + int(y), EILEEN.width, EILEEN.height)
        noisy = face.crop(portrait) + dice.normal(0, 3, (EILEEN.height, EILEEN.width))
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def strangers() -> list[NDArray[np.uint8]]:
    """Faces of a hundred others, 25×25 pixels, as scikit-image ships them."""
    return [(255 * face).astype(np.uint8) for face in skimage.data.lfw_subset()[:100]]


def enrol(recogniser: Recogniser, portrait: NDArray[np.uint8], name: str = "Eileen") -> float:
    """Sit before the camera until it is over; the time at which it is."""
    at_s = 0.0
    for at, crop in enumerate(views(portrait, enrolment.VIEWS)):
        at_s = at * FRAME_S
        recogniser.name({7: crop}, frozenset({7}), None, at_s)
    return at_s + 2


def test_who_enrols_is_known_from_then_on(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    at_s = enrol(recogniser, portrait)
    progress = enrolment.read_progress(folder)
    assert (progress.done, progress.enrolled, progress.views) == (True, True, enrolment.VIEWS)
    assert known_faces.names(folder) == ["Eileen"]
    named = [
        recogniser.name({9: crop}, frozenset({9}), None, at_s + at * FRAME_S)
        for at, crop in enumerate(views(portrait, LOOKS + 2, seed=1))
    ]
    assert named == [{}] * (LOOKS - 1) + [{9: "Eileen"}] * 3


def test_a_face_that_is_known_under_another_name_is_remarked(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    enrol(recogniser, portrait)
    assert "looks" not in enrolment.read_progress(folder).say
    enrolment.ask(folder, "Commander")
    enrol(recogniser, portrait)
    progress = enrolment.read_progress(folder)
    assert progress.enrolled
    assert "looks to the box like Eileen" in progress.say


def test_nothing_that_resembles_a_picture_is_kept(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    enrol(recogniser, portrait)
    kept = sum(path.stat().st_size for path in folder.iterdir())
    assert kept < 2000
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".enrolling", ""}


def test_strangers_are_nobody(
    embedder: Embedder, folder: Path, portrait: NDArray[np.uint8], recogniser: Recogniser
) -> None:
    own = middle([embedder.embed(crop) for crop in views(portrait, 12)])
    known_faces.remember(folder, "Eileen", own, embedder.digest)
    named = 0
    for number, face in enumerate(strangers()):
        for look in range(LOOKS):
            at_s = (number * LOOKS + look) * FRAME_S
            who = recogniser.name({number: face}, frozenset({number}), None, at_s)
        named += bool(who)
    assert named <= 3


def test_who_is_forgotten_is_a_stranger_within_a_second(
    recogniser: Recogniser, folder: Path, embedder: Embedder, portrait: NDArray[np.uint8]
) -> None:
    own = middle([embedder.embed(crop) for crop in views(portrait, 12)])
    known_faces.remember(folder, "Eileen", own, embedder.digest)
    for at, crop in enumerate(views(portrait, LOOKS)):
        named = recogniser.name({1: crop}, frozenset({1}), None, at * FRAME_S)
    assert named == {1: "Eileen"}
    known_faces.forget(folder, "Eileen")
    (crop,) = views(portrait, 1)
    assert recogniser.name({1: crop}, frozenset({1}), None, LOOKS * FRAME_S + 1) == {}


def test_of_two_people_nobody_is_enrolled_until_one_steps_aside(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    for at, crop in enumerate(views(portrait, 30)):
        recogniser.name({1: crop, 2: crop}, frozenset({1, 2}), None, at * FRAME_S)
    progress = enrolment.read_progress(folder)
    assert "more than one person" in progress.say
    assert progress.views == 0


def test_the_looks_at_somebody_else_do_not_count(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    for at, crop in enumerate(views(portrait, 10)):
        track = 1 if at < 8 else 2
        recogniser.name({track: crop}, frozenset({track}), None, at * FRAME_S)
    assert enrolment.read_progress(folder).views == 2


def test_who_does_not_come_is_given_up_and_told_why(recogniser: Recogniser, folder: Path) -> None:
    enrolment.ask(folder, "Eileen")
    for at in range(130):
        recogniser.name({}, frozenset(), "the face is too far away", at * FRAME_S)
    progress = enrolment.read_progress(folder)
    assert (progress.done, progress.enrolled) == (True, False)
    assert progress.say == "gave up: the face is too far away"


def test_an_enrolment_can_be_called_off(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    for at, crop in enumerate(views(portrait, 30)):
        if at == 5:
            enrolment.cancel(folder)
        recogniser.name({1: crop}, frozenset({1}), None, at * FRAME_S)
    assert known_faces.names(folder) == []


def test_without_a_box_that_recognises_nobody_can_ask(folder: Path) -> None:
    with pytest.raises(ProfileError, match="recognise: yes"):
        enrolment.ask(folder, "Eileen")


def test_a_folder_that_cannot_be_made_is_told_and_nobody_is_known(
    embedder: Embedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    recogniser = Recogniser(tmp_path / "file" / "faces", embedder)
    assert "cannot be made" in caplog.text
    assert recogniser.name({}, frozenset(), None, 0.0) == {}


def test_a_request_that_is_damaged_is_none(recogniser: Recogniser, folder: Path) -> None:
    (folder / enrolment.REQUEST).write_text('{"name": "../../etc/passwd"}')
    assert recogniser.name({}, frozenset(), None, 0.0) == {}
    assert not enrolment.read_progress(folder).done


def test_a_folder_that_cannot_be_written_is_told_and_does_not_stop_the_sense(
    recogniser: Recogniser, folder: Path, portrait: NDArray[np.uint8]
) -> None:
    enrolment.ask(folder, "Eileen")
    (folder / "Eileen.json").mkdir()
    enrol(recogniser, portrait)
    progress = enrolment.read_progress(folder)
    assert (progress.done, progress.enrolled) == (True, False)
    assert "cannot be kept" in progress.say


def test_an_embedding_has_length_one_and_does_not_depend_on_the_light(
    embedder: Embedder, portrait: NDArray[np.uint8]
) -> None:
    crop = EILEEN.crop(portrait)
    one, other = embedder.embed(crop), embedder.embed((crop * 0.5 + 20).astype(np.uint8))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(one - other) < embedder.threshold / 4


@pytest.mark.parametrize("content", [b"", b"damaged", b"PK\x03\x04damaged"])
def test_a_damaged_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faces.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=str(path)):
        Embedder(path)


def test_any_crop_can_be_embedded(embedder: Embedder) -> None:
    for shape in ((1, 1), (3, 400), (480, 640)):
        crop = cv2.randu(np.empty(shape, dtype=np.uint8), 0, 256)
        assert np.isfinite(embedder.embed(crop)).all()
