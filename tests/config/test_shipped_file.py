import re
from pathlib import Path

from edgemood.config import Config, load
from edgemood.config.loader import parse

FILE = Path(__file__).parents[2] / "config.yaml"
KEY_LINE = re.compile(r"^  # (\w+):", re.MULTILINE)


def uncommented():
    return KEY_LINE.sub(r"  \1:", FILE.read_text())


def test_the_shipped_file_holds_the_defaults():
    assert load(FILE) == Config()


def test_the_values_it_shows_are_the_defaults():
    assert parse(uncommented(), FILE) == Config()


def test_it_shows_every_key_of_the_schema_and_no_other():
    shown = {}
    for line in FILE.read_text().splitlines():
        if line.endswith(":") and not line.startswith((" ", "#")):
            section = line.removesuffix(":")
            shown[section] = []
        elif match := KEY_LINE.match(line):
            shown[section].append(match[1])
    assert shown == {section: list(type(values).model_fields) for section, values in Config()}


def test_its_lines_fit_a_terminal():
    assert max(len(line) for line in FILE.read_text().splitlines()) <= 100
