"""Voices whose emotion nobody told: actors in games and on the telephone, in nine languages.

The teacher tells what it hears in them (`edgemood.training.speech.distillation.teacher`), so that
its student meets hundreds of voices more than ours, in other languages and through other
microphones. They come out of Debian's packages, which `make train-speech` fetches and unpacks.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.training.common.paths import MODELS
from edgemood.training.speech.data import CACHE
from edgemood.training.speech.frontend import Sound, readings

VOICES: Final = CACHE / "voices"
"""Where the packages lie unpacked."""
LONGEST_S: Final = 12.0
LEAST_SPOKEN_BLOCKS: Final = 2
"""Of a third of a second each, for the voice gate: less is a shout, or an explosion."""
_OLD_SOUND_CARD_HZ: Final = 11_025


class _Piece(NamedTuple):
    samples: NDArray[np.float32]
    """(n,) mono, full scale at ±1"""
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Package:
    """A package of Debian's, unpacked into a folder of its name."""

    name: str
    pieces: Callable[[Path], Iterator[_Piece]]
    """all sounds in its `usr/share`, in a fixed order"""
    every: int = 1
    """large ones would outweigh the others, so that only each so-many-th sound is taken"""


def sounds(package: Package, folder: Path) -> Iterator[Sound]:
    """The sounds of a package unpacked in `folder`; long ones are cut.

    Raises FileNotFoundError when the package is not there.
    """
    unpacked = folder / package.name
    if not unpacked.is_dir():
        raise FileNotFoundError(f"{unpacked} is missing: `make train-speech` fetches it")
    for piece in islice(package.pieces(unpacked / "usr" / "share"), None, None, package.every):
        yield _at_16_khz(piece)


def voices(package: Package, folder: Path) -> Iterator[Sound]:
    """Those in which the box's voice gate finds a voice."""
    for sound in sounds(package, folder):
        spoken = sum(reading.is_open for reading in readings(MODELS, sound))
        if spoken >= LEAST_SPOKEN_BLOCKS:
            yield sound


def _at_16_khz(piece: _Piece) -> Sound:
    samples = piece.samples[: round(LONGEST_S * piece.rate_hz)]
    sound: Sound = soxr.resample(samples, piece.rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    return sound


def _files(pattern: str, without: str = "") -> Callable[[Path], Iterator[_Piece]]:
    def pieces(share: Path) -> Iterator[_Piece]:
        for path in sorted(share.glob(pattern)):
            if path.name != without:
                yield _decoded(path.read_bytes())

    return pieces


def _decoded(content: bytes) -> _Piece:
    samples, rate_hz = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    return _Piece(samples.mean(axis=1, dtype=np.float32), rate_hz)


def _flight_of_the_amazon_queen(share: Path) -> Iterator[_Piece]:
    """One file that begins with a table: name, place, size. Speech is MP3 in files named .SB."""
    content = (share / "scummvm/flight-of-the-amazon-queen/queen.1c").read_bytes()
    (count,) = struct.unpack_from(">H", content, 13)
    for entry in range(count):
        padded, place, size = struct.unpack_from(">12sxII", content, 15 + 21 * entry)
        name = padded.rstrip(b"\0").decode("latin-1")
        if name.endswith(".SB"):
            yield _decoded(content[place : place + size])


def _drascula(share: Path) -> Iterator[_Piece]:
    """Unsigned octets without a header."""
    for path in sorted((share / "scummvm" / "drascula").glob("*/*.ALS")):
        octets = np.frombuffer(path.read_bytes(), dtype=np.uint8)
        yield _Piece((octets.astype(np.float32) - 128.0) / 128.0, _OLD_SOUND_CARD_HZ)


_HEDGEHOGS: Final = "games/hedgewars/Data/Sounds/voices/*"
_LAUGH: Final = "Laugh.ogg"
_PROMPTS: Final = _files("asterisk/sounds/**/*.wav")
PACKAGES: Final[tuple[Package, ...]] = (
    Package("fillets-ng-data-cs", _files("games/fillets-ng/sound/*/cs/*.ogg")),  # Czech
    Package("fillets-ng-data-nl", _files("games/fillets-ng/sound/*/nl/*.ogg")),  # Dutch
    Package("flight-of-the-amazon-queen", _flight_of_the_amazon_queen, every=4),  # English
    Package("drascula", _drascula),  # English
    # English, Polish, Russian, Spanish, Ukrainian
    Package("hedgewars-data", _files(f"{_HEDGEHOGS}/*.ogg", without=_LAUGH)),
    Package("asterisk-core-sounds-es-wav", _PROMPTS, every=2),  # Spanish
    Package("asterisk-core-sounds-fr-wav", _PROMPTS, every=2),  # French
    Package("asterisk-core-sounds-it-wav", _PROMPTS, every=2),  # Italian
    Package("asterisk-core-sounds-ru-wav", _PROMPTS, every=2),  # Russian
    Package("asterisk-prompt-it-menardi-wav", _PROMPTS, every=2),  # Italian
)
