"""The rooms joined, with a finger on the (mock) button and no MPD anywhere."""

import asyncio
import contextlib
import json
import logging
import shutil
import sqlite3
from dataclasses import replace
from unittest.mock import AsyncMock, Mock

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from edgemood.clock import ManualClock, SystemClock
from edgemood.config import Config
from edgemood.control import VERBS, ask
from edgemood.daemon import Daemon
from edgemood.daemon.control import Reachable
from edgemood.daemon.front import Front
from edgemood.daemon.music_part import MusicPart
from edgemood.daemon.room import Room
from edgemood.daemon.senses import SenseProcess
from edgemood.daemon.tasks import STEADY_S
from edgemood.daemon.watchdog import Watchdog
from edgemood.errors import ControlError, EdgemoodError, LibraryError, NotRunningError
from edgemood.incident import Faults, Trouble
from edgemood.memory import Memory
from edgemood.mood import FaceEvidence, Reason, Sense
from edgemood.music import Dj
from edgemood.music.recommender import TasteStore
from edgemood.panel import LedState
from edgemood.pipe import SenseState


@pytest.fixture
def pins():
    factory = Device.pin_factory = MockFactory()
    yield factory
    factory.close()
    Device.pin_factory = None


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture(autouse=True)
def _senses(monkeypatch):
    """Processes that live, and say nothing."""
    silent = ("sh", "-c", "cat > /dev/null")
    monkeypatch.setattr(
        "edgemood.daemon.senses.sense_process.COMMANDS", dict.fromkeys(Sense, silent)
    )


@pytest.fixture
def config(tmp_path):
    return Config.model_validate(
        {
            "camera": {"source": "none"},
            "microphone": {"source": "auto"},
            "mpd": {"host": str(tmp_path / "no-mpd")},
            "panel": {"enabled": "yes"},
            "daemon": {"socket": tmp_path / "control.sock"},
        }
    )


@pytest.fixture
async def daemon(config, clock, pins, tmp_path):
    faults = Faults()
    daemon = Daemon(config, clock, Memory(tmp_path / "state", faults), faults=faults)
    living = asyncio.create_task(daemon.run())
    async with asyncio.timeout(600):
        while daemon.box.status()["music"]["detail"] == "":
            await asyncio.sleep(0.005)
    await clock.advance(1)
    yield daemon
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def press(pins, config, clock, duration_s):
    button = pins.pin(f"GPIO{config.panel.button_pin}")
    button.drive_low()
    await clock.advance(duration_s)
    button.drive_high()
    await clock.advance(1)


async def test_a_held_button_switches_sensing_off_and_on(daemon, pins, config, clock):
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert not daemon._senses.on
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert daemon._senses.on


async def test_what_cannot_be_remembered_is_said_and_shown_and_kept_as_soon_as_it_can_be(
    *, daemon, pins, config, clock, tmp_path
):
    state = tmp_path / "state"
    shutil.rmtree(state)
    state.touch()
    for request in ("pause", "mood sad", "lift", "pause", "mood auto"):
        said = (await daemon.obey(request))["said"]
        assert "this could not be remembered (Not a directory)" in said, request
    assert not daemon._senses.on
    status = daemon.box.status()
    assert status["led"] == "fault"
    assert "cannot be written" in status["faults"][0]
    assert status["sensing_detail"] == "camera and microphone are closed"
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert daemon._senses.on
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert not daemon._senses.on
    assert daemon.box.status()["led"] == "fault"
    state.unlink()
    await clock.advance(120)
    assert daemon.box.status()["faults"] == ()
    assert daemon.box.status()["led"] != "fault"
    again = Daemon(config, clock, Memory(state))
    assert not again._senses.on
    assert again.box.status()["music"]["strategy"] == "lift"


