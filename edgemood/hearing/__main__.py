"""The process of the sense: ``python -m edgemood.hearing``, started by the daemon."""

from __future__ import annotations

import logging

from edgemood.hearing.watch import watch
from edgemood.sense import serve

if __name__ == "__main__":
    logging.basicConfig(format="hearing: %(message)s")
    serve(watch)
