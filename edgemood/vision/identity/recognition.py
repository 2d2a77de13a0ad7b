"""Telling people who enrolled from strangers, by the tracks of their faces.

Off unless `vision.recognise` is yes. Of strangers nothing outlives their track.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edgemood.vision.cameras.frame import Grey
from edgemood.vision.identity import known_faces
from edgemood.vision.identity.embedding import Embedder, Embedding, middle
from edgemood.vision.identity.enrolment import Enrolment

LOOKS = 4
"""A face is named by the mean of this many looks or more; one look may be a turned head."""

MEMORY_LOOKS = 12
"""looks of which the mean is taken; the figures in the scorecard are for this many"""

REREAD_S = 1.0
"""The folder of known faces is looked into this often."""


class Recogniser:
    """Names the tracks of one camera, and enrols who asks for it."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        known_faces.prepare(folder)
        self._folder = folder
        self._embedder = embedder
        self._enrolment = Enrolment(folder, embedder)
        self._looks: dict[int, list[Embedding]] = {}
        self._known: dict[str, Embedding] = {}
        self._stamp: object = None
        self._read_s = float("-inf")

    def name(
        self, crops: Mapping[int, Grey], followed: frozenset[int], trouble: str | None, at_s: float
    ) -> dict[int, str]:
        """Names by the number of the track; strangers have none.

        `crops` are the faces in this frame that can be judged, (48, 48) uint8, by track;
        `followed` are all tracks that are not lost, `trouble` says why there are no crops.
        """
        self._reread(at_s)
        self._looks = {each: looks for each, looks in self._looks.items() if each in followed}
        embeddings = {number: self._embedder.embed(crop) for number, crop in crops.items()}
        self._enrolment.look(embeddings, trouble, at_s)
        if not self._known:
            return {}
        for number, embedding in embeddings.items():
            self._looks[number] = [*self._looks.get(number, []), embedding][-MEMORY_LOOKS:]
        named = {number: self._name(self._looks[number]) for number in embeddings}
        return {number: name for number, name in named.items() if name is not None}

    def _name(self, looks: list[Embedding]) -> str | None:
        if len(looks) < LOOKS:
            return None
        return known_faces.nearest(middle(looks), self._known, self._embedder.threshold)

    def _reread(self, at_s: float) -> None:
        if at_s - self._read_s < REREAD_S:
            return
        self._read_s = at_s
        stamp = known_faces.stamp(self._folder)
        if stamp != self._stamp:
            self._stamp = stamp
            self._known = known_faces.read_all(self._folder, self._embedder.digest)
