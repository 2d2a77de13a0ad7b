import asyncio
import contextlib
import json
import logging
import os
import resource
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.control import ask
from edgemood.daemon.control.conversation import PATIENCE_S
from edgemood.daemon.control.server import MAX_CLIENTS, ControlServer
from edgemood.errors import (
    AlreadyRunningError,
    ControlError,
    EdgemoodError,
    MicrophoneError,
    NotRunningError,
)

Talk = Callable[[bytes], Awaitable[list[dict[str, Any]]]]


async def handle(verb: str) -> dict[str, Any]:
    if verb == "redetect":
        raise MicrophoneError("no microphone: plug one in")
    if verb == "pause":
        raise ZeroDivisionError
    if verb == "resume":
        return {"not for JSON": object()}
    return {"verb": verb}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "control.sock"


@pytest.fixture
def folder(path: Path) -> Path:
    """The folder of the socket, there before the daemon."""
    path.parent.mkdir()
    return path.parent


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def server(path: Path, clock: ManualClock) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, handle, clock)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def talk(server: ControlServer, path: Path) -> Talk:
    """Sends bytes, ends sending, and gives all replies."""

    async def talk(sent: bytes) -> list[dict[str, Any]]:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(sent)
        writer.write_eof()
        replies = await reader.read()
        writer.close()
        return [json.loads(line) for line in replies.splitlines()]

    return talk


async def test_a_request_is_answered_by_what_its_verb_gives(talk: Talk) -> None:
    assert await talk(b'{"do": "status"}\n') == [{"ok": True, "verb": "status"}]


async def test_one_client_may_ask_many_times(talk: Talk) -> None:
    replies = await talk(b'{"do": "status"}\n{"do": "why"}\n')
    assert [reply["verb"] for reply in replies] == ["status", "why"]


async def test_a_last_request_may_lack_its_newline(talk: Talk) -> None:
    assert await talk(b'{"do": "why"}') == [{"ok": True, "verb": "why"}]


async def test_an_error_the_owner_can_meet_is_told_in_its_own_words(talk: Talk) -> None:
    assert await talk(b'{"do": "redetect"}\n') == [
        {"ok": False, "error": "no microphone: plug one in"}
    ]


@pytest.mark.parametrize("verb", ["pause", "resume"])
async def test_a_failing_verb_is_journaled_and_the_socket_lives_on(
    talk: Talk, verb: str, caplog: pytest.LogCaptureFixture
) -> None:
    (reply,) = await talk(json.dumps({"do": verb}).encode())
    assert not reply["ok"]
    assert "journalctl" in reply["error"]
    assert verb in caplog.text
    assert (await talk(b'{"do": "why"}'))[0]["ok"]


