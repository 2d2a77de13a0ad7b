"""Starts, watches and restarts the other parts, answers the control socket, and tells systemd.

`run` is the process, `Daemon` what lives in it, `box.Box` what it can be told.
"""

from edgemood.daemon.daemon import Daemon
from edgemood.daemon.service import run

__all__ = ["Daemon", "run"]
