import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Affect
from edgemood.music.library.export import _cell, plain_cell, write_csv, write_json
from edgemood.music.library.index.columns import Library
from edgemood.music.library.map import draw
from edgemood.music.mood_words import scores_near
from edgemood.music.song import Origin, Song, SongMood

STRANGE = 'a,"b"\n\udcff🎵.mp3'


@pytest.fixture
def known(index, take, listed):
    take(
        index,
        listed("happy/1.mp3", title="T", artist="A", genre="Jazz; Blues"),
        listed(STRANGE),
        listed("http://radio/x"),
    )
    index.labels.give(STRANGE, "sad")
    return index


def test_everything_leaves_as_json(known):
    out = io.StringIO()
    assert write_json(known, out) == 3
    songs = {song["file"]: song for song in json.loads(out.getvalue())}
    assert songs["happy/1.mp3"]["sources"]["tag"]["because"] == "genre Jazz; Blues"
    assert songs["happy/1.mp3"]["mood"]["origin"] == "owner"
    assert songs["happy/1.mp3"]["genres"] == ["Jazz", "Blues"]
    assert songs[STRANGE]["labels"] == {"command": "sad"}
    assert set(songs[STRANGE]["mood"]["scores"]) == set(EMOTIONS)
    assert songs["http://radio/x"]["mood"] is None


def test_and_as_csv_that_a_spreadsheet_reads(known):
    out = io.StringIO()
    assert write_csv(known, out) == 3
    out.getvalue().encode()  # is UTF-8
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert rows[0]["mood"] == "happy"
    assert rows[1]["labels"] == "command: sad"
    assert rows[2]["mood"] == ""


SIGNS = ["=", "+", "-", "@", "\t", "\r", "'=", "''+", " =", "\uff1d", "'", "a", ""]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_title_is_a_formula_to_a_spreadsheet(index, take, listed, sign):
    title = f"{sign}HYPERLINK(1)"
    take(index, listed(f"{sign}x.mp3".strip(), title=title, artist=title, genre=title))
    out = io.StringIO(newline="")
    write_csv(index, out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    for cell in row.values():
        assert not cell.strip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert plain_cell(row["title"]) == index.song_named(f"{sign}x.mp3".strip()).title


@given(st.text("=+-@\t\r\n' a", max_size=8))
def test_every_cell_can_be_read_back(text):
    cell = _cell(text)
    assert plain_cell(cell) == text
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_an_empty_library_is_written_too(index):
    out = io.StringIO()
    assert write_json(index, out) == 0
    assert json.loads(out.getvalue()) == []


def placed(affect, number=0):
    mood = SongMood(scores_near(affect), affect, Origin.TAG, 0.5, "a test")
    return Song(f"{number}", title=f"<{number} & more>\x07", mood=mood)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=30))
def test_every_song_with_a_mood_is_a_dot_within_the_picture(places):
    songs = [placed(Affect(*place), number) for number, place in enumerate(places)]
    picture = ET.fromstring(draw(Library.of([*songs, Song("unknown")])))
    dots = picture.findall("{*}circle")
    assert len(dots) == len(songs)
    assert all(40 < float(dot.get(axis)) < 680 for dot in dots for axis in ("cx", "cy"))


def test_of_a_large_library_the_density_is_shown():
    picture = draw(Library.of([placed(Affect(0.5, 0.5), number) for number in range(3000)]))
    assert "<circle" not in picture
    assert len(picture) < 20_000
    assert "3000 of 3000 songs have a mood" in picture
