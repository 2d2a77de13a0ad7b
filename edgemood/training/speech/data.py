"""The recordings the hearing models learn from, as the box's own log-mel frames."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.hearing.mel import BANDS, SAMPLE_RATE_HZ, log_mel
from edgemood.training.common.paths import REPOSITORY, data_file
from edgemood.training.common.splits import check_disjoint

CACHE = REPOSITORY / "build" / "training"
"""Where frames are kept between runs; never committed."""
CORPORA = ("ravdess", "nemo", "ased")
"""What figures are reported on."""
MORE_CORPORA = ("emovo", "kemo15", "emospeech")
"""Other languages and microphones, learned from or left out whole."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of a data set, with what its index says about it."""

    archive: Path
    """the tar it lies in, or the folder"""
    member: str
    split: str
    """train, val or test"""
    labels: dict[str, str]
    """the row of the index"""

    def emotion(self) -> int:
        """The index of the acted emotion in `EMOTIONS` (speech only)."""
        return EMOTIONS.index(Emotion(self.labels["label7"]))


def speech(data: Path) -> list[Recording]:
    """The emotional speech of three corpora: RAVDESS, nEMO, ASED.

    Raises SplitError when a speaker is in two splits.
    """
    return _spoken(_rows("speech/index.csv", data), data)


def more_speech(data: Path, corpora: Collection[str] = MORE_CORPORA) -> list[Recording]:
    """The emotional speech of other corpora: Italian, Korean, and Hindi and English at home.

    The same index holds what is for tests only, whose emotion may not be known: `ravdess_song`
    and `deeply_vocal`. Raises SplitError when a speaker is in two splits.
    """
    rows = _rows("speech/more.csv", data)
    return _spoken([row for row in rows if row["corpus"] in corpora], data)


def noise(data: Path) -> list[Recording]:
    """Household and outdoor noise: ESC-10 and the backgrounds of Speech Commands."""
    archive = data_file("noise.tar", data)
    rows = _rows("noise.csv", data)
    return [Recording(archive, row["file"], row["split"], row) for row in rows]


def music(data: Path) -> list[Recording]:
    """Songs, most of them sung."""
    folder = data_file("music", data)
    rows = _rows("music/index.csv", data)
    return [Recording(folder, row["file"], row["split"], row) for row in rows]


def sounds(recordings: list[Recording]) -> Iterator[NDArray[np.float32]]:
    """The recordings one after the other: mono float32 at 16 kHz."""
    archives: dict[Path, tarfile.TarFile] = {}
    try:
        for recording in recordings:
            yield _decode(_content(recording, archives), recording)
    finally:
        for archive in archives.values():
            archive.close()


def cached_frames(
    name: str, recordings: list[Recording], cache: Path = CACHE
) -> list[NDArray[np.float16]]:
    """The ear's frames (n, 64) of every recording in dB, computed once and kept as float16."""
    frames_file, ends_file = cache / f"{name}.frames.npy", cache / f"{name}.ends.npy"
    if not ends_file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        seen = [log_mel(sound).astype(np.float16) for sound in sounds(recordings)]
        np.save(frames_file, np.concatenate([*seen, np.empty((0, BANDS), dtype=np.float16)]))
        np.save(ends_file, np.cumsum([len(each) for each in seen]))
    ends, kept = np.load(ends_file), np.load(frames_file, mmap_mode="r")
    if len(ends) != len(recordings) or kept.shape != (ends[-1], BANDS):
        raise ValueError(f"{ends_file} was made from something else: delete it and start again")
    return np.split(kept, ends[:-1])


def _spoken(rows: list[dict[str, str]], data: Path) -> list[Recording]:
    check_disjoint("speaker", (((row["corpus"], row["speaker"]), row["split"]) for row in rows))
    return [
        Recording(data_file(f"speech/{row['corpus']}.tar", data), row["file"], row["split"], row)
        for row in rows
    ]


def _rows(index: str, data: Path) -> list[dict[str, str]]:
    with data_file(index, data).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _content(recording: Recording, archives: dict[Path, tarfile.TarFile]) -> bytes:
    if recording.archive.is_dir():
        return (recording.archive / recording.member).read_bytes()
    if recording.archive not in archives:
        archives[recording.archive] = tarfile.open(recording.archive)  # noqa: SIM115 - closed in `sounds`
    member = archives[recording.archive].extractfile(recording.member)
    if member is None:
        raise FileNotFoundError(f"{recording.archive}: {recording.member} is not a file")
    return member.read()


def _decode(content: bytes, recording: Recording) -> NDArray[np.float32]:
    sound, rate_hz = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    if rate_hz != SAMPLE_RATE_HZ:
        raise ValueError(f"{recording.archive}: {recording.member} has {rate_hz} Hz, not 16 kHz")
    mono: NDArray[np.float32] = sound.mean(axis=1, dtype=np.float32)
    return mono
