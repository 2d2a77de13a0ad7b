"""Who enrolled: one small file for each person, in the folder `vision.known_faces`.

A file ``NAME.json`` holds the name, sixty numbers that describe the face (`embedding`), and which
model they belong to. No picture is in it and none can be made of it that would deserve the name;
still it tells who lives here, so that only its owner may read it (mode 0600), and removing the file
is all there is to forgetting somebody.

Command lines use `names` and `forget`; `edgemood.vision.identity.enrolment` asks for and makes new
ones.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from edgemood.errors import ProfileError
from edgemood.storage.atomic_write import write_durably
from edgemood.storage.plain_file import read_plain_file
from edgemood.vision.identity.embedding import Embedding

NAME = re.compile(r"\w[\w -]{0,39}")
"""What people may be called here: letters of any script, digits, spaces and hyphens."""

_MOST_BYTES: Final = 64 * 1024
_UNREADABLE: Final = (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError)

log = logging.getLogger(__name__)


def names(folder: Path) -> list[str]:
    """Everybody who enrolled, in alphabetical order; empty where the folder is not there."""
    return sorted(path.stem for path in folder.glob("*.json") if NAME.fullmatch(path.stem))


def forget(folder: Path, name: str) -> bool:
    """Remove what is known of somebody's face; whether there was anything.

    A running box forgets within a second. Raises ProfileError when the file cannot be removed.
    """
    try:
        path_of(folder, name).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ProfileError(f"{path_of(folder, name)} cannot be removed: {error}") from error
    return True


def remember(folder: Path, name: str, embedding: Embedding, digest: str) -> None:
    """Write what is known of somebody's face, in place of what was. Raises ProfileError."""
    content = {
        "name": name,
        "model": digest,
        "embedding": [round(float(value), 4) for value in embedding],
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path_of(folder, name), json.dumps(content).encode())
    except OSError as error:
        raise ProfileError(f"{folder}: the face of {name} cannot be kept: {error}") from error


def prepare(folder: Path) -> None:
    """Make the folder, as the user who will read in it; a warning where that is impossible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        log.warning("%s cannot be made; nobody can be known by face: %s", folder, error)


def read_all(folder: Path, digest: str) -> dict[str, Embedding]:
    """The embeddings of everybody who enrolled with the model `digest`.

    Whoever enrolled with another model, and damaged files, are left out with a warning.
    """
    known: dict[str, Embedding] = {}
    for name in names(folder):
        try:
            content = json.loads(read_plain_file(path_of(folder, name), _MOST_BYTES))
            if content["model"] != digest:
                log.warning("the face of %s was enrolled with another model: enrol again", name)
                continue
            known[name] = _embedding(content["embedding"])
        except FileNotFoundError:
            continue  # forgotten at this moment
        except _UNREADABLE as error:
            log.warning("%s cannot be read: %s", path_of(folder, name), error)
    return known


def nearest(embedding: Embedding, known: Mapping[str, Embedding], threshold: float) -> str | None:
    """The known person nearest by Euclidean distance, if nearer than `threshold`."""
    distances = {
        name: float(np.linalg.norm(embedding - own))
        for name, own in known.items()
        if own.shape == embedding.shape
    }
    name = min(distances, key=lambda each: distances[each], default=None)
    return name if name is not None and distances[name] < threshold else None


def _embedding(numbers: Any) -> Embedding:
    """Raises ValueError and TypeError for what is none."""
    embedding = np.array(numbers, dtype=np.float32)
    if embedding.ndim != 1 or not np.isfinite(embedding).all():
        raise ValueError("not the numbers of a face")
    return embedding


def stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Changes whenever somebody enrols or is forgotten."""
    stamps = []
    for name in names(folder):
        try:
            stamps.append((name, path_of(folder, name).stat().st_mtime_ns))
        except FileNotFoundError:
            continue
    return tuple(stamps)


def path_of(folder: Path, name: str) -> Path:
    """The file of a name. Raises ProfileError for names that cannot be one."""
    if not NAME.fullmatch(name):
        raise ProfileError(
            f'"{name}" cannot be a name: up to 40 letters, digits, spaces and hyphens'
        )
    return folder / f"{name}.json"
