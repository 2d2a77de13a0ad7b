"""Measure what lies in `models/`: `python -m edgemood.training.scorecard` (`make scorecard`).

Writes `models/scorecard.json`, `models/SCORECARD.md` and the pictures that it shows. Every figure
is that of the int8 files behind the device's own pre-processing, on data nobody tuned on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from edgemood.training.baselines import evaluate as papers_score
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.detector import evaluate as detector_score
from edgemood.training.echo import evaluate as echo
from edgemood.training.face import evaluate as face_score
from edgemood.training.lyrics import evaluate as lyrics_score
from edgemood.training.music import evaluate as music_score
from edgemood.training.recognition import evaluate as recognition_score
from edgemood.training.speech import evaluate as speech_score
from edgemood.training.voice_gate import evaluate as voice_score

_HEAD = """# Scorecard

Measured by `make scorecard` on the files in this folder; the same figures as in `scorecard.json`.
What a model is, what it learned from and what it cannot do stands on its card.
"""


_PARTS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "face": face_score.measure,
    "detector": detector_score.measure,
    "recognition": recognition_score.measure,
    "speech": speech_score.measure,
    "voice_gate": voice_score.measure,
    "echo": echo.measure,
    "lyrics": lyrics_score.measure,
    "music": music_score.measure,
    "papers": papers_score.measure,
}


def measure(models: Path, data: Path, parts: Iterable[str] = tuple(_PARTS)) -> dict[str, Any]:
    """The figures of the named parts, nested by model."""
    return {model: f for part in parts for model, f in _PARTS[part](models, data).items()}


def markdown(card: dict[str, Any], pictures: list[str]) -> str:
    """The figures as tables, one for each model, and the pictures below."""
    parts = [_HEAD]
    for model, figures in card.items():
        rows = [f"| {name} | {_shown(name, value)} |" for name, value in _leaves(figures)]
        parts.append("\n".join([f"## {model}\n", "| figure | value |", "| --- | ---: |", *rows]))
        parts += [_table(name, rows) for name, rows in figures.items() if isinstance(rows, list)]
    parts += [f"![{Path(name).stem.replace('_', ' ')}]({name})" for name in pictures]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _leaves(figures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            yield prefix + name, value


def _table(name: str, rows: list[dict[str, Any]]) -> str:
    """Figures of many cases: a row for each, with the same columns."""
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns)]
    lines += [[_shown(column, row[column]) for column in columns] for row in rows]
    return "\n".join([f"### {name}\n", *(f"| {' | '.join(cells)} |" for cells in lines)])


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    is_share = not name.endswith(("_points", "_min", "_ms"))
    return f"{value:z.1%}" if is_share else f"{value:z.2f}"


def main() -> None:
    """Measure, and write both forms of the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=_PARTS, help="keep the other parts' figures")
    only = parser.parse_args().only
    path = MODELS / "scorecard.json"
    measured = measure(MODELS, data_folder(), [only] if only else _PARTS)
    card = (json.loads(path.read_text(encoding="utf-8")) if only else {}) | measured
    path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    pictures = sorted(path.name for path in MODELS.glob("*.svg"))
    text = markdown(card, pictures)
    (MODELS / "SCORECARD.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
