"""Takes the box's own music out of what the microphone hears, given what the player plays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.cleaning.delay import find_delay
from edgemood.hearing.cleaning.echo_filter import EchoFilter, Parted, Spectra
from edgemood.hearing.cleaning.echo_residue import HOP_SAMPLES, Cleaned, ResidueSuppressor
from edgemood.hearing.cleaning.ring_buffer import Tape
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.microphones.block import BLOCK_SAMPLES

ECHO_BLOCKS: Final = 4
"""The filter reaches over 0.4 s, most of a living room's echo."""
HOLD_BLOCKS: Final = 2
"""The microphone's sound waits 0.2 s for what the player tells: two looks at the reference."""
_EARLIEST_SAMPLES: Final = -(HOLD_BLOCKS - 1) * BLOCK_SAMPLES
_LATEST_SAMPLES: Final = round(2.5 * SAMPLE_RATE_HZ)
"""Between player and microphone lie buffers: a few milliseconds, over a sound server more, and
over the air one or two seconds."""
_LEAD_SAMPLES: Final = round(0.03 * SAMPLE_RATE_HZ)
"""So much of the filter lies before the clearest delay: the loudest path may not be the first."""
_OTHER_DELAY_SAMPLES: Final = round(0.015 * SAMPLE_RATE_HZ)
_SEARCH_SAMPLES: Final = 3 * SAMPLE_RATE_HZ
_SEARCH_BLOCKS: Final = 20
_CHECK_BLOCKS: Final = 100
"""The delay is looked for every 2 s, and every 10 s once it is found and the music goes on."""
_IDLE_BLOCKS: Final = 3
_PLAYED_SAMPLES: Final = _SEARCH_SAMPLES + _LATEST_SAMPLES + 2 * SAMPLE_RATE_HZ
_FAR_AHEAD_SAMPLES: Final = SAMPLE_RATE_HZ
_DRIFT_BLOCKS: Final = 10
_DRIFT_SHARE: Final = 0.8
"""Of the drift seen in a second, this share is corrected at once."""
_DRIFT_BINS: Final = slice(BLOCK_SAMPLES // 40, BLOCK_SAMPLES * 3 // 4)
"""200 Hz to 6 kHz: where small loudspeakers play and lossy codecs leave something."""
_MOST_DRIFT: Final = 300e-6
"""Cheap sound cards' clocks are wrong by up to 100 millionths each."""

LATE_S: Final = (HOLD_BLOCKS * BLOCK_SAMPLES + HOP_SAMPLES) / SAMPLE_RATE_HZ
"""How long sound is held back: 0.22 s."""


class EchoCanceller:
    """Follows the delay and the drift between player and microphone, and takes the echo out.

    Two clocks tick in the loudspeaker's and the microphone's converters; uncorrected, a difference
    of 30 millionths costs most of what the filter gains (`tests/hearing/cleaning/test_echo.py`).
    WebRTC's canceller, which comes as a library, turns people down where the music is louder than
    they are: it was made for telephones, whose users need not be judged by their tone.
    """

    def __init__(self) -> None:
        self._heard = Tape(_SEARCH_SAMPLES + (HOLD_BLOCKS + 1) * BLOCK_SAMPLES)
        self._played = Tape(_PLAYED_SAMPLES)
        self._filter = EchoFilter(BLOCK_SAMPLES, ECHO_BLOCKS)
        self._suppressor = ResidueSuppressor()
        self._lag: float | None = None  # the filter's samples lie so far back on the player's tape
        self._speed = 1.0
        self._path_before: Spectra | None = None
        self._doubted: int | None = None
        self._blocks_following = 0
        self._blocks_playing = 0
        self._blocks_idle = _IDLE_BLOCKS

    @property
    def is_playing(self) -> bool:
        """Whether the player has told of music lately."""
        return self._blocks_idle < _IDLE_BLOCKS

    @property
    def delay_s(self) -> float | None:
        """How much later the microphone hears the music than the player tells of it, if known."""
        return None if self._lag is None else (self._lag + _LEAD_SAMPLES) / SAMPLE_RATE_HZ

    def push(self, heard: NDArray[np.float32], played: NDArray[np.float32]) -> Cleaned:
        """Take the next block (1600,) of the microphone and what (n,) the player played meanwhile.

        Gives the block of `HOLD_BLOCKS` before, less 20 ms, without the music as far as it is
        known: nothing is taken out while `delay_s` is None.
        """
        self._heard.append(heard)
        self._lay_down(played)
        if self.is_playing and self._blocks_playing % self._pace == 0:
            self._look_for_delay()
        place = self._heard.end - (HOLD_BLOCKS + 1) * BLOCK_SAMPLES
        block = self._heard.cut(place, BLOCK_SAMPLES)
        if self._lag is None:
            return self._suppressor.push(Parted(np.zeros(BLOCK_SAMPLES), block))
        reference = self._played.read(place - self._lag, BLOCK_SAMPLES, self._speed)
        self._lag += BLOCK_SAMPLES * (1.0 - self._speed)
        parted = self._filter.part(reference, block)
        if self.is_playing:
            self._follow_drift()
        return self._suppressor.push(parted)

    @property
    def _pace(self) -> int:
        """Blocks from one look for the delay to the next."""
        is_sure = self._lag is not None and self._doubted is None
        return _CHECK_BLOCKS if is_sure and self._blocks_playing > _CHECK_BLOCKS else _SEARCH_BLOCKS

    def _lay_down(self, played: NDArray[np.float32]) -> None:
        """Put what the player tells beside what the microphone heard at the same time."""
        if not len(played):
            self._blocks_idle += 1
            return
        behind = self._heard.end - len(played) - self._played.end
        if behind < -_FAR_AHEAD_SAMPLES:  # one of the two clocks stood still
            self._played = Tape(_PLAYED_SAMPLES, self._heard.end - len(played))
            self._begin_anew(None)
        elif behind > 0 and not self.is_playing:
            self._played.append(np.zeros(behind, dtype=np.float32))
            self._blocks_playing = 0
        self._played.append(played)
        self._blocks_playing += 1
        self._blocks_idle = 0

    def _look_for_delay(self) -> None:
        start = self._heard.end - _SEARCH_SAMPLES - HOLD_BLOCKS * BLOCK_SAMPLES
        choices = _LATEST_SAMPLES - _EARLIEST_SAMPLES
        seen = find_delay(
            self._played.cut(start - _LATEST_SAMPLES, _SEARCH_SAMPLES + choices),
            self._heard.cut(start, _SEARCH_SAMPLES),
            _EARLIEST_SAMPLES,
        )
        if not seen.is_clear:
            self._doubted = None
        elif self._lag is None or self._is_elsewhere(seen.samples, self._lag):
            self._begin_anew(seen.samples)

    def _is_elsewhere(self, delay: int, lag: float) -> bool:
        """Whether the music now comes at another delay than the filter's, seen twice in a row."""
        if abs(delay - _LEAD_SAMPLES - lag) < _OTHER_DELAY_SAMPLES:
            self._doubted = None
            return False
        doubted, self._doubted = self._doubted, delay
        return doubted is not None and abs(delay - doubted) < _OTHER_DELAY_SAMPLES

    def _begin_anew(self, delay: int | None) -> None:
        self._lag = None if delay is None else float(delay - _LEAD_SAMPLES)
        self._filter = EchoFilter(BLOCK_SAMPLES, ECHO_BLOCKS)
        self._path_before = self._doubted = None
        self._blocks_following = 0

    def _follow_drift(self) -> None:
        """Read faster or slower, so that the echo path stands still."""
        self._blocks_following += 1
        if self._blocks_following % _DRIFT_BLOCKS:
            return
        path, before = self._filter.path, self._path_before
        self._path_before = path
        if before is not None and self._blocks_following > 2 * _DRIFT_BLOCKS:
            drift = _shift_samples(path, before) / (_DRIFT_BLOCKS * BLOCK_SAMPLES)
            self._speed = float(
                np.clip(self._speed - _DRIFT_SHARE * drift, 1 - _MOST_DRIFT, 1 + _MOST_DRIFT)
            )


def _shift_samples(path: Spectra, before: Spectra) -> float:
    """How much later an echo path comes than it did; of use below one sample."""
    cross = (path * before.conj()).sum(axis=0)[_DRIFT_BINS]
    weight = np.abs(cross)
    turn = np.arange(BLOCK_SAMPLES + 1)[_DRIFT_BINS] * (np.pi / BLOCK_SAMPLES)
    spread = float((weight * np.square(turn)).sum())
    return -float((weight * turn * np.angle(cross)).sum()) / spread if spread > 0.0 else 0.0
