"""The command line of what measures one split of the data: `--split val`, or `test`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgemood.training.common.paths import MODELS, data_folder


def print_figures(about: str | None, measure: Callable[[Path, Path, str], Any]) -> None:
    """Print what `measure` finds in the split that the command line names."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--split", choices=["val", "test"], default="val")
    split = parser.parse_args().split
    print(json.dumps(measure(MODELS, data_folder(), split), indent=2))
