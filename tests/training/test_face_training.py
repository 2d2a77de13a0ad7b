from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemood.training.common.metrics import recalls
from edgemood.training.common.recipe import Epochs
from edgemood.training.face.augment import Variation, dim, normalise_batch, vary
from edgemood.training.face.coverage import by_class, over_coverage
from edgemood.training.face.data import Faces
from edgemood.training.face.heads import (
    LEAST_RECALL,
    DeviceNet,
    Reading,
    best_evened,
    evened_readings,
    head_logits,
    label_reading,
    votes_reading,
)
from edgemood.training.face.model import FaceNet, Pooling, multiply_adds, widened
from edgemood.training.face.resting import pair_correlations
from edgemood.training.face.train import FROM_SCRATCH, adopt, training
from edgemood.vision.expression import normalise

SHARES = [field.name for field in fields(Variation) if field.name != "cutout_side"]
STILL = Variation(**dict.fromkeys(SHARES, 0.0))
ALWAYS = Variation(**dict.fromkeys(SHARES, 1.0))


@pytest.fixture(scope="module")
def faces() -> Faces:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (96, 48, 48), dtype=np.uint8)
    images[0] = 77  # a face without contrast
    labels = np.arange(96) % 7
    return Faces(images, labels, np.eye(7, dtype=np.float32)[labels], labels)


def test_training_sees_what_the_device_sees(faces: Faces):
    batch = normalise_batch(torch.from_numpy(faces.images).unsqueeze(1).float()).numpy()
    device = np.stack([normalise(image) for image in faces.images])
    np.testing.assert_allclose(batch[:, 0], device[..., 0], atol=1e-5)


@pytest.mark.parametrize("side", [32, 48])
def test_varied_faces_are_finite_and_of_the_asked_size(faces: Faces, side: int):
    for variation in (Variation(), ALWAYS):
        varied = vary(torch.from_numpy(faces.images), side, variation)
        assert varied.shape == (len(faces), 1, side, side)
        assert torch.isfinite(varied).all()


@pytest.mark.parametrize("field", SHARES)
def test_each_variation_alone_changes_faces(faces: Faces, field: str):
    images = torch.from_numpy(faces.images[1:9])
    torch.manual_seed(1)
    plain = vary(images, 48, STILL)
    torch.manual_seed(1)
    varied = vary(images, 48, replace(STILL, **{field: 1.0}))
    assert torch.isfinite(varied).all()
    assert not torch.equal(plain, varied)


