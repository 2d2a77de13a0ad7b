import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console
from typer.testing import CliRunner

from edgemood.cli.commands import app
from edgemood.cli.status import show
from edgemood.errors import EdgemoodError
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.sync.mpd_sync import MUSIC_FOLDER
from edgemood.music.library.sync.update import Update
from edgemood.status import Status, read


@pytest.fixture
def state(tmp_path):
    """A folder with an index of three songs, as the daemon makes it."""
    index = SongIndex.open(tmp_path / "state", mend=True)
    update = Update(index)
    update.take(
        [
            {"file": f"a/{number}.wav", "title": f"Song {title}", "duration": "5", "genre": genre}
            for number, (title, genre) in enumerate(
                [("one", "Party"), ("two", ""), ("\x1b[31mtwo", "")]
            )
        ]
    )
    update.finish()
    index.close()
    return tmp_path / "state"


@pytest.fixture
def say(state):
    def say(*words, ok=True):
        result = CliRunner().invoke(app, ["library", *words, "--state", str(state)])
        if ok:
            assert result.exit_code == 0, result.output
        elif isinstance(result.exception, EdgemoodError):
            return str(result.exception)
        return result.output

    return say


def test_status_tells_how_much_is_known(say):
    assert say("status").splitlines() == [
        "3 songs, 3 of them to be analysed",
        "       2 mood not known",
        "       1 mood by tag",
    ]


def test_a_song_is_labelled_and_the_label_taken_back(say, state):
    assert say("label", "one", "sad") == "Song one: sad\n"
    assert SongIndex.open(state).song_named("a/0.wav").mood.because == "label sad"
    assert say("unlabel", "a/0.wav") == "Song one: no label any more\n"
    assert say("unlabel", "a/0.wav") == "Song one: had no label given here\n"


def test_a_song_is_labelled_with_the_owners_own_words(say, state, tmp_path):
    assert "speaks of no mood" in say("label", "one", "cosy", ok=False)
    (tmp_path / "words.yaml").write_text("cosy: [.6, -.3]\n")
    (tmp_path / "config.yaml").write_text("music: {words: words.yaml}\n")
    assert say("label", "one", "cosy", "--config", str(tmp_path / "config.yaml"))
    (tmp_path / "config.yaml").write_text("music: {wrds: words.yaml}\n")
    assert say("label", "one", "sad", "--config", str(tmp_path / "config.yaml"))


def test_a_label_that_only_an_mpd_client_can_take_back_is_told(say, state):
    index = SongIndex.open(state)
    index.labels.replace("sticker", {"a/0.wav": "happy"})
    index.close()
    assert "its sticker still says 'happy'" in say("unlabel", "one")


def test_a_song_that_may_be_one_of_several_is_asked_for(say):
    told = say("label", "two", "sad", ok=False)
    assert "several songs" in told
    assert "a/1.wav" in told
    assert "no song is called so" in say("label", "three", "sad", ok=False)


def test_titles_cannot_steer_the_terminal(say):
    assert "\x1b" not in say("label", "a/2.wav", "sad")


def test_show_tells_why(say, tmp_path, song_file):
    config = tmp_path / "config.yaml"
    music = tmp_path / "music" / "a"
    music.mkdir(parents=True)
    shutil.copy(song_file, music / "0.wav")
    config.write_text(f"music: {{directory: {tmp_path / 'music'}}}\n")
    told = say("show", "one", "--config", str(config))
    assert "mood      happy (valence +0.80, arousal +0.80), 35% sure, by tag: genre Party" in told
    assert "cannot be looked into" not in told


def test_show_of_a_song_on_another_machine_tells_what_is_known(say, tmp_path):
    (tmp_path / "config.yaml").write_text("")
    told = say("show", "one", "--config", str(tmp_path / "config.yaml"))
    assert "its file cannot be looked into: where the songs are is not known" in told


def test_everything_can_leave(say, tmp_path):
    assert len(json.loads(say("export"))) == 3
    assert say("export", "--format", "csv").startswith("file,title,artist")
    say("export", "--out", str(tmp_path / "songs.json"))
    assert len(json.loads((tmp_path / "songs.json").read_text())) == 3


