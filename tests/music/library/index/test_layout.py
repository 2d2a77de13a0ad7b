"""What was packed by a version with other numbers is worked out anew, not misread."""

import sqlite3

import numpy as np
import pytest

from edgemood.errors import LibraryError
from edgemood.music.library.index import layout
from edgemood.music.library.index.song_index import FILE_NAME, SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings


@pytest.fixture
def heard(index, take, listed):
    """An index with a song that was listened to."""
    take(index, listed("a.mp3", genre="Party"), listed("b.mp3"))
    worklist = Worklist(index)
    features = np.full(16, 0.5, np.float16)
    worklist.record([(song, Findings(features=features)) for song in worklist.after(0, 9)])
    index.labels.give("b.mp3", "sad")
    index.store.keep(layout.MPD_STATE, "as it was")
    return index


@pytest.fixture
def reopened(heard, tmp_path):
    def reopen(said, *, mend=True):
        heard.close()
        with sqlite3.connect(tmp_path / "state" / FILE_NAME) as database:
            database.execute("UPDATE meta SET value = ? WHERE name = 'layout'", (said,))
        return SongIndex.open(tmp_path / "state", mend=mend)

    return reopen


def test_rows_of_another_layout_are_made_anew_of_what_is_known(reopened, take, listed, caplog):
    index = reopened(f"{layout.SOURCES} another")
    assert len(index.library()) == 0
    assert index.store.recall(layout.MPD_STATE) is None  # so that all songs are compared
    take(index, listed("a.mp3", genre="Party"), listed("b.mp3"))
    library = index.library()
    assert library.ids.tolist() == [1, 2]
    assert [library.song(row).mood.because for row in (0, 1)] == ["genre Party", "label sad"]
    assert library.features[0].tolist() == [0.5] * 16
    assert Worklist(index).counts().pending == 0
    assert not caplog.records


def test_sources_of_another_layout_are_asked_again(reopened, take, listed):
    index = reopened(f"another {layout.ROWS}")
    take(index, listed("a.mp3", genre="Party"), listed("b.mp3"))
    library = index.library()
    assert library.song(0).mood.because == "genre Party"
    assert not library.features.any()
    assert Worklist(index).counts().pending == 2


def test_the_layout_of_today_costs_nothing(reopened):
    index = reopened(f"{layout.SOURCES} {layout.ROWS}")
    assert len(index.library()) == 2
    assert index.store.recall(layout.MPD_STATE) == "as it was"


def test_only_the_daemon_works_out_another_layout(reopened):
    with pytest.raises(LibraryError, match="another version"):
        reopened("another another", mend=False)


def test_who_changes_what_the_numbers_mean_changes_the_layout():
    """If this fails, put the new digests here: the boxes work it out by themselves."""
    assert (layout.SOURCES, layout.ROWS) == ("fb0c88a0179e94f5", "038a856a3ee4a80c")
