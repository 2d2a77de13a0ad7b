"""The ear: microphone → voice gate → speech-emotion model → voice evidence.

Sound never leaves this room: it lives in this process's memory for a few seconds and is judged
there; only `VoiceEvidence` and `SenseReport` records come out.
"""

from edgemood.hearing.watch import watch

__all__ = ["watch"]
