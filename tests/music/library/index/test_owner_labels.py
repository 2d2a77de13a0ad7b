import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import LibraryError
from edgemood.music.library.index.label_log import Entry, LabelJournal
from edgemood.music.library.index.song_index import FILE_NAME, JOURNAL_NAME, SongIndex
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


def happiness(index):
    return float(index.library().scores[0][EMOTIONS.index(Emotion.HAPPY)])


@pytest.mark.parametrize("given_by", [None, "sticker", "playlist", "command"])
def test_a_song_is_not_what_somebody_said_that_it_is_not(labelled, given_by):
    index, now = labelled
    if given_by == "command":
        index.labels.give("a.mp3", "happy")
    elif given_by is not None:
        index.labels.replace(given_by, {"a.mp3": "happy"})
    assert happiness(index) > 0.3
    now[0] += 1
    index.labels.deny("a.mp3", Emotion.HAPPY)
    assert happiness(index) == 0
    assert because(index).endswith("but not happy")
    assert index.library().song(0).mood.origin is not Origin.OWNER
    now[0] += 1
    index.labels.give("a.mp3", "sad")
    assert because(index) == "label sad"
    index.labels.take("a.mp3")
    assert happiness(index) > 0.3 or given_by == "command"


def test_what_was_said_last_of_one_emotion_counts(labelled):
    index, now = labelled
    index.labels.deny("a.mp3", Emotion.HAPPY)
    now[0] += 1
    index.labels.replace("sticker", {"a.mp3": "happy"})
    assert happiness(index) > 0.9
    now[0] += 1
    index.labels.deny("a.mp3", Emotion.HAPPY)
    assert happiness(index) == 0
    now[0] += 1
    index.labels.give("a.mp3", "happy")
    assert happiness(index) > 0.9


def test_a_song_may_be_of_no_emotion_at_all(labelled):
    index, _ = labelled
    for emotion in EMOTIONS:
        index.labels.deny("a.mp3", emotion)
    assert index.library().song(0).mood is None


def test_a_denial_goes_with_a_song_that_moves_and_outlives_the_index(take, listed, tmp_path):
    tags = {"title": "T", "genre": "Party"}
    with closing(SongIndex.open(tmp_path)) as index:
        take(index, listed("a.mp3", **tags))
        index.labels.deny("a.mp3", Emotion.HAPPY)
        assert take(index, listed("b.mp3", **tags)).moved == 1
        assert happiness(index) == 0
    (tmp_path / FILE_NAME).unlink()
    with closing(SongIndex.open(tmp_path)) as again:
        take(again, listed("b.mp3", **tags))
        assert happiness(again) == 0


@pytest.mark.parametrize("jump_s", [-1e9, 0, 1e9])
def test_the_latest_word_counts_however_the_clock_is_set(labelled, jump_s):
    index, now = labelled
    now[0] = 1_800_000_000
    index.labels.replace("sticker", {"a.mp3": "happy"})
    now[0] += jump_s
    index.labels.give("a.mp3", "sad")
    assert because(index) == "label sad"
    now[0] = 0  # not known
    index.labels.replace("sticker", {"a.mp3": "angry"})
    assert because(index) == "sticker angry"
    now[0] = 1_800_000_000
    index.labels.give("a.mp3", "calm")
    assert because(index) == "label calm"


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
    assert journal.news().entries == [first, second]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"[]", b'{"at": "x"}', b'{"at": 1, "file": 2, "mood": 3, "given_by": 4}']
)
def test_lines_of_the_journal_that_are_none_are_passed_over(tmp_path, line):
    (tmp_path / JOURNAL_NAME).write_bytes(line + b"\n")
    assert LabelJournal(tmp_path / JOURNAL_NAME).news().entries == []


def test_a_journal_that_cannot_be_written_changes_nothing(labelled, tmp_path):
    index, _ = labelled
    (tmp_path / "state" / JOURNAL_NAME).mkdir()
    with pytest.raises(LibraryError, match="nothing was changed"):
        index.labels.give("a.mp3", "sad")
    assert because(index) == "genre Party"


def test_a_label_that_sqlite_lost_in_a_power_cut_counts_at_the_next_start(
    labelled, listed, take, tmp_path
):
    index, _ = labelled
    state = tmp_path / "state"
    before = {path: path.read_bytes() for path in state.glob("library.db*")}
    index.labels.give("a.mp3", "sad")
    index.close()
    for path, content in before.items():  # what SQLite wrote since was not synced
        path.write_bytes(content)
    assert because(SongIndex.open(state)) == "label sad"


def test_a_label_given_by_another_program_counts_at_the_next_look(labelled, tmp_path):
    index, _ = labelled
    LabelJournal(tmp_path / "state" / JOURNAL_NAME).write([Entry(200, "a.mp3", "sad", "command")])
    assert because(index) == "genre Party"
    index.labels.catch_up()
    assert because(index) == "label sad"


