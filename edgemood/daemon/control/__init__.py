"""The daemon's end of the control socket."""

from edgemood.daemon.control.reachable import Reachable
from edgemood.daemon.control.server import ControlServer

__all__ = ["ControlServer", "Reachable"]
