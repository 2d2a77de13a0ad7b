"""Trials of equal budget: `python -m edgemood.training.speech_trials` (`make trials-speech`).

Writes `models/speech_trials.md`: which front end tells most on the validation split, and what is
left when a whole corpus, its language and its microphones are new (train splits of two corpora,
test split of the third, emotions both have). The judge is a support vector machine: it learns in
seconds, and the same for everyone; beside it stands the net on prosody that the box has.
"""

from __future__ import annotations

import argparse
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

from edgemood.emotion import EMOTIONS
from edgemood.hearing.frames import HARMONICS, MEL
from edgemood.hearing.mel import normalise
from edgemood.hearing.speech_emotion import DEPTH_DB, HARMONIC_DEPTH_DB
from edgemood.training import speech_data, speech_prosody_net
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech import load, unweighted_recall
from edgemood.training.speech_prosody import as_spoken
from edgemood.training.speech_prosody_net import Scale
from edgemood.training.speech_windows import TYPICAL_DEPTH_DB, Clip

COEFFICIENTS: Final = 40
"""Of the cepstrum, as is customary."""
PENALTY: Final = 3.0

_HEAD = """# Trials of the voice

Written by `make trials-speech`: support vector machines on means, spreads, tenths and rates of
change of what a front end gives over a clip's spoken frames, or on its prosody
(`edgemood/hearing/prosody.py`, of the last 2.56 s). Unweighted average recall, not that of the
model in this folder. In the second table a language, its speakers and its microphones are new:
learned from the train splits of the other two corpora, only emotions that both sides have; the net
on prosody is made as the box's, but from clean speech.
"""

Floats = NDArray[np.float32]
FrontEnd = Callable[[Floats], Floats]
Judge = Callable[[Floats], NDArray[np.int_]]
"""From descriptions (n, numbers) to emotions."""
Learn = Callable[[Floats, list[Clip]], Judge]


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


def learned(known: Floats, clips: list[Clip]) -> Judge:
    """A judge of descriptions, from those of these clips; every emotion counts the same."""
    judge = make_pipeline(StandardScaler(), SVC(C=PENALTY, class_weight="balanced"))
    judge.fit(known, [clip.origin.emotion for clip in clips])
    predict: Judge = judge.predict
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


def net_learned(known: Floats, clips: list[Clip]) -> Judge:
    """The box's net on prosody in place of the machine."""
    scale = Scale(known)
    net = speech_prosody_net.learned(scale(known), clips)
    unknown = sorted(set(range(len(EMOTIONS))) - {clip.origin.emotion for clip in clips})

    def judge(described: Floats) -> NDArray[np.int_]:
        with torch.no_grad():
            logits = net(scale(described))
        logits[:, unknown] = -torch.inf
        places: NDArray[np.int_] = logits.argmax(dim=1).numpy()
        return places

    return judge


def strangers(train: list[Clip], test: list[Clip], left_out: str) -> tuple[list[int], list[int]]:
    """Which clips to learn from, of the other corpora, and which of `left_out` to be tested on.

    Only clips of emotions that both have.
    """
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
    return seen, new


def strangers_recall(
    learn: Learn, train: list[Clip], of_train: Floats, test: list[Clip], of_test: Floats
) -> float:
    """UAR on the clips `test` of a corpus after learning from clips of others."""
    true = np.array([clip.origin.emotion for clip in test])
    return unweighted_recall(learn(of_train, train)(of_test), true)


def main() -> None:
    """Run all trials and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    cache = parser.parse_args().cache
    torch.set_num_threads(1)
    train, val, test = (load(data_folder(), cache, split) for split in ("train", "val", "test"))
    corpora = sorted({clip.origin.corpus for clip in train})
    rows = [["front end, validation", *corpora, "pooled"], ["---", *["---:"] * 4]]
    of_clips = {
        name: tuple(described(clips, front_end) for clips in (train, val, test))
        for name, front_end in FRONT_ENDS.items()
    }
    of_clips["prosody"] = tuple(
        as_spoken(clips, cache / f"prosody_{name}_last.npz", last_only=True).numbers
        for name, clips in (("train", train), ("val", val), ("test", test))
    )
    for name, (of_train, of_val, _) in of_clips.items():
        found = recalls(learned(of_train, train)(of_val), val)
        rows.append([name, *(f"{found[column]:.1%}" for column in [*corpora, "pooled"])])
        print(rows[-1], flush=True)
    judges = (("log-mel and harmonics", learned), ("prosody", learned), ("prosody", net_learned))
    titles = ("pictures, SVM", "prosody, SVM", "prosody, net")
    rows += [[], ["corpus left out, test", "emotions", *titles, "guessing"], ["---", *["---:"] * 5]]
    for left_out in corpora:
        seen, new = strangers(train, test, left_out)
        known, unknown = [train[place] for place in seen], [test[place] for place in new]
        count = len({clip.origin.emotion for clip in unknown})
        found_by = [
            strangers_recall(learn, known, of_clips[name][0][seen], unknown, of_clips[name][2][new])
            for name, learn in judges
        ]
        shown = [f"{recall:.1%}" for recall in (*found_by, 1 / count)]
        rows.append([left_out, str(count), *shown])
        print(rows[-1], flush=True)
    table = "\n".join(f"| {' | '.join(row)} |" if row else "" for row in rows)
    (MODELS / "speech_trials.md").write_text(f"{_HEAD}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
