"""The table of verbs: whatever is in it can be said everywhere, and nothing else."""

import re
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.control import VERBS, Answer, Verb, obey, obey_anybody
from edgemood.control.verbs import BY_NAME
from edgemood.errors import EdgemoodError
from edgemood.strategies import Strategy

README = Path(__file__).resolve().parents[2] / "README.md"
ARGUMENTS = {"mood": "happy 30m"}
"""an example of each verb that takes some"""


@dataclass
class Recorder:
    """A box that does nothing, and knows what it was told."""

    told: list[Any] = field(default_factory=list)

    def status(self):
        self.told.append("status")
        return {"led": "sensing"}

    def line(self):
        return "happy (80%)"

    def why(self):
        self.told.append("why")
        return "two faces smile"

    def look_again(self):
        return self._done("look_again")

    def set_sensing(self, *, on):
        return self._done("set_sensing", on)

    def follow_mood(self, emotion, duration_s):
        return self._done("follow_mood", emotion, duration_s)

    def follow_room(self):
        return self._done("follow_room")

    def use_strategy(self, strategy):
        return self._done("use_strategy", strategy)

    async def like(self):
        return self._done("like")

    async def not_this(self):
        return self._done("not_this")

    def _done(self, *deed):
        self.told.append(deed if len(deed) > 1 else deed[0])
        return "done"


def spoken(verb):
    return f"{verb.name} {ARGUMENTS[verb.name]}" if verb.arguments else verb.name


async def test_every_verb_has_the_box_do_something_of_its_own():
    box = Recorder()
    for verb in VERBS:
        await obey(box, spoken(verb))
    assert len(set(box.told)) == len(VERBS) == len(box.told)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_a_verb_is_understood_however_it_is_written(verb):
    box, plain = Recorder(), Recorder()
    answer = await obey(box, f" {spoken(verb).upper()} \n")
    assert answer == await obey_anybody(plain, spoken(verb))
    assert box.told == plain.told


@pytest.mark.parametrize(
    ("request_", "deed"),
    [
        ("pause", ("set_sensing", False)),
        ("resume", ("set_sensing", True)),
        ("mood sad 1h", ("follow_mood", "sad", 3600)),
        ("mood auto", "follow_room"),
        *((word.value, ("use_strategy", word)) for word in Strategy),
    ],
)
async def test_what_is_said_is_what_is_done(request_, deed):
    box = Recorder()
    assert await obey(box, request_) == Answer("done", {"said": "done"})
    assert box.told == [deed]


async def test_people_get_a_line_and_programs_get_it_all():
    assert await obey(Recorder(), "status") == Answer("happy (80%)", {"led": "sensing"})
    assert await obey(Recorder(), "why") == Answer("two faces smile", {"why": "two faces smile"})


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "there are status, redetect"),
        ("dance", "unknown verb 'dance'; there are status, redetect"),
        ("redetct", "did you mean 'redetect'?"),
        ("mood", "one of angry, disgust"),
        ("like this song", "`like` takes no more words"),
    ],
)
async def test_a_bad_request_is_answered_with_what_is_possible(text, advice):
    box = Recorder()
    with pytest.raises(EdgemoodError) as refused:
        await obey(box, text)
    assert advice in str(refused.value)
    assert not box.told


@given(st.text())
async def test_whatever_is_said_is_done_or_refused_in_words(text):
    try:
        answer = await obey(Recorder(), text)
    except EdgemoodError as error:
        assert str(error)  # noqa: PT017 - either is right
    else:
        assert answer.line


async def test_what_not_everybody_may_say_is_unknown_to_an_mpd_client():
    async def reboot(box, words):
        return Answer("rebooting", {})

    verbs = BY_NAME | {"reboot": Verb("reboot", "Boot anew.", reboot, by_anybody=False)}
    assert (await obey(Recorder(), "reboot", verbs)).line == "rebooting"
    with pytest.raises(EdgemoodError, match="unknown verb 'reboot'"):
        await obey_anybody(Recorder(), "reboot", verbs)


def test_the_readme_lists_every_verb_and_no_other():
    section = README.read_text(encoding="utf-8").split("### What you can say")[1].split("\n#")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `edgemood ")]
    named = [re.findall(r"`(?:edgemood )?([a-z-]+)[^`]*`", row[1]) for row in rows]
    assert sorted(chain(*named)) == sorted(verb.name for verb in VERBS)
    for names, row in zip(named, rows, strict=True):
        assert "mpc sendmessage edgemood" in row[2], names
