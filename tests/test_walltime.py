"""The time of day is believed when something that knows has set the clock."""

import ctypes
import time

import pytest

from edgemood.walltime import WallClock, hardware_clock_agrees, kernel_is_synchronised

NOON_S = 1_780_315_200


def test_the_time_is_not_known_until_one_way_says_so_and_then_it_stays_known():
    set_by = [False, False]
    wall = WallClock([lambda: set_by[0], lambda: set_by[1]], lambda: NOON_S)
    assert wall() is None
    set_by[1] = True
    assert wall().timestamp() == NOON_S
    set_by[1] = False  # no time server for half a day
    assert wall().timestamp() == NOON_S


@pytest.mark.parametrize("unix_s", [-1e30, 1e30, float("nan")])
def test_a_time_that_no_calendar_has_is_not_known(unix_s):
    assert WallClock([lambda: True], lambda: unix_s)() is None


def test_the_time_is_that_of_the_machines_time_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert WallClock([lambda: True], lambda: NOON_S)().strftime("%H:%M %z") == "17:30 +0530"
    finally:
        monkeypatch.undo()
        time.tzset()


class Kernel:
    """A C library whose adjtimex says so."""

    def __init__(self, said, status):
        self.said, self.status = said, status

    def adjtimex(self, timex):
        timex._obj.status = self.status
        return self.said


@pytest.mark.parametrize(
    ("said", "status", "known"),
    [(0, 0x2001, True), (5, 0x0040, False), (0, 0x2041, False), (-1, 0, False)],
)
def test_the_kernel_tells_whether_a_time_server_keeps_it_in_step(said, status, known, monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Kernel(said, status))
    assert kernel_is_synchronised() is known


def test_the_kernel_of_this_machine_answers():
    assert kernel_is_synchronised() in {True, False}


@pytest.mark.parametrize(
    ("since_epoch", "hctosys", "known"),
    [
        (NOON_S + 2, "1", True),
        (NOON_S + 2, "0", False),  # the clock was set by something else
        (NOON_S - 7200, "1", False),
        (NOON_S + 500 * 86400, "1", False),
        ("", "1", False),
        ("x", "1", False),
    ],
)
def test_a_clock_with_a_battery_is_believed_when_it_agrees(tmp_path, since_epoch, hctosys, known):
    (tmp_path / "rtc0").mkdir()
    (tmp_path / "rtc0" / "since_epoch").write_text(f"{since_epoch}\n")
    (tmp_path / "rtc0" / "hctosys").write_text(f"{hctosys}\n")
    assert hardware_clock_agrees(tmp_path, lambda: NOON_S) is known


def test_without_a_battery_both_say_what_nobody_set(tmp_path):
    assert not hardware_clock_agrees(tmp_path)
    assert not hardware_clock_agrees(tmp_path / "none")
    (tmp_path / "rtc0").mkdir()
    (tmp_path / "rtc0" / "since_epoch").write_text("12\n")
    (tmp_path / "rtc0" / "hctosys").write_text("1\n")
    assert not hardware_clock_agrees(tmp_path, lambda: 13.0)
