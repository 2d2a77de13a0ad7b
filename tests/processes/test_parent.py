"""A child ends with its parent, with real processes."""

import os
import select
import signal
import subprocess
import sys

import pytest

CHILD = """
import os, sys, time
from edgemood.processes.parent import {how}
{how}()
os.write(1, b"%d\\n" % os.getpid())
while True: time.sleep(60)
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE,
                         start_new_session=True)
input()
"""


def is_over(pid):
    """Wait until a process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize("how", ["die_with_parent", "end_with_parent"])
def test_it_ends_however_its_parent_ended(how):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(how=how)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        parent.stdin.close()
    assert is_over(child)


def test_it_ends_when_its_parent_closes_its_input():
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(how="end_with_parent")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert int(child.stdout.readline()) == child.pid
    assert child.returncode == 0


@pytest.mark.parametrize("number", range(4))
def test_one_that_ends_by_itself_ends_in_good_order(number):
    program = (
        "from edgemood.processes.parent import end_with_parent, read_order;"
        "print(read_order()); end_with_parent();"
        f"import time; time.sleep({number} / 100)"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, input=b"an order\n", check=False
    )
    assert child.returncode == 0
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.stdin.write(b"an order\n")
    child.stdin.flush()  # and stays open
    assert child.stdout.read() == b"b'an order'\n"
    assert child.wait() == 0
    child.stdin.close()
    child.stdout.close()


def test_what_the_parent_says_later_is_heeded_line_by_line():
    program = (
        "import queue; from edgemood.processes.parent import end_with_parent, read_order;"
        "heard = queue.Queue(); order = read_order(); end_with_parent(heard.put);"
        "print('begun', flush=True); print(order, [heard.get() for _ in range(3)], flush=True);"
        "heard.get()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        child.stdin.write(b"an order\n")
        assert child.stdout.readline() == b"begun\n"
        for piece in (b"one\ntw", b"o\n", b"three\nunfinished"):
            child.stdin.write(piece)
        assert child.stdout.readline() == b"b'an order' [b'one', b'two', b'three']\n"
        child.stdin.close()
        assert child.wait() == 0
