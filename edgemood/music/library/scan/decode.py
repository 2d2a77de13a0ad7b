"""A few places of a song as mono sound at 16 kHz; the rest of the file is never read.

libsndfile decodes what it can (MP3, FLAC, Ogg Vorbis, Opus, WAV, AIFF …), the program ffmpeg
everything else (AAC, ALAC, WMA, APE, WavPack, Musepack, DSD …), where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from edgemood.errors import LibraryError
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, SHORTEST_SAMPLES, Piece
from edgemood.music.library.scan.location import Place

PIECE_S: Final = 10.0
"""three slices of five seconds, half overlapping"""
PLACES: Final = (0.2, 0.4, 0.6, 0.8)
"""where the middle of each piece lies in the song: beginnings and ends are often unlike the rest"""
WHOLE_S: Final = PIECE_S * len(PLACES)
"""songs up to this long are listened to as a whole"""

_SILENCE: Final = 1e-4
"""-80 dB of full scale"""
_LONGEST_BLOCK_FRAMES: Final = 1 << 16
_FFMPEG_WITHIN_S: Final = 30.0
_RESAMPLING: Final = "MQ"
"""soxr's medium quality keeps 16 bits; the models hear nothing finer"""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What there is to listen to."""

    pieces: tuple[Piece, ...]
    duration_s: float | None
    """of the whole song, as far as the file tells"""


def decode(place: Place, duration_s: float | None = None) -> Decoded:
    """The pieces of a song. `duration_s` is what MPD says, for files that do not tell themselves.

    Raises LibraryError, with the reason in a few words, when there is nothing to hear, and OSError
    when the file cannot be read.
    """
    with place.path.open("rb") as file:
        empty = not file.read(1)
    if empty:
        raise LibraryError("the file is empty")
    try:
        decoded = _by_sndfile(place)
    except (soundfile.SoundFileError, RuntimeError, ValueError):
        decoded = _by_ffmpeg(place, duration_s)
    audible = [piece for piece in decoded.pieces if len(piece.samples) >= SHORTEST_SAMPLES]
    if not audible:
        raise LibraryError("shorter than a second")
    if all(np.abs(piece.samples).max() < _SILENCE for piece in audible):
        raise LibraryError("nothing but silence")
    return Decoded(tuple(audible), decoded.duration_s)


def stretches(start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    """Beginning and end of each piece of a song that lies between two times of a file."""
    length_s = end_s - start_s
    if length_s <= WHOLE_S:
        yield start_s, end_s
        return
    for place in PLACES:
        middle_s = start_s + place * length_s
        yield middle_s - PIECE_S / 2, middle_s + PIECE_S / 2


def _by_sndfile(place: Place) -> Decoded:
    with soundfile.SoundFile(os.fsencode(place.path)) as file:
        rate = file.samplerate
        file_s = file.frames / rate
        end_s = min(file_s, place.end_s or file_s)
        pieces = []
        for from_s, to_s in stretches(place.start_s, end_s):
            if file.seek(int(from_s * rate)) < 0:
                break
            mono = _read_mono(file, round((to_s - from_s) * rate))
            pieces.append(Piece(from_s - place.start_s, _resampled(mono, rate)))
    if not any(len(piece.samples) for piece in pieces):
        raise ValueError("libsndfile finds no sound")
    return Decoded(tuple(pieces), end_s - place.start_s)


def _read_mono(file: soundfile.SoundFile, frames: int) -> NDArray[np.float32]:
    """The mean of all channels, block by block: eight channels of 192 kHz are large."""
    blocks = []
    while frames > 0:
        block = file.read(min(frames, _LONGEST_BLOCK_FRAMES), dtype="float32", always_2d=True)
        if not len(block):
            break
        blocks.append(block.mean(axis=1))
        frames -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _resampled(mono: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    if rate == SAMPLE_RATE_HZ or not len(mono):
        return mono
    samples: NDArray[np.float32] = soxr.resample(mono, rate, SAMPLE_RATE_HZ, _RESAMPLING)
    return samples


def _by_ffmpeg(place: Place, duration_s: float | None) -> Decoded:
    if shutil.which("ffmpeg") is None:
        raise LibraryError("only ffmpeg may know how to decode it: sudo apt install ffmpeg")
    length_s = duration_s or WHOLE_S
    pieces, complaint = [], ""
    for from_s, to_s in stretches(place.start_s, place.start_s + length_s):
        samples, complaint = _ffmpeg(place, from_s, to_s)
        if len(samples):
            pieces.append(Piece(from_s - place.start_s, samples))
    if complaint and all(len(piece.samples) < SHORTEST_SAMPLES for piece in pieces):
        raise LibraryError(f"no decoder takes it: {complaint}")  # a moment of garbage at most
    if not pieces:
        raise LibraryError("it holds no sound where it should")
    return Decoded(tuple(pieces), duration_s)


def _ffmpeg(place: Place, from_s: float, to_s: float) -> tuple[NDArray[np.float32], str]:
    """Samples, and the last of what ffmpeg complains of."""
    command: list[str | bytes] = [
        *("ffmpeg", "-nostdin", "-v", "error", "-threads", "1"),
        *("-protocol_whitelist", "file"),  # a playlist in disguise reaches no network
        *("-ss", f"{from_s:.3f}", "-t", f"{to_s - from_s:.3f}"),
        *("-i", b"file:" + os.fsencode(place.path), "-map", "0:a:0"),
        *("-ac", "1", "-ar", str(SAMPLE_RATE_HZ), "-f", "f32le", "pipe:1"),
    ]
    try:
        done = subprocess.run(  # noqa: S603  # the name of the file is one argument
            command, capture_output=True, timeout=_FFMPEG_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise LibraryError(f"ffmpeg did not decode it within {_FFMPEG_WITHIN_S:g} s") from None
    whole = len(done.stdout) // 4 * 4
    if done.returncode != 0 and not whole:
        raise LibraryError(f"no decoder takes it: {_last_words(done.stderr)}")
    complaint = _last_words(done.stderr) if done.stderr else ""
    return np.frombuffer(done.stdout[:whole], dtype="<f4"), complaint


def _last_words(errors: bytes) -> str:
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1].rpartition("] ")[2][:200] if lines else "ffmpeg says nothing"
