"""What holds for every test."""

import asyncio
import functools
from contextvars import ContextVar

import hypothesis
import pytest

from edgemood.clock import ManualClock

hypothesis.settings.register_profile("edgemood", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("edgemood")


_expecting = ContextVar("expecting", default=False)
"""whether a player waits for what people may do at some time, and not for an answer"""


@pytest.fixture(autouse=True)
def clocks_wait_for_threads(monkeypatch):
    """Manual clocks stand still while a thread works for the loop, or MPD owes it an answer."""
    from edgemood.music.mpd.client import Player
    from edgemood.music.mpd.connection import Link

    to_thread, call, changes = asyncio.to_thread, Link.call, Player.changes

    @functools.wraps(to_thread)
    async def awaited(*args, **kwargs):
        with ManualClock.stands_still():
            return await to_thread(*args, **kwargs)

    @functools.wraps(call)
    async def answered(self, *args, **kwargs):
        if _expecting.get():
            return await call(self, *args, **kwargs)
        with ManualClock.stands_still():
            return await call(self, *args, **kwargs)

    @functools.wraps(changes)
    async def expected(self):
        token = _expecting.set(True)
        try:
            return await changes(self)
        finally:
            _expecting.reset(token)

    monkeypatch.setattr(asyncio, "to_thread", awaited)
    monkeypatch.setattr(Link, "call", answered)
    monkeypatch.setattr(Player, "changes", expected)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test has shown nothing, so a run with one has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
