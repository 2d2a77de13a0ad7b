import pytest

from edgemood.music.library.scan.throttle import COOL_C, HOT_C, Heat


@pytest.fixture
def machine(tmp_path):
    """A machine whose temperature and flags a test sets."""
    (tmp_path / "thermal_zone0").mkdir()

    class Machine:
        heat = Heat(tmp_path, tmp_path / "get_throttled")

        def is_at(self, celsius, flags="0"):
            (tmp_path / "thermal_zone0" / "temp").write_text(f"{celsius * 1000:.0f}\n")
            (tmp_path / "get_throttled").write_text(f"{flags}\n")
            return self.heat.reason_to_pause()

    return Machine()


def test_a_machine_that_is_hot_is_left_alone_until_it_is_cool(machine):
    assert machine.is_at(HOT_C - 1) == ""
    assert "hot (75 °C)" in machine.is_at(HOT_C)
    assert machine.is_at(COOL_C + 1) != ""
    assert machine.is_at(COOL_C - 1) == ""
    assert machine.is_at(HOT_C - 1) == ""


@pytest.mark.parametrize(
    ("flags", "reason"),
    [("1", "power supply"), ("2", "held down"), ("4", "throttled"), ("8", "temperature limit")],
)
def test_a_pi_says_itself_when_it_is_held_back(machine, flags, reason):
    assert reason in machine.is_at(40, flags)


def test_what_was_long_ago_is_no_reason(machine):
    assert machine.is_at(40, "50000") == ""


def test_a_machine_without_sensors_is_never_hot(tmp_path):
    assert Heat(tmp_path / "none", tmp_path / "none").reason_to_pause() == ""


def test_a_sensor_that_speaks_nonsense_is_not_heeded(machine, tmp_path):
    assert machine.is_at(40, "what") == ""
    (tmp_path / "thermal_zone0" / "temp").write_text("hot")
    assert machine.heat.reason_to_pause() == ""
