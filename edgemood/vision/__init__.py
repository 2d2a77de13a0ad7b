"""The sense of sight: a camera's pictures become evidence of what the faces in the room express.

A picture passes source → light gate → face detector → expression model → evidence, all within the
process of ``python -m edgemood.vision``; only evidence leaves it.
"""

from edgemood.vision.loop import watch

__all__ = ["watch"]
