import numpy as np
import soundfile

from deploy.demo import voice
from deploy.demo.margin import margins, worst
from deploy.demo.stage import MOOD
from edgemood.emotion import Emotion

CLEAR = 0.1
"""how much surer the room's mood must be than it need be"""


def level_dbfs(sound):
    return 10 * np.log10(np.mean(sound**2))


def test_the_room_is_quiet_before_somebody_talks(tmp_path):
    path = tmp_path / "voice.wav"
    voice.record(path, quiet_s=3, talking_s=10)
    sound, rate_hz = soundfile.read(path)
    assert len(sound) >= 13 * rate_hz
    assert -65 < level_dbfs(sound[: 3 * rate_hz]) < -55
    assert level_dbfs(sound[3 * rate_hz :]) > -30


def test_the_quiet_room_is_not_digital_silence(tmp_path):
    path = tmp_path / "voice.wav"
    voice.record(path, quiet_s=1, talking_s=1)
    sound, rate_hz = soundfile.read(path)
    assert np.count_nonzero(sound[:rate_hz]) > 0.9 * rate_hz


def test_whenever_the_windows_begin_the_voices_are_judged_clearly():
    measured = list(margins(MOOD))
    least = worst(measured)
    advice = f"choose other phrases in deploy/demo/voice.py: at worst {least}"
    assert len(measured) == 96
    assert {margin.emotions for margin in measured} == {frozenset([Emotion.SAD])}, advice
    assert least.confidence >= MOOD.min_confidence + CLEAR, advice
