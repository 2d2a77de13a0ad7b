"""The papers' face systems, in the order of the table."""

from __future__ import annotations

from functools import partial

from edgemood.emotion import Emotion
from edgemood.training.baselines import face_features, face_transfer
from edgemood.training.baselines import face_models as face_nets
from edgemood.training.baselines.face_classical import Features, nearest_mean, vector_machine
from edgemood.training.baselines.face_train import Network

_FIVE = (Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.ANGRY, Emotion.SURPRISE)

SYSTEMS: list[Network | Features] = [
    Features("Haar crop, eigenfaces, nearest class mean", face_features.found_faces, nearest_mean),
    Features("LBP + SVM", face_features.local_binary_patterns, vector_machine),
    Features("mapped LBP + SVM", face_features.mapped_binary_patterns, vector_machine),
    Features("Gabor + SVM", face_features.gabor, vector_machine),
    Features(
        "transfer learning",
        face_transfer.features,
        vector_machine,
        network=face_transfer.network,
        input_shape=face_transfer.INPUT,
        note="the first half of an EfficientNet-Lite0 that learned ImageNet, frozen, at 96×96 "
        "pixels; a linear support vector machine on its features.",
    ),
    Network("small Inception", face_nets.small_inception),
    Network(
        "eight layers",
        partial(face_nets.eight_layers, shrink=3),
        rate=0.02,
        descent=True,
        grows=False,
        published=0.621,  # Yu et al., Chinese Control Conference, 2020
        note="its pictures shrunk to 16×16 pixels first, which leaves a ninth of the work.",
    ),
    Network(
        "three stages",
        face_nets.three_stages,
        rate=0.03,
        descent=True,
        warm_up=0.2,
        weighted=True,
        grows=False,
        published=0.632,
    ),
    Network(
        "three stages, 5 classes",
        face_nets.three_stages,
        rate=0.03,
        descent=True,
        warm_up=0.2,
        weighted=True,
        grows=False,
        emotions=_FIVE,
        note="trained and tested on the faces with one of its five labels.",
    ),
    Network("MobileNet v1", face_nets.mobilenet_v1, note="half its channels, 48×48 pixels."),
    Network(
        "mini-Xception",
        face_nets.mini_xception,
        published=0.66,  # Arriaga, Valdenegro-Toro and Plöger, 2017
    ),
]