def test_a_label_is_kept_while_another_process_writes(labelled, tmp_path, caplog):
    index, _ = labelled
    index.store._database.execute("PRAGMA busy_timeout = 1")
    with sqlite3.connect(tmp_path / "state" / FILE_NAME, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        index.labels.give("a.mp3", "sad")
        assert "the label is kept" in caplog.text
        other.execute("ROLLBACK")
    index.labels.catch_up()
    assert because(index) == "label sad"


@pytest.mark.parametrize("how", ["emptied", "gone", "shorter", "older"])
def test_labels_that_only_the_index_knows_are_written_down_again(
    labelled, take, listed, tmp_path, how
):
    index, now = labelled
    journal = tmp_path / "state" / JOURNAL_NAME
    index.labels.give("a.mp3", "happy")
    older = journal.read_bytes()
    now[0] += 10
    index.labels.give("a.mp3", "sad")
    index.close()
    match how:
        case "emptied":
            journal.write_bytes(b"")
        case "gone":
            journal.unlink()
        case "shorter":
            journal.write_bytes(journal.read_bytes()[:-20])
        case "older":
            journal.write_bytes(older)
    SongIndex.open(tmp_path / "state").close()
    (tmp_path / "state" / FILE_NAME).write_bytes(b"")
    again = SongIndex.open(tmp_path / "state", mend=True)
    take(again, listed("a.mp3"))
    assert because(again) == "label sad"


def test_the_journal_stays_small_and_says_the_same(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr("edgemood.music.library.index.label_log.COMPACT_ABOVE_BYTES", 5000)
    index, now = labelled
    index.close()
    index = SongIndex.open(tmp_path / "state")
    for number in range(200):
        now[0] += 1
        index.labels.give("a.mp3", "sad" if number % 2 else "happy")
    index.labels.give("b.mp3", "happy")
    assert index.labels.take("b.mp3")
    index.labels.give("a.mp3", "calm")
    assert (tmp_path / "state" / JOURNAL_NAME).stat().st_size < 7000
    index.close()
    (tmp_path / "state" / FILE_NAME).write_bytes(b"")
    news = LabelJournal(tmp_path / "state" / JOURNAL_NAME).news()
    assert {(entry.file, entry.mood) for entry in news.entries[-2:]} == {
        ("a.mp3", "calm"),
        ("b.mp3", None),
    }


LINES = [
    b'{"at": 1e400, "file": "a.mp3", "mood": "sad", "given_by": "command"}',
    b'{"at": ' + b"9" * 400 + b', "file": "a.mp3", "mood": "sad", "given_by": "command"}',
    b'{"at": true, "file": "a.mp3", "mood": "sad", "given_by": "command"}',
    b'{"at": -1, "file": "a.mp3", "mood": "sad", "given_by": "command"}',
    b'{"at": 1, "file": "\\ud800", "mood": "sad", "given_by": "command"}',
    b'{"at": 1, "file": "a.mp3", "mood": "\\udcff", "given_by": "command"}',
    b'{"at": 1, "file": "a.mp3", "mood": "sad", "given_by": "telepathy"}',
    b'{"at": 1, "file": "a.mp3", "mood": "sad", "given_by": []}',
    b'{"version": 9, "deed": "label"}',
    b"[" * 5000,
    b"\0" * 100,
    b"x" * 200_000,
]


def test_lines_that_are_no_labels_are_told_once_and_cost_no_other(
    labelled, take, listed, tmp_path, caplog
):
    index, _ = labelled
    index.close()
    journal = tmp_path / "state" / JOURNAL_NAME
    good = b'{"at": 1, "file": "a.mp3", "mood": "sad", "given_by": "command"}'
    journal.write_bytes(b"\n".join([*LINES, good, *LINES]))
    index = SongIndex.open(tmp_path / "state")
    assert because(index) == "label sad"
    index.labels.give("a.mp3", "happy")
    index.close()
    assert because(SongIndex.open(tmp_path / "state")) == "label happy"
    warnings = [record.message for record in caplog.records]
    assert warnings == [f"{journal}: {2 * len(LINES)} lines are no labels and are passed over"]


def test_a_word_that_cannot_be_written_down_is_refused(labelled):
    index, _ = labelled
    with pytest.raises(LibraryError, match="speaks of no mood"):
        index.labels.give("a.mp3", "happy\udcff")


ROUNDS = 3


def test_no_label_that_was_acknowledged_is_lost_by_a_kill(take, listed, tmp_path):
    """A process labels and says so; it is killed in the middle, again and again."""
    state = tmp_path / "state"
    index = SongIndex.open(state)
    take(index, *(listed(f"{number}.mp3") for number in range(400)))
    index.close()
    script = (
        "import pathlib, sys; from edgemood.music.library.index.song_index import SongIndex\n"
        "index = SongIndex.open(pathlib.Path(sys.argv[1]), mend=True)\n"
        "for number in range(int(sys.argv[2]), 400):\n"
        "    index.labels.give(f'{number}.mp3', 'sad'); print(number, flush=True)\n"
    )
    said = set()
    for round_ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", script, state, str(100 * round_)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            for _ in range(3 + round_):
                said.add(int(process.stdout.readline()))
            process.kill()
            said |= {int(line) for line in process.stdout}
    index = SongIndex.open(state, mend=True)
    assert len(said) >= 3 * ROUNDS
    assert all(index.song_named(f"{number}.mp3").mood.because == "label sad" for number in said)
