import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3

from edgemood.music.library.tagging.id3 import read_tag, with_mood

KEPT = {
    3: [b"TIT2\0\0\0\x0b\0\0\x01\xff\xfeG\0r\0\xfc\0!\0", b"TYER\0\0\0\x05\0\0\x001999"],
    4: [b"TIT2\0\0\0\x05\0\0\x03Sang", b"TDRC\0\0\0\x05\0\0\x031999"],
    2: [b"TT2\0\0\x05\0Sang"],
}


def sizes(number):
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag_of(version, *frames, padding=100, flags=0, before=b""):
    body = before + b"".join(frames) + bytes(padding)
    return b"ID3" + bytes([version, 0, flags]) + sizes(len(body)) + body


def mood_of(tag):
    tags = ID3(io.BytesIO(tag + b"\xff\xfb" * 20))
    return [str(frame) for frame in tags.getall("TMOO") + tags.getall("TXXX:MOOD")]


@pytest.mark.parametrize("version", [2, 3, 4])
def test_the_version_the_length_and_every_other_frame_stay(version):
    tag = tag_of(version, *KEPT[version])
    changed = with_mood(tag, "happy")
    assert changed[:6] == tag[:6]
    assert len(changed) == len(tag)
    assert changed[10:].startswith(b"".join(KEPT[version]))
    assert mood_of(changed) == ["happy"]
    assert with_mood(changed, "happy") == changed
    assert mood_of(with_mood(changed, "surprise")) == ["surprise"]


@pytest.mark.parametrize(
    ("version", "frame"),
    [(4, b"TMOO"), (3, b"TXXX\0\0\0\x0b\0\0\0MOOD\0happy"), (2, b"TXX\0\0\x0b\0MOOD\0happy")],
)
def test_the_mood_stands_where_taggers_of_that_version_put_it(version, frame):
    assert frame in with_mood(tag_of(version, *KEPT[version]), "happy")


def test_the_mood_that_is_there_is_changed_in_its_place_whoever_wrote_it():
    for old in (
        b"TMOO\0\0\0\x06\0\0\0angry",
        b"TXXX\0\0\0\x0b\0\0\0mood\0angry",
        b"TXXX\0\0\0\x15\0\0\x01\xff\xfeM\0o\0o\0d\0\0\0\xff\xfea\0b\0c\0",
    ):
        first, last = KEPT[3]
        changed = with_mood(tag_of(3, first, old, last), "sad")
        assert mood_of(changed) == ["sad"] or b"sad" in changed
        assert changed.index(first) < changed.index(b"sad") < changed.index(last)
        assert b"angry" not in changed


def test_in_version_2_4_the_mood_becomes_the_frame_that_mpd_reads():
    old = b"TXXX\0\0\0\x0b\0\0\x03MOOD\0angry"
    changed = with_mood(tag_of(4, *KEPT[4], old), "happy")
    assert b"TMOO" in changed
    assert mood_of(changed) == ["happy"]


def test_a_full_tag_grows_and_keeps_its_frames():
    changed = with_mood(tag_of(3, *KEPT[3], padding=0), "happy")
    assert changed[10:].startswith(b"".join(KEPT[3]))
    assert mood_of(changed) == ["happy"]


def test_an_unsynchronised_tag_stays_one():
    frame = b"TIT2\0\0\0\x05\0\0\x01\xff\x00\xfea"  # FF 00 FE stands for FF FE
    changed = with_mood(tag_of(3, frame, flags=0x80), "happy")
    assert changed[5] == 0x80
    assert frame in changed


def test_an_extended_header_stays_and_tells_the_padding():
    extension = b"\0\0\0\x06\0\0" + (100).to_bytes(4, "big")
    changed = with_mood(tag_of(3, *KEPT[3], flags=0x40, before=extension), "happy")
    assert changed[10:16] == extension[:6]
    assert int.from_bytes(changed[16:20], "big") == 100 - len(b"TXXX....ff\0MOOD\0happy")
    assert mood_of(changed) == ["happy"]


def test_a_footer_stays_one():
    body = b"".join(KEPT[4])
    head = b"\x04\0\x10" + sizes(len(body))
    changed = with_mood(b"ID3" + head + body + b"3DI" + head, "happy")
    assert changed[-10:] == b"3DI" + changed[3:10]
    assert mood_of(changed) == ["happy"]


def test_plain_sizes_in_version_4_as_itunes_wrote_them_are_understood():
    picture = b"APIC" + (200).to_bytes(4, "big") + b"\0\0" + b"x" * 200
    changed = with_mood(tag_of(4, picture, *KEPT[4]), "happy")
    assert changed[10:].startswith(picture + b"".join(KEPT[4]) + b"TMOO")


@pytest.mark.parametrize(
    "tag",
    [
        tag_of(3, b"TIT2\0\0\x7f\x7f\0\0x"),
        tag_of(3, b"tit2\0\0\0\x01\0\0x"),
        tag_of(3, *KEPT[3])[:-1] + b"x",
        tag_of(5),
        tag_of(2, flags=0x40),
        tag_of(3, flags=0x40, before=b"\0\0\0\x0a\x80\0" + bytes(8)),
        tag_of(4, flags=0x40, before=b"\0\0\0\x0c\x01\x20" + bytes(6)),
        tag_of(3, flags=0x40, padding=3),
    ],
)
def test_a_tag_that_is_damaged_or_of_another_kind_is_left(tag):
    with pytest.raises(ValueError, match="its ID3 tag"):
        with_mood(tag, "happy")


def test_a_file_without_a_tag_gets_one_that_mpd_reads():
    assert read_tag(io.BytesIO(b"\xff\xfb" * 20)) == b""
    assert mood_of(with_mood(b"", "happy")) == ["happy"]


def test_a_tag_longer_than_its_file_is_told():
    with pytest.raises(ValueError, match="cut short"):
        read_tag(io.BytesIO(tag_of(3, *KEPT[3])[:50]))


@given(st.binary(max_size=200), st.sampled_from([2, 3, 4]), st.sampled_from([0, 0x40, 0x80, 0x10]))
def test_any_bytes_are_told_or_keep_their_version(body, version, flags):
    try:
        changed = with_mood(tag_of(version, body, padding=20, flags=flags), "happy")
    except ValueError:
        return
    assert changed[:4] == b"ID3" + bytes([version])
    assert b"happy" in changed
