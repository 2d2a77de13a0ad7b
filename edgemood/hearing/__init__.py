"""The sense of hearing: a microphone's sound becomes evidence of the mood in people's voices.

Sound passes source → cleaner → frames → voice gate → speech-emotion model → evidence, all within
the process of ``python -m edgemood.hearing``; only evidence leaves it.
"""

from edgemood.hearing.loop import watch

__all__ = ["watch"]
