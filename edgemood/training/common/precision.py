"""Arithmetic that is quicker where the processor has matrix units for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

_CPU_INFO = Path("/proc/cpuinfo")


def quick_arithmetic() -> torch.autocast:
    """A context in which convolutions run in bfloat16 if the processor multiplies that in tiles.

    With one thread, as there, convolutions take a third of the time; with several they wait for
    each other actively, which on a busy machine takes far longer than float32.
    """
    wanted = torch.get_num_threads() == 1 and multiplies_tiles()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted)


@cache
def multiplies_tiles(cpu_info: Path = _CPU_INFO) -> bool:
    """Whether the processor has AMX with bfloat16."""
    try:
        return "amx_bf16" in cpu_info.read_text(encoding="utf-8")
    except OSError:
        return False
