import pytest

from edgemood.clock import ManualClock
from edgemood.music.dj.rate_limit import MOST_PER_MINUTE, Allowance


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def allowance(clock):
    return Allowance(clock)


async def test_no_more_than_some_songs_a_minute_are_allowed(allowance, clock):
    for _ in range(MOST_PER_MINUTE):
        assert allowance.songs(None) > 0
        allowance.queued()
    assert allowance.songs(None) == 0
    await clock.advance(60)
    assert allowance.songs(None) == MOST_PER_MINUTE


async def test_while_mpd_cannot_play_the_pauses_grow(allowance, clock):
    allowed_s = []
    for _ in range(600):
        if allowance.songs("no disk"):
            allowed_s.append(clock.now_s())
        await clock.advance(1)
    assert allowed_s == [0, 15, 45, 105, 225, 465]
    assert allowance.songs(None) == MOST_PER_MINUTE
