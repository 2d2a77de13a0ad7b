"""Documents: whatever a file holds, it is one of them or refused in words."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from edgemood.emotion import EMOTIONS
from edgemood.state import (
    DOCUMENTS,
    AskedMood,
    AskedStrategy,
    Begun,
    Hands,
    HistoryRead,
    KnownMood,
    Opinions,
    OwnQueue,
    PlayedSongs,
    PlaylistAccounts,
    QuietVolumeBefore,
    Sensing,
    UnreadableError,
    VolumeBefore,
)

BOOT = "0e3a2c6d-7b52-4a5b-9f0e-1f2a3b4c5d6e"
FIRST_RELEASE = {
    Sensing: (False, Sensing(on=False)),
    AskedMood: (
        {"boot": BOOT, "emotion": "sad", "since_s": 5.0, "until_s": 605.0},
        AskedMood(boot=BOOT, emotion="sad", since_s=5, until_s=605),
    ),
    KnownMood: (
        {"boot": BOOT, "at_s": 7.5, "emotion": "happy", "scores": [0, 0, 0, 1.0, 0, 0, 0]},
        KnownMood(boot=BOOT, at_s=7.5, emotion="happy", scores=[0, 0, 0, 1, 0, 0, 0]),
    ),
    OwnQueue: ([[3, "a.flac"]], OwnQueue(songs=[(3, "a.flac")])),
    PlayedSongs: ([[1, "b\udcff.ogg"]], PlayedSongs(songs=[(1, "b\udcff.ogg")])),
    VolumeBefore: (70, VolumeBefore(percent=70)),
    Hands: (
        {"boot": BOOT, "wanted": False, "since_s": None},
        Hands(
            hands={
                "boot": BOOT,
                "since_s": None,
                "silence": "stop",
                "version": 0,
                "played_s": 0.0,
                "robot": False,
            }
        ),
    ),
    AskedStrategy: (
        {"said": "lift", "configured": "match"},
        AskedStrategy(said="lift", configured="match"),
    ),
    Opinions: (
        {"version": ["2", ""], "b": ["", "8"]},  # a song may be called so
        Opinions(stickers={"version": ("2", ""), "b": ("", "8")}),
    ),
    HistoryRead: (True, HistoryRead(read=True)),
    PlaylistAccounts: (
        {"Mood – sad": {"known": ["a"], "planned": None, "own": [], "refused": ["c"]}},
        PlaylistAccounts(accounts={"Mood – sad": {"known": ["a"], "refused": ["c"]}}),
    ),
    QuietVolumeBefore: ({"was": 70, "set": 30}, QuietVolumeBefore(before=70, set_to=30)),
}

words = st.sampled_from(
    ["version", "boot", "emotion", "since_s", "until_s", "at_s", "scores", "wanted", "said", "on",
     "configured", "known", "planned", "was", "set", "songs", "percent", "stickers", "read",
     "accounts", "before", "set_to", *EMOTIONS, "lift", "match", BOOT]
)  # fmt: skip
numbers = st.integers() | st.integers(-2, 101) | st.floats() | st.just(10**4000) | st.booleans()
anything = st.recursive(
    st.none() | numbers | st.text() | words | st.dates().map(str) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(words | st.text(), inner),
    max_leaves=12,
)
REFUSED = [
    b"",
    b"\x00" * 4096,
    b"SQLite format 3\x00",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"on":' * 50_000,
    b"9" * 4301,
    b"NaN",
    b'{"version": 2, "on": true}',
    b'{"version": 1, "on": 1}',
    b'{"version": 1}',
    b"[1]",
]


@given(anything)
@example([1])
@example({"said": "nonsense", "configured": "match"})
def test_whatever_json_says_is_a_document_or_refused_in_few_words(content):
    text = json.dumps(content).encode()
    for kind in DOCUMENTS:
        document, why = None, "a reason"
        try:
            document = kind.from_json(text)
        except UnreadableError as error:
            why = str(error)
        assert document is None or kind.from_json(document.to_json()) == document
        assert 0 < len(why) <= 250
        assert why.isprintable()


@given(st.sampled_from(list(FIRST_RELEASE)), st.data())
def test_a_document_cut_short_or_with_other_bytes_is_refused_or_another_document(kind, data):
    text = FIRST_RELEASE[kind][1].to_json()
    damaged = bytearray(text[: data.draw(st.integers(0, len(text)))])
    for place in data.draw(st.lists(st.integers(0, len(text)), max_size=3)):
        damaged[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
    try:
        document = kind.from_json(bytes(damaged))
    except UnreadableError:
        return
    assert document is None or isinstance(document, kind)


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_no_document_is_refused(kind, text):
    if (kind, text) == (Begun, b'{"version": 1}'):
        return
    with pytest.raises(UnreadableError):
        kind.from_json(text)


@pytest.mark.parametrize("kind", FIRST_RELEASE)
def test_documents_of_the_first_release_are_read(kind):
    content, document = FIRST_RELEASE[kind]
    assert kind.from_json(json.dumps(content).encode()) == document
    assert kind.from_json(document.to_json()) == document
    assert kind.from_json(b"null") is None


def test_every_document_of_the_first_release_is_among_them():
    assert {*FIRST_RELEASE} <= {*DOCUMENTS}
    assert len(FIRST_RELEASE) == 12
    assert len({kind.name for kind in DOCUMENTS}) == len(DOCUMENTS)


@pytest.mark.parametrize(
    "content",
    [
        {"boot": BOOT, "emotion": "giddy", "since_s": 0, "until_s": 1},
        {"boot": BOOT, "emotion": "sad", "since_s": 0, "until_s": 1e11},
        {"boot": BOOT, "emotion": "sad", "since_s": 9, "until_s": 1},
        {"boot": BOOT, "emotion": "sad", "since_s": True, "until_s": 1},
        {"boot": BOOT, "emotion": "sad", "since_s": 0, "until_s": 1, "mood": 3},
    ],
)
def test_a_mood_that_nobody_can_have_asked_for_is_refused(content):
    with pytest.raises(UnreadableError):
        AskedMood.from_json(json.dumps(content).encode())


@pytest.mark.parametrize("scores", [[1.0], [0] * 7, [-1, 1, 1, 0, 0, 0, 0], ["1", *[0] * 6]])
def test_scores_that_are_none_are_refused(scores):
    content = {"boot": BOOT, "at_s": 1, "emotion": "sad", "scores": scores}
    with pytest.raises(UnreadableError):
        KnownMood.from_json(json.dumps(content).encode())


def test_a_document_cannot_be_changed_once_made():
    with pytest.raises(ValidationError):
        Sensing(on=True).on = False
