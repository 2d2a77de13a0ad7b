"""The layout: folders that can be taken in at a glance. `make lint` holds who imports whom."""

import ast
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


FACES = [
    "cli", "control", "daemon", "daemon.control", "daemon.room", "daemon.senses", "hearing", "mood",
    "panel", "state", "status",
]  # fmt: skip
"""packages whose modules are nobody else's business: all that is public is in `__init__`"""


@pytest.mark.parametrize("package", FACES)
def test_nobody_reaches_past_the_face_of_a_package(package: str) -> None:
    name = f"edgemood.{package}"
    inside = ROOT / name.replace(".", "/")
    modules = [path for path in (ROOT / "edgemood").rglob("*.py") if "training" not in path.parts]
    assert inside / "__init__.py" in modules
    past = {
        f"{module.relative_to(ROOT)}: {imported}"
        for module in modules
        if not module.is_relative_to(inside)
        for imported in _imports(module)
        if imported.startswith(f"{name}.")
    }
    assert not past


def _imports(module: Path) -> set[str]:
    """The modules that a module imports, whenever it does."""
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
    return imported