def test_without_variation_faces_stay_what_they_are(faces: Faces):
    torch.manual_seed(0)
    kept = vary(torch.from_numpy(faces.images[:1] // 2 + 20), 48, STILL)
    assert torch.isfinite(kept).all()


def test_darkness_is_the_same_each_time_and_leaves_the_random_numbers_alone(faces: Faces):
    state = torch.get_rng_state()
    np.testing.assert_array_equal(dim(faces.images, 20), dim(faces.images, 20))
    assert torch.equal(state, torch.get_rng_state())


def test_less_light_means_more_noise(faces: Faces):
    grey = np.full((1, 48, 48), 128, dtype=np.uint8)
    noise = [dim(grey, electrons).std() for electrons in (500, 100, 20)]
    assert noise == sorted(noise)


def test_the_device_network_gives_both_heads_calibrated(faces: Faces):
    network = FaceNet().eval()
    label_logits, votes_logits = head_logits(network, faces)
    device = DeviceNet(network, Reading(0.3), Reading(0.7, (0, 1, 2, 3, 4, 5, 6))).eval()
    with torch.no_grad():
        batch = normalise_batch(torch.from_numpy(faces.images).unsqueeze(1).float())
        votes, label = device(batch)
    np.testing.assert_allclose(votes, 0.3 * votes_logits, atol=1e-4)
    np.testing.assert_allclose(label, 0.7 * label_logits + np.arange(7), atol=1e-4)


def test_the_label_reading_recalls_every_emotion_it_can_tell():
    random = np.random.default_rng(0)
    labels = np.arange(2100) % 7
    logits = (random.standard_normal((2100, 7)) + 2 * np.eye(7)[labels]).astype(np.float32)
    logits[:, 2] -= 1.5  # fear is held back
    assert recalls(logits, labels).min() < LEAST_RECALL
    reading = label_reading(logits, labels)
    assert recalls(reading.scale * logits + reading.offsets, labels).min() >= LEAST_RECALL
    assert np.argmax(reading.offsets) == 2


def test_a_rare_emotion_is_found_more_often_by_the_even_reading():
    random = np.random.default_rng(0)
    labels = random.choice(7, 4000, p=[0.09, 0.02, 0.03, 0.26, 0.13, 0.12, 0.35])
    logits = (random.standard_normal((4000, 7)) + 1.5 * np.eye(7)[labels]).astype(np.float32)
    plain = votes_reading(logits, labels)
    even = best_evened(evened_readings(plain, logits, labels)).reading
    found = [recalls(r.scale * logits + r.offsets, labels)[2] for r in (plain, even)]
    assert found[1] > found[0] + 0.1
    assert even.scale == plain.scale


def test_emotions_that_are_equally_frequent_are_read_as_they_were():
    random = np.random.default_rng(0)
    labels = np.arange(700) % 7
    logits = (random.standard_normal((700, 7)) + 2 * np.eye(7)[labels]).astype(np.float32)
    plain = votes_reading(logits, labels)
    for even in evened_readings(plain, logits, labels):
        shifts = np.array(even.reading.offsets) - plain.offsets
        np.testing.assert_allclose(shifts, shifts[0])


def test_the_most_confident_are_told_right_most_often():
    random = np.random.default_rng(0)
    labels = np.arange(1400) % 8 - 1  # -1: not known
    logits = random.standard_normal((1400, 7)) + 2 * np.eye(7)[np.maximum(labels, 0)]
    scores = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32)
    rows = over_coverage(scores, labels)
    assert rows[-1]["judged"] == 1.0
    assert rows[0]["accuracy"] > rows[-1]["accuracy"]
    assert rows[-1]["uar"] == pytest.approx(recalls(scores, labels).mean())
    assert sum(row["faces"] for row in by_class(scores, labels)) == (labels >= 0).sum()


def test_an_emotion_that_is_never_said_has_no_precision():
    labels = np.array([0, 1])
    scores = np.eye(7, dtype=np.float32)[[0, 0]]
    rows = {row["emotion"]: row for row in by_class(scores, labels)}
    assert rows["disgust"]["precision"] is None
    assert rows["angry"]["precision"] == 0.5


def test_a_teacher_begins_with_what_the_small_network_knows(faces: Faces):
    torch.manual_seed(0)
    network = FaceNet().eval()
    torch.nn.init.normal_(network.features[9].correction[-1].weight, std=0.1)
    wide = widened(network, 2)
    for mine, theirs in zip(head_logits(wide, faces), head_logits(network, faces), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    convolution = wide.features[4].body[3].weight
    assert not torch.equal(convolution[:24], convolution[24:])


def test_two_photographs_of_one_person_are_alike_where_people_differ():
    random = np.random.default_rng(0)
    rests = np.repeat(random.standard_normal((50, 7)), 2, axis=0) * (1, 0, 0, 0, 1, 0, 0)
    logits = (rests + 0.1 * random.standard_normal((100, 7))).astype(np.float32)
    alike = pair_correlations(logits, [str(place // 2) for place in range(100)])
    assert alike["sad"] > 0.9
    assert "neutral" not in alike


def test_an_emotion_nobody_shows_gets_no_offset():
    random = np.random.default_rng(0)
    labels = np.arange(600) % 6
    logits = random.standard_normal((600, 7)) + 2 * np.eye(7)[labels]
    assert label_reading(logits.astype(np.float32), labels).offsets[6] == 0.0


@settings(max_examples=20, deadline=None)
@given(arrays(np.float32, (40, 7), elements=st.floats(-5, 5, width=32)), st.floats(0.2, 5))
def test_calibration_never_makes_the_truth_less_likely(logits, sharpened):
    majority = np.arange(40) % 8 - 1  # -1: not known
    logits = logits * np.float32(sharpened)
    reading = votes_reading(logits, majority)

    def surprise(values):
        chosen = torch.from_numpy(values[majority >= 0])
        return float(
            torch.nn.functional.cross_entropy(chosen, torch.from_numpy(majority[majority >= 0]))
        )

    assert reading.scale > 0
    assert surprise(reading.scale * logits + np.array(reading.offsets)) <= surprise(logits) + 1e-6


def test_what_class_weights_shifted_is_shifted_back():
    random = np.random.default_rng(0)
    labels = random.integers(0, 7, 7000)
    logits = (random.standard_normal((7000, 7)) + 2 * np.eye(7)[labels]).astype(np.float32)
    shifted = logits.copy()
    shifted[:, 1] += 1.5
    plain, mended = votes_reading(logits, labels), votes_reading(shifted, labels)
    assert mended.scale == pytest.approx(plain.scale, rel=0.01)
    lost = mended.offsets[1] - plain.offsets[1]
    assert lost - np.mean(np.delete(mended.offsets, 1)) == pytest.approx(
        -1.5 * plain.scale - np.mean(np.delete(plain.offsets, 1)), abs=0.02
    )


def test_an_overconfident_head_is_calmed():
    random = np.random.default_rng(0)
    labels = np.arange(700) % 7
    logits = (random.standard_normal((700, 7)) + np.eye(7)[labels]).astype(np.float32)
    calm, loud = votes_reading(logits, labels), votes_reading(3 * logits, labels)
    assert loud.scale == pytest.approx(calm.scale / 3, rel=0.01)


def test_a_second_training_begins_where_the_first_ended(faces: Faces, tmp_path: Path):
    training(replace(FROM_SCRATCH, length=Epochs(1), batch=32), tmp_path, faces, faces, None).run()
    network = FaceNet()
    adopt(network, tmp_path / "best.pt")
    best = torch.load(tmp_path / "best.pt", weights_only=True)["network"]
    assert all(torch.equal(value, best[name]) for name, value in network.state_dict().items())


def test_the_correction_by_place_begins_at_nothing():
    maps = torch.rand(2, 8, 6, 6)
    torch.testing.assert_close(Pooling(8, 16).eval()(maps), maps.mean(dim=(2, 3), keepdim=True))


def test_the_network_stays_within_its_budget():
    network = FaceNet().eval()
    assert multiply_adds(network, torch.zeros(1, 1, 48, 48)) <= 40e6
    assert sum(weight.numel() for weight in network.parameters()) <= 0.9e6


def test_a_training_that_was_interrupted_goes_on_where_it_was(faces: Faces, tmp_path: Path, capsys):
    training(replace(FROM_SCRATCH, length=Epochs(1), batch=32), tmp_path, faces, faces, None).run()
    training(replace(FROM_SCRATCH, length=Epochs(2), batch=32), tmp_path, faces, faces, None).run()
    printed = capsys.readouterr().out
    assert "epoch 1/1" in printed
    assert "resumed after epoch 1" in printed
    assert "epoch 2/2" in printed