@pytest.mark.parametrize("said", ["resume", "pause"])
async def test_senses_switched_off_in_the_configuration_are_off_everywhere(
    config, clock, pins, tmp_path, said
):
    none = config.model_copy(
        update={"microphone": config.microphone.model_copy(update={"source": "none"})}
    )
    daemon = Daemon(none, clock, Memory(tmp_path / "state"))
    for _ in range(2):
        status = daemon.box.status()
        assert status["sensing"] is False
        assert "switched off in the configuration" in status["sensing_detail"]
        assert "sensing is off" in daemon.overview().line()
        assert "sensing is off" in await daemon._answer_message("status")
        assert daemon.overview().led() in {"starting", "sensing off"}
        reply = (await daemon.obey(said))["said"]
        assert "sensing is on" not in reply
    with pytest.raises(EdgemoodError, match="switched off in the configuration"):
        await daemon.obey("redetect")


async def test_resume_says_what_stays_closed(daemon):
    await daemon.obey("pause")
    assert not daemon._senses.on
    said = (await daemon.obey("resume"))["said"]
    assert said.startswith("sensing is on; the camera stays closed")
    assert daemon._senses.on


async def test_where_memory_cannot_be_read_senses_stay_closed_and_the_led_says_so(
    *, config, clock, pins, tmp_path
):
    state = tmp_path / "state"
    state.mkdir()
    (state / "sensing.json").write_bytes(b'{"version": 1, "on": f')
    daemon = Daemon(config, clock, Memory(state))
    running = asyncio.create_task(daemon.run())
    await clock.advance(5)
    status = daemon.box.status()
    assert status["sensing"] is False
    assert status["led"] == "fault"
    assert "edgemood resume" in status["faults"][0]
    assert not daemon._senses._running
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_short_press_looks_again_for_some_seconds(daemon, pins, config, clock):
    await press(pins, config, clock, 0.2)
    assert daemon.box.status()["looking"]
    await clock.advance(10)
    assert not daemon.box.status()["looking"]


async def test_a_press_moves_the_music_on_once_when_the_room_was_judged_anew(
    *, daemon, pins, config, clock, monkeypatch
):
    moved_on = AsyncMock()
    monkeypatch.setattr(daemon._music.dj, "move_on", moved_on)
    await press(pins, config, clock, 0.2)
    await clock.advance(3)
    await press(pins, config, clock, 0.2)
    await clock.advance(3)
    assert daemon.box.status()["looking"]
    moved_on.assert_not_awaited()
    await clock.advance(30)
    moved_on.assert_awaited_once_with()


async def test_a_hold_ends_a_look_and_the_song_plays_on(
    *, daemon, pins, config, clock, monkeypatch
):
    moved_on = AsyncMock()
    monkeypatch.setattr(daemon._music.dj, "move_on", moved_on)
    await press(pins, config, clock, 0.2)
    assert daemon.box.status()["looking"]
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert not daemon.box.status()["looking"]
    await clock.advance(30)
    moved_on.assert_not_awaited()


async def test_a_press_outlives_a_change_of_how_the_mood_is_decided(daemon, pins, config, clock):
    await press(pins, config, clock, 0.2)
    await daemon.reconfigure(changed(config, "mood", hold_s=30))
    assert daemon.box.status()["looking"]
    await clock.advance(10)
    assert not daemon.box.status()["looking"]


async def test_with_sensing_off_a_press_cannot_look_and_the_music_moves_on(
    *, daemon, pins, config, clock, monkeypatch
):
    daemon.box.set_sensing(on=False)
    moved_on = AsyncMock()
    monkeypatch.setattr(daemon._music.dj, "move_on", moved_on)
    await press(pins, config, clock, 0.2)
    assert not daemon.box.status()["looking"]
    moved_on.assert_awaited_once_with()
    with pytest.raises(EdgemoodError, match="edgemood resume"):
        daemon.box.look_again()


async def test_the_led_is_dark_when_the_daemon_has_ended(config, clock, pins, tmp_path):
    led = pins.pin(f"GPIO{config.panel.led_pin}")
    daemon = Daemon(config, clock, Memory(tmp_path))
    living = asyncio.create_task(daemon.run())
    await clock.advance(20)
    assert any(state for _, state in led.states)
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living
    assert not led.state
    assert not config.daemon.socket.exists()


