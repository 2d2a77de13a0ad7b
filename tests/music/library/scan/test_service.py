"""The scan's process as the daemon starts it."""

import asyncio
import shutil

import pytest

from edgemood.clock import ManualClock, SystemClock
from edgemood.config.schema import MODELS, MusicConfig
from edgemood.daemon.scan_process import ScannerProcess, open_index, scanner_of
from edgemood.errors import LibraryError
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.protocol import Order, ScanReport, ScanState, decode_report, encode
from edgemood.music.library.scan.service import BackgroundScan, music_folder, sole_scan
from edgemood.music.library.scan.throttle import Heat


@pytest.fixture
def order(tmp_path, song_wav):
    music = tmp_path / "music"
    music.mkdir()
    shutil.copy(song_wav, music / "a.wav")
    (music / "b.mp3").write_bytes(b"")
    return Order(tmp_path / "state", MODELS, music)


async def seen(scanner, condition):
    async with asyncio.timeout(600):
        while not condition(scanner.report):
            await asyncio.sleep(0.02)


async def test_the_process_analyses_what_is_new_and_tells_how_it_does(index, take, listed, order):
    take(index, listed("a.wav", duration="60"), listed("b.mp3"))
    scanner = ScannerProcess(order, SystemClock(), lambda _: None)
    living = asyncio.create_task(scanner.run())
    await seen(scanner, lambda report: report.state is ScanState.DONE)
    assert (scanner.report.songs, scanner.report.pending, scanner.report.problems) == (2, 0, 1)
    assert Worklist(index).problems() == [("b.mp3", "the file is empty")]
    living.cancel()
    with pytest.raises(asyncio.CancelledError):
        await living
    assert scanner.pid is None


async def test_damage_is_found_after_a_power_cut_and_told(index, take, listed, order):
    take(index, *(listed(f"{number}.mp3", title="t" * 100) for number in range(300)))
    index.store.keep("unchecked", "yes")
    index.close()
    path = order.state / "library.db"
    content = bytearray(path.read_bytes())
    content[4096 * 8 : 4096 * 12] = b"\xff" * 4096 * 4
    path.write_bytes(content)
    told = []
    await BackgroundScan(order, ManualClock(), told.append).run()
    assert told[-1].state is ScanState.DAMAGED
    assert "library.db" in told[-1].detail


async def test_an_index_begun_anew_ends_the_process(index, take, order, tmp_path):
    told = []
    clock = ManualClock()
    cool = Heat(tmp_path, tmp_path / "none")
    scanning = asyncio.create_task(BackgroundScan(order, clock, told.append, cool).run())
    await clock.advance(1)
    index.rebuild("damaged")
    await clock.advance(60)
    await scanning
    assert told[0].state is ScanState.DONE


async def test_songs_nobody_knows_the_place_of_are_told(index, take, listed, order):
    take(index, listed("a.wav"))
    told = []
    clock = ManualClock()
    lost = Order(order.state, MODELS)
    scanning = asyncio.create_task(BackgroundScan(lost, clock, told.append).run())
    await clock.advance(1)
    scanning.cancel()
    assert told[-1].state is ScanState.TROUBLE
    assert "music.directory" in told[-1].detail


def test_the_owners_word_on_where_the_songs_are_wins_over_mpds(index, tmp_path):
    for name in ("mpd", "owner"):
        (tmp_path / name).mkdir()
    index.store.keep("music folder", str(tmp_path / "mpd"))
    assert music_folder(index, None) == tmp_path / "mpd"
    assert music_folder(index, tmp_path / "owner") == tmp_path / "owner"
    with pytest.raises(LibraryError, match="is their disk there"):
        music_folder(index, tmp_path / "gone")


def test_only_one_scan_is_at_work(tmp_path):
    with sole_scan(tmp_path), pytest.raises(LibraryError, match="already"), sole_scan(tmp_path):
        pass
    with sole_scan(tmp_path):
        pass


def test_reports_cross_the_pipe_as_they_are():
    report = ScanReport(ScanState.RESTING, "hot", 5, 4, 3, 2.5)
    assert decode_report(encode(report)) == report
    for line in (b"[]", b"{}", b'{"state": "x"}', b'{"state": "done", "more": 1}'):
        with pytest.raises(ValueError, match=r"."):
            decode_report(line)


def test_an_owner_who_wants_no_analysis_has_none(tmp_path):
    index = open_index(tmp_path, MusicConfig())
    clock = ManualClock()
    assert scanner_of(index, MusicConfig(analyse="no"), clock, lambda _: None) is None
    assert scanner_of(index, MusicConfig(), clock, lambda _: None) is not None
    in_memory = open_index(None, MusicConfig())
    assert scanner_of(in_memory, MusicConfig(), clock, lambda _: None) is None


def test_an_index_that_cannot_be_kept_costs_no_music(tmp_path):
    (tmp_path / "state").write_text("a file")
    index = open_index(tmp_path / "state", MusicConfig())
    assert len(index.library()) == 0
    assert "songs are not remembered" in index.store.problem


def test_words_of_the_owners_that_cannot_be_read_are_told(tmp_path, caplog):
    (tmp_path / "words.yaml").write_text("cosy: [3, 4]")
    open_index(None, MusicConfig(words=tmp_path / "words.yaml"))
    assert "words.yaml:1:7: cosy: must be an emotion" in caplog.text
