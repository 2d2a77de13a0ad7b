from pathlib import Path

import numpy as np
import pytest
import torch

from edgemood.training.face import Recipe, Training
from edgemood.training.face_augment import Variation, dim, normalise_batch, vary
from edgemood.training.face_data import Faces
from edgemood.training.face_heads import DeviceNet, Mix, choose_mix, head_logits
from edgemood.training.face_net import FaceNet, multiply_adds
from edgemood.vision.expression import normalise


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
    always = Variation(low_light=1, noise=1, blur=1, coarse=1, cutout=1)
    for variation in (Variation(), always):
        varied = vary(torch.from_numpy(faces.images), side, variation)
        assert varied.shape == (len(faces), 1, side, side)
        assert torch.isfinite(varied).all()


def test_without_variation_faces_stay_what_they_are(faces: Faces):
    torch.manual_seed(0)
    still = Variation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    kept = vary(torch.from_numpy(faces.images[:1] // 2 + 20), 48, still)
    assert torch.isfinite(kept).all()


def test_darkness_is_the_same_each_time_and_leaves_the_random_numbers_alone(faces: Faces):
    state = torch.get_rng_state()
    np.testing.assert_array_equal(dim(faces.images, 20), dim(faces.images, 20))
    assert torch.equal(state, torch.get_rng_state())


def test_less_light_means_more_noise(faces: Faces):
    grey = np.full((1, 48, 48), 128, dtype=np.uint8)
    noise = [dim(grey, electrons).std() for electrons in (500, 100, 20)]
    assert noise == sorted(noise)


def test_the_device_network_is_the_mix_of_both_heads(faces: Faces):
    network = FaceNet().eval()
    label_logits, votes_logits = head_logits(network, faces)
    device = DeviceNet(network, Mix(0.3, 0.7, (0, 1, 2, 3, 4, 5, 6))).eval()
    with torch.no_grad():
        batch = normalise_batch(torch.from_numpy(faces.images).unsqueeze(1).float())
        mixed = device(batch).numpy()
    np.testing.assert_allclose(
        mixed, 0.3 * label_logits + 0.7 * votes_logits + np.arange(7), atol=1e-4
    )


def test_the_chosen_mix_explains_the_labels_better_than_either_head(faces: Faces):
    network = FaceNet().eval()
    device = DeviceNet(network, choose_mix(network, faces)).eval()
    batch = normalise_batch(torch.from_numpy(faces.images).unsqueeze(1).float())
    labels = torch.from_numpy(faces.labels)
    with torch.no_grad():
        mixed = torch.nn.functional.cross_entropy(device(batch), labels)
        heads = [torch.nn.functional.cross_entropy(logits, labels) for logits in network(batch)]
    assert mixed <= min(heads)


def test_the_network_stays_within_its_budget():
    network = FaceNet().eval()
    assert multiply_adds(network, torch.zeros(1, 1, 48, 48)) <= 40e6
    assert sum(weight.numel() for weight in network.parameters()) <= 0.9e6


def test_a_training_that_was_interrupted_goes_on_where_it_was(faces: Faces, tmp_path: Path, capsys):
    Training(Recipe(epochs=1, batch=32), tmp_path, faces, faces).run()
    Training(Recipe(epochs=2, batch=32), tmp_path, faces, faces).run()
    printed = capsys.readouterr().out
    assert "epoch 1/1" in printed
    assert "resumed after epoch 1" in printed
    assert "epoch 2/2" in printed
