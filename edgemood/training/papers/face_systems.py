"""The papers' face systems, each trained and tested on FER2013's official splits.

Trained on Training, tested on PrivateTest; nothing is chosen on either but what a paper fixed, so
that PublicTest is not needed. Every network gets the same processor time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import nn
from torch.nn import functional as F

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.tflite import Model
from edgemood.training.datasets import MODELS, REPOSITORY
from edgemood.training.export import export_int8
from edgemood.training.face_augment import Variation, normalise_batch, vary
from edgemood.training.face_data import PRIVATE_TEST, TRAINING, Faces, load_faces
from edgemood.training.face_net import multiply_adds
from edgemood.training.metrics import accuracy, recalls
from edgemood.training.papers import face_features, face_nets
from edgemood.training.papers.table import Result
from edgemood.vision.expression import SIDE, normalise

FEW = 200
"""Test pictures of the small protocol; 200 leave an accuracy uncertain by 7 points."""

_SVM_FACES = 10_000  # what a support vector machine learns from, in minutes instead of hours
_TIMED_FACES = 60
_BATCH = 64
_KEPT_BYTES = 1_000_000  # a larger file stays out of the repository
_FIVE = [Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.ANGRY, Emotion.SURPRISE]

_PLAIN = Variation(
    rotation_deg=5.0,
    zoom=0.1,
    stretch=0.05,
    shift=0.05,
    gamma=0.0,
    low_light=0.0,
    noise=0.0,
    blur=0.0,
    motion=0.0,
    jpeg=0.0,
    glare=0.0,
    partial=0.0,
    coarse=0.0,
    cutout=0.0,
)

Judge = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
Extract = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Network:
    """One of the papers' networks and how it is trained."""

    name: str
    build: Callable[[int], nn.Module]
    rate: float = 2e-3
    descent: bool = False
    """plain mini-batch descent as in the paper, else Adam"""
    weighted: bool = False
    """the softmax's loss weighs each emotion by its rarity"""
    emotions: tuple[Emotion, ...] = EMOTIONS
    exported: bool = True
    note: str = ""

    def measure(self, minutes: float) -> Result:
        """Train for `minutes` of processor time and test."""
        faces, test = only(load_faces(TRAINING), self.emotions), load_faces(PRIVATE_TEST)
        test = only(test, self.emotions)
        torch.manual_seed(0)
        network = self.build(len(self.emotions)).to(memory_format=torch.channels_last)
        epochs = self._train(network, faces, minutes)
        judge, size_bytes = self._judge(network, faces)
        return _tested(
            Result(
                self.name,
                f"{len(faces):,} faces, {epochs:.1f} epochs in {minutes:g} min",
                parameters=sum(weight.numel() for weight in network.parameters()),
                multiply_adds=multiply_adds(network, torch.zeros(1, 1, SIDE, SIDE)),
                size_bytes=size_bytes,
                note=self.note,
            ),
            judge,
            test,
            self.emotions,
        )

    def _train(self, network: nn.Module, faces: Faces, minutes: float) -> float:
        """Train until the processor time is spent; gives the epochs that it took."""
        optimizer: torch.optim.Optimizer = torch.optim.Adam(network.parameters(), self.rate)
        if self.descent:
            optimizer = torch.optim.SGD(network.parameters(), self.rate, momentum=0.9)
        counts = torch.from_numpy(np.bincount(faces.labels)).float()
        weight = counts.mean() / counts if self.weighted else None
        images, labels = torch.from_numpy(faces.images), torch.from_numpy(faces.labels)
        network.train()
        began_s, seen = time.process_time(), 0
        while (spent := (time.process_time() - began_s) / (60 * minutes)) < 1:
            for group in optimizer.param_groups:
                group["lr"] = self.rate * (1 + math.cos(math.pi * spent)) / 2
            batch = torch.randint(len(labels), (_BATCH,))
            inputs = vary(images[batch], SIDE, _PLAIN).to(memory_format=torch.channels_last)
            loss = F.cross_entropy(network(inputs), labels[batch], weight=weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            seen += _BATCH
        network.eval()
        return seen / len(labels)

    def _judge(self, network: nn.Module, faces: Faces) -> tuple[Judge, int]:
        """The int8 file's judgement and size, or the float network's where there is no file."""
        if not self.exported:
            return _float_judge(network), 4 * sum(weight.numel() for weight in network.parameters())
        inputs = np.stack([normalise(image) for image in faces.images[:300]])
        file = self.name.lower().replace(" ", "_").replace("-", "_") + ".tflite"
        path = REPOSITORY / "build" / "papers" / file
        size_bytes = export_int8(network, inputs, path).size_bytes
        if size_bytes <= _KEPT_BYTES and self.emotions == EMOTIONS:
            (MODELS / "papers").mkdir(exist_ok=True)
            path = path.rename(MODELS / "papers" / file)
        return _file_judge(path, len(self.emotions)), size_bytes


@dataclass(frozen=True, slots=True)
class Features:
    """Hand-made features and a simple classifier on them."""

    name: str
    extract: Extract
    classifier: Callable[[], Any]
    note: str = ""

    def measure(self, minutes: float) -> Result:  # noqa: ARG002  (takes what it takes)
        """Fit on `_SVM_FACES` faces of the training split and test."""
        everything, test = load_faces(TRAINING), load_faces(PRIVATE_TEST)
        chosen = np.random.default_rng(0).choice(len(everything), _SVM_FACES, replace=False)
        began_s = time.process_time()
        classifier = self.classifier()
        classifier.fit(self.extract(everything.images[chosen]), everything.labels[chosen])
        minutes_spent = (time.process_time() - began_s) / 60

        def judge(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
            predicted = classifier.predict(self.extract(pictures))
            scores: NDArray[np.float32] = np.eye(len(EMOTIONS), dtype=np.float32)[predicted]
            return scores

        parameters = _fitted_values(classifier)
        result = Result(
            self.name,
            f"{_SVM_FACES:,} faces, {minutes_spent:.1f} min",
            parameters=parameters,
            size_bytes=4 * parameters,
            note=self.note,
        )
        return _tested(result, judge, test, EMOTIONS)


def _fitted_values(pipeline: Any) -> int:
    """How many numbers the steps of a pipeline have learned and need to predict."""
    names = ("mean_", "scale_", "components_", "coef_", "intercept_", "centroids_")
    steps = [step for _, step in pipeline.steps]
    return sum(getattr(step, name).size for step in steps for name in names if hasattr(step, name))


def _vector_machine() -> Any:
    return make_pipeline(StandardScaler(), LinearSVC(C=0.003, dual=False, tol=1e-2, max_iter=200))


def _eigenfaces() -> Any:
    return make_pipeline(PCA(60, whiten=False, random_state=0), NearestCentroid())


SYSTEMS: list[Network | Features] = [
    Features("Haar crop, eigenfaces, nearest class mean", face_features.found_faces, _eigenfaces),
    Features("LBP + SVM", face_features.local_binary_patterns, _vector_machine),
    Network("mini-Xception", face_nets.mini_xception),
    Network("MobileNet v1", face_nets.mobilenet_v1, note="half its channels, 48×48 pixels."),
    Network("three stages", face_nets.three_stages, weighted=True),
    Network(
        "eight layers",
        face_nets.eight_layers,
        rate=0.02,
        descent=True,
        exported=False,
        note="float; its multiply-adds leave little of an epoch within the time of the others.",
    ),
    Features("Gabor + SVM", face_features.gabor, _vector_machine),
    Features("mapped LBP + SVM", face_features.mapped_binary_patterns, _vector_machine),
    Network(
        "three stages, 5 classes",
        face_nets.three_stages,
        weighted=True,
        emotions=tuple(_FIVE),
        note="trained and tested on the faces with one of its five labels.",
    ),
    Network("small Inception", face_nets.small_inception),
]


def only(faces: Faces, emotions: tuple[Emotion, ...]) -> Faces:
    """The faces labelled with one of `emotions`, numbered by their order in it."""
    if emotions == EMOTIONS:
        return faces
    number = np.full(len(EMOTIONS) + 1, -1)  # the last for unknown majorities, which are -1
    number[[EMOTIONS.index(emotion) for emotion in emotions]] = range(len(emotions))
    kept = number[faces.labels] >= 0
    return Faces(
        faces.images[kept],
        number[faces.labels[kept]],
        faces.votes[kept],
        number[faces.majority[kept]],
    )


def _float_judge(network: nn.Module) -> Judge:
    def judge(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        batches = torch.from_numpy(pictures).unsqueeze(1).float().split(_BATCH)
        with torch.no_grad():
            logits = [network(normalise_batch(batch)) for batch in batches]
        result: NDArray[np.float32] = torch.cat(logits).numpy()
        return result

    return judge


def _file_judge(path: Path, classes: int) -> Judge:
    model = Model(path, (SIDE, SIDE, 1), (classes,))
    return lambda pictures: np.stack([model(normalise(picture)) for picture in pictures])


def _tested(result: Result, judge: Judge, test: Faces, emotions: tuple[Emotion, ...]) -> Result:
    scores = judge(test.images)
    few = np.random.default_rng(0).choice(len(test), FEW, replace=False)
    of_class = recalls(scores, test.labels)
    began_s = time.process_time()
    for picture in test.images[:_TIMED_FACES]:
        judge(picture[np.newaxis])
    spent_s = time.process_time() - began_s
    return replace(
        result,
        figures={
            "FER2013 PrivateTest": accuracy(scores, test.labels),
            f"{FEW} of it": accuracy(scores[few], test.labels[few]),
            "FER+ majority": accuracy(scores, test.majority),
        },
        recalls={str(e): float(r) for e, r in zip(emotions, of_class, strict=True)},
        ms_per_sample=1000 * spent_s / _TIMED_FACES,
    )
