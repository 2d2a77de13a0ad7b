"""From what a microphone gives to what the room's people say: hum, music and faintness removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.cleaning.echo import LATE_S, EchoCanceller
from edgemood.hearing.cleaning.gain import AutomaticGain
from edgemood.hearing.cleaning.hum import HumFilter
from edgemood.hearing.cleaning.offset import OffsetFilter
from edgemood.hearing.cleaning.reference import EchoReference
from edgemood.hearing.level import MUTED_SWING
from edgemood.hearing.microphones.block import Block
from edgemood.hearing.microphones.microphone import Microphone

_UNTOLD: Final = np.empty(0, dtype=np.float32)


class Cleaner:
    """What happens to every block between microphone and voice gate."""

    def __init__(self) -> None:
        self._offset = OffsetFilter()
        self._hum = HumFilter()
        self._echo: EchoCanceller | None = None
        self._gain = AutomaticGain()

    def push(self, block: Block, played: NDArray[np.float32] = _UNTOLD) -> Block:
        """Take the next block and what (n,) the player played meanwhile; give a cleaned one.

        Once the player has told of any music, sound comes out `LATE_S` after its own time. A muted
        microphone stays muted: nothing is subtracted from silence.
        """
        is_muted = float(np.ptp(block.samples)) <= MUTED_SWING
        sound = self._offset.push(block.samples.astype(np.float64))
        block = replace(block, samples=sound.astype(np.float32), offset=self._offset.offset)
        sound = self._hum.push(sound)
        leak, late_s = None, 0.0
        if len(played) and self._echo is None:
            self._echo = EchoCanceller()
        if self._echo is not None:
            cleaned = self._echo.push(sound.astype(np.float32), played)
            sound, late_s = cleaned.samples, LATE_S
            if self._echo.is_playing and self._echo.delay_s is not None:
                leak = cleaned.leak
        if is_muted:
            return block
        louder = self._gain.push(sound).astype(np.float32)
        return replace(block, samples=louder, leak=leak, gain_db=self._gain.gain_db, late_s=late_s)


class CleanedMicrophone:
    """A microphone without offset, hum, the box's own music and differences in level."""

    def __init__(self, microphone: Microphone, reference: EchoReference) -> None:
        self._microphone = microphone
        self._reference = reference
        self._cleaner = Cleaner()

    @property
    def name(self) -> str:
        return self._microphone.name

    def read(self) -> Block:
        block = self._microphone.read()
        return self._cleaner.push(block, self._reference.read(block.at_s))

    def close(self) -> None:
        self._microphone.close()
        self._reference.close()
