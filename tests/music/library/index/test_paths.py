import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.errors import LibraryError
from edgemood.music.library.index.paths import path_beside, path_in


@pytest.mark.parametrize(
    "name",
    ["a.ogg", "A/b c.flac", "..a/b..", "...", "ä/\udcff.mp3", "-rf", "~/x", "a\\..\\b", "%2e"],
)
def test_a_name_of_mpds_is_a_path_in_the_music_folder(tmp_path, name):
    path = path_in(tmp_path, name)
    assert path.parts[: len(tmp_path.parts)] == tmp_path.parts
    assert "/".join(path.relative_to(tmp_path).parts) == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../outside.ogg",
            "/abs.ogg",
            "a/../../b",
            "a/..",
            "..",
            "//x",
            "a//b",
            "./a",
            "a/.",
            "/",
        ),
        *("", "a\0b", "\0", "http://radio/x", "file:///etc/passwd", "cdda://1", "\ud800", "a/"),
    ],
)
def test_a_name_that_leads_out_or_nowhere_is_refused(tmp_path, name):
    with pytest.raises(LibraryError):
        path_in(tmp_path, name)


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b.cue", "/", "\0", "\ud800", "é"])))
def test_no_name_leads_out(tmp_path_factory, parts):
    folder = tmp_path_factory.getbasetemp()
    try:
        path = path_in(folder, "/".join(parts))
    except LibraryError:
        return
    assert path.resolve().is_relative_to(folder.resolve())
    assert path != folder


def test_a_cue_sheet_may_name_a_file_of_another_folder_but_none_outside(tmp_path):
    sheet = tmp_path / "a" / "b.cue"
    assert path_beside(tmp_path, sheet, "../c/d.wav") == tmp_path / "c" / "d.wav"
    for name in ("../../d.wav", "/etc/passwd", "..", "../../a", "../a/../../x"):
        with pytest.raises(LibraryError):
            path_beside(tmp_path, sheet, name)
