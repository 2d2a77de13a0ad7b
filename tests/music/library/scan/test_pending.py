import json

import numpy as np
import pytest

from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.music.library.scan.fingerprint import BYTES
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings, Says, Subject, decode, encode
from edgemood.music.song import Origin, SongMood


def mood(origin, emotion=Emotion.SAD, reliability=0.5):
    affect = AFFECT_OF_EMOTION[emotion]
    return SongMood(one_hot(emotion), affect, origin, reliability, f"a test's {origin}")


HEARD = Findings(
    lyrics=mood(Origin.LYRICS),
    sound=mood(Origin.SOUND, Emotion.HAPPY),
    language="en",
    features=np.linspace(-2, 2, 16).astype(np.float16),
    fingerprint=bytes(range(BYTES)),
    lines=(Says("la la", "sad", 0.5),),
    seconds=(Says("0:05", "happy", 0.25),),
)


@pytest.fixture
def worklist(index, take, listed):
    take(index, listed("a.mp3", genre="Party"), listed("b.mp3"))
    return Worklist(index)


def test_findings_cross_a_pipe_as_they_are():
    back = decode(encode(HEARD))
    assert back.features.tolist() == HEARD.features.tolist()
    assert (back.fingerprint, back.language, back.lines, back.seconds) == (
        HEARD.fingerprint,
        HEARD.language,
        HEARD.lines,
        HEARD.seconds,
    )
    assert back.sound.scores.tolist() == HEARD.sound.scores.tolist()
    assert (back.sound.affect, back.tag) == (HEARD.sound.affect, None)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        b'{"x": 1}',
        b'{"moods": {"sound": {}}}',
        b'{"moods": {"sound": {"scores": [1], "affect": [0, 0], "reliability": 1, "because": ""}}}',
        b'{"features": [1, 2]}',
        b'{"moods": 5}',
        b"[" * 100_000,
    ],
)
def test_nonsense_in_place_of_findings_is_refused(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_a_mood_from_outside_stays_on_the_plane():
    sound = {"scores": [1] * 7, "affect": [9, -9], "reliability": 7, "because": ""}
    found = decode(json.dumps({"moods": {"sound": sound}}).encode())
    assert found.sound.affect == (1, -1)
    assert found.sound.reliability == 1


def test_what_was_found_is_kept_and_the_song_is_off_the_list(worklist, index):
    first, _ = worklist.after(0, 10)
    worklist.record([(first, HEARD)])
    assert [subject.file for subject in worklist.after(0, 10)] == ["b.mp3"]
    song = index.song_named("a.mp3")
    assert song.language == "en"
    assert set(index.sources(song.id)) == {Origin.TAG, Origin.LYRICS, Origin.SOUND}
    library = index.library()
    assert library.features[0].tolist() == HEARD.features.tolist()
    assert library.languages[library.language[0]] == "en"


def test_what_was_heard_is_kept_when_a_label_changes(worklist, index):
    worklist.record([(worklist.after(0, 1)[0], HEARD)])
    index.labels.give("a.mp3", "calm")
    assert index.library().features[0].tolist() == HEARD.features.tolist()
    assert set(index.sources(1)) == {Origin.TAG, Origin.LYRICS, Origin.SOUND}


def test_a_song_that_could_not_be_heard_is_set_aside_with_the_reason(worklist, index):
    worklist.record([(worklist.after(0, 1)[0], Findings(problem="the file is empty"))])
    assert worklist.problems() == [("a.mp3", "the file is empty")]
    assert worklist.counts().problems == 1
    assert worklist.counts().pending == 1
    assert index.song_named("a.mp3").mood.because == "genre Party"


def test_a_song_whose_file_is_not_there_stays_on_the_list(worklist):
    worklist.record([(worklist.after(0, 1)[0], Findings(problem="gone", absent=True))])
    assert len(worklist.after(0, 10)) == 2
    assert worklist.problems() == []


def test_findings_on_a_song_that_went_meanwhile_are_for_nobody(worklist, index, take, listed):
    subjects = worklist.after(0, 10)
    take(index, listed("b.mp3"))
    worklist.record([(subject, HEARD) for subject in subjects])
    assert index.sources(subjects[0].id).keys() == {Origin.TAG}
    assert Origin.SOUND in index.sources(subjects[1].id)


def test_other_models_put_all_songs_on_the_list_once(worklist):
    worklist.expect("1-a")
    worklist.record([(subject, HEARD) for subject in worklist.after(0, 10)])
    worklist.expect("1-a")
    assert worklist.counts().pending == 0
    worklist.expect("1-b")
    assert worklist.counts().pending == 2


def test_a_file_that_moved_and_was_tagged_anew_is_known_by_its_sound(worklist, index, take, listed):
    worklist.record([(worklist.after(0, 1)[0], HEARD)])
    number = index.song_named("a.mp3").id
    index.labels.give("a.mp3", "sad")
    take(index, listed("x/new.mp3", title="Now with tags", duration="200.4"), listed("b.mp3"))
    assert index.song_named("x/new.mp3").id != number
    (subject,) = [each for each in worklist.after(0, 10) if each.file == "x/new.mp3"]
    worklist.record([(subject, HEARD)])
    song = index.song_named("x/new.mp3")
    assert song.id == number
    assert song.title == "Now with tags"
    assert song.mood.because == "label kept from before it moved: sad"
    assert worklist.counts().pending == 1


def test_a_song_is_told_by_its_number(worklist):
    assert worklist.subject(2) == Subject(2, "b.mp3", 200.0)
    with pytest.raises(LookupError):
        worklist.subject(99)


def test_tags_that_name_three_hundred_languages_do_not_mix_them_up(index, take, listed):
    files = [f"{number:03}.mp3" for number in range(300)]
    take(index, *(listed(file) for file in files))
    worklist = Worklist(index)
    subjects = worklist.after(0, len(files))
    worklist.record([(subject, Findings(language=subject.file[:3])) for subject in subjects])
    library = index.library()
    found = {
        library.song(row).file[:3]: library.languages[number]
        for row, number in enumerate(library.language)
    }
    assert {name for name in found.values() if name} <= set(found)
    assert all(language in {name, ""} for name, language in found.items())
    assert list(found.values()).count("") == 300 - 255
