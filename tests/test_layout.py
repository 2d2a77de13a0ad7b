"""The layout: folders that can be taken in at a glance. `make lint` holds who imports whom."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = sorted({path.parent for path in (ROOT / "edgemood").rglob("*.py")})
MOST_MODULES = 16


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_folder_has_more_modules_than_can_be_taken_in(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if not path.name.startswith("__")]
    assert len(modules) <= MOST_MODULES


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_folder_says_what_it_is_for(folder: Path) -> None:
    assert (folder / "__init__.py").read_text().startswith('"""')
