"""A picture of the library on the valence–arousal plane, as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import AFFECT_OF_EMOTION, EMOTIONS, Emotion
from edgemood.music.library.index.columns import Library

_SIDE: Final = 720
_MARGIN: Final = 48
_CELLS: Final = 72
_MOST_NAMED: Final = 2000
"""songs that get a dot with their name; of a larger library only the density is shown"""
_COLOURS: Final = {
    Emotion.ANGRY: "#c0392b",
    Emotion.DISGUST: "#6b8e23",
    Emotion.FEAR: "#7d3c98",
    Emotion.HAPPY: "#e0a800",
    Emotion.SAD: "#2e6da4",
    Emotion.SURPRISE: "#d35400",
    Emotion.NEUTRAL: "#7f8c8d",
}


def draw(library: Library) -> str:
    """The picture; songs nothing is known about are counted beside it."""
    known = np.flatnonzero(library.reliability)
    note = f"{len(known)} of {len(library)} songs have a mood"
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}"'
    return "\n".join(
        [
            f'{picture} font-family="sans-serif" font-size="13">',
            f"<title>Songs by mood: {note}</title>",
            f'<rect width="{_SIDE}" height="{_SIDE}" fill="#fff"/>',
            *_axes(),
            *_density(library, known),
            *(_dots(library, known) if len(known) <= _MOST_NAMED else ()),
            *_emotions(),
            f'<text x="{_MARGIN}" y="{_SIDE - 12}" fill="#555">{note}</text>',
            "</svg>\n",
        ]
    )


def _axes() -> Iterator[str]:
    low, middle, high = _MARGIN, _SIDE // 2, _SIDE - _MARGIN
    for x1, y1, x2, y2 in ((low, middle, high, middle), (middle, low, middle, high)):
        yield f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#ccc"/>'
    for x, y, anchor, word in (
        (high, middle + 16, "end", "pleasant"),
        (low, middle + 16, "start", "unpleasant"),
        (middle, low - 10, "middle", "excited"),
        (middle, high + 18, "middle", "calm"),
    ):
        yield f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#888">{word}</text>'


def _density(library: Library, rows: NDArray[np.intp]) -> Iterator[str]:
    """A square for each part of the plane that has songs, the darker the more."""
    at = np.clip((library.affect[rows].astype(float) + 1) / 2, 0, 1 - 1e-9)
    counts = np.zeros((_CELLS, _CELLS), int)
    np.add.at(counts, tuple((at * _CELLS).astype(int).T), 1)
    if not counts.any():
        return
    size = (_SIDE - 2 * _MARGIN) / _CELLS
    shades = 0.08 + 0.5 * np.log1p(counts) / np.log1p(counts.max())
    for column, line in np.argwhere(counts):
        x, y = _MARGIN + column * size, _SIDE - _MARGIN - (line + 1) * size
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}"'
            f' fill="#34495e" fill-opacity="{shades[column, line]:.2f}"/>'
        )


def _dots(library: Library, rows: NDArray[np.intp]) -> Iterator[str]:
    for row in rows:
        song = library.song(int(row))
        if song is None:
            continue
        x, y = _point(*library.affect[row].tolist())
        colour = _COLOURS[EMOTIONS[int(np.argmax(library.scores[row]))]]
        name = escape("".join(letter if letter.isprintable() else "�" for letter in song.name))
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" fill-opacity="0.7">'
            f"<title>{name}</title></circle>"
        )


def _emotions() -> Iterator[str]:
    for emotion, affect in AFFECT_OF_EMOTION.items():
        x, y = _point(*affect)
        yield (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-weight="bold"'
            f' fill="{_COLOURS[emotion]}" stroke="#fff" stroke-width="3" paint-order="stroke">'
            f"{emotion}</text>"
        )


def _point(valence: float, arousal: float) -> tuple[float, float]:
    half = _SIDE / 2 - _MARGIN
    return _SIDE / 2 + valence * half, _SIDE / 2 - arousal * half
