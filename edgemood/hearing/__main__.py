"""The process of the sense: ``python -m edgemood.hearing``, started by the daemon."""

from __future__ import annotations

from edgemood.hearing.watch import watch
from edgemood.parent import log_to_parent
from edgemood.sense import serve

if __name__ == "__main__":
    log_to_parent("hearing")
    serve(watch)
