import copy
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from edgemood.cli.status import duration, show
from edgemood.status import Status, read

REPLY: dict[str, Any] = {
    "mood": {
        "emotion": "happy",
        "confidence": 0.8,
        "valence": 0.6,
        "arousal": 0.4,
        "since_s_ago": 12.3,
        "because": "two faces smile",
        "advice": "more light",
    },
    "sensing": True,
    "senses": {
        "face": {
            "state": "working",
            "device": "USB camera 0",
            "detail": "",
            "last": "judged",
            "restarts": 2,
        },
        "voice": {
            "state": "missing",
            "device": "",
            "detail": "no microphone: plug one in",
            "last": None,
            "restarts": 0,
        },
    },
    "music": {
        "connected": True,
        "address": "localhost:6600",
        "detail": "",
        "playing": "Artist – Title",
        "state": "playing",
        "current": "Artist – Title",
        "elapsed_s": 61.9,
        "duration_s": 245.0,
        "yields": True,
        "yield_left_s": 121.0,
        "coming": ["Artist – One"],
        "next": [
            {"song": "Guest – Two", "by": "person"},
            {"song": "Artist – One", "by": "box"},
        ],
        "next_more": 3,
        "target": "happy",
    },
    "config": {"file": "/etc/edgemood/config.yaml", "problems": []},
    "led": "sensing",
    "uptime_s": 7512.0,
    "version": "0.1.0",
}


def shown(reply: dict[str, Any], width: int = 100) -> str:
    page = io.StringIO()
    show(read(Status, reply), Console(file=page, width=width, highlight=False))
    return page.getvalue()


def test_everything_an_owner_may_want_to_know_is_shown() -> None:
    assert [line.rstrip() for line in shown(REPLY).splitlines()] == [
        "mood     happy (80% sure, for 12 s)",
        "         two faces smile",
        "         what would help: more light",
        "sensing  on",
        "face     working; USB camera 0; last: judged; restarted 2 times",
        "voice    missing; no microphone: plug one in",
        "music    connected; localhost:6600",
        "         somebody's hand is on the queue: the box adds nothing for 2 min more",
        "         aiming at happy",
        "playing  Artist – Title (1:01 of 4:05)",
        "next     Guest – Two (yours)",
        "         Artist – One",
        "         and 3 more",
        "config   /etc/edgemood/config.yaml",
        "LED      sensing",
        "up       2 h 5 min, version 0.1.0",
    ]


def test_a_silence_that_somebody_wanted_is_shown_with_the_way_out_of_it() -> None:
    reply = copy.deepcopy(REPLY)
    reply["music"] |= {"playing": None, "state": "paused", "hint": "press play"}
    assert "paused   Artist – Title (1:01 of 4:05)\n         press play" in re.sub(
        " *\n", "\n", shown(reply)
    )


def test_a_daemon_of_an_earlier_version_tells_its_own_songs_only() -> None:
    reply = copy.deepcopy(REPLY)
    reply["music"] = {"connected": True, "playing": "One", "coming": ["Two"]}
    assert "playing  One\nnext     Two" in re.sub(" *\n", "\n", shown(reply))


def test_an_unknown_mood_is_shown_with_its_reason_and_without_a_figure() -> None:
    because = "unknown: too dark to judge a face"
    mood = {"emotion": None, "confidence": 0.0, "because": because, "since_s_ago": 70}
    assert shown({"mood": mood}).rstrip() == f"mood  {because} (for 1 min)"


def test_problems_of_the_configuration_are_listed() -> None:
    config = {"file": "config.yaml", "problems": ["config.yaml:3:1: moood: unknown key"]}
    page = shown({"config": config})
    assert "not in force" in page
    assert "config.yaml:3:1: moood: unknown key" in page


def test_titles_are_shown_as_they_are_and_cannot_steer_the_terminal() -> None:
    page = shown({"music": {"connected": True, "playing": "[bold]\x1b[2JTitle\r\n"}})
    assert "[bold]�[2JTitle��" in page


def without(reply: Any, choices: st.DataObject) -> Any:
    """The reply, with some keys gone and some values null."""
    if not isinstance(reply, dict):
        return reply
    kept = {}
    for key, value in reply.items():
        fate = choices.draw(st.sampled_from(["kept", "kept", "null", "gone"]))
        if fate != "gone":
            kept[key] = None if fate == "null" else without(value, choices)
    return kept


@given(st.data())
def test_whatever_is_missing_the_rest_is_shown(choices: st.DataObject) -> None:
    shown(without(copy.deepcopy(REPLY), choices), width=60)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3600, "1 h 0 min"),
        (90061, "1 d 1 h"),
    ],
)
def test_a_duration_is_told_in_its_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


LIKE_ITS_KIND = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**4299)
    | st.just(-(10**400))
    | st.floats()
    | st.text()
    | st.just("\ud800\x1b[2J")
    | st.sampled_from(["2026-13-45", "0000-00-00", "9" * 5000])
)
ANYTHING = st.recursive(
    LIKE_ITS_KIND, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each)
)


@given(st.data())
def test_whatever_a_daemon_answers_is_shown_without_a_fall(data: st.DataObject) -> None:
    reply = copy.deepcopy(REPLY) | {"faults": ["no sound"], "people": ["Anna"]}
    for _ in range(data.draw(st.integers(1, 4))):
        holder: Any = reply
        while True:
            key = data.draw(st.sampled_from(list(holder)))
            if not isinstance(holder[key], dict) or not holder[key] or data.draw(st.booleans()):
                break
            holder = holder[key]
        holder[key] = data.draw(ANYTHING)
    show(read(Status, reply), Console(file=io.StringIO(), width=200))