async def test_a_verb_that_does_not_exist_is_answered_with_those_that_do(daemon):
    with pytest.raises(EdgemoodError, match="unknown verb 'dance'; there are status, redetect"):
        await daemon.obey("dance")


async def test_a_mood_that_is_asked_for_holds_for_its_time_and_no_longer(daemon, clock):
    assert (await daemon.obey("mood happy 30m"))["said"] == "happy for 30 min"
    await clock.advance(60)
    mood = daemon.box.status()["mood"]
    assert (mood["emotion"], mood["asked_for"]) == ("happy", True)
    assert mood["because"] == "somebody asked for happy, for another 29 min"
    assert "happy" in daemon.box.status()["music"]["target"]
    await clock.advance(30 * 60)
    assert daemon.box.status()["mood"]["emotion"] is None


async def test_a_press_ends_a_mood_that_was_asked_for(daemon, pins, config, clock):
    await daemon.obey("mood sad")
    await clock.advance(1)
    await press(pins, config, clock, 0.2)
    assert daemon.box.status()["mood"]["emotion"] is None


async def test_the_room_decides_again_when_asked_to(daemon, clock):
    await daemon.obey("mood sad")
    await clock.advance(1)
    await daemon.obey("mood auto")
    await clock.advance(1)
    assert daemon.box.status()["mood"]["emotion"] is None


async def test_a_strategy_that_is_asked_for_holds_through_a_restart(
    daemon, config, clock, tmp_path
):
    assert daemon.box.status()["music"]["strategy"] == "match"
    await daemon.obey("lift")
    again = Daemon(config, clock, Memory(tmp_path / "state"))
    assert again.box.status()["music"]["strategy"] == "lift"


async def test_without_mpd_the_song_can_be_neither_liked_nor_skipped(daemon, pins, config, clock):
    for request in ("like", "not-this"):
        with pytest.raises(EdgemoodError, match="no such socket"):
            await daemon.obey(request)
    await press(pins, config, clock, 0.1)
    await press(pins, config, clock, 0.1)
    assert not daemon.box.status()["music"]["connected"]


async def test_messages_are_answered_in_a_line_bad_ones_with_what_is_possible(daemon):
    assert await daemon._answer_message(" Status ") == daemon.overview().line()
    assert await daemon._answer_message("Mood Happy 90 min") == "happy for 90 min"
    assert "did you mean 'redetect'" in await daemon._answer_message("redetct")
    assert "say `mood` and one of angry" in await daemon._answer_message("mood giddy")


