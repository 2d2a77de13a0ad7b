"""Voices out of games: what is said is found, wherever a package keeps it."""

import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.training.speech.distillation.unlabelled_data import (
    LONGEST_S,
    PACKAGES,
    Package,
    sounds,
    voices,
)

RATE_HZ = 11_025


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Three seconds of a synthetic voice, at 22.05 kHz."""
    file = tmp_path_factory.mktemp("voice") / "voice.wav"
    text = "The quick brown fox jumps over the lazy dog, and nobody knows why."
    subprocess.run(["espeak-ng", "-w", str(file), text], check=True)
    sound, rate_hz = soundfile.read(file, dtype="float32")
    assert rate_hz == 2 * RATE_HZ
    return sound


@pytest.fixture(scope="module")
def old(sentence: np.ndarray) -> bytes:
    """The same as a sound card of 1994 plays it: unsigned octets."""
    return (128 + 127 * sentence[::2]).astype(np.uint8).tobytes()


def package(name: str) -> Package:
    return next(each for each in PACKAGES if each.name == name)


def folder(root: Path, name: str, inside: str) -> Path:
    made = root / name / "usr" / "share" / inside
    made.mkdir(parents=True)
    return made


def assert_is(heard: np.ndarray, sentence: np.ndarray) -> None:
    """Equally long, and as loud everywhere."""
    assert len(heard) == pytest.approx(len(sentence) * SAMPLE_RATE_HZ / (2 * RATE_HZ), rel=0.03)
    ours, theirs = (
        np.array([np.sqrt((part**2).mean()) for part in np.array_split(sound, 40)])
        for sound in (heard, sentence)
    )
    assert np.corrcoef(ours, theirs)[0, 1] > 0.95


def test_what_is_no_voice_is_left_out_and_what_is_long_is_cut(
    tmp_path: Path, sentence: np.ndarray
) -> None:
    name = "fillets-ng-data-cs"
    sounds = folder(tmp_path, name, "games/fillets-ng/sound/city/cs")
    hiss = np.random.default_rng(0).normal(0, 0.05, 3 * RATE_HZ)
    for file, sound in (("a", sentence), ("b", hiss), ("c", np.tile(sentence, 5))):
        soundfile.write(sounds / f"{file}.ogg", sound, 2 * RATE_HZ, format="OGG")
    once, again = voices(package(name), tmp_path)
    assert_is(once, sentence)
    assert len(again) == LONGEST_S * SAMPLE_RATE_HZ


def test_speech_lies_in_a_file_that_begins_with_a_table(
    tmp_path: Path, sentence: np.ndarray
) -> None:
    name = "flight-of-the-amazon-queen"
    game = folder(tmp_path, name, f"scummvm/{name}")
    soundfile.write(tmp_path / "said.mp3", sentence, 2 * RATE_HZ, format="MP3")
    said = (tmp_path / "said.mp3").read_bytes()
    place = 15 + 4 * 21
    speech = [(f"JOE{take}.SB".encode(), place, len(said)) for take in range(3)]
    table = [*speech, (b"JOE.PCX", 0, 4)]
    entries = (struct.pack(">12sxII", *entry) for entry in table)
    start = b"QTBLCEM10\0\0\0\1" + struct.pack(">H", len(table))
    (game / "queen.1c").write_bytes(start + b"".join(entries) + said)
    for heard in voices(replace(package(name), every=1), tmp_path):
        assert_is(heard, sentence)
    assert len(list(voices(package(name), tmp_path))) == 1


def test_speech_without_a_header_is_found(tmp_path: Path, sentence: np.ndarray, old: bytes) -> None:
    (folder(tmp_path, "drascula", "scummvm/drascula/en") / "1.ALS").write_bytes(old)
    (heard,) = voices(package("drascula"), tmp_path)
    assert_is(heard, sentence)


def test_laughter_is_kept_apart(tmp_path: Path, sentence: np.ndarray) -> None:
    name = "hedgewars-data"
    spoken = folder(tmp_path, name, "games/hedgewars/Data/Sounds/voices/Default")
    for file in ("Hello.ogg", "Laugh.ogg"):
        soundfile.write(spoken / file, sentence, 2 * RATE_HZ, format="OGG")
    assert len(list(sounds(package(name), tmp_path))) == 1


def test_a_missing_package_is_named_with_what_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"drascula is missing: `make train-speech` fetches it"
    ):
        next(voices(package("drascula"), tmp_path))


def test_make_fetches_every_package() -> None:
    rules = Path("Makefile").read_text("utf-8").replace("\\\n", "")
    fetched = rules.split("VOICES := $(addprefix build/training/voices/,")[1].split(")")[0].split()
    assert fetched == [package.name for package in PACKAGES]
