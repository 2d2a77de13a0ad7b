"""The process of the scan: ``python -m edgemood.music.library``, started by the daemon.

The daemon writes one JSON line to standard input and keeps that open; reports leave by standard
output, a JSON line each. When the daemon goes, standard input ends and so does the scan.
"""

from __future__ import annotations

import asyncio
import logging

from edgemood.music.library.scan.service import serve
from edgemood.processes.parent import log_to_parent

if __name__ == "__main__":
    log_to_parent("library", logging.INFO)
    asyncio.run(serve())