def test_the_map_is_drawn(say, tmp_path):
    say("map", "--out", str(tmp_path / "map.svg"))
    assert (tmp_path / "map.svg").read_text().startswith("<svg")
    assert "call it" in say("map", "--out", str(tmp_path / "map.png"), ok=False)
    assert not (tmp_path / "map.png").exists()


def test_a_scan_by_hand_analyses_what_can_be_had_and_tells_what_not(say, tmp_path, song_file):
    config = tmp_path / "config.yaml"
    music = tmp_path / "music" / "a"
    music.mkdir(parents=True)
    shutil.copy(song_file, music / "0.wav")
    (music / "1.wav").write_bytes(b"")
    config.write_text(
        f"music: {{directory: {tmp_path / 'music'}}}\nmpd: {{host: {tmp_path / 'no-mpd'}}}\n"
    )
    told = say("scan", "--config", str(config))
    assert "2 of 3 songs analysed" in told
    assert "the file is not there" in told
    assert say("status", "--problems") == "a/1.wav: the file is empty\n"
    assert "1 of them to be analysed" in say("status")


def test_before_there_is_an_index_the_owner_is_told_how_it_comes_to_be(tmp_path):
    result = CliRunner().invoke(app, ["library", "status", "--state", str(tmp_path / "none")])
    assert "there is no song index yet" in str(result.exception)


@pytest.fixture(scope="module")
def song_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("song") / "song.wav"
    time = np.arange(5 * 16_000) / 16_000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time), 16_000)
    return path


def test_the_daemons_status_tells_how_the_scan_does():
    console = Console(record=True, width=100)
    scan = {"state": "resting", "songs": 9, "pending": 4, "problems": 1, "per_minute": 59.6}
    scan["detail"] = "this machine is hot (80 °C)"
    show(read(Status, {"library": scan}), console)
    told = console.export_text()
    assert "9 songs; 4 to be analysed, 60 a minute; 1 could not be listened to" in told
    assert "hot" in told


def test_sudo_leaves_no_file_that_the_daemon_could_not_write(state, open_folder):
    state = Path(shutil.copytree(state, open_folder / "state"))
    if os.geteuid() == 0:
        for path in (state, *state.iterdir()):
            os.chown(path, 65534, 65534)
    command = [sys.executable, "-m", "edgemood", "library", "label", "one", "sad"]
    subprocess.run([*command, "--state", str(state)], check=True)
    assert {path.stat().st_uid for path in state.iterdir()} == {state.stat().st_uid}
    assert (state / "labels.jsonl").exists()


def test_ctrl_c_ends_a_scan_and_nothing_that_was_found_is_lost(tmp_path, song_file):
    music = tmp_path / "music"
    music.mkdir()
    files = [f"{number}.wav" for number in range(500)]
    for name in files:
        (music / name).hardlink_to(song_file)
    (tmp_path / "config.yaml").write_text(f"music: {{directory: {music}}}\nmpd: {{host: /no}}\n")
    index = SongIndex.open(tmp_path / "state", mend=True)
    update = Update(index)
    update.take([{"file": name, "duration": "5"} for name in files])
    update.finish()
    worklist = Worklist(index)
    command = [sys.executable, "-m", "edgemood", "library", "scan", "--state", tmp_path / "state"]
    with subprocess.Popen(
        [*command, "--config", tmp_path / "config.yaml"], stderr=subprocess.PIPE, text=True
    ) as scan:
        while worklist.counts().pending == len(files) and scan.poll() is None:
            select.select([], [], [], 0.02)
        scan.send_signal(signal.SIGINT)
        _, told = scan.communicate(timeout=600)
    assert scan.returncode == 0
    assert "what was found is kept" in told
    assert 0 < worklist.counts().pending < len(files)


