from edgemood.clock import ManualClock
from edgemood.config.schema import MoodConfig
from edgemood.daemon.room import MoodOverride
from edgemood.emotion import Emotion
from edgemood.memory import Memory
from edgemood.mood import RoomMoodTracker

SENSED = RoomMoodTracker(MoodConfig()).mood(0.0)


def test_what_nobody_asked_for_is_as_sensed(tmp_path):
    override = MoodOverride(ManualClock(), Memory(tmp_path))
    assert override.applied(SENSED) is SENSED
    assert override.left_s is None


def test_a_mood_that_is_asked_for_survives_a_restart_of_the_daemon(tmp_path):
    clock = ManualClock(5.0)
    MoodOverride(clock, Memory(tmp_path)).ask(Emotion.SAD, 600)
    again = MoodOverride(clock, Memory(tmp_path))
    mood = again.applied(SENSED)
    assert (mood.emotion, mood.confidence, mood.since_s) == (Emotion.SAD, 1.0, 5.0)
    assert again.left_s == 600


def test_it_does_not_survive_a_reboot(tmp_path, monkeypatch):
    clock = ManualClock()
    MoodOverride(clock, Memory(tmp_path)).ask(Emotion.SAD, 600)
    monkeypatch.setattr("edgemood.daemon.room.override.boot_id", lambda: "another boot")
    assert MoodOverride(clock, Memory(tmp_path)).applied(SENSED) is SENSED


async def test_it_ends_when_its_time_is_over_or_somebody_ends_it(tmp_path):
    clock = ManualClock()
    override = MoodOverride(clock, Memory(tmp_path))
    override.ask(Emotion.SAD, 600)
    await clock.advance(601)
    assert override.applied(SENSED) is SENSED
    override.ask(Emotion.SAD, 600)
    override.end()
    assert override.applied(SENSED) is SENSED
    assert MoodOverride(clock, Memory(tmp_path)).left_s is None
