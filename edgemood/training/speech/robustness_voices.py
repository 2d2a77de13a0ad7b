"""Voices the models never learned from, made out of test speech: what the box makes of them.

Whispering (noise through the filter of the vocal tract), children (women's voices played faster:
pitch and formants as much higher), two people at once, and a loudspeaker in the next corner. And
laughing, crying, screaming and the like, and singing, of recordings for tests only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz
from scipy.signal import butter, lfilter, sosfilt

from edgemood.emotion import EMOTIONS, strongest
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.speech_emotion import SpeechEmotionModel
from edgemood.training.common import metrics
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.checkpoint import EMOTION_INT8
from edgemood.training.speech.data import Recording
from edgemood.training.speech.frontend import Sound, in_front_of, in_stillness
from edgemood.training.speech.robustness_noise import clip_scores

CLIP_STEP: Final = 12  # every twelfth clip: 161 of the test split
WITHOUT_WORDS: Final = (
    *("laughing", "crying", "screaming", "moaning", "sighing", "yawning", "coughing", "sneezing"),
    "ravdess_song",
)
CHILD_FASTER: Final = 1.3
"""Takes a woman's 210 Hz to 270 Hz, and her vocal tract's length to a child's of about eight."""

_PIECE_SAMPLES = 400
_STEP_SAMPLES = 200
_POLES = 18  # the customary two for each kHz, and two more
_SPEAKER_BAND_HZ = (200.0, 5_000.0)


def measure(models: Path, data: Path, split: str) -> list[dict[str, Any]]:
    """A row for each kind of voice: the share judged, UAR of those, and the mean highest score."""
    clips = [r for r in speech_data.speech(data) if r.split == split][::CLIP_STEP]
    women = [r for r in clips if r.labels["sex"] == "F"]
    model = SpeechEmotionModel(models / EMOTION_INT8)
    kinds: dict[str, tuple[list[Recording], Callable[[Sound], Sound]]] = {
        "usual": (clips, lambda speech: speech),
        "women": (women, lambda speech: speech),
        "children": (women, children),
        "whispering": (clips, whispered),
        "loudspeaker": (clips, through_loudspeaker),
    }
    rows = [
        {"voice": name}
        | _figures(
            models,
            model,
            recordings,
            (in_stillness(make(s)) for s in speech_data.sounds(recordings)),
        )
        for name, (recordings, make) in kinds.items()
    ]
    others = [*clips[len(clips) // 2 :], *clips[: len(clips) // 2]]
    both = (
        in_front_of(other, speech, 0.0)
        for speech, other in zip(speech_data.sounds(clips), speech_data.sounds(others), strict=True)
    )
    return [*rows, {"voice": "two at once"} | _figures(models, model, clips, both)]


def without_words(models: Path, data: Path) -> list[dict[str, Any]]:
    """A row for each kind of sound that people make without words, and for singing along.

    The share of clips in which something is judged, and which emotions these are called.
    """
    model = SpeechEmotionModel(models / EMOTION_INT8)
    recordings = speech_data.more_speech(data, ("deeply_vocal", "ravdess_song"))
    rows = []
    for kind in WITHOUT_WORDS:
        clips = [r for r in recordings if kind in (r.labels["label_original"], r.labels["corpus"])]
        heard = [
            clip_scores(models, model, in_stillness(sound)) for sound in speech_data.sounds(clips)
        ]
        called = [strongest(scores) for scores in heard if scores is not None]
        rows.append(
            {"sound": kind, "clips": len(clips), "judged": len(called) / len(clips)}
            | {str(e): called.count(e) / max(1, len(called)) for e in EMOTIONS}
        )
    return rows


def whispered(speech: Sound) -> Sound:
    """The speech without its voice: noise through its vocal tract (by linear prediction)."""
    draw = np.random.default_rng(0)
    window = np.hanning(_PIECE_SAMPLES + 1)[:-1]
    whisper = np.zeros(len(speech))
    for start in range(0, len(speech) - _PIECE_SAMPLES + 1, _STEP_SAMPLES):
        piece = speech[start : start + _PIECE_SAMPLES] * window
        spectrum = np.abs(np.fft.rfft(piece, 2 * _PIECE_SAMPLES)) ** 2
        alike = np.fft.irfft(spectrum)[: _POLES + 1]
        alike[0] = alike[0] * 1.001 + 1e-9  # keeps silence solvable
        filter_ = solve_toeplitz(alike[:-1], alike[1:])
        power = max(alike[0] - filter_ @ alike[1:], 0.0) / (window**2).sum()
        noise = draw.standard_normal(_PIECE_SAMPLES) * np.sqrt(power)
        shaped = lfilter([1.0], [1.0, *-filter_], noise)
        whisper[start : start + _PIECE_SAMPLES] += shaped * window
    return whisper.astype(np.float32)


def children(speech: Sound) -> Sound:
    """The speech played faster."""
    faster: Sound = soxr.resample(speech, SAMPLE_RATE_HZ * CHILD_FASTER, SAMPLE_RATE_HZ)
    return faster


def through_loudspeaker(speech: Sound) -> Sound:
    """The speech from a small loudspeaker, a television's or a radio's, across the room."""
    draw = np.random.default_rng(0)
    band = butter(2, _SPEAKER_BAND_HZ, "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    time_s = np.arange(int(0.4 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    room = 0.02 * draw.standard_normal(len(time_s)) * 10.0 ** (-3.0 * time_s / 0.4)
    room[0] = 1.0
    heard: NDArray[np.float64] = np.convolve(sosfilt(band, speech), room)[: len(speech)]
    return heard.astype(np.float32)


def _figures(
    models: Path,
    model: SpeechEmotionModel,
    recordings: list[Recording],
    sounds: Iterator[Sound],
) -> dict[str, float]:
    judged = [
        (scores, recording.emotion())
        for recording, sound in zip(recordings, sounds, strict=True)
        if (scores := clip_scores(models, model, sound)) is not None
    ]
    scores = np.stack([each for each, _ in judged])
    recalls = metrics.recalls(scores, np.array([emotion for _, emotion in judged]))
    return {
        "judged": len(judged) / len(recordings),
        "uar": float(np.nanmean(recalls)),
        "confidence": float(scores.max(axis=1).mean()),
    }
