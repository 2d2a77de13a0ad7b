"""Every error an owner can meet, in one catalogue: what happened, where, and what to do."""

from __future__ import annotations

from pathlib import Path


class EdgemoodError(Exception):
    """Base of the catalogue. The message is meant for the owner, not for a developer."""


class ModelError(EdgemoodError, ValueError):
    """A model file cannot be used."""

    def __init__(self, path: Path, problem: str, expected: str) -> None:
        super().__init__(
            f"{path}: {problem}; expected {expected}. "
            "Restore it from the edgemood release, or correct the model's path in config.yaml."
        )


class ConfigError(EdgemoodError, ValueError):
    """A configuration file has problems; `problems` lists all of them, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CameraError(EdgemoodError, OSError):
    """A camera is missing, or stopped delivering frames."""


class MicrophoneError(EdgemoodError, OSError):
    """A microphone is missing, or stopped delivering sound."""


class PlayerError(EdgemoodError, OSError):
    """The MPD server cannot be reached, is none that the box can use, or refused a command."""


class RefusedError(PlayerError):
    """The MPD server refused a command; it goes on answering others."""


class AlreadyRunningError(EdgemoodError, OSError):
    """Another daemon holds the control socket, or the state folder."""


class NotRunningError(EdgemoodError, OSError):
    """No daemon answers on the control socket."""


class ControlError(EdgemoodError, OSError):
    """The control socket cannot be opened."""


class ProfileError(EdgemoodError, ValueError):
    """A person's profile does not exist, exists already, or cannot be kept."""


class TasteError(EdgemoodError, OSError):
    """What people like cannot be read or written."""


class TasteDamagedError(TasteError):
    """The file of what people like is no whole database any more; the journal has it, too."""


class LibraryError(EdgemoodError, OSError):
    """The song index cannot be opened, read or written."""


class IndexDamagedError(LibraryError):
    """The song index is no whole database any more; it is moved aside and built anew."""
