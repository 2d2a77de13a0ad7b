"""What every camera can do."""

from __future__ import annotations

from typing import Protocol

from edgemood.vision.cameras.frame import Frame

READ_TIMEOUT_S = 1.0
"""A camera silent for longer has a fault; short of the two seconds in which a sense must speak."""


class Camera(Protocol):
    """A source of pictures."""

    @property
    def name(self) -> str:
        """What the owner calls it, such as ``Pi camera imx708``."""
        ...

    def read(self) -> Frame:
        """The picture of this moment; waits at most `READ_TIMEOUT_S` for it.

        Raises CameraError when the camera fails, falls silent or has come to its end. Close it
        then: after an error it need not work again.
        """
        ...

    def close(self) -> None:
        """Give the device back; a second call does nothing."""
        ...
