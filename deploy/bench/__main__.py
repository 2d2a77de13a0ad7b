"""`make bench`: what the box's work costs this machine, with one thread.

`python -m deploy.bench vision ranking` measures these areas only; an area is a module of this
folder with a function `measure() -> Iterator[Figure]`. Each runs in a process of its own, so that
peaks of memory are its own. All figures go to `docs/figures/bench.json`, those of areas
that were not measured stay.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.bench.figure import Figure, figures_of

HERE = Path(__file__).parent
FIGURES = HERE.parent.parent / "docs" / "figures" / "bench.json"
NOT_AREAS = ("__main__", "figure")


def main() -> None:
    """Measure, print and write."""
    areas = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_AREAS)
    parser = argparse.ArgumentParser(description="What the box's work costs this machine.")
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(areas)}; else all")
    chosen = parser.parse_args().areas or areas
    if unknown := sorted(set(chosen) - set(areas)):
        parser.error(f"no area {', '.join(unknown)}; there are {', '.join(areas)}")
    for library in ("OMP", "OPENBLAS"):
        os.environ[f"{library}_NUM_THREADS"] = "1"  # before the children load numpy
    spawn = multiprocessing.get_context("spawn")
    console = Console()
    for area in chosen:
        with spawn.Pool(1) as alone:
            figures = alone.apply(figures_of, (area,))
        console.print(_table(area, figures))
        _write(figures)


def _table(area: str, figures: list[Figure]) -> Table:
    table = Table(area, "", "", box=None)
    for figure in figures:
        table.add_row(figure.what, f"{figure.value:,.4g}", figure.unit)
    return table


def _write(figures: list[Figure]) -> None:
    known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    known |= {figure.key: round(figure.value, 4) for figure in figures}
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
