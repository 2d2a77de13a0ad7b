"""What children print reaches the journal once while it keeps coming."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.processes.chatter import MOST_LETTERS, MOST_LINES, QUIET_S, Chatter

OPENCV = (
    "[ WARN:0@{0}.{1}] global cap_v4l.cpp:914 open VIDEOIO(V4L2:/dev/video0): "
    "can't open camera by index\n"
)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def chatter(clock, caplog):
    caplog.set_level(logging.INFO)
    return Chatter("vision", clock)


async def test_a_line_that_keeps_coming_is_told_once_and_again_when_it_is_over(
    chatter, clock, caplog
):
    for second in range(0, 3600, 3):
        await clock.advance(3)
        chatter.take(OPENCV.format(second, second * 7).encode())
        chatter.take(b"ALSA lib pcm.c:2664:(snd_pcm_open_noupdate) Unknown PCM cards.pcm.rear\n")
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("vision: [ WARN:0@0.0]")
    await clock.advance(QUIET_S - 1)
    chatter.sweep()
    assert len(caplog.messages) == 2
    await clock.advance(2)
    chatter.sweep()
    assert len(caplog.messages) == 4
    assert all("came 1199 times more, and is over" in line for line in caplog.messages[2:])
    chatter.take(OPENCV.format(1, 2).encode())
    assert len(caplog.messages) == 5


def test_what_the_interpreter_says_of_itself_is_no_news(chatter, caplog):
    chatter.take(b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
    chatter.take(b"WARNING: All log messages before absl::InitializeLog() is called are written\n")
    assert caplog.messages == []


def test_records_of_our_own_keep_their_level_and_their_numbers(chatter, caplog):
    chatter.take(b"<4>vision: 3 of 5\n<4>vision: 4 of 5\n<3>vision: broken\n<4>vision: 4 of 5\n")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "vision: 3 of 5"),
        ("WARNING", "vision: 4 of 5"),
        ("ERROR", "vision: broken"),
    ]


async def test_a_flood_of_different_lines_ends_soon_and_is_counted(chatter, clock, caplog):
    for number in range(50_000):
        chatter.take(b"line " + b"x" * (number % 5000) + b"\n")
    assert len(caplog.messages) <= MOST_LINES + 1
    assert caplog.messages[-1] == "vision: says much; the rest is not told"
    await clock.advance(QUIET_S + 1)
    chatter.sweep()
    assert "lines more were not told" in caplog.messages[-1]


@given(st.lists(st.binary(max_size=50) | st.just(b"<7") | st.just(b"x" * 100_000)))
def test_no_bytes_upset_it_and_no_line_is_long(pieces):
    told = []
    chatter = Chatter("vision", ManualClock())
    chatter._log = lambda _, text: told.append(text)
    for piece in pieces:
        chatter.take(piece)
    chatter.take(b"")
    assert all(len(line) <= MOST_LETTERS and line.isprintable() for line in told)
    assert len(chatter._rest) <= 4 * MOST_LETTERS
