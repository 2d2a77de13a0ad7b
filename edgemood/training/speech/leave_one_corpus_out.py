"""A language, its speakers and its microphones left out: what a net makes of a held-out corpus.

`python -m edgemood.training.speech.leave_one_corpus_out` (`make left-out`) learns five nets like
the voice's, but for fewer epochs and of acted speech alone, each without one corpus, and measures
them on that: figures of a recipe, not of the model. The teacher's judges, too, learned from the
other corpora only; its layers never heard of emotions. Of RAVDESS, nEMO and ASED the test split is
judged, of the smaller corpora all.
Writes `models/speech_left_out.json`, which the scorecard shows.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Scores
from edgemood.hearing.reliability import reliability
from edgemood.hearing.speech_emotion import SpeechEmotionModel
from edgemood.training.common import metrics
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.common.recipe import Epochs
from edgemood.training.speech import checkpoint as speech_files
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.batches import BATCH, BatchMixer
from edgemood.training.speech.checkpoint import EMOTION_INT8
from edgemood.training.speech.data import Recording
from edgemood.training.speech.distillation.data import DistillationSet, Example, origin_of
from edgemood.training.speech.distillation.student import Student
from edgemood.training.speech.distillation.whisper import Encoder
from edgemood.training.speech.distillation.whisper_stem import Stem, pruned
from edgemood.training.speech.frontend import in_stillness, listen
from edgemood.training.speech.model import EmotionNet
from edgemood.training.speech.train import (
    RECIPE,
    backgrounds,
    clip_logits,
    load,
    representative,
    temperature,
    train,
)
from edgemood.training.speech.windows import Clip, Origin

LEFT_OUT: Final = ("ravdess", "nemo", "ased", "emovo", "kemo15")
WHOLE: Final = ("emovo", "kemo15")
"""Corpora so small that all of their clips are judged; nothing is learned from them here."""
EPOCHS: Final = 5
LEFT_OUT_FIGURES: Final = Path("speech_left_out.json")

Rows = dict[str, dict[str, float]]


def shared(train: Sequence[Origin], test: Sequence[Origin]) -> list[int]:
    """The emotions that both have, in rising order."""
    return sorted({origin.emotion for origin in train} & {origin.emotion for origin in test})


class Split(NamedTuple):
    """What to train on and what to test on; both act the same emotions."""

    train: list[int]
    """places in the training clips, of the other corpora"""
    test: list[int]
    """places in the test clips, of the corpus that is left out"""
    emotions: list[int]
    """in rising order"""


def leave_out(train: list[Clip], test: list[Clip], left_out: str) -> Split:
    """Leave a corpus out: the emotions that it and any other have."""
    emotions = shared(
        [clip.origin for clip in train if clip.origin.corpus != left_out],
        [clip.origin for clip in test if clip.origin.corpus == left_out],
    )
    in_train, in_test = (
        [
            place
            for place, clip in enumerate(clips)
            if (clip.origin.corpus == left_out) == is_left_out and clip.origin.emotion in emotions
        ]
        for clips, is_left_out in ((train, False), (test, True))
    )
    return Split(in_train, in_test, emotions)


def learned_net(
    stem: Stem,
    acted: list[Example],
    unlabelled: list[Example],
    backgrounds: list[NDArray[np.float16]],
    epochs: int,
) -> EmotionNet:
    """A net that learned from these examples."""
    torch.manual_seed(RECIPE.seed)
    steps = math.ceil(len(acted) / BATCH)
    mixer = BatchMixer.of(acted, unlabelled)
    recipe = replace(RECIPE, length=Epochs(epochs))
    return train(Student.from_stem(stem), mixer, backgrounds, recipe, steps=steps)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was made of a clip."""

    emotion: int
    scores: Scores | None
    """None when the gate let no window pass"""
    reliability: float


