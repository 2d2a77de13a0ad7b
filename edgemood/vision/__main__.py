"""The process of the sense: ``python -m edgemood.vision``, started by the daemon."""

from __future__ import annotations

import cv2

from edgemood.processes.child_side import serve
from edgemood.processes.parent import log_to_parent
from edgemood.vision.loop import watch

if __name__ == "__main__":
    log_to_parent("vision")
    cv2.setNumThreads(1)  # as fast on one core, and leaves the others to the music
    serve(watch)
