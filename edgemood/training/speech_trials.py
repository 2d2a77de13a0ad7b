"""Trials of equal budget: `python -m edgemood.training.speech_trials` (`make trials-speech`).

Writes `models/speech_trials.md`: which front end tells most on the validation split, and what is
left when a whole corpus, its language and its microphones are new (train splits of two corpora,
test split of the third, emotions both have). The judge is a support vector machine on statistics
of a clip's spoken frames: it learns in seconds, and the same for everyone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from edgemood.hearing.frames import HARMONICS, MEL
from edgemood.hearing.mel import normalise
from edgemood.hearing.speech_emotion import DEPTH_DB, HARMONIC_DEPTH_DB
from edgemood.training import speech_data
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech import load, unweighted_recall
from edgemood.training.speech_windows import TYPICAL_DEPTH_DB, Clip

COEFFICIENTS: Final = 40
"""Of the cepstrum, as is customary."""
PENALTY: Final = 3.0

_HEAD = """# Trials of the voice

Written by `make trials-speech`: support vector machines on means, spreads, tenths and rates of
change of what a front end gives over a clip's spoken frames. Unweighted average recall, not that of
the model in this folder.
"""

Floats = NDArray[np.float32]
FrontEnd = Callable[[Floats], Floats]


def log_mel(spoken: Floats) -> Floats:
    """The first picture that the model sees: (n, 64)."""
    return normalise(spoken[:, MEL], DEPTH_DB)[:, :, 0]


def mfcc(spoken: Floats) -> Floats:
    """The cepstrum of the first picture: (n, 40)."""
    coefficients: Floats = dct(log_mel(spoken), axis=1, norm="ortho")[:, :COEFFICIENTS]
    return coefficients


def both(spoken: Floats) -> Floats:
    """Both pictures side by side: (n, 128)."""
    harmonics = normalise(spoken[:, HARMONICS], HARMONIC_DEPTH_DB)[:, :, 0]
    return np.concatenate([log_mel(spoken), harmonics], axis=1)


FRONT_ENDS: Final[dict[str, FrontEnd]] = {
    "log-mel": log_mel,
    "MFCC": mfcc,
    "log-mel and harmonics": both,
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


def learned(known: Floats, clips: list[Clip]) -> Callable[[Floats], NDArray[np.int_]]:
    """A judge of descriptions, from those of these clips; every emotion counts the same."""
    judge = make_pipeline(StandardScaler(), SVC(C=PENALTY, class_weight="balanced"))
    judge.fit(known, [clip.origin.emotion for clip in clips])
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


def strangers_recall(
    train: list[Clip], of_train: Floats, test: list[Clip], of_test: Floats, left_out: str
) -> tuple[int, float]:
    """How many emotions a corpus shares with the others, and UAR on it after learning from them."""
    emotions = {clip.origin.emotion for clip in train if clip.origin.corpus != left_out}
    emotions &= {clip.origin.emotion for clip in test if clip.origin.corpus == left_out}
    seen, new = (
        [
            place
            for place, clip in enumerate(clips)
            if (clip.origin.corpus == left_out) == is_left_out and clip.origin.emotion in emotions
        ]
        for clips, is_left_out in ((train, False), (test, True))
    )
    judge = learned(of_train[seen], [train[place] for place in seen])
    true = np.array([test[place].origin.emotion for place in new])
    return len(emotions), unweighted_recall(judge(of_test[new]), true)


def main() -> None:
    """Run all trials and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    cache = parser.parse_args().cache
    train, val, test = (load(data_folder(), cache, split) for split in ("train", "val", "test"))
    corpora = sorted({clip.origin.corpus for clip in train})
    rows = [["front end, validation", *corpora, "pooled"], ["---", *["---:"] * 4]]
    for name, front_end in FRONT_ENDS.items():
        of_train = described(train, front_end)
        found = recalls(learned(of_train, train)(described(val, front_end)), val)
        rows.append([name, *(f"{found[column]:.1%}" for column in [*corpora, "pooled"])])
        print(rows[-1], flush=True)
    rows += [[], ["corpus left out, test", "emotions", "UAR", "guessing"], ["---", *["---:"] * 3]]
    of_test = described(test, both)
    for left_out in corpora:
        count, recall = strangers_recall(train, of_train, test, of_test, left_out)
        rows.append([left_out, str(count), f"{recall:.1%}", f"{1 / count:.1%}"])
        print(rows[-1], flush=True)
    table = "\n".join(f"| {' | '.join(row)} |" if row else "" for row in rows)
    (MODELS / "speech_trials.md").write_text(f"{_HEAD}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
