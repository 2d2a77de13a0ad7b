"""The 4Q clips, as what the box's own front end hears in them."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edgemood.music.analysis.audio import features
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, Piece, audible
from edgemood.music.analysis.audio.features import Heard
from edgemood.music.analysis.audio.mel import BANDS
from edgemood.music.analysis.audio.model import TAGGER
from edgemood.music.analysis.audio.tagger import Tagger
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.training.common.paths import MODELS, REPOSITORY, data_file
from edgemood.training.common.splits import check_disjoint

CACHE = REPOSITORY / "build" / "training"
GENRES = (
    *("Pop/Rock", "Jazz", "Electronic", "R&B", "Country", "Blues", "Rap", "Latin", "Folk"),
    *("Reggae", "Vocal", "International", "Easy Listening", "Religious", "Classical"),
)
"""AllMusic's, those of more than a few clips"""
CODECS = {
    "mp3_96": ("mp3", "libmp3lame", "96k"),
    "mp3_192": ("mp3", "libmp3lame", "192k"),
    "opus_24": ("opus", "libopus", "24k"),
    "opus_96": ("opus", "libopus", "96k"),
    "aac_64": ("m4a", "aac", "64k"),
}
"""file type, encoder and bit rate of the copies that test what a codec costs"""
_COMMON = 10
"""clips that a mood word must be said of"""
_STEPS = 200.0  # of a picture's 0 to 1.275, kept as bytes: a quarter of a decibel


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled clip."""

    file: str
    split: str
    """train, val or test; no artist is in two of them"""
    artist: str
    title: str
    quadrant: int
    """index into `QUADRANTS`"""
    affect: tuple[float, float]
    """weak valence and arousal, from the clip's mood tags"""
    genres: tuple[int, ...]
    """indices into `GENRES`"""
    moods: frozenset[str]
    """AllMusic's mood words for it, from which the quadrant was worked out"""


def clips(data: Path) -> list[Clip]:
    """All clips of the index, in its order. Raises SplitError when an artist is in two splits."""
    with data_file("music/index.csv", data).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    check_disjoint("artist", ((row["artist"].casefold(), row["split"]) for row in rows))
    return [
        Clip(
            file=row["file"],
            split=row["split"],
            artist=row["artist"].casefold(),
            title=row["title"],
            quadrant=QUADRANTS.index(row["mood"]),
            affect=(float(row["valence"]), float(row["arousal"])),
            genres=tuple(GENRES.index(g) for g in row["genre"].split("|") if g in GENRES),
            moods=frozenset(row["mood_tags"].split("|")),
        )
        for row in rows
    ]


def words(clips: Sequence[Clip]) -> NDArray[np.float32]:
    """What people said of clips, (n, words): quadrant, affect, genres, and common mood words."""
    counts = Counter(mood for clip in clips for mood in clip.moods)
    common = sorted(mood for mood, count in counts.items() if count >= _COMMON)
    rows = [
        [
            *(float(quadrant == clip.quadrant) for quadrant in range(len(QUADRANTS))),
            *clip.affect,
            *(float(genre in clip.genres) for genre in range(len(GENRES))),
            *(float(mood in clip.moods) for mood in common),
        ]
        for clip in clips
    ]
    return np.array(rows, dtype=np.float32)


def samples(path: Path) -> NDArray[np.float32]:
    """A file as mono sound at 16 kHz."""
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    if rate_hz != SAMPLE_RATE_HZ:
        raise ValueError(f"{path} has {rate_hz} Hz, not 16 kHz")
    mono: NDArray[np.float32] = sound.mean(axis=1)
    return mono


def heard(sound: NDArray[np.float32], tagger: Tagger) -> Heard:
    """What the box hears of a clip in one piece."""
    return features.hear(audible([Piece(0.0, sound)]), tagger)


def cached(data: Path, cache: Path = CACHE) -> list[Heard]:
    """What is heard in every clip of the index, worked out once, and again when it has changed."""
    kept = cache / "music_heard.npz"
    paths = [data / "music" / clip.file for clip in clips(data)]
    tagger = Tagger(MODELS / TAGGER)
    if not (kept.exists() and _is_current(kept, paths, tagger)):
        cache.mkdir(parents=True, exist_ok=True)
        heards = [heard(samples(path), tagger) for path in paths]
        pictures = np.concatenate([each.pictures[0] for each in heards])
        np.savez(
            kept,
            files=np.array([path.name for path in paths]),
            values=np.stack([each.values for each in heards]),
            frames=np.array([len(each.pictures[0]) for each in heards]),
            pictures=np.round(pictures * _STEPS).clip(0, 255).astype(np.uint8),
        )
    with np.load(kept) as arrays:
        values, pictures = arrays["values"], arrays["pictures"]
        ends = np.cumsum(arrays["frames"])[:-1]
    split = np.split(pictures, ends)
    return [Heard((_picture(picture),), row) for picture, row in zip(split, values, strict=True)]


def _is_current(kept: Path, paths: Sequence[Path], tagger: Tagger) -> bool:
    """Whether a file holds these clips, and the first of them would be heard the same today."""
    with np.load(kept) as arrays:
        files, first = arrays["files"].tolist(), arrays["values"][0]
    today = heard(samples(paths[0]), tagger).values
    return files == [path.name for path in paths] and np.allclose(first, today, 1e-3, 1e-3)


def _picture(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    picture: NDArray[np.float32] = levels.astype(np.float32) / np.float32(_STEPS)
    return picture.reshape(-1, BANDS)


def re_encoded(sounds: Sequence[NDArray[np.float32]], codec: str) -> list[NDArray[np.float32]]:
    """Clips after a lossy codec, as mono sound at 16 kHz.

    They are coded one behind the other, in one run of ffmpeg. Raises FileNotFoundError when it is
    missing.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise FileNotFoundError("ffmpeg is missing; it re-encodes the test clips: install ffmpeg")
    kind, encoder, rate = CODECS[codec]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, coded, decoded = (folder / each for each in ("in.wav", f"coded.{kind}", "out.wav"))
        soundfile.write(plain, np.concatenate(sounds), SAMPLE_RATE_HZ)
        quiet = (ffmpeg, "-nostdin", "-v", "error")
        encode = (*quiet, "-i", plain, "-c:a", encoder, "-b:a", rate, coded)
        decode = (*quiet, "-i", coded, "-ac", "1", "-ar", str(SAMPLE_RATE_HZ), decoded)
        for command in (encode, decode):
            subprocess.run(command, check=True)  # noqa: S603  (constants and our own paths)
        whole = samples(decoded)
    ends = np.cumsum([len(sound) for sound in sounds])
    return [part[: len(sound)] for part, sound in zip(np.split(whole, ends), sounds, strict=False)]
