from pathlib import Path

from edgemood.panel import led_table

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_readme_shows_the_led_as_it_blinks():
    assert led_table() in README.read_text(encoding="utf-8")
