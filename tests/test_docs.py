"""The pages for builders: their examples run, and what they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = re.findall(r"(?ms)^```python\n(.*?)^```", (ROOT / "docs/extending.md").read_text())
NAMED = re.compile(r"`((?:edgemood|tests|models|docs|deploy)/[\w./-]+|[a-z_]+(?:/[a-z_]+)*\.py)`")


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_extending_run(example: str) -> None:
    exec(compile(example, "docs/extending.md", "exec"), {"__name__": "example"})


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(NAMED.findall(page.read_text()))
    beside = [ROOT, ROOT / "edgemood"]
    gone = {name for name in named if not any((folder / name).exists() for folder in beside)}
    assert not gone


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
