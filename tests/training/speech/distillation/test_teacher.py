"""What Whisper says and how it becomes examples, with weights of our own instead of its files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edgemood.hearing.mel import BANDS
from edgemood.training.speech.distillation.student import MOMENT_FRAMES, Student
from edgemood.training.speech.distillation.teacher import (
    DIRECTIONS,
    Directions,
    Judge,
    held_out_probabilities,
    importance,
)
from edgemood.training.speech.distillation.whisper import Encoder, band_centres_hz, log_mel
from edgemood.training.speech.distillation.whisper_stem import (
    FIRST_FILTERS,
    SECOND_FILTERS,
    Stem,
    picture,
    pruned,
)
from edgemood.training.speech.model import FILTERS
from edgemood.training.speech.windows import Clip, Origin

WIDTH = 512


@pytest.fixture(scope="module")
def encoder(whisper_folder: Path) -> Encoder:
    return Encoder(whisper_folder)


def clips() -> list[Clip]:
    draw = np.random.default_rng(0)
    return [
        Clip(draw.normal(-30 - seed % 2 * 5, 9, (150, BANDS)).astype(np.float16), origin)
        for seed in range(30)
        for origin in [Origin("x", f"{seed}", seed % 2)]
    ]


def test_missing_wheels_are_named_with_what_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make train-speech"):
        Encoder(tmp_path)


def test_a_layer_is_that_of_a_transformer(
    encoder: Encoder, whisper_weights: dict[str, np.ndarray]
) -> None:
    """`torch.nn.TransformerEncoderLayer`, normalising first, with the same numbers in it."""
    w = {
        name.removeprefix("encoder/"): torch.tensor(v).float()
        for name, v in whisper_weights.items()
    }
    layer = nn.TransformerEncoderLayer(
        WIDTH, 8, 2 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
    ).eval()
    attention, name = layer.self_attn, "layer_0/"
    for parameter, key in (
        (attention.in_proj_weight, "self_attention/linear_0/weight"),
        (attention.in_proj_bias, "self_attention/linear_0/bias"),
        (attention.out_proj.weight, "self_attention/linear_1/weight"),
        (attention.out_proj.bias, "self_attention/linear_1/bias"),
        (layer.norm1.weight, "self_attention/layer_norm/gamma"),
        (layer.norm1.bias, "self_attention/layer_norm/beta"),
        (layer.norm2.weight, "ffn/layer_norm/gamma"),
        (layer.norm2.bias, "ffn/layer_norm/beta"),
        (layer.linear1.weight, "ffn/linear_0/weight"),
        (layer.linear1.bias, "ffn/linear_0/bias"),
        (layer.linear2.weight, "ffn/linear_1/weight"),
        (layer.linear2.bias, "ffn/linear_1/bias"),
    ):
        parameter.data = w[name + key]
    mel = torch.randn(1, 80, 41)
    gelu, conv = nn.functional.gelu, nn.functional.conv1d
    with torch.no_grad():
        one = gelu(conv(mel[..., :40], w["conv1/weight"], w["conv1/bias"], padding=1))
        two = gelu(conv(one, w["conv2/weight"], w["conv2/bias"], padding=1, stride=2))
        expected = layer(two.transpose(1, 2) + w["position_encodings/encodings"][:20])[0]
    torch.testing.assert_close(encoder.layers(mel[0], 1)[0], expected, atol=1e-4, rtol=1e-4)


def test_a_tone_lies_in_its_band_whatever_its_loudness() -> None:
    tone = np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000).astype(np.float32)
    seen = log_mel(tone)
    assert seen.shape == (80, 100)
    assert abs(band_centres_hz()[int(seen[:, 50].argmax())] - 1_000) < 40
    torch.testing.assert_close(log_mel(0.01 * tone), seen, atol=1e-4, rtol=0)


def test_judges_of_emotion_never_heard_the_speaker() -> None:
    """Each speaker acts everything alike, in a way of his own: a judge of the others is lost."""
    draw = np.random.default_rng(0)
    speakers = np.repeat(np.arange(14), 20)
    emotions = np.tile([0, 1], 140)
    way = draw.choice([-1.0, 1.0], 14)[speakers] * np.where(emotions == 0, 1.0, -1.0)
    whose = [Origin("x", f"{s:02}", e) for s, e in zip(speakers, emotions, strict=True)]
    blind = held_out_probabilities(way[:, None] + 0.01 * draw.normal(size=(280, 1)), whose)
    clear = held_out_probabilities(emotions[:, None] + 0.0, whose)
    np.testing.assert_allclose(blind.sum(axis=1), 1.0, atol=1e-5)
    assert (blind[:, 2:] == 0).all()
    assert (clear.argmax(axis=1) == emotions).all()
    assert (blind.argmax(axis=1) == emotions).mean() < 0.75


def test_words_that_tell_emotions_apart_count_more() -> None:
    draw = np.random.default_rng(0)
    emotions = np.arange(300) % 3
    words = draw.normal(size=(300, DIRECTIONS)).astype(np.float32)
    words[:, 7] += emotions
    weights = importance(words, emotions)
    assert weights.argmax() == 7
    assert np.square(weights).mean() == pytest.approx(1.0, rel=1e-4)


def test_few_filters_say_nearly_what_all_said(encoder: Encoder) -> None:
    stem = pruned(encoder, clips())
    assert stem.first.shape == (FIRST_FILTERS, BANDS, 3)
    assert stem.second.shape == (SECOND_FILTERS, FIRST_FILTERS, 3)
    said = stem.statistics(picture(clips()[0]))
    assert said.shape == (2 * SECOND_FILTERS,)
    assert np.isfinite(said).all()


def student() -> Student:
    torch.manual_seed(0)
    return Student.from_stem(
        Stem(
            torch.randn(FIRST_FILTERS, BANDS, 3) / 14,
            torch.randn(FIRST_FILTERS),
            torch.randn(SECOND_FILTERS, FIRST_FILTERS, 3) / 20,
            torch.randn(SECOND_FILTERS),
        )
    )


def test_a_pupil_judges_the_same_when_it_is_exported() -> None:
    learner, pictures = student(), torch.randn(8, 1, 64, BANDS)
    learner.train()(pictures)
    with torch.no_grad():
        before, _ = learner.eval()(pictures)
        torch.testing.assert_close(learner.exported()(pictures), before, atol=1e-4, rtol=1e-4)


def test_a_pupil_goes_on_where_a_net_stands() -> None:
    learner, pictures = student(), torch.randn(300, 1, 64, BANDS)
    learner.train()(pictures)
    net = learner.exported()
    with torch.no_grad():
        stood = net(pictures)
        again = Student.from_net(net, pictures)
        again.dropout.p = 0.0
        torch.testing.assert_close(again.eval()(pictures)[0], stood, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(again.train()(pictures)[0], stood, atol=0.2, rtol=0.05)


def test_directions_have_spread_one_and_do_not_go_together() -> None:
    draw = np.random.default_rng(0)
    means = (draw.normal(size=(400, 200)) @ draw.normal(size=(200, 200)) + 3).astype(np.float32)
    told = Directions.between(means).of(torch.from_numpy(means)).astype(np.float32)
    assert told.shape == (400, DIRECTIONS)
    np.testing.assert_allclose(np.cov(told.T), np.eye(DIRECTIONS), atol=0.05)


def test_the_net_begins_with_the_stem() -> None:
    learner = student()
    early = learner.net.stem(torch.randn(1, 1, 40, BANDS))
    assert early.shape == (1, FILTERS[1], 20, 1)
    assert {id(p) for p in learner.pretrained()}.isdisjoint({id(p) for p in learner.new()})


def test_saying_what_the_teacher_says_lowers_the_loss() -> None:
    learner, pictures = student().eval(), torch.randn(4, 1, 64, BANDS)
    aim = torch.full((4, 7), 1 / 7), torch.zeros(4, 7)
    with torch.no_grad():
        _, said = learner(pictures)
        assert said.shape == (4, DIRECTIONS, 64 // MOMENT_FRAMES, 1)
        right = learner.loss(pictures, said, aim, 0.5)
        assert right < learner.loss(pictures, said + 1.0, aim, 0.5)


def test_an_emotion_absent_from_a_corpus_costs_it_nothing() -> None:
    """What is likely there is learned from those that the corpus has alone."""
    learner, picture = student().eval(), torch.randn(1, 1, 64, BANDS)
    said = torch.zeros(1, DIRECTIONS, 64 // MOMENT_FRAMES, 1)
    aim = torch.tensor([[0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]])
    for lowered, is_moved in ((0.0, True), (-1e4, False)):
        prior = torch.tensor([[0.0, lowered, 0.0, 0.0, 0.0, 0.0, 0.0]])
        learner.zero_grad()
        learner.loss(picture, said, (aim, prior), 0.0).backward()
        assert bool(learner.judge.bias.grad[1] != 0) == is_moved


def test_a_judge_hears_an_emotion_where_nobody_acted_it() -> None:
    """Two numbers: one tells disgust from neutral, the other one corpus from the other."""
    draw, (disgust, neutral) = np.random.default_rng(0), (1, 6)
    whose = [Origin("both", f"{n}", (disgust, neutral)[n % 2]) for n in range(100)]
    whose += [Origin("calm", f"{n}", (0, neutral)[n % 2]) for n in range(100)]
    numbers = np.array(
        [[o.emotion == disgust, o.corpus == "calm", o.emotion == 0] for o in whose], dtype=float
    )
    known = (numbers + 0.2 * draw.normal(size=numbers.shape)).astype(np.float32)
    disgusted_there = np.array([[1, 1, 0]], dtype=np.float32)
    probabilities = Judge(known, whose, penalty=1.0).probabilities(disgusted_there)
    assert probabilities.argmax() == disgust
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[0, 2:6].max() < 1e-6
