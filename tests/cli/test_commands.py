import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edgemood import __version__
from edgemood.control import VERBS
from edgemood.daemon.control import ControlServer
from edgemood.errors import EdgemoodError


class Ended(NamedTuple):
    """How a command ended."""

    code: int | None
    out: str
    err: str


Edgemood = Callable[..., Awaitable[Ended]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(f"daemon:\n  socket: {tmp_path / 'control.sock'}\n")
    return file


@pytest.fixture
def edgemood(config: Path) -> Edgemood:
    """Runs a command in a process of its own, as a shell would."""

    async def edgemood(*arguments: str, python_options: tuple[str, ...] = ()) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *python_options,
            "-m",
            "edgemood",
            *arguments,
            env={**os.environ, "EDGEMOOD_CONFIG": str(config)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ended(process.returncode, out.decode(), err.decode())

    return edgemood


@pytest.mark.parametrize(
    "words", ["mood happy 30m", "mood auto", "match", "lift", "steady", "table", "like", "not-this"]
)
async def test_a_wish_reaches_the_daemon_in_the_words_it_was_said_in(
    edgemood: Edgemood, tmp_path: Path, words: str
) -> None:
    heard = []

    async def obey(text: str) -> dict[str, Any]:
        heard.append(text)
        return {"said": f"as you wish: {text}"}

    server = ControlServer(tmp_path / "control.sock", obey)
    await server.start()
    told = await edgemood(*words.split())
    await server.close()
    assert heard == [words]
    assert told.out == f"as you wish: {words}\n"


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[ControlServer]:
    """A control socket that answers as the daemon does."""

    async def obey(verb: str) -> dict[str, Any]:
        if verb == "redetect":
            raise EdgemoodError("sensing is off; switch it on with `edgemood resume`")
        replies: dict[str, dict[str, Any]] = {
            "status": {"mood": {"emotion": "happy", "confidence": 0.8}, "led": "sensing"},
            "why": {"why": "Room: two faces smile."},
            "pause": {"said": "camera and microphone are closed"},
            "resume": {},
        }
        return replies[verb]

    server = ControlServer(tmp_path / "control.sock", obey)
    await server.start()
    yield server
    await server.close()


async def test_status_is_shown_to_people(daemon: ControlServer, edgemood: Edgemood) -> None:
    code, out, err = await edgemood("status")
    assert (code, err) == (0, "")
    assert "happy (80% sure)" in out


async def test_status_is_told_to_programs_as_json(
    daemon: ControlServer, edgemood: Edgemood
) -> None:
    code, out, _ = await edgemood("status", "--json")
    assert code == 0
    assert json.loads(out) == {
        "mood": {"emotion": "happy", "confidence": 0.8},
        "led": "sensing",
    }


async def test_why_and_what_was_done_are_told_in_the_daemon_s_words(
    daemon: ControlServer, edgemood: Edgemood
) -> None:
    assert await edgemood("why") == (0, "Room: two faces smile.\n", "")
    assert await edgemood("pause") == (0, "camera and microphone are closed\n", "")
    assert await edgemood("resume") == (0, "done\n", "")


async def test_a_refusal_of_the_daemon_is_an_error(
    daemon: ControlServer, edgemood: Edgemood
) -> None:
    code, out, err = await edgemood("redetect")
    assert (code, out) == (1, "")
    assert err == "edgemood: sensing is off; switch it on with `edgemood resume`\n"


@pytest.mark.parametrize("verb", ["status", "redetect", "pause", "resume", "why"])
async def test_without_a_daemon_commands_end_with_3_and_say_what_to_do(
    edgemood: Edgemood, verb: str
) -> None:
    code, out, err = await edgemood(verb)
    assert (code, out) == (3, "")
    assert "control.sock: no edgemood daemon answers" in err
    assert "systemctl start edgemood" in err


async def test_another_configuration_can_be_named(
    daemon: ControlServer, edgemood: Edgemood, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"daemon:\n  socket: {tmp_path / 'other.sock'}\n")
    code, _, err = await edgemood("status", "--config", str(other))
    assert code == 3
    assert "other.sock" in err


async def test_a_missing_configuration_is_an_error(edgemood: Edgemood, tmp_path: Path) -> None:
    code, _, err = await edgemood("status", "--config", str(tmp_path / "absent.yaml"))
    assert code == 1
    assert "absent.yaml: cannot read" in err


async def test_the_version_is_told(edgemood: Edgemood) -> None:
    assert await edgemood("--version") == (0, f"edgemood {__version__}\n", "")


async def test_a_mistyped_command_is_told_the_nearest_one(edgemood: Edgemood) -> None:
    code, _, err = await edgemood("stats")
    assert code == 2
    assert "Did you mean 'status'" in err


async def test_control_verbs_load_nothing_heavy(daemon: ControlServer, edgemood: Edgemood) -> None:
    heavy = {"numpy", "cv2", "pydantic", "asyncio", "gpiozero", "mpd", "edgemood.config"}
    for verb in ("status", "pause", "why"):
        code, _, imports = await edgemood(verb, python_options=("-X", "importtime"))
        assert code == 0
        loaded = {line.split("|")[-1].strip() for line in imports.splitlines()}
        assert "edgemood.control.client" in loaded
        assert not heavy & loaded


async def test_check_finds_nothing_wrong_with_a_good_file(edgemood: Edgemood, config: Path) -> None:
    assert await edgemood("check") == (0, f"{config}: no problems\n", "")


async def test_check_tells_every_problem_and_fails(edgemood: Edgemood, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("mood:\n  window_s: long\n  dwel_s: 3\n")
    code, out, err = await edgemood("check", str(bad))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 2
    assert "window_s" in err
    assert "dwell_s" in err


@pytest.mark.parametrize(
    "answer",
    [
        b"[]\n",
        b"5\n",
        b'{"ok": true, "x": ' + b"9" * 5000 + b"}\n",
        b'{"ok": true, "led": "\\ud800", "mood": {"emotion": "\\udfff", "confidence": 1e999}}\n',
        b'{"ok": false, "error": ["\\ud800"]}\n',
        b"[" * 100_000 + b"\n",
        b"OK MPD 0.23.5\n",
        b"",
        b"\xff\xfe\n",
    ],
    ids=range(9),
)
@pytest.mark.parametrize("command", ["status", "why"])
async def test_no_answer_ends_a_command_in_a_traceback(
    edgemood: Edgemood, tmp_path: Path, answer: bytes, command: str
) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    server = await asyncio.start_unix_server(say, tmp_path / "control.sock")
    ended = await edgemood(command)
    server.close()
    assert "Traceback" not in ended.err
    assert "unexpected" not in ended.err
    assert ended.out or ended.err


async def test_every_verb_is_a_command_with_its_own_help(edgemood: Edgemood) -> None:
    told = " ".join((await edgemood("--help")).out.split())
    for verb in VERBS:
        assert f" {verb.name} {verb.help[:40]}" in told


async def test_help_shows_brackets_as_they_are(edgemood: Edgemood) -> None:
    told = await edgemood("mood", "--help")
    assert "[env var: EDGEMOOD_CONFIG" in told.out
    assert "\\[" not in told.out
