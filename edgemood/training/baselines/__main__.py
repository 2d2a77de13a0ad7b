"""Train and test the papers' systems that the table lacks: `python -m
edgemood.training.baselines`.
"""

from __future__ import annotations

import argparse

import torch

from edgemood.training.baselines.face_registry import SYSTEMS
from edgemood.training.baselines.table import Ledger
from edgemood.training.common.paths import MODELS


def main() -> None:
    """One system after the other; the table is written after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="processor time of each network")
    parser.add_argument("--again", action="store_true", help="measure known systems again, too")
    parser.add_argument("--only", help="the system with this name alone")
    options = parser.parse_args()
    torch.set_num_threads(1)  # so that processor time is the same on every machine
    ledger = Ledger(MODELS)
    for system in SYSTEMS:
        if options.only not in {None, system.name}:
            continue
        if options.again or not ledger.holds("face", system.name):
            result = system.measure(options.minutes)
            ledger.add("face", result)
            print(result, flush=True)


if __name__ == "__main__":
    main()
