import numpy as np

from edgemood.clock import ManualClock
from edgemood.daemon.room.presence import STAYS_S, PresenceTracker
from edgemood.emotion import NO_IDEA
from edgemood.mood import FaceEvidence, VoiceEvidence


def face(person, at_s):
    return FaceEvidence(at_s, NO_IDEA, 1.0, None, faces=1, light=0.5, person=person)


async def test_people_stay_until_they_were_not_seen_for_a_while():
    clock = ManualClock()
    presence = PresenceTracker(clock)
    presence.see(face("Bo", 0))
    presence.see(face(None, 0))
    presence.see(VoiceEvidence(0, np.copy(NO_IDEA), 1.0, None, voice=1.0, level_dbfs=-30.0))
    assert presence.present() == ("Bo",)
    await clock.advance(STAYS_S / 2)
    presence.see(face("Ada", clock.now_s()))
    assert presence.present() == ("Ada", "Bo")
    await clock.advance(STAYS_S / 2)
    assert presence.present() == ("Ada",)
