"""Where sound comes from: one Protocol for every microphone, and the choice among them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from edgemood.clock import Clock
from edgemood.config.schema import MicrophoneConfig
from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.block import Block
from edgemood.hearing.microphones.replay import ReplayMicrophone


class Microphone(Protocol):
    """Something that hears the room."""

    @property
    def name(self) -> str:
        """The microphone in the owner's words."""
        ...

    def read(self) -> Block:
        """Wait for the next block. Raises MicrophoneError when none comes in time."""
        ...

    def close(self) -> None:
        """Let go of the device, even a faulty one; a second time does nothing."""
        ...


def open_microphone(
    config: MicrophoneConfig, clock: Clock, wait: Callable[[float], object] = time.sleep
) -> Microphone:
    """Open the microphone that `config.source` names; PyAudio is only imported now.

    `wait` sleeps for a number of seconds. Raises MicrophoneError, with what to do, when the
    microphone is not there or cannot be used, and ValueError for the source ``none``.
    """
    match config.source:
        case "auto" | "pyaudio":
            return _open_pyaudio(config.device, clock)
        case "replay":
            if config.path is None:
                raise MicrophoneError(
                    "microphone.path is not set in config.yaml; it names the sound to replay"
                )
            return ReplayMicrophone(config.path, clock, wait)
        case "none":
            raise ValueError("the microphone is switched off")


def _open_pyaudio(device: str | None, clock: Clock) -> Microphone:
    try:
        from edgemood.hearing.microphones.pyaudio import PyAudioMicrophone
    except ModuleNotFoundError as error:
        raise MicrophoneError(
            "PyAudio is not installed; install python3-pyaudio, or edgemood with its extra [mic]"
        ) from error
    return PyAudioMicrophone(device, clock)
