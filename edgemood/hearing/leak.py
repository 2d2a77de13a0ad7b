"""How much of what is heard as a voice may be music, when nobody tells what the box plays."""

from __future__ import annotations

from collections import deque
from typing import Final

from edgemood.hearing.mel import FRAMES_PER_S
from edgemood.hearing.voice_gate import BLOCK_FRAMES, Sound, VoiceReading

MEMORY_BLOCKS: Final = 8 * FRAMES_PER_S // BLOCK_FRAMES
"""Music that was heard within 8 s is taken to go on under what people say."""


class LeakEstimator:
    """Remembers how loud the music was whenever nobody spoke over it."""

    def __init__(self) -> None:
        self._powers: deque[float | None] = deque(maxlen=MEMORY_BLOCKS)

    def push(self, reading: VoiceReading) -> float:
        """Take the voice gate's next reading; give the share of its power that may be music.

        In [0, 1]: near 1 where music alone is heard, less the further a voice rises above the music
        around it, and less where only now and then something sounds like music.
        """
        power: float = 10.0 ** (reading.level_db / 10.0)
        self._powers.append(power if reading.sound is Sound.MUSIC else None)
        music = [each for each in self._powers if each is not None]
        if not music:
            return 0.0
        share = len(music) / len(self._powers)
        loudness = sum(music) / len(music) / power
        return share * min(1.0, loudness)
