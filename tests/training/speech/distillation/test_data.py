"""Examples for the voice's net: made once, in the student's and in the teacher's words."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.hearing.mel import BANDS, SAMPLE_RATE_HZ, log_mel
from edgemood.training.speech.distillation import data as distillation_data
from edgemood.training.speech.distillation.data import DistillationSet
from edgemood.training.speech.distillation.teacher import DIRECTIONS
from edgemood.training.speech.distillation.unlabelled_data import Package
from edgemood.training.speech.distillation.whisper import Encoder

CLIPS = 4 * DIRECTIONS
"""a quarter of the clips tells in which directions they differ"""
EMOTIONS = ("happy", "sad")


def hiss(number: int) -> np.ndarray:
    """A fifth of a second of noise, no two alike: happy ones are bright, sad ones dull."""
    draw = np.random.default_rng(number)
    spectrum = np.fft.rfft(draw.normal(size=SAMPLE_RATE_HZ // 5))
    place = np.linspace(0.0, 1.0, len(spectrum))
    waves = sum(draw.normal() * np.cos(np.pi * wave * place) for wave in range(1, 12))
    tilt = -4.0 if number % 2 else 4.0
    sound = np.fft.irfft(spectrum * np.exp(0.3 * waves + tilt * place))
    return 0.1 * sound / sound.std()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two corpora of noises by 16 speakers."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "speech").mkdir()
    rows = ["file,corpus,speaker,label7,split"]
    archives = {c: tarfile.open(folder / f"speech/{c}.tar", "w") for c in ("one", "other")}  # noqa: SIM115 - closed below
    for number in range(CLIPS):
        corpus, speaker = ("one", "other")[number // 2 % 2], f"{number // 4 % 8}"
        file = io.BytesIO()
        soundfile.write(file, hiss(number), SAMPLE_RATE_HZ, format="WAV")
        member = tarfile.TarInfo(f"{number}.wav")
        member.size = len(file.getvalue())
        archives[corpus].addfile(member, io.BytesIO(file.getvalue()))
        rows.append(f"{number}.wav,{corpus},{speaker},{EMOTIONS[number % 2]},train")
    for archive in archives.values():
        archive.close()
    (folder / "speech/index.csv").write_text("\n".join(rows), encoding="utf-8")
    more = [rows[0], *(row.replace("one", "emovo") for row in rows if ",one," in row)]
    (folder / "speech/emovo.tar").write_bytes((folder / "speech/one.tar").read_bytes())
    (folder / "speech/more.csv").write_text("\n".join(more), encoding="utf-8")
    return folder


def unlabelled(package: Package, _folder: Path):
    assert package.name == "a game"
    return (hiss(number).astype(np.float32) for number in (10_000, 10_001))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def examples(data: Path, cache: Path, whisper_folder: Path) -> DistillationSet:
    return DistillationSet(data, cache, Encoder(whisper_folder))


@pytest.fixture(autouse=True)
def _one_game(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distillation_data, "PACKAGES", (Package("a game", iter),))
    monkeypatch.setattr(distillation_data, "voices", unlabelled)


def test_every_clip_of_every_corpus_is_an_example(examples: DistillationSet) -> None:
    given = examples.acted()
    assert [example.origin.corpus for example in given].count("emovo") == CLIPS // 2
    assert len(given) == CLIPS + CLIPS // 2
    heard = log_mel(hiss(0).astype(np.float32))
    assert given[0].frames.shape == (len(heard), BANDS + DIRECTIONS)
    np.testing.assert_allclose(given[0].frames[:, :BANDS], heard, atol=0.1)
    possible = np.isin(np.arange(7), [example.origin.emotion for example in given[:2]])
    assert all((example.possible == possible).all() for example in given)


def test_judges_tell_what_held_out_speakers_act(examples: DistillationSet) -> None:
    given = examples.acted()
    likeliest = [int(example.probabilities.argmax()) for example in given]
    assert (
        np.mean([like == g.origin.emotion for like, g in zip(likeliest, given, strict=True)]) > 0.9
    )


def test_an_unlabelled_voice_counts_as_what_the_teacher_takes_it_for(
    examples: DistillationSet,
) -> None:
    bright, dull = (example.origin for example in examples.unlabelled())
    happy, sad = (example.origin.emotion for example in examples.acted()[:2])
    assert (bright.emotion, dull.emotion) == (happy, sad)
    assert bright.corpus == "a game"
    assert all(example.possible.all() for example in examples.unlabelled())


def test_nothing_is_heard_of_a_corpus_left_out(examples: DistillationSet) -> None:
    assert {example.origin.corpus for example in examples.acted("other")} == {"one", "emovo"}
    assert len(examples.unlabelled("other")) == 2


def test_what_was_made_is_found_again(
    examples: DistillationSet,
    data: Path,
    cache: Path,
    whisper_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = examples.acted(), examples.unlabelled()
    monkeypatch.setattr(distillation_data, "embed", None)
    again = DistillationSet(data, cache, Encoder(whisper_folder))
    for old, new in zip(before, (again.acted(), again.unlabelled()), strict=True):
        for one, other in zip(old, new, strict=True):
            np.testing.assert_array_equal(one.frames, other.frames)
            np.testing.assert_array_equal(one.probabilities, other.probabilities)
