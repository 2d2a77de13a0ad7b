"""Where the training data lies."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "models"


class MissingDataError(FileNotFoundError):
    """A data file that a training or scoring command needs is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is missing; set EDGEMOOD_DATA to the folder that holds the training data"
        )


def data_folder() -> Path:
    """The folder of the data sets: `EDGEMOOD_DATA`, else `../shared/data` beside the repository."""
    return Path(os.environ.get("EDGEMOOD_DATA", REPOSITORY.parent / "shared" / "data"))


def data_file(name: str, folder: Path | None = None) -> Path:
    """The path of one data file. Raises MissingDataError when it is not there."""
    path = (folder or data_folder()) / name
    if not path.exists():
        raise MissingDataError(path)
    return path
