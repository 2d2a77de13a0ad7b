"""What a sealed process may still do, with real processes."""

import json
import platform
import subprocess
import sys

import pytest

from edgemood.processes.seal import _MACHINES, _program

DEEDS = """
import os, socket, subprocess, sys, threading
from edgemood.processes.seal import seal
go, done = threading.Event(), threading.Event()
told = []
def before():
    go.wait()
    told.append(attempt(lambda: socket.socket(socket.AF_INET)))
    done.set()
def attempt(deed):
    try:
        deed()
    except PermissionError:
        return "refused"
    return "allowed"
threading.Thread(target=before, daemon=True).start()
assert seal(), "not sealed"
go.set(); done.wait()
threading.Thread(target=lambda: told.append(attempt(socket.socket))).start()
one, other = socket.socketpair()
one.send(b"x"); other.recv(1)
def udp6(): socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
def packet(): socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
def unix(): socket.socket(socket.AF_UNIX)
def netlink(): socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
def program(): subprocess.run(["true"])
def file(): open("/etc/passwd").read(); os.pipe(); os.getpid()
for deed in (udp6, packet, unix, netlink, program, file):
    print(deed.__name__, attempt(deed))
print(*told)
"""


def test_a_sealed_process_has_no_network_and_starts_no_program():
    assert platform.machine() in _MACHINES
    done = subprocess.run(
        [sys.executable, "-c", DEEDS], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "udp6 refused",
        "packet refused",
        "unix allowed",
        "netlink allowed",
        "program refused",
        "file allowed",
        "refused refused",
    ]


@pytest.mark.parametrize("machine", _MACHINES.values(), ids=_MACHINES)
def test_no_step_of_the_filter_leads_out_of_it(machine):
    program = _program(machine)
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    for number, step in enumerate(steps):
        code, if_true, if_false = int.from_bytes(step[:2], sys.byteorder), step[2], step[3]
        assert number + 1 + max(if_true, if_false) < len(steps) or code == 0x06
    assert steps[-1][:2] == steps[-2][:2]


def test_where_the_kernel_does_not_agree_or_sound_comes_by_network_nothing_changes(monkeypatch):
    from edgemood.processes import seal as module

    monkeypatch.setenv("PULSE_SERVER", "tcp:other:4713")
    assert not module.seal()
    monkeypatch.delenv("PULSE_SERVER")
    monkeypatch.setattr(module.platform, "machine", lambda: "riscv64")
    assert not module.seal()


SENSE = """
import os, socket, sys
from edgemood.mood import Sense
from edgemood.pipe import SenseReport, SenseState
from edgemood.processes.child_side import serve
def report(state, detail=""):
    return SenseReport(Sense.FACE, 1.0, state, "a script", detail)
def may_call_home():
    try:
        socket.socket().close()
    except PermissionError:
        return "sealed"
    return "open"
def watch(config, *, look_again):
    yield report(SenseState.MISSING, may_call_home())
    yield report(SenseState.WORKING, may_call_home())
    yield report(SenseState.FAULT, may_call_home())
    yield report(SenseState.WORKING, may_call_home())
    yield report(SenseState.MISSING, "gone")
    yield report(SenseState.MISSING, "never said")
serve(watch)
"""


def test_a_sense_is_sealed_once_its_device_works_and_begins_anew_when_that_is_gone():
    with subprocess.Popen(
        [sys.executable, "-c", SENSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as sense:
        sense.stdin.write(b"{}\n")
        sense.stdin.flush()  # and stays open
        details = [json.loads(line)["detail"] for line in sense.stdout]
    assert details == ["open", "open", "sealed", "sealed", "gone"]
    assert sense.returncode == 0
