"""A corpus left out: who is learned from, and what a net learns from a teacher's examples."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.hearing.mel import BANDS
from edgemood.training.common.recipe import Epochs
from edgemood.training.speech.batches import BATCH, Batches, BatchMixer
from edgemood.training.speech.distillation.data import Example
from edgemood.training.speech.distillation.student import Student
from edgemood.training.speech.distillation.teacher import DIRECTIONS
from edgemood.training.speech.distillation.whisper_stem import FIRST_FILTERS, SECOND_FILTERS, Stem
from edgemood.training.speech.experiments import Page
from edgemood.training.speech.leave_one_corpus_out import (
    LEFT_OUT,
    Judged,
    figures,
    keep,
    kept,
    learned_net,
    leave_out,
)
from edgemood.training.speech.train import RECIPE, clip_logits, train
from edgemood.training.speech.windows import Clip, Origin


def frames(emotion: int, seed: int = 0) -> np.ndarray:
    """Syllables, slow for emotion 0 and quick for the others."""
    draw = np.random.default_rng(seed)
    syllables = -20 - 30 * np.abs(np.sin(np.arange(160) / (20 if emotion == 0 else 4)))
    return (syllables[:, None] + draw.normal(0, 6, (160, BANDS))).astype(np.float16)


def clip(emotion: int, corpus: str) -> Clip:
    return Clip(frames(emotion), Origin(corpus, "speaker", emotion))


def example(emotion: int, seed: int) -> Example:
    said = np.full((160, DIRECTIONS), 1.0 if emotion else -1.0, dtype=np.float16)
    told = np.concatenate([frames(emotion, seed), said], axis=1)
    origin = Origin("known", f"speaker {seed}", emotion)
    possible = np.arange(7) < 2
    return Example(origin, told, np.eye(7, dtype=np.float32)[emotion], possible)


def test_a_held_out_corpus_is_judged_on_emotions_of_the_others() -> None:
    train = [clip(0, "a"), clip(1, "a"), clip(2, "b"), clip(3, "new"), clip(4, "b")]
    test = [clip(0, "new"), clip(2, "new"), clip(3, "new"), clip(1, "a")]
    assert leave_out(train, test, "new") == ([0, 2], [0, 1], [0, 2])


def stem() -> Stem:
    torch.manual_seed(0)
    return Stem(
        torch.randn(FIRST_FILTERS, BANDS, 3) / 14,
        torch.zeros(FIRST_FILTERS),
        torch.randn(SECOND_FILTERS, FIRST_FILTERS, 3) / 20,
        torch.zeros(SECOND_FILTERS),
    )


def silence() -> np.ndarray:
    return np.full((200, BANDS), -80, dtype=np.float16)


def test_a_net_leans_towards_what_its_examples_say() -> None:
    acted, unlabelled = ([example(n % 2, n) for n in range(first, first + 8)] for first in (0, 8))
    net = learned_net(stem(), acted, unlabelled, [silence()], epochs=6)
    assert not net.training
    slow, quick = (each.mean(dim=0) for each in clip_logits(net, [clip(0, "new"), clip(1, "new")]))
    assert slow[0] - slow[1] > quick[0] - quick[1]


def test_training_goes_on_after_an_interruption_and_tells_how_well_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixer = BatchMixer.of([example(n % 2, n) for n in range(8)], [])
    kept, watched = tmp_path / "checkpoint.pt", [clip(0, "new"), clip(1, "new")]
    for epochs in (2, 3):
        train(
            Student.from_stem(stem()),
            mixer,
            [silence()],
            replace(RECIPE, length=Epochs(epochs)),
            steps=1,
            checkpoint=kept,
            watched=watched,
        )
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == [
        "epoch 1/2",
        "epoch 2/2",
        "resumed after epoch 2/3",
        "epoch 3/3",
    ]
    assert "pooled" in told[1]
    assert "pooled" in told[3]


def test_a_batch_holds_examples_of_both_kinds_weighted_by_importance() -> None:
    acted, unlabelled = ([example(n % 2, n) for n in range(first, first + 8)] for first in (0, 8))
    mixer = BatchMixer.of(acted, unlabelled)
    assert mixer.importance.square().mean() == pytest.approx(1.0, rel=1e-4)
    pictures, words, targets = Batches(mixer, [silence()], seed=0).batch(64)
    assert pictures.shape == (BATCH, 1, 64, BANDS)
    assert words.shape == (BATCH, DIRECTIONS, 16, 1)
    torch.testing.assert_close(targets.probabilities.sum(dim=1), torch.ones(BATCH))
    assert (targets.probabilities[:, 2:] == 0).all()
    assert (targets.prior[:, 2:] < 0).all()
    assert (targets.prior[:, :2] == 0).all()
    loud = words.abs()[:, :, 0, 0]
    torch.testing.assert_close(loud, mixer.importance.expand(BATCH, -1))


def scores(**likely: float) -> np.ndarray:
    return np.array([likely.get(str(emotion), 0.01) for emotion in EMOTIONS], dtype=np.float32)


def test_a_corpus_left_out_is_judged_among_the_emotions_shared() -> None:
    angry, sad, neutral = (EMOTIONS.index(Emotion(name)) for name in ("angry", "sad", "neutral"))
    judged = [
        Judged(angry, scores(happy=0.5, angry=0.3), 0.9),  # nobody can be happy there
        Judged(sad, scores(neutral=0.6, sad=0.3), 0.1),
        Judged(neutral, scores(neutral=0.6), 0.8),
        Judged(angry, None, 0.0),
    ]
    found = figures(judged, [angry, sad, neutral])
    assert found["angry"] == 0.5
    assert found["sad"] == 0.0
    assert found["uar"] == pytest.approx(0.5)
    assert found["arousal"] == pytest.approx(0.75)
    assert found["uar_of_surer_half"] == 1.0


def test_a_mean_is_told_once_every_corpus_was_left_out(tmp_path: Path) -> None:
    row = {"uar": 0.4, "arousal": 0.7, "ece": 0.1, "uar_of_surer_half": 0.5}
    for corpus in LEFT_OUT:
        assert "mean" not in kept(tmp_path)
        keep(tmp_path, corpus, row | ({"disgust": 0.3} if corpus == "emovo" else {}))
    assert kept(tmp_path)["mean"] == pytest.approx(row | {"disgust": 0.3})


def test_a_trial_leaves_the_cells_of_the_others(tmp_path: Path) -> None:
    page = Page(tmp_path)
    page.add("left out", "ased", {"SVM": "20.0%"})
    page.add("left out", "ased", {"net": "40.0%"})
    Page(tmp_path).add("left out", "nemo", {"SVM": "30.0%"})
    assert "| ased | 20.0% | 40.0% |\n| nemo | 30.0% | – |\n" in (
        tmp_path / "speech_trials.md"
    ).read_text("utf-8")
    kept = json.loads((tmp_path / "speech_trials.json").read_text("utf-8"))
    assert kept["left out"]["ased"] == {"SVM": "20.0%", "net": "40.0%"}
