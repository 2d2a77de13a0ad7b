import pytest

from edgemood.errors import LibraryError
from edgemood.music.library.index import JOURNAL_NAME, SongIndex
from edgemood.music.library.journal import Entry, LabelJournal
from edgemood.music.song import Origin


@pytest.fixture
def labelled(index, take, listed):
    """An index with one song, and a clock for its labels."""
    take(index, listed("a.mp3", genre="Party"))
    now = [100]
    index.labels._now_s = lambda: now[0]
    return index, now


def because(index):
    return index.library().song(0).mood.because


def test_the_owners_word_wins_and_can_be_taken_back(labelled):
    index, _ = labelled
    assert because(index) == "genre Party"
    index.labels.give("a.mp3", "sad")
    assert because(index) == "label sad"
    assert index.library().song(0).mood.origin is Origin.OWNER
    assert index.labels.take("a.mp3")
    assert because(index) == "genre Party"
    assert not index.labels.take("a.mp3")


def test_the_latest_of_command_and_sticker_wins_over_a_playlist(labelled):
    index, now = labelled
    index.labels.replace("playlist", {"a.mp3": "Mood – fear"})
    assert because(index) == "playlist Mood – fear"
    index.labels.replace("sticker", {"a.mp3": "happy"})
    assert because(index) == "sticker happy"
    now[0] += 1
    index.labels.give("a.mp3", "sad")
    assert because(index) == "label sad"
    now[0] += 1
    index.labels.replace("sticker", {"a.mp3": "angry"})
    assert because(index) == "sticker angry"


def test_a_sticker_that_is_taken_away_says_nothing_any_more(labelled):
    index, _ = labelled
    index.labels.replace("sticker", {"a.mp3": "happy"})
    index.labels.replace("sticker", {})
    assert because(index) == "genre Party"


def test_a_word_without_a_mood_is_refused(labelled):
    index, _ = labelled
    with pytest.raises(LibraryError, match="'xyz' speaks of no mood; say angry"):
        index.labels.give("a.mp3", "xyz")


def test_labels_survive_the_loss_of_the_index(labelled, take, listed, tmp_path):
    index, _ = labelled
    index.labels.give("a.mp3", "sad")
    index.labels.give("b \udcff.mp3", "happy")
    index.labels.give("c.mp3", "calm")
    index.labels.take("c.mp3")
    index.close()
    for path in (tmp_path / "state").glob("library.db*"):
        path.unlink()
    fresh = SongIndex.open(tmp_path / "state")
    take(fresh, listed("a.mp3"), listed("b \udcff.mp3"), listed("c.mp3"))
    library = fresh.library()
    moods = {song.file: song.mood for song in map(library.song, range(3))}
    assert moods["a.mp3"].because == "label sad"
    assert moods["b \udcff.mp3"].because == "label happy"
    assert moods["c.mp3"] is None


def test_a_label_cut_short_by_a_power_cut_spoils_no_other(tmp_path):
    journal = LabelJournal(tmp_path / JOURNAL_NAME)
    first, second = (Entry(at, f"{at}.mp3", "sad", "command") for at in (1, 2))
    journal.write([first])
    with (tmp_path / JOURNAL_NAME).open("ab") as file:
        file.write(b'{"at": 3, "file": "cut')
    journal.write([second])
    assert list(journal.read()) == [first, second]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"[]", b'{"at": "x"}', b'{"at": 1, "file": 2, "mood": 3, "given_by": 4}']
)
def test_lines_of_the_journal_that_are_none_are_passed_over(tmp_path, line):
    (tmp_path / JOURNAL_NAME).write_bytes(line + b"\n")
    assert list(LabelJournal(tmp_path / JOURNAL_NAME).read()) == []


def test_a_journal_that_cannot_be_written_changes_nothing(labelled, tmp_path):
    index, _ = labelled
    (tmp_path / "state" / JOURNAL_NAME).mkdir()
    with pytest.raises(LibraryError, match="nothing was changed"):
        index.labels.give("a.mp3", "sad")
    assert because(index) == "genre Party"
