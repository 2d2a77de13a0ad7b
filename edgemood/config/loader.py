"""config.yaml, read and checked: every problem of the file in one go, with line and column."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from edgemood.config.complaint import annotation_at, clashes, in_words, is_section
from edgemood.config.document import KeyPath, Place, Problem, read_document
from edgemood.config.schema import Config
from edgemood.errors import ConfigError
from edgemood.storage.plain_file import TooLargeError, read_plain_file

MAX_BYTES = 32_768
"""Far more than anybody writes; small enough to parse in a moment on the slowest board."""

_EMPTY = object()


def load(path: Path) -> Config:
    """The configuration in the file; relative paths in it start from the file's folder.

    Raises ConfigError with all problems, each as ``config.yaml:LINE:COLUMN: key: what is wrong``.
    """
    return parse(read(path), path)


def read(path: Path) -> str:
    """The text of the file. Raises ConfigError when there is none to be had."""
    try:
        content = read_plain_file(path, MAX_BYTES)
    except FileNotFoundError as error:
        raise ConfigError([f"{path}: there is no such file"]) from error
    except TooLargeError as error:
        raise ConfigError([f"{path}: {error.strerror}, no configuration is"]) from error
    except OSError as error:
        said = error.strerror or str(error)
        problem = said if said.startswith("is ") else f"cannot be read ({said})"
        raise ConfigError([f"{path}: {problem}"]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise ConfigError(
            _lines(path, [Problem(place, (), "is not UTF-8; save the file in that encoding")])
        ) from error


def parse(text: str, path: Path) -> Config:
    """The configuration in a text that stands, or once stood, in `path`. Raises ConfigError."""
    document = read_document(text)
    problems = list(document.problems)
    try:
        config = Config.model_validate(_prepared(document.content, (), path.parent.absolute()))
    except ValidationError as error:
        found = (in_words(details, document) for details in error.errors())
        problems += {problem.path: problem for problem in found}.values()  # one per key
    else:
        problems += clashes(config, document)
    if problems:
        raise ConfigError(_lines(path, problems))
    return config


def _prepared(content: Any, path: KeyPath, folder: Path) -> Any:
    """The content at `path` without what was left empty, and with absolute paths."""
    annotation = annotation_at(path)
    if is_section(annotation):
        if not isinstance(content, dict):
            return {} if content is None else content
        prepared = {key: _prepared(value, (*path, key), folder) for key, value in content.items()}
        return {key: value for key, value in prepared.items() if value is not _EMPTY}
    if annotation is not None and content in (None, ""):
        return _EMPTY
    if isinstance(content, str) and Path in (annotation, *get_args(annotation)):
        return folder / _at_home(Path(content))
    return content


def _at_home(path: Path) -> Path:
    """The path with a leading `~` replaced, where there is such a home."""
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def _lines(path: Path, problems: list[Problem]) -> list[str]:
    return [f"{path}:{problem}" for problem in sorted(problems)]