@pytest.mark.parametrize(
    ("request_line", "complaint"),
    [
        (b"status\n", "not JSON"),
        (b"\n", "not JSON"),
        (b"\xff\xfe\n", "not JSON"),
        (b"[" * 4000 + b"\n", "not JSON"),
        (b"[]\n", 'no "do"'),
        (b"{}\n", 'no "do"'),
        (b'{"do": 1}\n', 'no "do"'),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong_and_the_next_one_is_answered(
    talk: Talk, request_line: bytes, complaint: str
) -> None:
    refusal, answer = await talk(request_line + b'{"do": "status"}\n')
    assert not refusal["ok"]
    assert complaint in refusal["error"]
    assert answer["ok"]


async def test_a_request_without_end_is_refused_and_hung_up_on(talk: Talk) -> None:
    (reply,) = await talk(b"x" * 10_000)
    assert "longer than 4096 bytes" in reply["error"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
@given(noise=st.binary(max_size=300))
def test_no_bytes_upset_the_server(noise: bytes, tmp_path: Path) -> None:
    async def scenario() -> None:
        server = ControlServer(tmp_path / "noise.sock", handle)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(tmp_path / "noise.sock")
        writer.write(noise + b'\n{"do": "status"}\n')
        writer.write_eof()
        replies = [json.loads(line) for line in (await reader.read()).splitlines()]
        assert replies[-1] == {"ok": True, "verb": "status"}
        writer.close()
        await server.close()

    asyncio.run(scenario())


async def test_many_clients_are_answered_at_once(talk: Talk) -> None:
    replies = await asyncio.gather(*(talk(b'{"do": "why"}\n') for _ in range(MAX_CLIENTS - 4)))
    assert all(reply["ok"] for (reply,) in replies)


async def test_whoever_connects_finds_a_place_and_the_longest_idle_loses_theirs(
    talk: Talk, server: ControlServer, path: Path, clock: ManualClock
) -> None:
    crowd = []
    for _ in range(MAX_CLIENTS):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"do": "status"}\n')
        assert await reader.readline()
        await clock.advance(0.1)
        crowd.append((reader, writer))
    first, second = crowd[0], crowd[1]
    first[1].write(b'{"do": "status"}\n')
    assert await first[0].readline()
    await clock.advance(0.1)
    assert (await talk(b'{"do": "why"}\n'))[0]["ok"]
    assert await second[0].read() == b""
    first[1].write(b'{"do": "status"}\n')
    assert await first[0].readline()
    for _ in range(5):  # a crowd that comes back at once locks nobody out
        crowd += [await asyncio.open_unix_connection(path) for _ in range(MAX_CLIENTS)]
        assert (await talk(b'{"do": "why"}\n'))[0]["ok"]
    assert server.reachable
    for _, writer in crowd:
        writer.close()


async def test_clients_that_are_all_being_answered_keep_their_places(
    path: Path, clock: ManualClock
) -> None:
    answered = asyncio.Event()
    begun = []

    async def wait(verb: str) -> dict[str, Any]:
        begun.append(verb)
        await answered.wait()
        return {"verb": verb}

    server = ControlServer(path, wait, clock)
    await server.start()
    crowd = [await asyncio.open_unix_connection(path) for _ in range(MAX_CLIENTS)]
    for _, writer in crowd:
        writer.write(b'{"do": "status"}\n')
    async with asyncio.timeout(600):
        while len(begun) < MAX_CLIENTS:
            await asyncio.sleep(0)
    reader, writer = await asyncio.open_unix_connection(path)
    assert b"clients at once" in await reader.readline()
    answered.set()
    for asking, _ in crowd:
        assert await asking.readline()
    for _, talking in crowd:
        talking.close()
    writer.close()
    await server.close()


async def test_without_a_file_to_spare_it_says_so_once_and_answers_again_afterwards(
    talk: Talk, path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    waiting = socket.socket(socket.AF_UNIX)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
    fill = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                fill.append(os.dup(0))
        waiting.setblocking(False)  # noqa: FBT003 - socket's own signature
        waiting.connect(str(path))
        for _ in range(20):
            await clock.advance(1)
        told = [message for message in caplog.messages if "nobody can be answered" in message]
        assert len(told) == 1
        assert len(caplog.messages) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in fill:
            os.close(file)
    await clock.advance(2)
    waiting.close()
    assert (await talk(b'{"do": "why"}\n'))[0]["ok"]
    assert caplog.messages[1:] == [f"{path}: requests are answered again"]


@pytest.mark.parametrize("greeting", [b"OK MPD 0.23.5\n", b"", b"{}\n", None])
async def test_the_socket_of_another_program_is_no_daemon(
    greeting: bytes | None, folder: Path, path: Path
) -> None:
    script = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
        "print(flush=True); c, _ = s.accept();"
        + ("input()" if greeting is None else f"c.sendall({greeting!r}); c.close(); input()")
    )
    in_our_folder = folder / "edgemood" / "python"  # as when it is our environment's
    in_our_folder.parent.mkdir()
    in_our_folder.symlink_to(sys.executable)
    program = subprocess.Popen(  # noqa: ASYNC220 - a program of somebody else's
        [in_our_folder, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
    )
    try:
        assert program.stdout is not None
        program.stdout.readline()
        with pytest.raises(ControlError, match=f"process {program.pid}, another program"):
            await ControlServer(path, handle).start()
        assert os.path.lexists(path)  # noqa: ASYNC240
    finally:
        program.kill()
        program.communicate()


async def test_a_socket_that_somebody_deletes_is_no_longer_reachable(
    server: ControlServer, path: Path
) -> None:
    assert server.reachable
    os.unlink(path)  # noqa: PTH108
    assert not server.reachable


async def test_a_client_that_never_asks_is_hung_up_on(
    server: ControlServer, path: Path, clock: ManualClock
) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    await clock.advance(PATIENCE_S - 1)
    writer.write(b'{"do": "status"}\n')
    assert json.loads(await reader.readline())["ok"]
    await clock.advance(PATIENCE_S - 1)
    assert not reader.at_eof()
    await clock.advance(2)
    assert await reader.read() == b""
    writer.close()


async def test_a_client_that_never_reads_is_hung_up_on_and_disturbs_nobody(
    path: Path, clock: ManualClock
) -> None:
    async def say_much(verb: str) -> dict[str, Any]:
        return {"verb": verb, "much": "x" * 1_000_000}

    server = ControlServer(path, say_much, clock)
    await server.start()
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.settimeout(0)
        deaf.connect(str(path))
        deaf.send(b'{"do": "status"}\n')
        await clock.advance(PATIENCE_S - 1)
        assert (await asyncio.to_thread(ask, path, "why", 60.0))["verb"] == "why"
        deaf.send(b"\n")
        await clock.advance(2)
        with pytest.raises(BrokenPipeError):
            deaf.send(b"\n")
    await server.close()


async def test_clients_that_go_without_reading_the_answer_are_no_news(
    talk: Talk, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"do": "status"}\n' * 50)
        writer.transport.abort()
    assert (await talk(b'{"do": "why"}\n'))[0]["ok"]
    assert caplog.messages == []


async def test_only_owner_and_group_may_connect(server: ControlServer, path: Path) -> None:
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660  # noqa: PTH116


async def test_closing_hangs_up_and_removes_the_socket(server: ControlServer, path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"do": "status"}\n')
    await reader.readline()
    await server.close()
    assert await reader.read() == b""
    writer.close()
    assert os.listdir(path.parent) == []  # noqa: PTH208


async def test_closing_leaves_the_socket_of_a_successor_alone(
    server: ControlServer, path: Path
) -> None:
    os.rename(path, path.with_suffix(".old"))  # noqa: PTH104
    successor = ControlServer(path, handle)
    await successor.start()
    await server.close()
    assert (await asyncio.to_thread(ask, path, "why", 60.0))["ok"]
    await successor.close()


async def test_the_socket_of_a_dead_daemon_is_replaced(
    folder: Path, path: Path, clock: ManualClock
) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    server = ControlServer(path, handle, clock)
    await server.start()
    assert (await asyncio.to_thread(ask, path, "why", 60.0))["ok"]
    await server.close()


async def test_a_second_daemon_is_refused_and_the_first_goes_on(talk: Talk, path: Path) -> None:
    with pytest.raises(AlreadyRunningError) as refusal:
        await ControlServer(path, handle).start()
    message = str(refusal.value)
    assert str(path) in message
    assert f"process id {os.getpid()}" in message
    assert "systemctl stop edgemood" in message
    assert (await talk(b'{"do": "why"}\n'))[0]["ok"]


async def test_a_daemon_that_hangs_still_holds_its_socket(folder: Path, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging, socket.socket(socket.AF_UNIX) as waiting:
        hanging.bind(str(path))
        hanging.listen(0)
        waiting.connect(str(path))
        with pytest.raises(AlreadyRunningError, match="does not answer"):
            await ControlServer(path, handle).start()


async def test_of_two_daemons_starting_at_once_one_is_refused(
    path: Path, clock: ManualClock
) -> None:
    servers = [ControlServer(path, handle, clock) for _ in range(2)]
    outcomes = await asyncio.gather(*(server.start() for server in servers), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [AlreadyRunningError]
    for server in servers:
        await server.close()


@pytest.fixture
def precious(folder: Path, path: Path) -> Iterator[Path]:
    """A file where the socket should be; untouched afterwards."""
    path.write_text("precious")
    yield path
    assert path.read_text() == "precious"


async def test_a_file_in_the_socket_s_place_is_left_alone(precious: Path, path: Path) -> None:
    with pytest.raises(ControlError, match=r"control\.sock.*not a socket.*daemon: socket:"):
        await ControlServer(path, handle).start()


async def test_a_path_longer_than_the_kernel_allows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="too long"):
        await ControlServer(tmp_path / ("x" * 120), handle).start()


async def test_closing_a_server_that_never_started_is_harmless(path: Path) -> None:
    await ControlServer(path, handle).close()


@pytest.mark.parametrize("verb", ["status", "redetect", "pause", "resume", "why"])
async def test_the_client_gives_every_reply_refusals_included(
    server: ControlServer, path: Path, verb: str
) -> None:
    reply = await asyncio.to_thread(ask, path, verb, 5.0)
    assert reply["ok"] == (verb in {"status", "why"})


def test_without_a_daemon_the_client_says_how_to_start_one(path: Path) -> None:
    with pytest.raises(NotRunningError, match=r"control\.sock: no edgemood daemon.*systemctl"):
        ask(path, "status", 1.0)


@pytest.fixture
def listener(folder: Path, path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield listener


def test_a_daemon_that_does_not_answer_in_time_is_not_running(
    path: Path, listener: socket.socket
) -> None:
    with pytest.raises(NotRunningError, match=r"did not answer within 0\.01 s"):
        ask(path, "status", 0.01)


def test_a_daemon_that_hangs_up_is_not_running(path: Path, listener: socket.socket) -> None:
    hang_up = (
        "import socket, sys; listener = socket.socket(fileno=int(sys.argv[1]));"
        "connection = listener.accept()[0]; connection.recv(99); connection.close()"
    )
    fd = listener.fileno()
    with (
        subprocess.Popen([sys.executable, "-c", hang_up, str(fd)], pass_fds=[fd]),
        pytest.raises(NotRunningError, match="no answer"),
    ):
        ask(path, "status", 30.0)


def test_whoever_may_not_connect_is_told_which_group_to_join(
    path: Path, listener: socket.socket
) -> None:
    path.chmod(0)
    pid = os.fork()
    if pid == 0:
        told = False
        try:
            if os.getuid() == 0:  # root may do anything; nobody may not
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            ask(path, "status", 1.0)
        except NotRunningError as error:
            told = "permission denied" in str(error) and "group edgemood" in str(error)
        finally:
            os._exit(not told)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_errors_of_the_socket_are_for_the_owner() -> None:
    for error in (AlreadyRunningError, ControlError, NotRunningError):
        assert issubclass(error, EdgemoodError)
