"""The promise that camera and microphone stay closed: kept, or said that it cannot be."""

import errno
import shutil
from unittest.mock import Mock

import pytest

from edgemood.daemon.senses import SensingSwitch
from edgemood.incident import Faults
from edgemood.memory import Memory

DAMAGE = {
    "cut short": lambda state: (state / "sensing.json").write_bytes(b'{"version": 1, "on": tr'),
    "emptied": lambda state: (state / "sensing.json").write_bytes(b""),
    "another shape": lambda state: (state / "sensing.json").write_text("[1]"),
    "gone": lambda state: (state / "sensing.json").unlink(),
    "of a newer version": lambda state: (state / "sensing.json").write_text('{"version": 9}'),
    "both cut short": lambda state: [
        (state / f"{name}.json").write_bytes(b"{") for name in ("sensing", "begun")
    ],
}


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def test_on_a_fresh_box_it_is_on(state, faults):
    assert SensingSwitch(Memory(state), faults).on
    assert SensingSwitch(Memory(state), faults).on
    assert [*faults] == []


@pytest.mark.parametrize("content", ["true", "null", None])
def test_a_box_of_the_first_release_that_nobody_switched_off_is_on(state, faults, content):
    state.mkdir()
    (state / "queue.json").write_text("[]")
    if content is not None:
        (state / "sensing.json").write_text(content)
    assert SensingSwitch(Memory(state), faults).on
    assert SensingSwitch(Memory(state), faults).on


def test_a_box_of_the_first_release_that_somebody_switched_off_is_off(state, faults):
    state.mkdir()
    (state / "sensing.json").write_text("false")
    assert not SensingSwitch(Memory(state), faults).on
    assert [*faults] == []


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_where_it_cannot_be_read_it_is_off_until_somebody_switches_it_on(
    state, faults, damage, *, said
):
    SensingSwitch(Memory(state), faults).switch(on=said)
    damage(state)
    for _ in range(3):  # starts
        again = Faults()
        switch = SensingSwitch(Memory(state), again)
        assert not switch.on
        (why,) = again
        assert "edgemood resume" in why
    assert switch.switch(on=True) == ""
    assert [*again] == []
    assert SensingSwitch(Memory(state), faults).on
    assert [*faults] == []


def test_a_state_folder_that_cannot_be_looked_into_is_no_fresh_box(state, tmp_path, faults):
    state.symlink_to(tmp_path / "a disk that is not there yet")
    switch = SensingSwitch(Memory(state, faults), faults)
    assert not switch.on
    assert len([*faults]) == 2
    assert switch.switch(on=True) == "a restart closes them again"
    assert switch.on


def test_a_state_folder_that_is_a_file_is_no_fresh_box(state, faults):
    state.touch()
    assert not SensingSwitch(Memory(state), faults).on


def test_on_a_full_disk_off_stays_off_through_a_restart(state, monkeypatch):
    memory = Memory(state)
    switch = SensingSwitch(memory)
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with monkeypatch.context() as context:
        context.setattr("edgemood.memory.write_durably", full)
        assert switch.switch(on=False) == ""  # nothing more than a file removed
        assert memory.problem
        assert not SensingSwitch(Memory(state)).on
        assert switch.switch(on=True) == "a restart closes them again"
    assert not SensingSwitch(Memory(state)).on


def test_off_stays_off_when_it_is_said_twice_and_kept_the_second_time(state):
    state.touch()
    switch = SensingSwitch(Memory(state))
    assert switch.switch(on=False) == "a restart opens them again"
    state.unlink()
    assert switch.switch(on=False) == ""
    assert not SensingSwitch(Memory(state)).on


def test_in_the_same_boot_off_stays_off_without_any_disk(state, tmp_path):
    socket = tmp_path / "control.sock"
    state.touch()  # where the folder should be
    switch = SensingSwitch(Memory(state), None, socket)
    assert switch.switch(on=False) == "a reboot opens them again"
    state.unlink()  # as fresh as a box can be
    again = SensingSwitch(Memory(state), None, socket)
    assert not again.on
    assert again.switch(on=True) == ""
    assert SensingSwitch(Memory(state), None, socket).on
    assert list(tmp_path.iterdir()) == [state]


def test_a_box_that_is_off_says_so_beside_its_socket_from_the_start(state, tmp_path):
    socket = tmp_path / "control.sock"
    SensingSwitch(Memory(state)).switch(on=False)
    SensingSwitch(Memory(state), None, socket)
    shutil.rmtree(state)
    assert not SensingSwitch(Memory(state), None, socket).on


def test_where_no_file_can_lie_beside_the_socket_the_state_folder_does(state, tmp_path):
    (tmp_path / "file").touch()
    switch = SensingSwitch(Memory(state), None, tmp_path / "file" / "control.sock")
    assert switch.on
    assert switch.switch(on=True) == ""
    assert switch.switch(on=False) == ""
    assert not SensingSwitch(Memory(state)).on
