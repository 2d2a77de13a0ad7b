"""Trials of equal budget: `python -m edgemood.training.speech.experiments` (`make trials-speech`).

Writes `models/speech_trials.md`: which front end tells most on the validation split, and what is
left when a whole corpus, its language and its microphones are new (train splits of two corpora,
test split of the third, emotions both have). The judge of front ends is a support vector machine on
statistics of a clip's spoken frames: it learns in seconds, and the same for everyone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dct
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from edgemood.hearing.mel import normalise
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.distillation import teacher as speech_teacher
from edgemood.training.speech.distillation.whisper import Encoder
from edgemood.training.speech.distillation.whisper_stem import Stem, picture, pruned
from edgemood.training.speech.leave_one_corpus_out import leave_out
from edgemood.training.speech.train import load, unweighted_recall
from edgemood.training.speech.windows import TYPICAL_DEPTH_DB, Clip

COEFFICIENTS: Final = 40
"""Of the cepstrum, as is customary."""
PENALTY: Final = 3.0
_DEPTH_DB: Final = 55.0
_LINEAR_PENALTY: Final = 0.003

_HEAD = """# Trials of the voice

Written by `make trials-speech`. Unweighted average recall, not that of the model in this folder.
"SVM": a support vector machine on means, spreads, tenths and rates of change of what a front end
gives over a clip's spoken frames (with a corpus left out: log-mel). "SVM, corpora apart": each
corpus learned from has its own mean and spread taken away. "Linear, filters": a linear judge of the
means and spreads of Whisper's first filters, pruned to those the box can afford. "Linear, teacher":
the same of Whisper's layers two to four, which the box cannot.
"""
_FRONT_ENDS: Final = "SVM on a front end, validation"
_LEFT_OUT: Final = "corpus left out, test"
_SVM, _SVM_APART = "SVM", "SVM, corpora apart"
_FILTERS, _TEACHER = "linear, filters", "linear, teacher"

Floats = NDArray[np.float32]
FrontEnd = Callable[[Floats], Floats]


def log_mel(spoken: Floats) -> Floats:
    """Log-mel of zero mean and unit variance: (n, 64)."""
    return normalise(spoken, _DEPTH_DB)[:, :, 0]


def mfcc(spoken: Floats) -> Floats:
    """Its cepstrum: (n, 40)."""
    coefficients: Floats = dct(log_mel(spoken), axis=1, norm="ortho")[:, :COEFFICIENTS]
    return coefficients


FRONT_ENDS: Final[dict[str, FrontEnd]] = {
    "log-mel": log_mel,
    "MFCC": mfcc,
}


def statistics(seen: Floats) -> Floats:
    """What a clip's frames (n, columns) are like, whatever their order but one: (5 · columns,)."""
    low, high = np.quantile(seen, (0.1, 0.9), axis=0)
    change = np.abs(np.diff(seen, axis=0)).mean(axis=0)
    numbers: Floats = np.concatenate([seen.mean(axis=0), seen.std(axis=0), low, high, change])
    return numbers.astype(np.float32)


def described(clips: list[Clip], front_end: FrontEnd) -> Floats:
    """The statistics of each clip: (clips, numbers)."""
    return np.stack([statistics(front_end(clip.spoken(TYPICAL_DEPTH_DB))) for clip in clips])


def learned(of_train: Floats, clips: list[Clip]) -> Callable[[Floats], NDArray[np.int_]]:
    """A judge of descriptions, from those of these clips; every emotion counts the same."""
    judge = make_pipeline(StandardScaler(), SVC(C=PENALTY, class_weight="balanced"))
    judge.fit(of_train, [clip.origin.emotion for clip in clips])
    predict: Callable[[Floats], NDArray[np.int_]] = judge.predict
    return predict


def recalls(predicted: NDArray[np.int_], clips: list[Clip]) -> dict[str, float]:
    """UAR per corpus and pooled."""
    true = np.array([clip.origin.emotion for clip in clips])
    corpora = np.array([clip.origin.corpus for clip in clips])
    found = {
        corpus: unweighted_recall(predicted[corpora == corpus], true[corpora == corpus])
        for corpus in sorted(set(corpora.tolist()))
    }
    return found | {"pooled": unweighted_recall(predicted, true)}


def held_out_recall(
    train: list[Clip],
    of_train: Floats,
    test: list[Clip],
    of_test: Floats,
    left_out: str,
    *,
    apart: bool = False,
) -> float:
    """UAR on a corpus after learning from the others alone.

    `apart`: each training corpus has its own mean and spread taken away; the corpus left out those
    of all training speech, since nobody at home could act every emotion for the box first.
    """
    in_train, in_test, _ = leave_out(train, test, left_out)
    seen, new = of_train[in_train], of_test[in_test]
    if apart:
        new = _standardised(new, seen)
        corpora = np.array([train[place].origin.corpus for place in in_train])
        seen = seen.copy()
        for corpus in set(corpora.tolist()):
            seen[corpora == corpus] = _standardised(seen[corpora == corpus])
    judge = learned(seen, [train[place] for place in in_train])
    return unweighted_recall(
        judge(new), np.array([test[place].origin.emotion for place in in_test])
    )


def _standardised(numbers: Floats, like: Floats | None = None) -> Floats:
    like = numbers if like is None else like
    standard: Floats = (numbers - like.mean(axis=0)) / (like.std(axis=0) + 1e-6)
    return standard


