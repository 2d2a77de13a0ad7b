"""A real fifo, and this test in MPD's place."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edgemood.hearing.cleaning.reference import EchoReference

SECOND = (1000 * np.sin(np.arange(16_000))).astype("<i2")


class Writer:
    """MPD's end: it opens both ends of its fifo, and empties it when nobody reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        os.mkfifo(path)
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)

    def write(self, samples: np.ndarray) -> None:
        os.write(self._writer, samples.tobytes())

    def end(self) -> None:
        os.close(self._reader)
        os.close(self._writer)
        self._path.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fifo"


@pytest.fixture
def writer(path: Path) -> Writer:
    return Writer(path)


@pytest.fixture
def reference(path: Path) -> Iterator[EchoReference]:
    reference = EchoReference(path)
    yield reference
    reference.close()


def test_it_gives_what_was_played_since_the_last_look(writer, reference) -> None:
    writer.write(SECOND[:500])
    assert not len(reference.read(0.0))  # old
    writer.write(SECOND[500:2_000])
    np.testing.assert_allclose(reference.read(0.1), SECOND[500:2_000] / 32_768, atol=1e-6)
    assert not len(reference.read(0.2))


def test_a_sample_may_come_in_two_halves(writer, reference, path) -> None:
    reference.read(0.0)
    content = SECOND[:10].tobytes()
    os.write(writer._writer, content[:7])
    first = reference.read(0.1)
    os.write(writer._writer, content[7:])
    heard = np.concatenate([first, reference.read(0.2)])
    np.testing.assert_allclose(heard, SECOND[:10] / 32_768, atol=1e-6)


def test_without_mpd_there_is_nothing_and_then_there_is(path, reference) -> None:
    assert not len(reference.read(0.0))
    writer = Writer(path)
    reference.read(2.0)
    writer.write(SECOND[:100])
    assert len(reference.read(2.1)) == 100


def test_an_mpd_that_starts_again_is_found_again(path, writer, reference) -> None:
    reference.read(0.0)
    writer.write(SECOND[:100])
    writer.end()
    assert len(reference.read(0.1)) == 100
    assert not len(reference.read(0.2))
    again = Writer(path)
    reference.read(2.0)
    again.write(SECOND[:200])
    assert len(reference.read(2.1)) == 200


def test_another_format_is_told_once_and_not_taken_for_music(writer, reference, caplog) -> None:
    caplog.set_level(logging.WARNING)
    heard = []
    for tenth in range(200):
        heard.append(len(reference.read(tenth / 10)))
        writer.write(np.zeros(2 * 4_800, dtype="<i2"))  # 48000:16:2
    assert not any(heard[60:])
    assert sum("mpd.conf" in record.message for record in caplog.records) == 1


def test_the_right_format_is_taken_for_what_it_is(writer, reference) -> None:
    heard = []
    for tenth in range(200):
        heard.append(len(reference.read(tenth / 10)))
        writer.write(SECOND[:1_600])
    assert set(heard[1:]) == {1_600}


def test_what_is_no_fifo_is_told_and_not_read(path, reference, caplog) -> None:
    path.write_bytes(SECOND.tobytes())
    for second in range(5):
        assert not len(reference.read(float(second)))
    assert len(caplog.records) == 1
    assert "echo_reference" in caplog.text


def test_a_folder_or_a_fifo_that_may_not_be_read_does_no_harm(tmp_path) -> None:
    reference = EchoReference(tmp_path)
    assert not len(reference.read(0.0))
    reference.close()
    reference.close()
