"""A real microphone, through PyAudio and PortAudio."""

from __future__ import annotations

import contextlib
import os
import queue
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyaudio
from numpy.typing import NDArray

from edgemood.clock import Clock
from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.block import BLOCK_S, Block, BlockCutter
from edgemood.hearing.microphones.usb import CARDS, cards_of, is_usb_id

FIRST_SOUND_S: Final = 3.0
"""A sound server's idle source fills a buffer of two seconds before it delivers."""
STALLED_AFTER_S: Final = 1.0
"""A microphone silent for longer has a fault; short of the two seconds in which a sense must
speak."""
_LOOK_EVERY_S: Final = 0.1
_BACKLOG_PIECES: Final = 50
_RATES_HZ: Final = (48_000, 44_100, 16_000, 32_000, 96_000, 8_000)
"""Tried in this order when a microphone refuses the rate that PortAudio reports for it."""

DeviceInfo = Mapping[str, Any]
"""What PortAudio says of a device."""


class PyAudioMicrophone:
    """A microphone that PortAudio knows.

    PortAudio sees a re-plugged microphone only after it was initialised anew, so every microphone
    brings its own initialisation and ends it in `close`.
    """

    def __init__(self, device: str | None, clock: Clock) -> None:
        """Open the microphone whose name contains `device`, or whose USB id it is; None: any.

        Raises MicrophoneError, with what to do, when it is not there or refuses to deliver.
        """
        self._clock = clock
        self._cutter = BlockCutter()
        self._pieces: queue.Queue[bytes] = queue.Queue(maxsize=_BACKLOG_PIECES)
        self._patience_s = FIRST_SOUND_S
        with _hushed():
            self._portaudio = pyaudio.PyAudio()
        try:
            info = choose(list(_inputs(self._portaudio)), device)
            self.name = str(info["name"])
            self._channels = min(2, int(info["maxInputChannels"]))
            self._stream, self._rate_hz = self._open(info)
        except MicrophoneError:
            self._portaudio.terminate()
            raise
        self._is_closed = False

    def read(self) -> Block:
        """Wait for the next block.

        Raises MicrophoneError when the microphone was closed, unplugged, or delivers nothing for
        `STALLED_AFTER_S`.
        """
        while (block := self._cutter.cut(self._clock.now_s())) is None:
            sound = np.frombuffer(self._next_piece(), dtype=np.int16)
            self._cutter.push(_full_scale_1(sound.reshape(-1, self._channels)), self._rate_hz)
        return block

    def close(self) -> None:
        """Let go of the device and of PortAudio."""
        if self._is_closed:
            return
        self._is_closed = True
        with _hushed():
            with contextlib.suppress(OSError):  # a device that is gone cannot be closed
                self._stream.close()
            self._portaudio.terminate()

    def _open(self, info: DeviceInfo) -> tuple[pyaudio.PyAudio.Stream, int]:
        problem = ""
        for rate_hz in dict.fromkeys((int(info["defaultSampleRate"]), *_RATES_HZ)):
            try:
                with _hushed():
                    stream = self._portaudio.open(
                        rate=rate_hz,
                        channels=self._channels,
                        format=pyaudio.paInt16,
                        input=True,
                        input_device_index=info["index"],
                        frames_per_buffer=round(rate_hz * BLOCK_S),
                        stream_callback=self._take,
                    )
            except (OSError, ValueError) as error:
                problem = str(error)
            else:
                return stream, rate_hz
        raise MicrophoneError(
            f"microphone {self.name!r} cannot be opened ({problem}); another program may hold it"
        )

    def _take(self, piece: bytes, *_: object) -> tuple[None, int]:
        """Called by PortAudio's own thread."""
        with contextlib.suppress(queue.Full):  # the reader sleeps: old sound is worth nothing
            self._pieces.put_nowait(piece)
        return None, int(pyaudio.paContinue)

    def _next_piece(self) -> bytes:
        deadline_s = self._clock.now_s() + self._patience_s
        while not self._is_closed:
            try:
                piece = self._pieces.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                if self._clock.now_s() < deadline_s and self._stream.is_active():
                    continue
                raise MicrophoneError(
                    f"microphone {self.name!r} stopped delivering; check its plug"
                ) from None
            self._patience_s = STALLED_AFTER_S
            return piece
        raise MicrophoneError(f"microphone {self.name!r} is closed")


def choose(inputs: list[DeviceInfo], device: str | None, cards: Path = CARDS) -> DeviceInfo:
    """The first of PortAudio's input devices that `device` describes; None describes any.

    Raises MicrophoneError, naming those there are, when none fits.
    """
    if device is None:
        fitting = inputs
    elif is_usb_id(device):
        numbers = cards_of(device, cards)
        fitting = [info for info in inputs if any(f"(hw:{n}," in info["name"] for n in numbers)]
    else:
        fitting = [info for info in inputs if device.casefold() in info["name"].casefold()]
    if fitting:
        return fitting[0]
    if not inputs:
        raise MicrophoneError("no microphone found; plug one in")
    names = ", ".join(repr(info["name"]) for info in inputs)
    raise MicrophoneError(
        f"no microphone {device!r} found; plug it in, or correct microphone.device in "
        f"config.yaml to one of {names}"
    )


def _inputs(portaudio: pyaudio.PyAudio) -> Iterator[DeviceInfo]:
    """Every device that records, the system's default first."""
    with contextlib.suppress(OSError):
        yield portaudio.get_default_input_device_info()
    for index in range(portaudio.get_device_count()):
        info = portaudio.get_device_info_by_index(index)
        if info["maxInputChannels"] > 0:
            yield info


def _full_scale_1(sound: NDArray[np.int16]) -> NDArray[np.float32]:
    return sound.astype(np.float32) / np.float32(32768)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """ALSA and JACK print a page of warnings at every look, which would fill the journal."""
    standard_error = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(standard_error, 2)
        os.close(nowhere)
        os.close(standard_error)
