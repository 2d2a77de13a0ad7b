"""Where sound comes from: one Protocol for every microphone, and the choice among them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from edgemood.clock import Clock
from edgemood.config.schema import MicrophoneConfig
from edgemood.errors import MicrophoneError
from edgemood.hearing.block import Block
from edgemood.hearing.replay import ReplayMicrophone


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
    config: MicrophoneConfig, clock: Clock, wait: Callable[[float], None] = time.sleep
) -> Microphone:
    """The microphone the owner chose, delivering.

    Raises MicrophoneError, with what to do, when there is none.
    """
    if config.source == "none":
        raise MicrophoneError("listening is switched off: microphone.source is none in config.yaml")
    if config.source == "replay":
        if config.path is None:
            raise MicrophoneError(
                "microphone.source is replay in config.yaml, but microphone.path names no sound"
            )
        return ReplayMicrophone(config.path, clock, wait)
    try:
        from edgemood.hearing.pyaudio_microphone import PyAudioMicrophone
    except ModuleNotFoundError as error:
        raise MicrophoneError(
            "PyAudio is not installed; install python3-pyaudio, or edgemood with its extra [mic]"
        ) from error
    return PyAudioMicrophone(config.device, clock)