class Splits:
    """The speech, split by split."""

    def __init__(self, data: Path, cache: Path) -> None:
        self.train, self.val, self.test = (load(data, cache, s) for s in ("train", "val", "test"))
        self.corpora = sorted({clip.origin.corpus for clip in self.train})
        self.recordings: dict[str, list[speech_data.Recording]] = {}
        for recording in [*speech_data.speech(data), *speech_data.more_speech(data)]:
            self.recordings.setdefault(recording.split, []).append(recording)


class Page:
    """What was measured, kept as JSON beside the page; each trial writes its own cells."""

    def __init__(self, models: Path) -> None:
        self._json = models / "speech_trials.json"
        self._markdown = models / "speech_trials.md"

    def add(self, table: str, row: str, cells: dict[str, str]) -> None:
        """Put cells into a row, beside those it has, and write both files."""
        tables: dict[str, dict[str, dict[str, str]]] = (
            json.loads(self._json.read_text("utf-8")) if self._json.exists() else {}
        )
        tables.setdefault(table, {}).setdefault(row, {}).update(cells)
        self._json.write_text(json.dumps(tables, indent=2) + "\n", encoding="utf-8")
        parts = [_HEAD, *(_table(name, rows) for name, rows in sorted(tables.items()))]
        self._markdown.write_text("\n".join(parts), encoding="utf-8")
        print(table, row, cells, flush=True)


def _table(name: str, rows: dict[str, dict[str, str]]) -> str:
    columns = list(dict.fromkeys(column for cells in rows.values() for column in cells))
    lines = [[name, *columns], ["---", *["---:"] * len(columns)]]
    lines += [[row, *(cells.get(c, "–") for c in columns)] for row, cells in rows.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def try_front_ends(page: Page, train: list[Clip], val: list[Clip]) -> None:
    """Which front end tells most on the validation split."""
    for name, front_end in FRONT_ENDS.items():
        of_train = described(train, front_end)
        found = recalls(learned(of_train, train)(described(val, front_end)), val)
        page.add(_FRONT_ENDS, name, {column: f"{recall:.1%}" for column, recall in found.items()})


def try_statistics(page: Page, train: list[Clip], test: list[Clip]) -> None:
    """What statistics of one language are worth in another."""
    of_train, of_test = described(train, log_mel), described(test, log_mel)
    for left_out in sorted({clip.origin.corpus for clip in train}):
        together, apart = (
            held_out_recall(train, of_train, test, of_test, left_out, apart=apart)
            for apart in (False, True)
        )
        page.add(_LEFT_OUT, left_out, {_SVM: f"{together:.1%}", _SVM_APART: f"{apart:.1%}"})


def judged_linearly(of_train: Floats, clips: list[Clip], of_test: Floats) -> NDArray[np.int_]:
    """What a linear judge of numbers (n, numbers) that learned from these clips makes of others."""
    whose = [clip.origin for clip in clips]
    likely = speech_teacher.Judge(of_train, whose, _LINEAR_PENALTY).probabilities(of_test)
    likeliest: NDArray[np.int_] = likely.argmax(axis=1)
    return likeliest


def try_linear(page: Page, splits: Splits, encoder: Encoder) -> None:
    """What Whisper's first filters and its layers tell, of new speakers and of other languages."""
    embedded = {
        split: np.stack([statistics_of_layers(encoder, sound) for sound in speech_data.sounds(few)])
        for split, few in splits.recordings.items()
    }
    whole = pruned(encoder, splits.train)
    for row, of_train, of_val in (
        (_FILTERS, of_filters(whole, splits.train), of_filters(whole, splits.val)),
        (_TEACHER, embedded["train"], embedded["val"]),
    ):
        found = recalls(judged_linearly(of_train, splits.train, of_val), splits.val)
        page.add(_FRONT_ENDS, row, {column: f"{recall:.1%}" for column, recall in found.items()})
    for left_out in splits.corpora:
        in_train, in_test, _ = leave_out(splits.train, splits.test, left_out)
        clips, new = [splits.train[at] for at in in_train], [splits.test[at] for at in in_test]
        stem = pruned(encoder, clips)
        for column, of_train, of_test in (
            (_FILTERS, of_filters(stem, clips), of_filters(stem, new)),
            (_TEACHER, embedded["train"][in_train], embedded["test"][in_test]),
        ):
            predicted = judged_linearly(of_train, clips, of_test)
            recall = unweighted_recall(predicted, np.array([c.origin.emotion for c in new]))
            page.add(_LEFT_OUT, left_out, {column: f"{recall:.1%}"})


def statistics_of_layers(encoder: Encoder, sound: Floats) -> Floats:
    """What the teacher's layers say of a clip, in a row: (3072,)."""
    return speech_teacher.embed(encoder, sound).statistics.ravel()


def of_filters(stem: Stem, clips: list[Clip]) -> Floats:
    """What the first filters say of each clip: (clips, 384)."""
    with torch.inference_mode():
        return np.stack([stem.statistics(picture(clip)) for clip in clips])


def main() -> None:
    """Run all trials, or one, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--only", choices=("front-ends", "statistics", "linear"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits = Splits(data_folder(), options.cache)
    page = Page(MODELS)
    if options.only in {None, "front-ends"}:
        try_front_ends(page, splits.train, splits.val)
    if options.only in {None, "statistics"}:
        try_statistics(page, splits.train, splits.test)
    if options.only in {None, "linear"}:
        try_linear(page, splits, Encoder(options.cache))


if __name__ == "__main__":
    main()
