"""Features that were not learned from expressions, and a simple classifier that is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
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

from edgemood.emotion import EMOTIONS
from edgemood.training.baselines.face_protocol import (
    Pictures,
    Scores,
    drawn,
    milliseconds,
    with_figures,
)
from edgemood.training.baselines.table import Result
from edgemood.training.face.data import PRIVATE_TEST, TRAINING, Faces, load_faces
from edgemood.training.face.model import multiply_adds

Extract = Callable[[Pictures], NDArray[np.float32]]


def vector_machine() -> Any:
    """A linear support vector machine, one against the rest."""
    return make_pipeline(StandardScaler(), LinearSVC(C=0.003, dual=False, tol=1e-2, max_iter=200))


def nearest_mean() -> Any:
    """Principal components, and the class whose mean is nearest among them."""
    return make_pipeline(PCA(60, whiten=False, random_state=0), NearestCentroid())


@dataclass(frozen=True, slots=True)
class Features:
    """Features and a classifier on them."""

    name: str
    extract: Extract
    classifier: Callable[[], Any]
    network: Callable[[], nn.Module] | None = None
    """which extracts the features, where one does; it takes `input_shape`"""
    input_shape: tuple[int, ...] = ()
    note: str = ""

    def measure(self, minutes: float) -> Result:  # noqa: ARG002  (takes what it takes)
        """Fit on faces of the training split and test; likewise from 200 pictures."""
        faces, test = load_faces(TRAINING), load_faces(PRIVATE_TEST)
        began_s = time.process_time()
        classifier = self._fitted(faces)
        minutes_spent = (time.process_time() - began_s) / 60
        parameters = _fitted_values(classifier)
        operations = None
        if self.network is not None:
            network = self.network()
            parameters += sum(weight.numel() for weight in network.parameters())
            operations = multiply_adds(network, torch.zeros(1, *self.input_shape))
        result = Result(
            self.name,
            f"{len(faces):,} faces, {minutes_spent:.1f} min",
            parameters=parameters,
            multiply_adds=operations,
            size_bytes=4 * parameters,
            ms_per_sample=milliseconds(lambda it: _scores(classifier, self.extract(it)), test),
            note=self.note,
        )
        features, from_few = self.extract(test.images), self._fitted(drawn(faces))
        scores, scores_of_few = _scores(classifier, features), _scores(from_few, features)
        return with_figures(result, scores, scores_of_few, test, EMOTIONS)

    def _fitted(self, faces: Faces) -> Any:
        return self.classifier().fit(self.extract(faces.images), faces.labels)


def _scores(classifier: Any, features: NDArray[np.float32]) -> Scores:
    scores: Scores = np.eye(len(EMOTIONS), dtype=np.float32)[classifier.predict(features)]
    return scores


def _fitted_values(pipeline: Any) -> int:
    """How many numbers the steps of a pipeline have learned and need to predict."""
    names = ("mean_", "scale_", "components_", "coef_", "intercept_", "centroids_")
    steps = [step for _, step in pipeline.steps]
    return sum(getattr(step, name).size for step in steps for name in names if hasattr(step, name))
