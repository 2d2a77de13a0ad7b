"""What runs inside the process of a sense: configuration in, records out, nothing else.

The daemon writes the configuration as one JSON line to standard input and keeps that open; records
leave by standard output. When the daemon goes, standard input ends and so does the sense. There is
nothing to tidy up: the kernel gives back camera, microphone and memory.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator

from edgemood.config.schema import Config
from edgemood.pipe import Record, encode


def serve(watch: Callable[[Config], Iterator[Record]]) -> None:
    """Send every record that `watch` yields to the daemon, until either side ends.

    `watch` yields at least once in two seconds for as long as it is alive, if need be by repeating
    its last report: silence means that it hangs, and the daemon starts it anew.
    """
    config = Config.model_validate_json(sys.stdin.buffer.readline())
    threading.Thread(target=_exit_with_daemon, daemon=True).start()
    records = _take_standard_output()
    for record in watch(config):
        os.write(records, encode(record))


def _exit_with_daemon() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _take_standard_output() -> int:
    """Keep standard output for records; what libraries print there goes to standard error."""
    records = os.dup(1)
    os.dup2(2, 1)
    return records
