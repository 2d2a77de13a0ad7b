"""A microphone that hears sound files, in real time and round and round."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from edgemood.clock import Clock
from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.block import BLOCK_S, Block, BlockCutter

SUFFIXES: Final = (".wav", ".flac", ".ogg", ".oga", ".opus")
_CATCH_UP_S: Final = 1.0
"""Whoever reads this late was suspended: go on from now instead of rushing through the gap."""

Piece = tuple[NDArray[np.float32], int]
"""Sound (n, channels) at full scale ±1, and its rate in Hz."""

log = logging.getLogger(__name__)


class ReplayMicrophone:
    """Plays a WAV, FLAC or Ogg file, or a folder of them in the order of their names."""

    def __init__(self, path: Path, clock: Clock, wait: Callable[[float], object]) -> None:
        """Find the files; `wait` sleeps for a number of seconds.

        Raises MicrophoneError when there is no such file or folder.
        """
        self.name = f"replay of {path.name}"
        self._path = path
        self._clock = clock
        self._wait = wait
        self._damaged: set[Path] = set()
        self._pieces = self._play_for_ever(_files(path))
        self._cutter = BlockCutter()
        self._due_s = clock.now_s()
        self._is_closed = False

    def read(self) -> Block:
        """Wait until the next block's time has come.

        Raises MicrophoneError when no file can be played, or the microphone is closed.
        """
        while (block := self._cutter.cut(self._due_s + BLOCK_S)) is None:
            self._cutter.push(*self._next_piece())
        self._due_s = block.at_s
        late_s = self._clock.now_s() - self._due_s
        if late_s < 0:
            self._wait(-late_s)
        elif late_s > _CATCH_UP_S:
            self._due_s += late_s
        return block

    def close(self) -> None:
        """Close the file that plays."""
        self._is_closed = True
        self._pieces.close()

    def _next_piece(self) -> Piece:
        if self._is_closed:
            raise MicrophoneError(f"{self.name} is closed")
        try:
            return next(self._pieces)
        except StopIteration:
            raise MicrophoneError(
                f"{self._path}: nothing here to play; microphone.path in config.yaml needs a "
                f"sound file or a folder with some ({', '.join(SUFFIXES)})"
            ) from None

    def _play_for_ever(self, files: list[Path]) -> Generator[Piece]:
        heard_something = True
        while heard_something:
            heard_something = False
            for file in files:
                for piece in self._play(file):
                    heard_something = True
                    yield piece
                self._cutter.flush()

    def _play(self, file: Path) -> Generator[Piece]:
        """The file piece by piece, read as it is needed: files may last hours."""
        try:
            with soundfile.SoundFile(file) as sound:
                rate_hz = int(sound.samplerate)
                for piece in sound.blocks(
                    round(rate_hz * BLOCK_S), dtype="float32", always_2d=True
                ):
                    yield piece, rate_hz
        except (OSError, RuntimeError) as error:
            if file not in self._damaged:
                self._damaged.add(file)
                log.warning("%s: cannot be played, left out (%s)", file, error)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise MicrophoneError(f"{path}: no such file; correct microphone.path in config.yaml")
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
