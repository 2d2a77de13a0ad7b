from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.training.baselines import face_features, face_transfer
from edgemood.training.baselines import face_models as face_nets
from edgemood.training.baselines.evaluate import measure
from edgemood.training.baselines.face_protocol import drawn, only, with_figures
from edgemood.training.baselines.face_registry import SYSTEMS
from edgemood.training.baselines.face_train import Network
from edgemood.training.baselines.table import Ledger, Result
from edgemood.training.common.export import export_int8
from edgemood.training.common.precision import multiplies_tiles
from edgemood.training.face.data import Faces
from edgemood.training.face.model import multiply_adds

NETS = [
    face_nets.mini_xception,
    face_nets.mobilenet_v1,
    face_nets.three_stages,
    face_nets.small_inception,
    partial(face_nets.eight_layers, shrink=4),
]


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 48, 48), dtype=np.uint8)


@pytest.fixture
def faces() -> Faces:
    """Three hundred pictures of noise, whose labels and majorities agree."""
    noise = np.random.default_rng(1)
    labels = np.arange(300) % 7
    images = noise.integers(0, 256, (300, 48, 48), dtype=np.uint8)
    return Faces(images, labels, np.eye(7, dtype=np.float32)[labels], labels)


@pytest.mark.parametrize("build", NETS)
def test_a_network_drops_into_the_box_as_a_file(build: Callable, tmp_path: Path):
    inputs = np.random.default_rng(0).standard_normal((20, 48, 48, 1)).astype(np.float32)
    export_int8(build(7).eval(), inputs, tmp_path / "net.tflite")
    assert (tmp_path / "net.tflite").exists()


def test_the_eight_layers_cost_what_the_paper_makes_them_cost():
    network = face_nets.eight_layers(7).eval()
    assert multiply_adds(network, torch.zeros(1, 1, 48, 48)) == pytest.approx(700e6, rel=0.03)


def test_the_eight_layers_cost_a_quarter_where_the_picture_is_halved():
    network = face_nets.eight_layers(7, shrink=2).eval()
    assert multiply_adds(network, torch.zeros(1, 1, 48, 48)) == pytest.approx(175e6, rel=0.03)


def test_a_network_learns_within_its_time(faces: Faces):
    network, epochs = Network("net", face_nets.small_inception).trained(faces, minutes=0.005)
    assert epochs > 0
    assert not network.training
    assert network(torch.zeros(1, 1, 48, 48)).shape == (1, 7)


def test_the_few_are_the_same_for_every_system(faces: Faces):
    once, again = drawn(faces, 20), drawn(faces, 20)
    assert len(once) == 20
    np.testing.assert_array_equal(once.images, again.images)
    assert len(np.unique(once.images.reshape(20, -1), axis=0)) == 20


def test_a_system_is_tested_on_all_on_few_and_after_few(faces: Faces):
    right = np.eye(7, dtype=np.float32)[faces.labels]
    result = with_figures(
        Result("net", "nothing"), right, np.roll(right, 1, axis=1), faces, EMOTIONS
    )
    assert list(result.figures.values()) == [1, 1, 1, 0]
    assert set(result.recalls.values()) == {1}


@pytest.mark.parametrize(
    "extract",
    [
        face_features.gabor,
        face_features.local_binary_patterns,
        face_features.mapped_binary_patterns,
        face_features.found_faces,
        face_transfer.features,
    ],
)
def test_features_are_finite_and_of_one_length(extract: Callable, pictures: np.ndarray):
    features = extract(pictures)
    assert features.ndim == 2
    assert len(features) == len(pictures)
    assert np.isfinite(features).all()
    np.testing.assert_allclose(features[2], extract(pictures[2:3])[0], rtol=1e-4, atol=1e-4)


def test_patterns_do_not_mind_a_brighter_picture(pictures: np.ndarray):
    dark = pictures // 2
    np.testing.assert_array_equal(
        face_features.local_binary_patterns(dark), face_features.local_binary_patterns(dark + 90)
    )


def test_faces_with_five_labels_are_numbered_anew(pictures: np.ndarray):
    labels = np.array([0, 1, 2, 3, 6])
    faces = Faces(pictures, labels, np.eye(7, dtype=np.float32)[labels], np.array([0, 3, 3, -1, 1]))
    kept = only(faces, (Emotion.NEUTRAL, Emotion.HAPPY, Emotion.ANGRY))
    assert kept.labels.tolist() == [2, 1, 0]
    assert kept.majority.tolist() == [2, -1, -1]
    assert only(faces, EMOTIONS) is faces


def test_no_two_systems_share_a_name():
    names = [system.name for system in SYSTEMS]
    assert len(set(names)) == len(names)


def test_a_result_is_kept_for_the_next_run_and_shown_in_a_table(tmp_path: Path):
    ledger = Ledger(tmp_path)
    assert not ledger.holds("face", "net")
    figures = {"accuracy": 0.5}
    ledger.add("face", Result("net", "9 faces", figures, {"happy": 0.9}, 1500, None, 2000, 1.25))
    guess = Result("guess", "nothing", {"accuracy": 0.25}, published=0.75, note="for comparison.")
    ledger.add("face", guess)
    ledger.add("speech", Result("net", "9 clips", {"recall": 0.4}))
    again = Ledger(tmp_path)
    assert again.holds("face", "net")
    text = (tmp_path / "papers.md").read_text("utf-8")
    assert text == again.markdown()
    assert "| net | 50.0% | – | 1.5 k | – | 2 kB | 1.25 | 9 faces |" in text
    assert "| guess | 25.0% | 75.0% |" in text
    assert "| net | 90.0% |" in text
    assert "- guess: for comparison." in text
    assert text.index("## face") < text.index("## speech")


def test_a_new_result_takes_the_place_of_the_old(tmp_path: Path):
    ledger = Ledger(tmp_path)
    for share in (0.1, 0.2):
        ledger.add("face", Result("net", "9 faces", {"accuracy": share}))
    assert "10.0%" not in ledger.markdown()
    assert "20.0%" in ledger.markdown()


def test_the_scorecard_names_the_systems_that_were_measured(tmp_path: Path):
    Ledger(tmp_path).add("face", Result("three stages", "", {"FER2013 PrivateTest": 0.625}))
    assert measure(tmp_path, tmp_path) == {"papers": {"three_stages": {"accuracy": 0.625}}}


@pytest.mark.parametrize(("flags", "known"), [("avx2 amx_bf16 amx_tile", True), ("avx2", False)])
def test_a_processor_that_multiplies_tiles_is_known(tmp_path: Path, flags: str, *, known: bool):
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    assert multiplies_tiles(tmp_path / "cpuinfo") is known


def test_a_machine_that_does_not_tell_is_taken_for_a_plain_one(tmp_path: Path):
    assert not multiplies_tiles(tmp_path / "missing")
