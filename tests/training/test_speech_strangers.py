"""A corpus left out: who is learned from, and what a net learns of emotions that some never act."""

import json
from pathlib import Path

import numpy as np
import torch

from edgemood.hearing.frames import COLUMNS
from edgemood.training.speech_strangers import learned_net, net_recall, strangers, surprise
from edgemood.training.speech_trials import Page
from edgemood.training.speech_windows import Clip, Origin


def clip(emotion: int, corpus: str, seed: int = 0) -> Clip:
    """Syllables, slow for emotion 0 and quick for the others."""
    draw = np.random.default_rng(seed)
    syllables = -20 - 30 * np.abs(np.sin(np.arange(160) / (20 if emotion == 0 else 4)))
    seen = syllables[:, None] + draw.normal(0, 6, (160, COLUMNS))
    return Clip(seen.astype(np.float16), Origin(corpus, f"speaker {seed}", emotion))


def test_strangers_act_what_somebody_known_acts() -> None:
    train = [clip(0, "a"), clip(1, "a"), clip(2, "b"), clip(3, "new"), clip(4, "b")]
    test = [clip(0, "new"), clip(2, "new"), clip(3, "new"), clip(1, "a")]
    assert strangers(train, test, "new") == ([0, 2], [0, 1], [0, 2])


def test_an_emotion_that_a_corpus_does_not_act_is_not_unlearned_from_it() -> None:
    logits = torch.randn(4, 7, requires_grad=True)
    acted = torch.tensor([True, True, True, True, True, False, True])
    surprise(logits, torch.full((4, 7), 1 / 7), acted).sum().backward()
    assert logits.grad is not None
    assert (logits.grad[:, 5] == 0).all()
    assert (logits.grad[:, acted] != 0).any()


def test_surprise_is_least_when_all_emotions_get_what_they_should() -> None:
    target, acted = torch.tensor([[0.1, 0.2, 0.3, 0.0, 0.0, 0.0, 0.4]]), torch.ones(7).bool()
    right = surprise(target.clamp(min=1e-9).log(), target, acted)
    assert right < surprise(torch.zeros(1, 7), target, acted)


def test_a_net_learns_from_two_corpora_and_judges_among_the_emotions_asked_for() -> None:
    clips = [clip(seed % 2, corpus, seed) for corpus in "ab" for seed in range(4)]
    silence = np.full((200, COLUMNS), -80, dtype=np.float16)
    net = learned_net(clips, [silence], epochs=2)
    assert not net.training
    met = [clip(0, "new"), clip(1, "new")]
    assert net_recall(net, met, [0, 1]) in {0.0, 0.5, 1.0}
    assert net_recall(net, met[:1], [0]) == 1.0


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
