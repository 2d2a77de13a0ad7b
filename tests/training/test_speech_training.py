"""What the speech-emotion model learns from and what it is made of, without any data set."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.hearing.mel import BANDS, FLOOR_DB
from edgemood.hearing.speech_emotion import WINDOW_FRAMES, model_input
from edgemood.training.speech.augment import Augmenter, power_sum, under_peak
from edgemood.training.speech.experiments import (
    FRONT_ENDS,
    held_out_recall,
    judged_linearly,
    statistics,
)
from edgemood.training.speech.model import EmotionNet, multiply_adds
from edgemood.training.speech.reliability import fit
from edgemood.training.speech.robustness_voices import children, through_loudspeaker, whispered
from edgemood.training.speech.train import recalls, temperature
from edgemood.training.speech.windows import Clip, Origin

SEEDS = st.integers(0, 99)


def sound(seed: int, frames: int = 300) -> np.ndarray:
    """Frames of syllables, with a pause before and after them."""
    draw = np.random.default_rng(seed)
    syllables = -20 - 30 * np.abs(np.sin(np.arange(frames) / 12))
    syllables[:40] = syllables[-40:] = -90
    seen = syllables[:, None] + draw.normal(0, 6, (frames, BANDS))
    return np.maximum(seen, FLOOR_DB).astype(np.float16)


def clip(emotion: int = 0, speaker: str = "a", corpus: str = "x", seed: int = 0) -> Clip:
    return Clip(sound(seed), Origin(corpus, speaker, emotion))


def batch(count: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.stack([sound(seed).astype(np.float32) for seed in range(count)]))


def test_pauses_are_cut_out_of_what_is_learned() -> None:
    whole = clip()
    assert len(whole.spoken(32.0)) < len(whole.frames) - 20
    assert whole.spoken(32.0).mean() > whole.frames.astype(float).mean()


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.sampled_from([64, 128, 256]))
def test_a_random_window_has_the_wanted_length(seed: int, frames: int) -> None:
    window = clip(seed=seed).random_window(frames, np.random.default_rng(seed))
    assert window.shape == (frames, BANDS)
    assert np.isfinite(window).all()


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_every_change_of_room_and_microphone_keeps_shape_and_sense(seed: int) -> None:
    augmenter = Augmenter(seed)
    mel = augmenter.room(augmenter.other_throat(batch()), probability=0.5)
    mel = augmenter.add(mel, batch(), augmenter.uniform(4, 0.0, 20.0))
    mel = augmenter.codec(augmenter.band_limit(augmenter.microphone(mel), 0.5), 0.5)
    assert mel.shape == (4, 300, BANDS)
    assert torch.isfinite(mel).all()


def test_training_sees_what_the_box_will_see() -> None:
    frames = sound(1, WINDOW_FRAMES).astype(np.float32)
    seen = under_peak(torch.from_numpy(frames)[None])[0, ..., None]
    np.testing.assert_allclose(seen.numpy(), model_input(frames), atol=1e-5)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_what_goes_along_with_a_moment_stays_with_it(seed: int) -> None:
    heard = sound(seed)
    known = Clip(np.concatenate([heard, heard[:, 5:7]], axis=1), Origin("x", "a", 0))
    window = known.random_window(128, np.random.default_rng(seed))
    np.testing.assert_array_equal(window[:, BANDS:], window[:, 5:7])
    assert known.pictures().shape[1:] == (WINDOW_FRAMES, BANDS, 1)


def test_two_equal_sounds_are_three_decibels_louder() -> None:
    mel = torch.full((1, 2, 3), -30.0)
    torch.testing.assert_close(power_sum(mel, mel), mel + 3.0103)


def test_the_model_keeps_within_the_work_it_is_allowed() -> None:
    """30 million multiply-adds for a second of speech."""
    work = multiply_adds(EmotionNet(), torch.zeros(1, 1, WINDOW_FRAMES, BANDS))
    assert work / 0.96 <= 30e6


def test_every_front_end_on_trial_describes_a_clip_without_its_loudness() -> None:
    for front_end in FRONT_ENDS.values():
        quiet, loud = (
            statistics(front_end(sound(1).astype(np.float32) + gain_db)) for gain_db in (-10, 0)
        )
        np.testing.assert_allclose(quiet, loud, atol=0.05)


def test_a_corpus_is_left_out_of_what_is_learned_and_only_shared_emotions_count() -> None:
    draw = np.random.default_rng(0)
    known = [clip(seed % 2, corpus="known") for seed in range(40)]
    new = [clip(seed % 3, corpus="new") for seed in range(30)]
    train, test = known + new, new
    of_train, of_test = (
        np.array([[c.origin.emotion + 0.1 * draw.normal()] for c in clips], dtype=np.float32)
        for clips in (train, test)
    )
    of_train[40:] *= -1  # would mislead, were it learned from
    for apart in (False, True):
        assert held_out_recall(train, of_train, test, of_test, "new", apart=apart) == 1.0


def test_a_linear_judge_finds_what_tells_emotions_apart() -> None:
    draw = np.random.default_rng(0)
    clips = [clip(seed % 3) for seed in range(60)]
    emotions = np.array([c.origin.emotion for c in clips])
    said = np.eye(3)[emotions] + 0.1 * draw.normal(size=(60, 3))
    assert (judged_linearly(said, clips, said) == emotions).all()


def test_a_net_that_is_too_sure_is_cooled() -> None:
    torch.manual_seed(0)
    clips = [clip(seed % 7) for seed in range(70)]
    logits = [torch.eye(7)[c.origin.emotion][None] * 3 + 2 * torch.randn(1, 7) for c in clips]
    assert temperature([10 * each for each in logits], clips) > temperature(logits, clips)
    assert recalls(logits, clips)["pooled"] > 0.5


def test_every_corpus_has_the_same_say_in_how_sure_a_net_is() -> None:
    torch.manual_seed(0)
    corpora = ["plain"] * 120 + ["hard"] * 20
    clips = [clip(seed % 7, corpus=corpus) for seed, corpus in enumerate(corpora)]
    logits = [
        3 * torch.eye(7)[c.origin.emotion][None] + noise * torch.randn(1, 7)
        for c, noise in zip(clips, [0.5] * 120 + [3.0] * 20, strict=True)
    ]
    plain, hard = temperature(logits[:120], clips[:120]), temperature(logits[120:], clips[120:])
    all_alike = temperature([*logits, *logits[120:] * 5], [*clips, *clips[120:] * 5])
    assert plain < temperature(logits, clips) < hard
    assert temperature(logits, clips) == pytest.approx(all_alike)


def test_a_temperature_leaves_every_decision_as_it_was() -> None:
    net = EmotionNet().eval()
    pictures = torch.randn(3, 1, WINDOW_FRAMES, BANDS)
    with torch.no_grad():
        before = net(pictures)
        net.divide(2.0)
        torch.testing.assert_close(net(pictures), before / 2.0)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_no_weight_of_a_ground_is_fitted_below_zero(seed: int) -> None:
    draw = np.random.default_rng(seed)
    known = draw.random((200, 5))
    weights = fit(known, known[:, 0] + 0.3 * draw.normal(size=200) > 0.5 + 0.4 * known[:, 1])
    assert weights[1:].min() >= 0
    assert weights[1] == weights[1:].max()


def test_a_whisper_has_the_words_but_no_pitch() -> None:
    time_s = np.arange(16_000) / 16_000
    hum = sum(np.sin(2 * np.pi * 150 * n * time_s) / n for n in range(1, 20))
    whisper = whispered((0.1 * hum).astype(np.float32))
    spectrum = np.abs(np.fft.rfft(whisper[4_000:12_000])) ** 2
    harmonics = spectrum[75::75][:15]  # every 150 Hz, two hertz a bin
    assert whisper.shape == hum.shape
    assert harmonics.sum() < 0.2 * spectrum.sum()


def test_children_and_loudspeakers_keep_sound_finite() -> None:
    speech = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    assert len(children(speech)) == pytest.approx(16_000 / 1.3, abs=2)
    assert np.isfinite(through_loudspeaker(speech)).all()
