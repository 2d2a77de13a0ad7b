"""How loud it is, and whether the microphone itself is in trouble."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from edgemood.hearing.mel import FLOOR_DB
from edgemood.hearing.microphones.block import BLOCK_S, Block
from edgemood.records import Reason

MUTED_AFTER_S: Final = 5.0
"""Longer than the digital silence that noise-gated microphones put between two sentences."""
MUTED_SWING: Final = 1.0 / 32768
"""One 16-bit step between the lowest and the highest sample; a live converter's noise is more."""
CLIPPED_SHARE: Final = 0.01
"""More samples at full scale than a clean full-scale sine has (see `block.FULL_SCALE`)."""
LEVEL_S: Final = 0.6
CLIPPING_S: Final = 2.5
"""As long as the stretch of speech that is judged."""

OVERDRIVEN_S: Final = 30.0
OVERDRIVEN_SHARE: Final = 0.2
"""A shout or a dropped pan clips for a second; every fifth moment of half a minute is a setting."""

OFFSET_S: Final = 2.0
OFFSET_FROM: Final = 0.01
"""Good cards stay under a thousandth of full scale."""
OFFSET_UNTIL: Final = 0.005
OFFSET_SPREAD: Final = 0.2
"""What strays further, as a share of its mean, is rumble."""


class LevelMeter:
    """Follows the level of the sound, block by block."""

    def __init__(self) -> None:
        self._powers: deque[float] = deque(maxlen=round(LEVEL_S / BLOCK_S))
        self._clipped: deque[float] = deque(maxlen=round(CLIPPING_S / BLOCK_S))
        self._overdriven: deque[bool] = deque(maxlen=round(OVERDRIVEN_S / BLOCK_S))
        self._offsets: deque[float] = deque(maxlen=round(OFFSET_S / BLOCK_S))
        self._muted_blocks = 0
        self.offset: float | None = None
        """what the sound card adds to every sample, as it was when that was first noticed, as a
        share of full scale; None while it adds nothing worth telling"""

    def push(self, block: Block) -> None:
        """Take the next block."""
        samples = block.samples.astype(np.float64)
        around_offset = samples - samples.mean()
        power = float(around_offset @ around_offset) / len(around_offset)
        self._powers.append(power / 10.0 ** (block.gain_db / 10.0))
        self._clipped.append(block.clipped)
        self._overdriven.append(block.clipped > CLIPPED_SHARE)
        is_flat = float(np.ptp(block.samples)) <= MUTED_SWING
        self._muted_blocks = self._muted_blocks + 1 if is_flat else 0
        self._offsets.append(block.offset)
        self._follow_offset()

    @property
    def level_dbfs(self) -> float:
        """Root mean square of the last `LEVEL_S`, without offset and as the microphone gave it.

        In [-100, 0] dB of full scale.
        """
        power = float(np.mean(self._powers)) if self._powers else 0.0
        return float(10.0 * np.log10(np.clip(power, 10.0 ** (FLOOR_DB / 10.0), 1.0)))

    @property
    def trouble(self) -> Reason | None:
        """MUTED after `MUTED_AFTER_S` of digital silence, CLIPPING when overdriven, else None."""
        if self._muted_blocks >= MUTED_AFTER_S / BLOCK_S:
            return Reason.MUTED
        if self._clipped and float(np.mean(self._clipped)) > CLIPPED_SHARE:
            return Reason.CLIPPING
        return None

    @property
    def lasting_trouble(self) -> Reason | None:
        """MUTED as above; CLIPPING when it was overdriven for much of `OVERDRIVEN_S`; else None."""
        trouble = self.trouble
        if trouble is Reason.MUTED:
            return trouble
        overdriven = sum(self._overdriven) >= OVERDRIVEN_SHARE * OVERDRIVEN_S / BLOCK_S
        return Reason.CLIPPING if overdriven else None

    def _follow_offset(self) -> None:
        low, high = min(self._offsets), max(self._offsets)
        mean = (low + high) / 2.0
        if self.offset is not None:
            self.offset = None if max(-low, high) < OFFSET_UNTIL else self.offset
        elif len(self._offsets) == self._offsets.maxlen and (
            min(abs(low), abs(high)) >= OFFSET_FROM and high - low <= OFFSET_SPREAD * abs(mean)
        ):
            self.offset = mean
