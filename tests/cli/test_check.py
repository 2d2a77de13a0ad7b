import pytest
from typer.testing import CliRunner

from edgemood.cli.commands import app
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.sync.update import Update


@pytest.fixture
def check(tmp_path):
    """Runs `check` on a text, beside an index of songs of three genres; no MPD is there."""
    index = SongIndex.open(tmp_path / "state", mend=True)
    update = Update(index)
    update.take(
        [{"file": f"{genre}.mp3", "genre": genre} for genre in ("Jazz", "Hip-Hop", "Deep House")]
    )
    update.finish()
    index.close()

    def run(text):
        file = tmp_path / "config.yaml"
        file.write_text(f"mpd: {{host: {tmp_path}/no-mpd}}\n{text}\n")
        given = [str(file), "--state", str(tmp_path / "state")]
        result = CliRunner().invoke(app, ["check", *given])
        told = result.output.splitlines()
        assert result.exit_code == ("no problems" not in result.output), result.output
        return [line.replace(str(tmp_path), "") for line in told]

    return run


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("hapy", '2:22: music.table.sad: "hapy" is no emotion (did you mean happy?)'),
        ("hapiness", '2:22: music.table.sad: "hapiness" is no emotion (did you mean happy?)'),
        ("genre Jaz", '2:22: music.table.sad: no song is of the genre "Jaz" (did you mean genre J'),
        ("genre Zouk", '2:22: music.table.sad: no song is of the genre "Zouk"'),
        ("gener Jazz", '2:22: music.table.sad: "gener Jazz" stands for a playlist; a genre is'),
    ],
)
def test_entries_of_the_table_that_nothing_answers_to_are_told(check, entry, told):
    (line,) = check(f"music: {{table: {{sad: {entry}}}}}")
    assert line.startswith(f"/config.yaml:{told}"), line


@pytest.mark.parametrize(
    "entry", ["happy", "HAPPY", "genre Jazz", "genre hiphop", "Genre House", "Calm evening"]
)
def test_entries_that_are_answered_are_fine(check, entry):
    assert check(f"music: {{table: {{sad: {entry}}}}}") == ["/config.yaml: no problems"]


def test_mistakes_in_the_file_of_words_are_told_with_their_places(check, tmp_path):
    (tmp_path / "words.yaml").write_text("blue: sad\nred: angri\n")
    (line,) = check("music: {words: words.yaml}")
    assert line.startswith("/words.yaml:2:6: red: must be an emotion")
    assert "did you mean angry" in line
    (line,) = check("music: {words: gone.yaml}")
    assert line == "/gone.yaml: there is no such file"