@pytest.mark.parametrize(
    "error",
    [
        LibraryError("library.db: disk I/O error"),
        LookupError("song 4 was forgotten"),
        sqlite3.DatabaseError("database disk image is malformed"),
        TypeError("'NoneType' object is not subscriptable"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("presses", [[0.1], [0.1, 0.1], [3.0]], ids=["short", "double", "hold"])
async def test_no_error_behind_the_button_ends_anything(
    *, error, presses, daemon, pins, config, clock, monkeypatch, caplog
):
    broken = Mock(side_effect=error)
    for part, names in {
        daemon._music.dj: ["move_on", "not_this", "like"],
        daemon._room._tracker: ["forget"],
        daemon._memory: ["keep"],
    }.items():
        for name in names:
            monkeypatch.setattr(part, name, broken)
    for sensing in (False, True):
        daemon._senses._switch.on = sensing
        for duration_s in presses:
            button = pins.pin(f"GPIO{config.panel.button_pin}")
            button.drive_low()
            await clock.advance(duration_s)
            button.drive_high()
            await clock.advance(0.1)
        await clock.advance(1)
    assert broken.called
    assert str(error) in caplog.text
    assert not any(task.done() for task in daemon._tasks._group._tasks)
    monkeypatch.undo()
    assert (await daemon.obey("mood happy"))["said"] == "happy for 60 min"
    await clock.advance(1)
    assert daemon.box.status()["mood"]["emotion"] == "happy"


@pytest.mark.parametrize("part", ["hear", "greet", "listen", "move_on"])
async def test_music_that_fails_keeps_no_mood_and_no_led_from_changing(
    *, part, daemon, pins, config, clock, monkeypatch
):
    monkeypatch.setattr(
        daemon._music.dj, part, Mock(side_effect=LookupError("song 4 was forgotten"))
    )
    daemon.box.look_again()
    await daemon.obey("mood happy")
    led = pins.pin(f"GPIO{config.panel.led_pin}")
    await clock.advance(100)
    assert daemon.box.status()["mood"]["emotion"] == "happy"
    assert not daemon._watchdog.stuck()
    led.clear_states()
    await clock.advance(5)
    assert len(led.states) > 2
    wrong = daemon.box.status()["faults"]
    if part != "move_on":
        assert "song 4 was forgotten" in wrong[0]


async def test_the_music_is_asked_how_it_is_only_when_something_happened(
    daemon, clock, monkeypatch
):
    asked, shown = Mock(wraps=daemon._music.dj.status), Mock(wraps=daemon._front._overview)
    monkeypatch.setattr(daemon._music.dj, "status", asked)
    monkeypatch.setattr(daemon._front, "_overview", shown)
    tries = Mock(wraps=daemon._music.dj._arrive)
    monkeypatch.setattr(daemon._music.dj, "_arrive", tries)
    await clock.advance(300)
    assert shown.call_count >= 600
    assert 0 < asked.call_count <= tries.call_count + 1


async def test_every_verb_is_known_and_an_unknown_one_is_no_strategy(daemon):
    for verb in VERBS:
        with contextlib.suppress(EdgemoodError):
            await daemon.obey("mood happy" if verb.name == "mood" else verb.name)
    before = daemon.box.status()["music"]["strategy"]
    with pytest.raises(EdgemoodError, match="unknown verb 'dance'"):
        await daemon.obey("dance")
    assert daemon.box.status()["music"]["strategy"] == before


LOOPS = {
    "mood": (Room, "decide_for_ever"),
    "display": (Front, "show_for_ever"),
    "memory": (Memory, "keep_trying"),
    "control socket": (Reachable, "keep_open"),
    "watchdog": (Watchdog, "run"),
    "music": (Dj, "run"),
    "mood's music": (MusicPart, "_follow_room"),
    "taste": (TasteStore, "run"),
    "voice": (SenseProcess, "run"),
}


@pytest.mark.parametrize("loop", LOOPS)
async def test_a_bug_in_any_loop_is_told_and_it_starts_again_and_nothing_else_ends(
    *, loop, config, clock, pins, tmp_path, monkeypatch
):
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    kind, name = LOOPS[loop]
    run, begun = getattr(kind, name), []

    async def fail_at_first(*args, **options):
        begun.append(clock.now_s())
        if len(begun) == 1:
            raise LookupError("a bug")
        await run(*args, **options)

    monkeypatch.setattr(kind, name, fail_at_first)
    daemon = Daemon(config, clock, Memory(tmp_path / "state"))
    living = asyncio.create_task(daemon.run())
    await clock.advance(0.5)
    tasks = {task.get_name(): task for task in daemon._tasks._group._tasks}
    assert set(tasks) - {"panel"} == set(LOOPS)
    (told,) = daemon.box.status()["faults"]
    assert told.startswith(f"{loop}: unexpected error (LookupError: a bug)")
    await clock.advance(STEADY_S + 2)
    assert len(begun) >= 2
    assert daemon.box.status()["faults"] == ()
    assert (await daemon.obey("mood happy"))["said"]
    await clock.advance(1)
    assert daemon.box.status()["mood"]["emotion"] == "happy"
    assert not any(task.done() for name, task in tasks.items() if name in LOOPS)
    assert not living.done()
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def test_a_bug_behind_a_message_is_answered_and_costs_no_session(daemon, monkeypatch):
    monkeypatch.setattr(daemon._music.dj, "like", AsyncMock(side_effect=LookupError("song 4")))
    assert "journalctl" in await daemon._answer_message("like")


def changed(config, section, **values):
    """The configuration with other values in one section."""
    return Config.model_validate(
        config.model_dump() | {section: getattr(config, section).model_dump() | values}
    )


@pytest.fixture
def seeing(config, tmp_path):
    """A configuration with both senses, one that replays nothing and one that hears nothing."""
    seeing = changed(config, "camera", source="replay", path=tmp_path / "no pictures")
    return changed(seeing, "microphone", source="replay", path=tmp_path / "no sound")


@contextlib.asynccontextmanager
async def at_home(config, tmp_path, clock):
    """A daemon that has looked for MPD and whose senses have begun to speak."""
    daemon = Daemon(config, clock, Memory(tmp_path / "state"))
    living = asyncio.create_task(daemon.run())
    try:
        async with asyncio.timeout(600):
            while daemon.box.status()["music"]["detail"] == "" or None in pids(daemon):
                await asyncio.sleep(0.01)
        yield daemon
    finally:
        living.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await living


def pids(daemon):
    """Of the senses' processes; 0 for one that is switched off."""
    senses = daemon.box.status()["senses"].values()
    return [0 if sense["state"] == "off" else sense["pid"] for sense in senses]


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("music", {"ahead": 3}),
        ("music", {"strategy": "lift"}),
        ("mpd", {"port": 6601}),
        ("mpd", {"host": "/nowhere"}),
        ("panel", {"led_pin": 22}),
        ("panel", {"enabled": "no"}),
        ("daemon", {"log": "debug"}),
        ("mood", {"hold_s": 30}),
    ],
    ids=str,
)
async def test_a_key_that_concerns_no_sense_leaves_both_open_and_the_mood_alone(
    *, section, values, seeing, pins, tmp_path
):
    async with at_home(seeing, tmp_path, SystemClock()) as daemon:
        await daemon.obey("mood happy")
        before, music, panel = pids(daemon), daemon._music, daemon._front._panel
        started_s = daemon._started_s
        await daemon.reconfigure(changed(seeing, section, **values))
        assert pids(daemon) == before
        assert daemon._room.override.left_s is not None
        assert (daemon._music is music) == (section not in {"music", "mpd"})
        assert (daemon._front._panel is panel) == (section != "panel")
        assert daemon._started_s == started_s
        assert not daemon.failing


@pytest.mark.parametrize(
    ("section", "values", "restarts"),
    [
        ("camera", {"frames_per_s": 1}, [True, False]),
        ("vision", {"min_face_px": 60}, [True, False]),
        ("microphone", {"source": "none"}, [False, True]),
        ("hearing", {"voice_gate": "another"}, [False, True]),
    ],
    ids=str,
)
async def test_a_key_that_concerns_one_sense_restarts_that_one_only(
    *, section, values, restarts, seeing, pins, tmp_path
):
    async with at_home(seeing, tmp_path, SystemClock()) as daemon:
        before = pids(daemon)
        await daemon.reconfigure(changed(seeing, section, **values))
        async with asyncio.timeout(600):
            while [after != pid for after, pid in zip(pids(daemon), before, strict=True)] != (
                restarts
            ):
                await asyncio.sleep(0.01)


def test_what_begins_anew_is_tested_for_every_section_of_the_configuration():
    tests = (
        test_a_key_that_concerns_no_sense_leaves_both_open_and_the_mood_alone,
        test_a_key_that_concerns_one_sense_restarts_that_one_only,
    )
    cases = [case for test in tests for mark in test.pytestmark for case in mark.args[1]]
    assert {section for section, *_ in cases} == set(Config.model_fields)


async def test_panel_and_socket_move_and_what_they_leave_is_free(
    daemon, config, clock, pins, tmp_path
):
    moved = changed(config, "panel", led_pin=22)
    moved = changed(moved, "daemon", socket=tmp_path / "other" / "control.sock")
    await daemon.reconfigure(moved)
    assert not config.daemon.socket.exists()
    reply = await asyncio.to_thread(ask, moved.daemon.socket, "status", 60.0)
    assert reply["ok"]
    led = pins.pin("GPIO22")
    await clock.advance(5)
    assert any(state for _, state in led.states)
    await press(pins, moved, clock, 0.2)
    assert daemon.box.status()["looking"] == daemon._senses.on


@pytest.mark.parametrize("path", ["/proc/nowhere/x", "/dev/null", "/" + "x" * 200])
async def test_a_socket_that_cannot_be_had_costs_nothing_but_itself(
    path, config, clock, pins, tmp_path
):
    async with at_home(changed(config, "daemon", socket=path), tmp_path, clock) as daemon:
        await clock.advance(30)
        status = daemon.box.status()
        assert path in status["faults"][0]
        assert status["led"] == "fault"
        assert len(status["faults"]) == 1
        assert daemon.failing
        await daemon.reconfigure(config)
        assert not daemon.box.status()["faults"]
        assert (await asyncio.to_thread(ask, config.daemon.socket, "status", 60.0))["ok"]
        with pytest.raises(ControlError):
            await daemon.reconfigure(changed(config, "daemon", socket=path))
        assert (await asyncio.to_thread(ask, config.daemon.socket, "status", 60.0))["ok"]


async def test_a_control_socket_whose_file_is_deleted_is_opened_again(daemon, config, clock):
    config.daemon.socket.unlink()
    await clock.advance(20)
    assert (await asyncio.to_thread(ask, config.daemon.socket, "status", 60.0))["ok"]


async def test_a_bug_in_letting_clients_in_is_told_and_they_are_let_in_again(
    *, daemon, config, clock, monkeypatch, caplog
):
    monkeypatch.setattr(daemon._control._server._deaf, "ends", Mock(side_effect=LookupError("bug")))
    with contextlib.suppress(NotRunningError):
        await asyncio.to_thread(ask, config.daemon.socket, "status", 60.0)
    monkeypatch.undo()
    await clock.advance(20)
    assert (await asyncio.to_thread(ask, config.daemon.socket, "status", 60.0))["ok"]
    assert caplog.text.count("LookupError: bug") == 1


async def test_with_one_sense_missing_or_both_nothing_says_that_all_is_well(seeing, pins, tmp_path):
    async with at_home(seeing, tmp_path, SystemClock()) as daemon:
        for process in daemon._senses.processes.values():
            process._tell(replace(process.report, state=SenseState.MISSING))
        assert daemon.box.status()["led"] == "fault"
        assert "no camera and no microphone" in daemon.overview().line()
        assert daemon.box.status()["mood"]["because"] == "unknown: neither sees nor hears"
        voice = daemon._senses.processes[Sense.VOICE]
        voice._tell(replace(voice.report, state=SenseState.WORKING))
        assert daemon.overview().led() in {LedState.ONE_SENSE, LedState.MPD_UNREACHABLE}
        assert "; no camera" in daemon.overview().line()
        daemon.box.set_sensing(on=False)
        assert "still looking" not in json.dumps(daemon.box.status())
        assert "no camera" not in daemon.overview().line()


async def test_a_fault_is_in_the_line_that_systemd_and_mpd_clients_see(daemon):
    Trouble(logging.getLogger("test"), daemon._faults).starts("no sound: the output is disabled")
    Trouble(logging.getLogger("test"), daemon._faults).starts("another")
    assert (
        daemon.overview().line().endswith("; wrong: no sound: the output is disabled (and 1 more)")
    )
    assert await daemon._answer_message("status") == daemon.overview().line()


async def test_who_is_recognised_is_named_where_faces_are_looked_for(seeing, pins, tmp_path):
    recognising = changed(seeing, "vision", recognise="yes")
    async with at_home(recognising, tmp_path, SystemClock()) as daemon:
        assert daemon.box.status()["people"] == ()
        now_s = SystemClock().now_s()
        face = FaceEvidence(now_s, None, 0.0, Reason.DARK, faces=1, light=0.5, person="Anna")
        daemon._room.presence.see(face)
        assert daemon.box.status()["people"] == ("Anna",)
        daemon.box.set_sensing(on=False)
        assert daemon.box.status()["people"] is None
