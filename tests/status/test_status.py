"""The status at both ends: what the daemon tells is what the command line reads, and no less."""

import json
from dataclasses import fields, is_dataclass
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.status import (
    ConfigStatus,
    LibraryStatus,
    MoodStatus,
    MusicStatus,
    SenseStatus,
    Status,
    Waiting,
    read,
)

KEYS = {
    Status: "schema mood sensing sensing_detail looking senses people music library config faults "
    "led uptime_s version",
    MoodStatus: "emotion confidence valence arousal since_s_ago because asked_for advice",
    SenseStatus: "state device detail last restarts pid",
    MusicStatus: "connected address detail playing state current elapsed_s duration_s strategy "
    "yields yield_left_s coming next next_more songs target why hint",
    Waiting: "song by",
    LibraryStatus: "state detail songs pending problems per_minute",
    ConfigStatus: "file problems",
}
"""what programs that read ``edgemood status --json`` rely on"""
STATUSES = st.builds(Status, senses=st.dictionaries(st.text(), st.builds(SenseStatus)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
)


@pytest.mark.parametrize("kind", KEYS, ids=lambda kind: kind.__name__)
def test_no_key_of_the_reply_goes_or_changes_its_name(kind):
    assert [field.name for field in fields(kind)] == KEYS[kind].split()


@settings(max_examples=50)
@given(STATUSES)
def test_what_one_end_tells_the_other_reads(status):
    sent = json.dumps(status.as_dict())
    assert json.dumps(read(Status, json.loads(sent)).as_dict()) == sent


def spoilt(content, choices):
    """The reply with values of any kind in the place of some, and some gone."""
    if not isinstance(content, dict):
        return choices.draw(JSON) if choices.draw(st.booleans()) else content
    fate = st.sampled_from(["kept", "kept", "other", "gone"])
    return {
        key: choices.draw(JSON) if what == "other" else spoilt(value, choices)
        for key, value in content.items()
        if (what := choices.draw(fate)) != "gone"
    }


@settings(max_examples=50)
@given(STATUSES, st.data())
def test_whatever_a_daemon_answers_is_read_as_values_of_the_types_that_are_told(status, choices):
    found = read(Status, spoilt(json.loads(json.dumps(status.as_dict())), choices))
    assert_typed(Status, found)


@pytest.mark.parametrize("content", [None, [], 5, "x", {}, {"mood": []}, {"senses": {"face": 1}}])
def test_what_is_no_reply_is_an_empty_one(content):
    assert read(Status, content).as_dict() == read(Status, {}).as_dict()


def assert_typed(hint, value):
    if is_dataclass(hint):
        assert type(value) is hint
        for name, kind in get_type_hints(hint).items():
            if name != "SCHEMA":
                assert_typed(kind, getattr(value, name))
    elif type(value) in (str, int, float, bool, type(None)):
        expected = str(hint)
        assert {
            "str": "str" in expected or "Literal" in expected,
            "int": "int" in expected or "float" in expected,
            "float": "float" in expected,
            "bool": "bool" in expected,
            "NoneType": "None" in expected,
        }[type(value).__name__]