def test_what_leaves_is_written_through_no_link_that_somebody_laid_for_root(say, tmp_path):
    victim, out = tmp_path / "victim", tmp_path / "songs.json"
    victim.write_text("mine")
    out.symlink_to(victim)
    told = say("export", "--out", str(out), ok=os.geteuid() != 0)
    if os.geteuid() == 0:
        assert "it is a link" in told
        assert victim.read_text() == "mine"


TITLES = {
    "Ärger über": "x/Ärger über.flac",
    "Café": "Cafe\u0301 e\u0301lan.flac",
    "": "b/Straße 1.mp3",
}


@pytest.fixture
def named(tmp_path):
    """An index of songs with letters of many kinds, and where their music folder is."""
    index = SongIndex.open(tmp_path / "state", mend=True)
    index.store.keep(MUSIC_FOLDER, str(tmp_path / "music"))
    update = Update(index)
    update.take([{"file": file, "title": title} for title, file in TITLES.items()])
    update.finish()
    index.close()
    (tmp_path / "music" / "x").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        *(
            ("ärger ÜBER", "Ärger über"),
            ("A\u0308RGER", "Ärger über"),
            ("über ärger", "Ärger über"),
        ),
        *(("arger uber", "Ärger über"), ("café élan", "Café"), ("CAFÉ ÉLAN.FLAC", "Café")),
        *(("Café élan.flac", "Café"), ("cafe elan", "Café"), ("strasse 1", ""), ("STRASSE", "")),
        *(("./x/Ärger über.flac", "Ärger über"), ("x//Ärger über.flac", "Ärger über")),
        *(("{music}/x/Ärger über.flac", "Ärger über"), ("x/../b/Straße 1.mp3", "")),
        *(
            ("{music}/Café élan.flac", "Café"),
            ("file://{music}/x/%C3%84rger%20%C3%BCber.flac", "Ärger über"),
        ),
    ],
)
def test_a_song_is_found_by_name_path_and_words_however_they_are_typed(named, wanted, title):
    wanted = wanted.format(music=named / "music")
    words = ["library", "label", wanted, "sad", "--state", str(named / "state")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.exception
    assert SongIndex.open(named / "state").song_named(TITLES[title]).mood.because == "label sad"


def test_a_path_as_the_shell_completes_it_is_a_song(named, monkeypatch):
    monkeypatch.chdir(named / "music" / "x")
    words = ["library", "label", "Ärger über.flac", "sad", "--state", str(named / "state")]
    assert CliRunner().invoke(app, words).exit_code == 0
    monkeypatch.chdir(named)
    words[2] = "music/x/Ärger über.flac"
    assert CliRunner().invoke(app, words).exit_code == 0
    words[2] = "/elsewhere/x/Ärger über.flac"
    assert "no song is called so" in str(CliRunner().invoke(app, words).exception)


def test_what_is_written_belongs_to_who_called_sudo(state, open_folder):
    """In a folder of that user's, which the daemon's user may not write to."""
    state = Path(shutil.copytree(state, open_folder / "state"))
    home = open_folder / "home"
    home.mkdir(mode=0o755)
    caller = pwd.getpwnam("daemon")
    if os.geteuid() == 0:
        for path in (state, *state.iterdir()):
            os.chown(path, 65534, 65534)
        os.chown(home, caller.pw_uid, caller.pw_gid)
    command = [sys.executable, "-m", "edgemood", "library", "export", "--out", home / "songs.json"]
    environment = os.environ | {"SUDO_USER": "daemon"}
    for _ in range(2):
        subprocess.run([*command, "--state", state], check=True, env=environment)
    assert len(json.loads((home / "songs.json").read_text())) == 3
    assert (home / "songs.json").stat().st_uid == home.stat().st_uid


def test_a_file_is_not_emptied_when_there_is_nothing_to_write(tmp_path):
    (tmp_path / "songs.json").write_text("mine")
    words = ["library", "export", "--out", str(tmp_path / "songs.json"), "--state", "/nowhere/x"]
    assert "no song index" in str(CliRunner().invoke(app, words).exception)
    assert (tmp_path / "songs.json").read_text() == "mine"
