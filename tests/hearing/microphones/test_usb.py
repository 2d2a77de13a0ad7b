from pathlib import Path

import pytest

from edgemood.hearing.microphones.usb import cards_of, is_usb_id


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """What Linux shows under /proc/asound with a built-in card and two USB microphones."""
    (tmp_path / "card0").mkdir()
    for number, usb_id in (("1", "0d8c:0014"), ("10", "046D:0825")):
        (tmp_path / f"card{number}").mkdir()
        (tmp_path / f"card{number}" / "usbid").write_text(f"{usb_id}\n")
    return tmp_path


def test_a_card_is_found_by_its_usb_id_in_any_case(cards: Path) -> None:
    assert cards_of("0D8C:0014", cards) == [1]
    assert cards_of("046d:0825", cards) == [10]


def test_an_id_that_is_not_plugged_in_has_no_card(cards: Path) -> None:
    assert cards_of("1234:5678", cards) == []


def test_a_machine_without_sound_has_no_cards(tmp_path: Path) -> None:
    assert cards_of("0d8c:0014", tmp_path / "asound") == []


@pytest.mark.parametrize(
    ("device", "is_id"),
    [("0d8c:0014", True), ("hw:1,0", False), ("USB PnP", False), ("0d8c:00145", False)],
)
def test_a_usb_id_is_told_from_a_name(device: str, *, is_id: bool) -> None:
    assert is_usb_id(device) is is_id
