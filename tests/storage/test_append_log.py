"""The log of what people said: through power cuts, full disks and whatever is written there."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.storage import append_log
from edgemood.storage.append_log import BEGINNING, LONGEST_LINE_BYTES, AppendLog, Mark

JSON = st.dictionaries(st.text(), st.none() | st.integers() | st.text(), max_size=3)


@pytest.fixture
def log(tmp_path):
    return AppendLog(tmp_path / "log.jsonl")


def test_what_was_appended_is_read_once_after_each_mark(log):
    log.append([{"a": 1}, {"a": 2}])
    first = log.read()
    assert first.records == [{"a": 1}, {"a": 2}]
    log.append([{"a": 3}])
    then = log.read(Mark.parse(str(first.mark)))
    assert (then.records, then.whole) == ([{"a": 3}], False)
    assert log.read(then.mark).records == []


def test_nothing_is_acknowledged_before_file_and_folder_are_synced(log, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path, path.stat().st_size if path.is_file() else None))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    log.append([{"a": 1}])
    assert synced == [(log.path, log.path.stat().st_size), (log.path.parent, None)]
    synced.clear()
    log.append([{"a": 2}])
    assert synced == [(log.path, log.path.stat().st_size)]


def test_of_what_a_disk_would_not_take_nothing_is_left(log, monkeypatch):
    log.append([{"a": 1}])

    def fail(_descriptor):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output"):
            log.append([{"a": 2}])
    log.append([{"a": 3}])
    assert log.read().records == [{"a": 1}, {"a": 3}]


def test_a_file_that_may_not_grow_takes_nothing_and_later_all(log):
    """The kernel's own refusal in the middle of a line, as of a disk that is full."""
    script = (
        "import resource, signal, sys, pathlib; from edgemood.storage.append_log import AppendLog\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "log = AppendLog(pathlib.Path(sys.argv[1])); log.append([{'a': 1}])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (15, 15))\n"
        "try: log.append([{'a': 2}])\n"
        "except OSError: print('refused')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, log.path], capture_output=True, text=True, check=True
    )
    assert run.stdout == "refused\n"
    assert log.path.read_bytes() == b'{"a": 1}\n'
    log.append([{"a": 3}])
    assert log.read().records == [{"a": 1}, {"a": 3}]


@given(
    whole=st.lists(JSON, max_size=4), cut=st.binary(max_size=30), more=st.lists(JSON, min_size=1)
)
def test_whatever_the_last_line_was_cut_to_the_next_ones_are_read(
    tmp_path_factory, whole, cut, more
):
    log = AppendLog(tmp_path_factory.mktemp("log") / "log.jsonl")
    log.append(whole)
    with log.path.open("ab") as file:
        file.write(cut.replace(b"{", b"("))
    log.append(more)
    assert log.read().records == [*whole, *more]


@given(content=st.binary(max_size=300) | st.text().map(str.encode))
def test_a_log_with_anything_in_it_is_read_and_goes_on(tmp_path_factory, content):
    log = AppendLog(tmp_path_factory.mktemp("log") / "log.jsonl")
    log.path.write_bytes(content)
    before = log.read()
    log.append([{"a": 1}])
    after = log.read(before.mark)
    assert after.records[-1] == {"a": 1}
    assert log.read(after.mark).records == []


@pytest.mark.parametrize(
    "line",
    [
        b"x" * 5 * LONGEST_LINE_BYTES,
        b"[" * 100_000,
        b'{"a": ' + b"1" * 5000 + b"}",
        b"\0" * 4096,
        b"[1]",
        b"\xff\xfe",
    ],
)
def test_a_line_that_holds_no_record_is_counted_and_costs_no_other(log, line):
    log.append([{"a": 1}])
    with log.path.open("ab") as file:
        file.write(line + b"\n")
    log.append([{"a": 2}])
    reading = log.read()
    assert reading.records == [{"a": 1}, {"a": 2}]
    assert reading.passed_over >= 1


def test_a_last_line_written_by_hand_without_its_end_counts(log):
    log.path.write_text('{"a": 1}')
    mark = log.read().mark
    log.append([{"a": 2}])
    assert {"a": 2} in log.read(mark).records


@pytest.mark.parametrize("change", ["emptied", "shorter", "another", "gone"])
def test_of_a_log_that_is_not_the_one_of_the_mark_everything_is_read(log, change):
    log.append([{"a": 1}, {"a": 2}])
    mark = log.read().mark
    match change:
        case "emptied":
            log.path.write_bytes(b"")
        case "shorter":
            log.path.write_text('{"a": 1}\n')
        case "another":
            log.path.write_text('{"a": 1}\n{"a": 9}\n')
        case "gone":
            log.path.unlink()
    reading = log.read(mark)
    assert reading.whole
    assert reading.records == log.read(BEGINNING).records


def test_a_log_is_rewritten_and_goes_on(log):
    log.append([{"a": number} for number in range(9)])
    before = log.read().mark
    log.rewrite(lambda records: records[-1:])
    assert log.read(before).whole
    mark = log.read().mark
    log.append([{"a": 9}])
    assert log.read(mark).records == [{"a": 9}]
    assert log.read().records == [{"a": 8}, {"a": 9}]


def test_what_is_no_file_is_refused_and_not_waited_for(log):
    os.mkfifo(log.path)
    with pytest.raises(OSError, match="is no file"):
        log.append([{"a": 1}])
    with pytest.raises(OSError, match="is no file"):
        log.read()


def test_a_program_that_holds_the_log_for_ever_is_not_waited_for(log, monkeypatch):
    monkeypatch.setattr(append_log, "_TURN_WITHIN_S", 0.0)
    with log._held(), pytest.raises(OSError, match="another program"):
        log.append([{"a": 1}])


def test_several_processes_append_and_no_line_is_lost(log):
    script = (
        "import pathlib, sys; from edgemood.storage.append_log import AppendLog\n"
        "for number in range(20): AppendLog(pathlib.Path(sys.argv[1])).append([{'a': number}])\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, log.path]) for _ in range(2)]
    for number in range(5):
        log.rewrite(lambda records: [*records, {"a": -1 - number}])  # noqa: B023 - called at once
    assert [each.wait() for each in both] == [0, 0]
    numbers = sorted(record["a"] for record in log.read().records)
    assert numbers == sorted([*range(-5, 0), *range(20), *range(20)])
    assert json.loads(log.path.read_text().splitlines()[0])
