"""Enrolment: somebody asks to be known, sits before the camera for some seconds, and is.

Only the running process of sight sees frames, so a command line asks it to enrol by a small file,
and reads its progress from another, both in the folder `vision.known_faces`::

    ask(folder, "Mia")
    while not (progress := read_progress(folder)).done: …   # show progress.say to Mia
    cancel(folder)                                          # whenever Mia changes her mind

It needs `vision.recognise: yes`, sensing that is not paused, and the right to write in the folder.
"""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from edgemood.errors import ProfileError
from edgemood.records import Reason
from edgemood.storage.atomic_write import write_durably
from edgemood.vision.identity import known_faces
from edgemood.vision.identity.embedding import Embedder, Embedding, middle

log = logging.getLogger(__name__)

REQUEST = ".enrol"
PROGRESS = ".enrolling"

VIEWS = 12
"""Looks that make an embedding: as many as the scorecard's figures were measured with. At two
frames a second they take six seconds."""

LIMIT_S = 60.0
"""Whoever does not show for this long is not enrolled."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an enrolment is."""

    name: str
    views: int = 0
    """looks so far, of `VIEWS`"""
    say: str = "waiting for the camera"
    """what to tell the person: how the picture looks, or how it ended"""
    done: bool = False
    """whether it has ended, one way or the other"""
    enrolled: bool = False
    """whether the face is known now"""


def ask(folder: Path, name: str) -> None:
    """Ask the running box to enrol the face before its camera.

    Raises ProfileError when the name cannot be one, when no box has made the folder (a box does so
    where `vision.recognise` is yes), and when nothing can be written there.
    """
    known_faces.path_of(folder, name)
    if not folder.is_dir():
        raise ProfileError(
            f"{folder} is not there: set vision.recognise: yes in config.yaml and run the box"
        )
    try:
        (folder / PROGRESS).unlink(missing_ok=True)
        write_durably(folder / REQUEST, json.dumps({"name": name}).encode())
        (folder / REQUEST).chmod(0o644)  # the box may run as another user, and it is but a name
    except OSError as error:
        raise ProfileError(f"{folder}: cannot ask to enrol {name}: {error}") from error


def cancel(folder: Path) -> None:
    """Withdraw the question; an enrolment that is under way ends."""
    (folder / REQUEST).unlink(missing_ok=True)


def read_progress(folder: Path) -> Progress:
    """How far the box is; a box that has not seen the question yet is waited for."""
    try:
        return Progress(**json.loads((folder / PROGRESS).read_bytes()))
    except (OSError, ValueError, TypeError):
        return Progress("")


class Enrolment:
    """The box's side: looks at every frame until it has seen enough of one face."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._name: str | None = None
        self._began_s = 0.0
        self._track = 0
        self._looks: list[Embedding] = []
        self._told: Progress | None = None

    def look(self, faces: Mapping[int, Embedding], trouble: str | None, at_s: float) -> None:
        """Take in a frame.

        `faces` are those that can be judged, by track; `trouble` says why there are none.
        """
        name = _requested(self._folder)
        if name != self._name:
            self._begin(name, at_s)
        if name is None:
            return
        say = self._take(faces, trouble)
        if len(self._looks) >= VIEWS:
            self._keep(name)
        elif at_s - self._began_s > LIMIT_S:
            self._end(Progress(name, len(self._looks), f"gave up: {say}", done=True))
        else:
            self._tell(Progress(name, len(self._looks), say))

    def _take(self, faces: Mapping[int, Embedding], trouble: str | None) -> str:
        """Take a look at the one face in view; what to tell the person."""
        if not faces:
            return trouble or Reason.NO_FACE
        if len(faces) > 1:
            return "more than one person in view: the others please step aside"
        ((track, embedding),) = faces.items()
        if track != self._track:
            self._track, self._looks = track, []
        self._looks.append(embedding)
        return "good: stay like this, and turn your head a little"

    def _keep(self, name: str) -> None:
        embedding = middle(self._looks)
        others = known_faces.read_all(self._folder, self._embedder.digest)
        others.pop(name, None)
        alike = known_faces.nearest(embedding, others, self._embedder.threshold)
        say = f"{name} is known now"
        if alike is not None:
            say += (
                f", but looks to the box like {alike}; if that is the same person, forget one "
                f"of the two: edgemood profile remove {shlex.quote(alike)}"
            )
        try:
            known_faces.remember(self._folder, name, embedding, self._embedder.digest)
        except ProfileError as error:
            self._end(Progress(name, VIEWS, str(error), done=True))
        else:
            self._end(Progress(name, VIEWS, say, done=True, enrolled=True))

    def _begin(self, name: str | None, at_s: float) -> None:
        self._name, self._began_s = name, at_s
        self._track, self._looks, self._told = 0, [], None

    def _end(self, progress: Progress) -> None:
        self._tell(progress)
        try:
            cancel(self._folder)
        except OSError as error:
            log.warning("%s: %s", self._folder / REQUEST, error)
            return  # it would only begin again
        self._begin(None, 0.0)

    def _tell(self, progress: Progress) -> None:
        if progress == self._told:
            return
        self._told = progress
        try:
            write_durably(self._folder / PROGRESS, json.dumps(asdict(progress)).encode())
            (self._folder / PROGRESS).chmod(0o644)
        except OSError as error:
            log.warning("%s: how the enrolment goes cannot be told: %s", self._folder, error)


def _requested(folder: Path) -> str | None:
    try:
        name = json.loads((folder / REQUEST).read_bytes())["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) and known_faces.NAME.fullmatch(name) else None
