import io

import pytest
from rich.console import Console

from deploy.demo.__main__ import _summarise
from deploy.demo.screen import Screen
from deploy.demo.story import NotSeenError, Story
from edgemood.clock import SystemClock
from edgemood.config.schema import Config
from edgemood.daemon import Daemon
from edgemood.memory import Memory


class EmptyStage:
    """A stage on which nothing happens."""

    live = False

    def is_lit(self):
        return False


@pytest.fixture
async def story(tmp_path):
    config = Config.model_validate({"daemon": {"socket": tmp_path / "control.sock"}})
    daemon = Daemon(config, SystemClock(), Memory(tmp_path))
    screen = Screen(Console(file=io.StringIO(), width=100))
    yield Story(EmptyStage(), daemon, screen)
    await daemon.close()


async def test_a_step_that_does_not_come_is_shown_with_what_the_box_saw(story):
    with pytest.raises(NotSeenError):
        await story._see("the moon rises", 0.0, lambda _: False)
    console = Console(file=io.StringIO(), width=100)
    _summarise(console, story.events)
    shown = console.file.getvalue()
    assert "Not within 0 s: the moon rises. The box then:" in shown
    for told in ("room mood", "because", "face", "starting", "voice", "LED"):
        assert told in shown


async def test_what_is_waited_for_is_said_meanwhile(story, monkeypatch):
    monkeypatch.setattr("deploy.demo.screen.PATIENCE_S", 0.0)
    risen = iter([False, True])
    await story._see("the moon rises", 60.0, lambda _: next(risen))
    assert "waits, at most 60 s, for: the moon rises" in story._screen.console.file.getvalue()