def judged_by(net: EmotionNet, shown: list[Clip], recordings: list[Recording]) -> Iterator[Judged]:
    """What the box would make of recordings with this net, in int8, as the pictures of `shown`."""
    with TemporaryDirectory() as folder:
        speech_files.write_unbiased(net, representative(shown), Path(folder))
        model = SpeechEmotionModel(Path(folder) / EMOTION_INT8)
        for recording, sound in zip(recordings, speech_data.sounds(recordings), strict=True):
            windows = listen(MODELS, in_stillness(sound))
            each = [model.scores(window.frames) for window in windows]
            trust = [
                reliability(window.voice, window.spoken_share, window.snr_db, confidence=max(s))
                for window, s in zip(windows, each, strict=True)
            ]
            yield Judged(
                recording.emotion(),
                np.mean(each, axis=0) if windows else None,
                float(np.mean(trust)) if windows else 0.0,
            )


def figures(judged: list[Judged], emotions: list[int]) -> dict[str, float]:
    """How well these emotions were recognised, as if there were no others.

    A clip that the gate kept out counts as wrong.
    """
    labels = np.array([emotions.index(each.emotion) for each in judged])
    scores = np.stack([_among(each, emotions) for each in judged])
    recalls = metrics.recalls(scores, labels)
    aroused = metrics.AROUSED[emotions]
    halves = np.stack([scores[:, ~aroused].sum(axis=1), scores[:, aroused].sum(axis=1)], axis=1)
    surest = np.argsort([-each.reliability for each in judged], kind="stable")[: len(judged) // 2]
    found = {
        "uar": float(recalls.mean()),
        "guessing": 1.0 / len(emotions),
        "arousal": float(metrics.recalls(halves, aroused[labels].astype(np.int64)).mean()),
        "ece": metrics.calibration_error(scores, labels),
        "uar_of_surer_half": float(np.nanmean(metrics.recalls(scores[surest], labels[surest]))),
    }
    return found | {str(EMOTIONS[e]): float(r) for e, r in zip(emotions, recalls, strict=True)}


def _among(judged: Judged, emotions: list[int]) -> Scores:
    if judged.scores is None:
        wrong = np.full(len(emotions), 1.0 / (len(emotions) - 1), dtype=np.float32)
        wrong[emotions.index(judged.emotion)] = 0.0
        return wrong
    some: Scores = judged.scores[emotions] / judged.scores[emotions].sum()
    return some


def kept(models: Path) -> Rows:
    """The figures of the corpora that were left out so far; none when none was."""
    path = models / LEFT_OUT_FIGURES
    rows: Rows = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return rows


def keep(models: Path, left_out: str, found: dict[str, float]) -> None:
    """Write a corpus's figures beside those of the others, and the mean once all are there."""
    rows = kept(models) | {left_out: found}
    of_all = [rows[corpus] for corpus in LEFT_OUT if corpus in rows]
    rows.pop("mean", None)
    if len(of_all) == len(LEFT_OUT):
        rows["mean"] = {
            name: float(np.mean([row[name] for row in of_all if name in row]))
            for name in ("uar", "arousal", "ece", "uar_of_surer_half", "disgust")
        }
    path = models / LEFT_OUT_FIGURES
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Leave the corpora out, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--only", choices=LEFT_OUT)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data, cache = data_folder(), options.cache
    learned_from, watched = load(data, cache, "train"), load(data, cache, "val")
    encoder, heard_behind = Encoder(cache), backgrounds(data, cache)
    examples = DistillationSet(data, cache, encoder)
    recordings = [*speech_data.speech(data), *speech_data.more_speech(data)]
    for left_out in [options.only] if options.only else LEFT_OUT:
        of_corpus = [r for r in recordings if r.labels["corpus"] == left_out]
        test = [r for r in of_corpus if r.split == "test" or left_out in WHOLE]
        train_clips = [clip for clip in learned_from if clip.origin.corpus != left_out]
        emotions = shared([clip.origin for clip in train_clips], [origin_of(r) for r in test])
        acted = examples.acted(left_out)
        net = learned_net(pruned(encoder, train_clips), acted, [], heard_behind, options.epochs)
        others = [clip for clip in watched if clip.origin.corpus != left_out]
        net.divide(temperature(clip_logits(net, others), others))
        judged = [each for each in judged_by(net, train_clips, test) if each.emotion in emotions]
        found = {"epochs": options.epochs, "clips": len(judged)} | figures(judged, emotions)
        print(left_out, found, flush=True)
        keep(MODELS, left_out, found)


if __name__ == "__main__":
    main()
