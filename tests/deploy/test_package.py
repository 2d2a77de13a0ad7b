"""The package's scripts, where no Debian of their own is needed: `make test-deb` is the rest."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edgemood.state import DOCUMENTS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SCRIPTS = sorted(
    path
    for path in [*DEPLOY.glob("*"), *(DEPLOY / "deb").glob("*")]
    if path.is_file() and (path.suffix == ".sh" or path.read_text().startswith("#!/bin/sh"))
)
SNIPPET = DEPLOY / "mpd-edgemood.conf"
DEBIANS_OWN = """\
music_directory "/var/lib/mpd/music"
#audio_output {
sticker_file                   "/var/lib/mpd/sticker.sql"
bind_to_address\t\t\t"localhost"
"""
LOUDSPEAKERS = 'audio_output {\n    type "alsa"\n'


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing_in_a_script(script: Path) -> None:
    found = subprocess.run(
        ["shellcheck", "--shell=sh", "--source-path=SCRIPTDIR", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_the_scripts_that_debian_runs_are_among_them() -> None:
    assert {"preinst", "postinst", "prerm", "postrm", "mpd-conf"} <= {path.name for path in SCRIPTS}


@pytest.fixture
def started_with(tmp_path: Path):
    """What MPD is started with, when its own configuration is that."""

    def made(own: str) -> str:
        (tmp_path / "mpd.conf").write_text(own)
        (tmp_path / "default").write_text(f"MPDCONF={tmp_path}/mpd.conf\n")
        subprocess.run(
            [DEPLOY / "deb/mpd-conf", tmp_path / "made"],
            env=os.environ
            | {
                "MPD_DEFAULTS": str(tmp_path / "default"),
                "MPDCONF": str(tmp_path / "made"),
                "EDGEMOOD_SNIPPET": str(SNIPPET),
            },
            check=True,
        )
        return (tmp_path / "made").read_text()

    return made


def test_mpd_as_debian_ships_it_gets_socket_loudspeakers_and_an_ear(started_with) -> None:
    made = started_with(DEBIANS_OWN)
    assert re.findall(r'^include "(.*)"', made, re.MULTILINE)[1:] == [str(SNIPPET)]
    assert 'bind_to_address "/run/mpd/socket"' in made
    assert LOUDSPEAKERS in made
    assert 'mixer_type "software"' in made
    assert "sticker_file" not in made
    assert '"any"' not in made


def test_what_the_owner_has_set_up_is_left_alone(started_with) -> None:
    made = started_with(DEBIANS_OWN + 'audio_output {\n  type "pulse"\n  name "mine"\n}\n')
    assert LOUDSPEAKERS not in made
    assert str(SNIPPET) in made
    own_socket = started_with(DEBIANS_OWN + 'bind_to_address "/home/me/socket"\n')
    assert "bind_to_address" not in own_socket


def test_an_mpd_without_anything_stays_reachable_from_everywhere(started_with) -> None:
    made = started_with('music_directory "/music"\n')
    assert 'bind_to_address "any"' in made
    assert "sticker_file" in made


def test_what_is_set_up_in_an_included_file_counts(tmp_path: Path, started_with) -> None:
    (tmp_path / "more.conf").write_text(SNIPPET.read_text())
    made = started_with(DEBIANS_OWN + 'include_optional "more.conf"\n')
    assert str(SNIPPET) not in made
    assert LOUDSPEAKERS not in made


def formats() -> str:
    return subprocess.run(
        [sys.executable, DEPLOY / "deb/formats.py"],
        cwd=DEPLOY.parent,
        env=os.environ | {"PYTHONPATH": str(DEPLOY.parent)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_package_says_which_memory_it_can_read() -> None:
    named = {line.partition(" ")[2] for line in formats().splitlines()}
    assert {"library.db", "taste.db"} | {f"{kind.name}.json" for kind in DOCUMENTS} == named


@pytest.fixture
def install(tmp_path: Path):
    """Run preinst on a box whose state folder and programs lie in `tmp_path`."""

    def run() -> subprocess.CompletedProcess[str]:
        script = (DEPLOY / "deb/preinst").read_text()
        for place in ("/var/lib/edgemood", "/opt/edgemood"):
            assert place in script
            script = script.replace(place, str(tmp_path / place[1:]))
        script = script.replace("@FORMATS@\n", formats()).replace("@VERSION@", "1.0")
        return subprocess.run(
            ["sh", "-s", "upgrade", "0.9"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )

    (tmp_path / "var/lib/edgemood").mkdir(parents=True)
    (tmp_path / "opt/edgemood/0.9/bin").mkdir(parents=True)
    (tmp_path / "opt/edgemood/current").symlink_to("0.9")
    return run


def test_memory_of_a_newer_version_refuses_an_older_one(tmp_path: Path, install) -> None:
    state = tmp_path / "var/lib/edgemood"
    (state / "library.db").touch()
    (state / "formats").write_text(formats().replace("1 library.db", "99 library.db"))
    refused = install()
    assert refused.returncode == 1
    assert f"{state}/library.db" in refused.stderr
    assert "taste.db" not in refused.stderr
    (state / "library.db").unlink()  # moved elsewhere, as the message says
    assert install().returncode == 0


def test_the_environment_in_use_is_kept_beside_the_new_one(tmp_path: Path, install) -> None:
    home = tmp_path / "opt/edgemood"
    (home / "0.9/bin/edgemood").write_text("old")
    assert install().returncode == 0
    (home / "0.9/bin/edgemood").unlink()  # as dpkg does
    assert (home / "current/bin/edgemood").read_text() == "old"
    assert install().returncode == 0, "once more, as after a power cut"
    assert (home / "current/bin/edgemood").read_text() == "old"
