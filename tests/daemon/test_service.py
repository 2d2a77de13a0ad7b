"""The daemon as its owner starts it: the real process, a real MPD, real signals."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from deploy.demo.mpd_server import PrivateMpd
from edgemood.control import ask
from edgemood.daemon.service import MOST_STARTS
from edgemood.errors import NotRunningError
from edgemood.music.library import SongIndex
from edgemood.music.recommender import TASTE, TasteStore

SONG = "neutral/3.flac"
PATIENCE_S = 600.0
"""for a busy machine; a condition is looked at until it holds"""

CONFIG = """\
camera: {{source: none}}
microphone: {{source: none}}
mpd: {{host: "{mpd}"}}
panel: {{enabled: "no"}}
daemon: {{socket: control.sock, log: {log}}}
"""


class Box:
    """A daemon in a folder of its own."""

    def __init__(self, folder, mpd):
        self.folder = folder
        self.mpd = mpd
        self.config = folder / "config.yaml"
        self.socket = folder / "control.sock"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.write_config()
        self.process = None

    def write_config(self, log="info", more=""):
        self.config.write_text(CONFIG.format(mpd=self.mpd.socket, log=log) + more)

    def start(self, **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edgemood", "run", "--config", str(self.config)],
            env={
                **os.environ,
                "STATE_DIRECTORY": str(self.folder / "state"),
                "NOTIFY_SOCKET": str(self.folder / "notify"),
                **environment,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        self.hears("READY=1")

    def hears(self, word):
        """Wait until systemd would have been told something that begins with the word."""
        deadline_s = time.monotonic() + PATIENCE_S
        while select.select([self.notify], [], [], max(0, deadline_s - time.monotonic()))[0]:
            told = self.notify.recv(4096).decode()
            if told.startswith(word):
                return told
        raise AssertionError(f"systemd was never told {word}")

    def ask(self, verb):
        return ask(self.socket, verb, timeout_s=PATIENCE_S)

    def until(self, condition):
        """The first status for which the condition holds, while it reloads or after."""
        deadline_s = time.monotonic() + PATIENCE_S
        status = None
        while time.monotonic() < deadline_s:
            with contextlib.suppress(NotRunningError):
                if condition(status := self.ask("status")):
                    return status
            select.select([], [], [], 0.05)
        raise AssertionError(status)

    def end(self, number=signal.SIGTERM):
        """Send a signal; gives exit status and what was logged."""
        self.process.send_signal(number)
        _, logged = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, logged

    def ran_on(self, text):
        """As if it had, some time ago."""
        (self.folder / "state").mkdir(exist_ok=True)
        (self.folder / "state" / "last-good-config.yaml").write_text(text)

    def children(self):
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [
            int(child)
            for task in tasks.iterdir()
            for child in (task / "children").read_text().split()
        ]

    def close(self):
        self.notify.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(scope="module")
def mpd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mpd")
    (folder / "music" / "neutral").mkdir(parents=True)
    for number in range(5):
        path = folder / "music" / "neutral" / f"{number}.flac"
        soundfile.write(path, [0.0] * 8000 * 60, 8000)
    with PrivateMpd(folder, folder / "music") as server:
        yield server


@pytest.fixture
def box(tmp_path, mpd):
    with contextlib.closing(Box(tmp_path, mpd)) as box:
        yield box


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_is_left_over(box, number):
    box.write_config(more="hearing: {voice_gate: missing.tflite}\n")
    box.config.write_text(box.config.read_text().replace("microphone: {source: none}", ""))
    box.start()
    senses = box.children()
    assert senses
    status, _ = box.end(number)
    assert status == 0
    assert box.hears("STOPPING=1")
    assert not box.socket.exists()
    for pid in senses:
        assert not Path(f"/proc/{pid}").exists()


def test_a_second_daemon_refuses_and_leaves_the_first_alone(box):
    box.start()
    second = subprocess.run(
        [sys.executable, "-m", "edgemood", "run", "--config", str(box.config)],
        env={**os.environ, "STATE_DIRECTORY": str(box.folder / "other")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 1
    assert "another edgemood daemon" in second.stderr
    assert str(box.process.pid) in second.stderr
    assert "Traceback" not in second.stderr
    assert box.ask("status")["ok"]


def test_a_second_daemon_with_a_socket_of_its_own_leaves_the_firsts_memory_alone(box):
    box.start()
    config = box.folder / "other.yaml"
    config.write_text(box.config.read_text().replace("control.sock", "other.sock"))
    second = subprocess.run(
        [sys.executable, "-m", "edgemood", "run", "--config", str(config)],
        env={**os.environ, "STATE_DIRECTORY": str(box.folder / "state")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 1
    assert f"with process id {box.process.pid} keeps its memory there" in second.stderr
    assert "Traceback" not in second.stderr
    assert box.ask("status")["ok"]


def test_systemd_is_told_the_mood_and_fed_while_all_is_well(box):
    box.start(WATCHDOG_USEC="300000")
    assert "sensing is off" in box.hears("STATUS=")
    for _ in range(3):
        box.hears("WATCHDOG=1")


def test_started_on_a_bad_file_it_runs_on_the_last_good_one_and_says_so(box):
    box.start()
    box.until(lambda _: (box.folder / "state" / "last-good-config.yaml").exists())
    box.end()
    box.write_config(log="loud")
    box.start()
    status = box.until(lambda status: status["music"]["connected"])
    assert "config.yaml:5:" in status["config"]["problems"][0]
    assert status["led"] == "fault"
    _, logged = box.end()
    assert logged.count("config.yaml:5:") == 1


def test_a_socket_that_cannot_be_opened_costs_the_socket_and_no_start(box):
    socket = "/proc/nowhere/x"
    box.start()
    good = box.config.read_text()
    bad = good.replace("socket: control.sock", f"socket: {socket}")
    box.config.write_text(bad)
    status = box.until(lambda status: status["config"]["problems"])
    assert socket in status["config"]["problems"][0]
    assert status["led"] == "fault"
    box.until(lambda status: status["music"]["playing"])
    _, logged = box.end()
    assert logged.count(f"{socket}: cannot open the control socket") == 1
    assert "Traceback" not in logged

    box.ran_on(good)
    box.start()  # on the bad one: it goes back to the one that ran
    status = box.until(lambda status: status["config"]["problems"])
    assert socket in status["config"]["problems"][0]
    assert box.end()[0] == 0


def test_on_a_box_that_never_ran_a_bad_socket_leaves_the_music(box):
    box.config.write_text(
        box.config.read_text().replace("socket: control.sock", "socket: /proc/nowhere/x")
    )
    box.start()
    while re.search(r"; [0-4]; wrong: .*control socket", box.hears("STATUS=")) is None:
        pass
    status, logged = box.end()
    assert status == 0
    assert logged.count("cannot open the control socket") == 1


def test_a_configuration_that_kills_the_box_is_left_after_some_starts(box):
    box.ran_on(box.config.read_text())
    killer = "\nmusic: {ahead: 7}\n"
    box.write_config(more=killer)
    for _ in range(MOST_STARTS):
        box.start()
        box.process.kill()
        box.process.communicate()
    box.start()
    status = box.ask("status")
    assert "ended each time that it was started on this" in status["config"]["problems"][0]
    box.write_config(more="\nmusic: {ahead: 1}\n")
    box.until(lambda status: not status["config"]["problems"])


def test_an_edit_for_the_music_keeps_the_senses_processes(box):
    box.config.write_text(
        box.config.read_text().replace("camera: {source: none}", "camera: {source: replay}")
    )
    box.start()
    pid = box.until(lambda status: status["senses"]["face"].get("pid"))["senses"]["face"]["pid"]
    with box.config.open("a") as file:
        file.write("music: {strategy: lift}\n")
    status = box.until(lambda status: status["music"]["strategy"] == "lift")
    assert status["senses"]["face"]["pid"] == pid


def test_an_edit_is_noticed_and_a_bad_one_changes_nothing(box):
    box.start()
    process = box.process.pid
    box.write_config(more="music: {ahead: many}\n")
    box.until(lambda status: status["config"]["problems"])
    box.until(lambda status: len(status["music"]["coming"]) == 2)
    box.write_config(more="music: {ahead: 3}\n")
    box.hears("STATUS=")
    status = box.until(lambda status: len(status["music"]["coming"]) == 3)
    assert not status["config"]["problems"]
    assert box.process.pid == process


def test_songs_are_analysed_in_the_background_and_remembered(box):
    box.start()
    # before it has heard of MPD's songs, an index without any is done, too
    library = box.until(
        lambda status: status["library"]["state"] == "done" and status["library"]["songs"]
    )["library"]
    assert (library["songs"], library["pending"], library["problems"]) == (5, 0, 5)  # silence
    assert "problem" not in json.dumps(box.ask("status")["music"]["detail"])
    box.end()
    assert (box.folder / "state" / "library.db").stat().st_size > 0
    assert not (box.folder / "state" / "library.db-wal").exists()


def test_sensing_stays_off_through_a_restart(box):
    box.config.write_text(box.config.read_text().replace("microphone: {source: none}", ""))
    box.start()
    assert "camera and microphone are closed" in box.ask("pause")["said"]
    box.until(lambda status: status["led"] == "sensing off")
    box.end()
    box.start()
    assert box.ask("status")["sensing"] is False
    refused = box.ask("redetect")
    assert not refused["ok"]
    assert "resume" in refused["error"]
    box.ask("resume")
    assert box.ask("status")["sensing"] is True


def test_an_mpd_client_can_say_the_same_verbs_and_hears_the_answer(box):
    box.start()
    box.until(lambda status: status["music"]["connected"])
    mpc = ["mpc", "--host", str(box.mpd.socket)]
    listening = subprocess.Popen(
        [*mpc, "waitmessage", "edgemood-status"], stdout=subprocess.PIPE, text=True
    )
    try:
        box.until(
            lambda _: (
                "edgemood-status"
                in subprocess.run(
                    [*mpc, "channels"], capture_output=True, text=True, check=True
                ).stdout
            )
        )
        subprocess.run([*mpc, "sendmessage", "edgemood", "pause"], check=True)
        answer, _ = listening.communicate(timeout=PATIENCE_S)
    finally:
        listening.kill()
        listening.wait()
    assert "camera and microphone are closed" in answer
    assert box.ask("status")["sensing"] is False


def test_status_is_complete_json(box):
    box.start()
    status = box.until(lambda status: status["music"]["playing"])
    assert json.loads(json.dumps(status)) == status
    assert status["senses"]["face"]["state"] == "off"
    assert "unknown" in status["mood"]["because"]
    assert "Music:" in box.ask("why")["why"]


def test_a_kill_and_damaged_stores_cost_neither_the_start_nor_what_people_said(box):
    box.start()
    box.until(lambda status: status["library"] is not None and status["music"]["songs"])
    state = box.folder / "state"
    with contextlib.closing(SongIndex.open(state)) as index:
        index.labels.give(SONG, "sad")
    with contextlib.closing(TasteStore(state / TASTE)) as taste:
        taste.add_profile("Ada")
    box.process.kill()
    box.process.communicate()
    for name in ("library.db", "taste.db"):
        for ending in ("-wal", "-shm"):  # what is left of it is what was not synced
            (state / f"{name}{ending}").unlink(missing_ok=True)
        with (state / name).open("r+b") as file:
            file.truncate(max(0, (state / name).stat().st_size - 4096))
    with (state / "labels.jsonl").open("ab") as file:
        file.write(b'{"at": 17, "fi')
    box.start()
    box.until(lambda status: status["music"]["songs"] and status["ok"])
    said = subprocess.run(
        [sys.executable, "-m", "edgemood", "profile", "list", "--state", str(state)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Ada" in said.stdout
    with contextlib.closing(SongIndex.open(state)) as index:
        assert index.song_named(SONG).mood.because == "label sad"
    returncode, logged = box.end()
    assert returncode == 0
    assert "Traceback" not in logged
