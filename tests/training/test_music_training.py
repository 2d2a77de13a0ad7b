from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from edgemood.music.analysis.audio.mel import BANDS, SLICE_FRAMES
from edgemood.tflite import Model
from edgemood.training.common.export import export_int8
from edgemood.training.music import kernel_svm as music_machine
from edgemood.training.music.augment import Studio
from edgemood.training.music.data import cached, re_encoded
from edgemood.training.music.models import NETS, rglu
from edgemood.training.music.tagger import Filters


@pytest.mark.parametrize("name", NETS)
def test_every_net_gives_four_logits_and_its_helpers(name: str):
    logits, helped = NETS[name](7).learning(torch.rand(2, 1, SLICE_FRAMES, BANDS))
    assert (logits.shape, helped.shape) == ((2, 4), (2, 7))


def test_gates_and_global_maximum_survive_the_export(tmp_path: Path):
    torch.manual_seed(0)
    inputs = np.random.default_rng(0).random((24, SLICE_FRAMES, BANDS, 1)).astype(np.float32)
    net = rglu(3).train()
    for _ in range(3):
        net(torch.from_numpy(inputs).permute(0, 3, 1, 2))
    export_int8(net.eval(), inputs, tmp_path / "rglu.tflite")
    model = Model(tmp_path / "rglu.tflite", inputs.shape[1:], (4,))
    with torch.no_grad():
        expected = net(torch.from_numpy(inputs).permute(0, 3, 1, 2)).numpy()
    outputs = np.stack([model(values) for values in inputs])
    assert np.abs(outputs - expected).max() < 0.1 * max(1.0, np.ptp(expected))


def test_other_recordings_stay_pictures():
    picture = np.random.default_rng(0).random((900, BANDS)).astype(np.float32)
    slices = np.stack([Studio(seed).slice_of(picture) for seed in range(20)])
    assert slices.shape[1:] == (SLICE_FRAMES, BANDS)
    assert slices.min() >= 0
    assert slices.max() < 3


@pytest.fixture
def clouds() -> music_machine.Lesson:
    """Eighty songs of four clouds; a word is said of each, and one of everything."""
    draw = np.random.default_rng(0)
    quadrants = np.arange(80) % 4
    values = (draw.normal(size=(80, 6)) + 4 * np.eye(6)[quadrants]).astype(np.float32)
    words = np.hstack([np.eye(4)[quadrants], draw.random((80, 1))]).astype(np.float32)
    return music_machine.Lesson(values, quadrants, words, [f"artist {n}" for n in range(80)])


SETTING = music_machine.Setting(softness=1.0, width=1.0, ridge=0.3)


@pytest.mark.parametrize("judge", ["pair_logits", "word_logits", "logits"])
def test_the_machine_tells_clouds_of_points_apart(clouds: music_machine.Lesson, judge: str):
    machine = music_machine.fit(SETTING, clouds.rows(np.arange(60)))
    judged = getattr(machine, judge)(clouds.values[60:]).argmax(axis=1)
    assert (judged == clouds.quadrants[60:]).mean() > 0.9


def test_sharper_judges_are_surer_of_the_same(clouds: music_machine.Lesson):
    machine = music_machine.fit(SETTING, clouds)
    sharper = music_machine.calibrated(machine, 2.0, 2.0)
    for judge in ("pair_logits", "word_logits"):
        before, after = (getattr(each, judge)(clouds.values) for each in (machine, sharper))
        assert (before.argmax(axis=1) == after.argmax(axis=1)).all()
        assert (after.max(axis=1) >= before.max(axis=1)).all()


def test_sharpness_makes_overconfident_logits_modest():
    quadrants = np.arange(400) % 4
    logits = 10 * np.eye(4)[np.where(np.arange(400) % 10 < 7, quadrants, (quadrants + 1) % 4)]
    assert music_machine.sharpness(logits.astype(np.float32), quadrants) < 0.5


def test_the_strongest_place_of_a_filter_is_found_before_its_normalisation():
    draw = np.random.default_rng(0)
    bias, scale, shift = draw.normal(size=(3, 8)).astype(np.float32)
    filters = Filters(np.ones((1, 1, 1, 8), np.float32), bias, scale, shift)
    sums = draw.normal(size=(50, 8)).astype(np.float32)
    found_first = filters.after((sums * filters.signs).max(axis=0) * filters.signs)
    np.testing.assert_allclose(found_first, filters.after(sums).numpy().max(axis=0), atol=1e-6)


INDEX = """file,split,artist,title,mood,valence,arousal,genre,mood_tags
audio/a.wav,train,A,One,happy,0.5,0.5,Jazz,Fun|Sweet
audio/b.wav,val,B,Two,sad,-0.5,-0.5,Pop/Rock|Blues,Bleak
"""


def test_what_another_front_end_heard_is_heard_anew(tmp_path: Path):
    audio = tmp_path / "music" / "audio"
    audio.mkdir(parents=True)
    (audio.parent / "index.csv").write_text(INDEX, encoding="utf-8")
    draw = np.random.default_rng(0)
    for name in ("a.wav", "b.wav"):
        soundfile.write(audio / name, draw.normal(0, 0.1, 48_000), 16_000)
    fresh = cached(tmp_path, tmp_path)
    kept = tmp_path / "music_heard.npz"
    with np.load(kept) as arrays:
        stale = dict(arrays) | {"values": arrays["values"] + 1}
    np.savez(kept, **stale)
    for before, after in zip(fresh, cached(tmp_path, tmp_path), strict=True):
        np.testing.assert_array_equal(after.values, before.values)


@pytest.mark.parametrize("codec", ["mp3_96", "opus_24", "aac_64"])
def test_a_clip_after_a_codec_is_nearly_the_clip(codec: str):
    time_s = np.arange(32_000) / 16_000
    clips = [(0.3 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32) for hz in (440, 880)]
    for clip, copy in zip(clips, re_encoded(clips, codec), strict=True):
        assert copy.shape == clip.shape
        spectra = [np.abs(np.fft.rfft(each)) for each in (clip, copy)]
        assert np.corrcoef(*spectra)[0, 1] > 0.9


def test_without_ffmpeg_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileNotFoundError, match="install ffmpeg"):
        re_encoded([], "mp3_96")
