"""What the published systems measured here: kept in `models/papers.json`, shown in `papers.md`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

_HEAD = """# The papers' systems

Published approaches, trained and tested here by `make papers-face` and `make papers-speech` on the
same data as the models of this folder. A row says what came out here in the stated processor time,
not what was published.
"""

_ABOUT = {
    "face": """
Learned from FER2013's training split, judged on PrivateTest: its own labels, the same 200 pictures
of it for every system (7 points of uncertainty), FER+ majority labels. "Learned from 200": all of
PrivateTest after learning from the same 200 pictures of the training split alone, for which a
network gets a twentieth of its time. Networks are int8 files judged with the box's own preparation,
but where they learned from 200; features and support vectors are float. "Published" is what the
authors report for FER2013, without a limit on the time: where a row lies below, that figure did not
come out here. Times are of one thread of an x86 machine whose interpreter ran no operation through
XNNPACK; depthwise convolutions, of which MobileNet and mini-Xception are made, are slow there in
int8.
"""
}
"""What the columns of a sense mean."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one system measured."""

    system: str
    """its name in the table"""
    trained_on: str
    """samples, and the processor time that the training took"""
    figures: dict[str, float] = field(default_factory=dict)
    """shares in [0, 1] by the name of their column"""
    recalls: dict[str, float] = field(default_factory=dict)
    """share recognised of each emotion, in [0, 1]"""
    parameters: int | None = None
    multiply_adds: int | None = None
    size_bytes: int | None = None
    ms_per_sample: float | None = None
    """on the machine that ran the command, one thread"""
    published: float | None = None
    """the share that its authors report in the place of the first figure"""
    note: str = ""


class Ledger:
    """All results, by the sense they belong to; written after each system."""

    def __init__(self, models: Path) -> None:
        self._json = models / "papers.json"
        self._markdown = models / "papers.md"

    def holds(self, sense: str, system: str) -> bool:
        """Whether the system has been measured before."""
        return system in self._read().get(sense, {})

    def add(self, sense: str, result: Result) -> None:
        """Keep a result, in place of an earlier one of the same system, and write both files."""
        results = self._read()
        results.setdefault(sense, {})[result.system] = result
        kept = {
            sense: {name: asdict(result) for name, result in systems.items()}
            for sense, systems in results.items()
        }
        self._json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        self._markdown.write_text(self.markdown(), encoding="utf-8")

    def _read(self) -> dict[str, dict[str, Result]]:
        """What is kept now: the senses may be measured side by side."""
        kept = json.loads(self._json.read_text("utf-8")) if self._json.exists() else {}
        return {
            sense: {name: Result(**values) for name, values in systems.items()}
            for sense, systems in kept.items()
        }

    def markdown(self) -> str:
        """The tables of all senses."""
        parts = [_HEAD]
        for sense, systems in sorted(self._read().items()):
            results = list(systems.values())
            notes = [f"- {r.system}: {r.note}" for r in results if r.note]
            tables = [_figures(results), _recalls(results)]
            parts += [f"## {sense}", _ABOUT.get(sense, ""), *tables, "\n".join(notes)]
        return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _figures(results: list[Result]) -> str:
    columns = list(dict.fromkeys(name for result in results for name in result.figures))
    compared = ["published"] if any(result.published for result in results) else []
    fixed = ["parameters", "multiply-adds", "size", "ms a sample", "trained on"]
    rows = [
        [
            result.system,
            *(_share(result.figures.get(name)) for name in columns),
            *(_share(result.published) for _ in compared),
            _scaled(result.parameters),
            _scaled(result.multiply_adds),
            "–" if result.size_bytes is None else f"{result.size_bytes / 1e3:,.0f} kB",
            "–" if result.ms_per_sample is None else f"{result.ms_per_sample:.2f}",
            result.trained_on,
        ]
        for result in results
    ]
    return _table(["system", *columns, *compared, *fixed], rows)


def _recalls(results: list[Result]) -> str:
    emotions = list(dict.fromkeys(name for result in results for name in result.recalls))
    rows = [[r.system, *(_share(r.recalls.get(name)) for name in emotions)] for r in results]
    return _table(["recall", *emotions], rows) if emotions else ""


def _table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *rows])


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _scaled(value: int | None) -> str:
    if value is None:
        return "–"
    return f"{value / 1e6:.2f} M" if value >= 1e5 else f"{value / 1e3:.1f} k"
