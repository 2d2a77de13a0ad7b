"""The process of the sense: ``python -m edgemood.hearing``, started by the daemon."""

from __future__ import annotations

from edgemood.hearing.loop import watch
from edgemood.processes.child_side import serve
from edgemood.processes.parent import log_to_parent

if __name__ == "__main__":
    log_to_parent("hearing")
    serve(watch)
