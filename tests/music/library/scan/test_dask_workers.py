"""Dask as an owner would run it: a scheduler and workers in processes of their own."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from edgemood.clock import SystemClock
from edgemood.config.schema import MODELS
from edgemood.errors import LibraryError
from edgemood.music.library.scan.dask_workers import DaskCrew
from edgemood.music.library.scan.result import Subject, encode
from edgemood.music.library.scan.workers import Folders, LocalCrew

SONGS = 6


@pytest.fixture
def folders(tmp_path, song_wav):
    for number in range(SONGS):
        shutil.copy(song_wav, tmp_path / f"{number}.wav")
    (tmp_path / "0.lrc").write_text("[00:01.00]I am so happy today, oh happy day")
    (tmp_path / "empty.mp3").write_bytes(b"")
    return Folders(tmp_path, MODELS)


@pytest.fixture
async def cluster():
    from distributed import LocalCluster

    async with LocalCluster(
        n_workers=2, threads_per_worker=1, asynchronous=True, dashboard_address=None
    ) as cluster:
        yield cluster


async def outcome(crew, on_result=lambda: None):
    async def subjects():
        for file in (*(f"{number}.wav" for number in range(SONGS)), "empty.mp3", "gone.mp3"):
            yield Subject(0, file, 60.0)

    found = {}

    def take(subject, findings):
        found[subject.file] = findings
        on_result()

    await crew.work(subjects(), take)
    return found


async def test_other_machines_find_the_same_even_when_one_dies_in_the_middle(folders, cluster):
    here = await outcome(LocalCrew(folders, SystemClock(), workers=2))
    killed = []

    def kill_a_worker():
        if not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    there = await outcome(DaskCrew(folders, cluster.scheduler_address), kill_a_worker)
    assert killed
    assert {file: encode(findings) for file, findings in there.items()} == {
        file: encode(findings) for file, findings in here.items()
    }


async def test_a_scheduler_that_does_not_answer_is_told(folders, monkeypatch):
    monkeypatch.setattr("edgemood.music.library.scan.dask_workers._CONNECT_WITHIN_S", 0.5)
    with pytest.raises(LibraryError, match="no Dask scheduler answers"):
        await outcome(DaskCrew(folders, "tcp://127.0.0.1:9"))


async def test_a_scheduler_without_workers_is_told(folders):
    from distributed import LocalCluster

    async with LocalCluster(n_workers=0, asynchronous=True, dashboard_address=None) as cluster:
        with pytest.raises(LibraryError, match="no worker is there"):
            await outcome(DaskCrew(folders, cluster.scheduler_address))


def test_dask_is_only_loaded_when_asked_for():
    code = "import sys, edgemood.music.library.scan.foreground; print('distributed' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
