import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.incident import MOST_TOLD, Faults, Trouble


@pytest.fixture
def trouble(caplog: pytest.LogCaptureFixture) -> Trouble:
    caplog.set_level(logging.INFO, logger="test.trouble")
    return Trouble(logging.getLogger("test.trouble"))


def test_a_trouble_that_repeats_is_told_once(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        trouble.starts("MPD refuses the connection")
    assert caplog.messages == ["MPD refuses the connection"]
    assert caplog.records[0].levelno == logging.WARNING


def test_its_end_is_told_once(trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
    trouble.starts("gone")
    trouble.ends("back")
    trouble.ends("back")
    assert caplog.messages == ["gone", "back"]
    assert caplog.records[1].levelno == logging.INFO


def test_an_end_without_a_start_is_silent(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    trouble.ends("back")
    assert caplog.messages == []


def test_a_different_message_is_news_but_going_back_and_forth_is_not(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    for message in ["refused", "wrong password", "refused", "wrong password"]:
        trouble.starts(message)
    assert caplog.messages == ["refused", "wrong password"]


def test_the_same_trouble_is_told_again_after_it_ended(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    trouble.starts("gone")
    trouble.ends("back")
    trouble.starts("gone")
    assert caplog.messages == ["gone", "back", "gone"]


def test_the_board_shows_the_latest_words_of_what_lasts_the_oldest_first() -> None:
    board = Faults()
    logger = logging.getLogger("test.trouble")
    disk, mpd = Trouble(logger, board), Trouble(logger, board)
    disk.starts("disk full")
    mpd.starts("refused")
    disk.starts("disk read-only")
    disk.starts("disk full")
    assert list(board) == ["disk full", "refused"]
    disk.ends("fine")
    assert list(board) == ["refused"]
    mpd.ends("fine")
    assert list(board) == []


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.levels.append(record.levelno)


@given(st.lists(st.booleans(), max_size=40))
def test_with_one_message_starts_and_ends_alternate_whatever_happens(failures: list[bool]) -> None:
    logger = logging.getLogger("test.trouble.alternating")
    logger.setLevel(logging.INFO)
    lines = _Lines()
    logger.handlers = [lines]
    trouble = Trouble(logger)
    for failed in failures:
        if failed:
            trouble.starts("gone")
        else:
            trouble.ends("back")
        assert trouble.lasts == failed
    expected = [logging.WARNING, logging.INFO] * len(lines.levels)
    assert lines.levels == expected[: len(lines.levels)]


def test_what_is_told_otherwise_each_time_fills_no_journal(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(10 * MOST_TOLD):
        trouble.starts(f"the server says {number}")
    assert len(caplog.messages) == MOST_TOLD
    trouble.ends("it is quiet")
    trouble.starts("the server says 1")
    assert caplog.messages[-1] == "the server says 1"
