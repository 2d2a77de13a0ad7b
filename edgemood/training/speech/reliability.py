"""Fit `edgemood.hearing.reliability`: `python -m edgemood.training.speech.reliability`.

Validation speech, alone and before noise and music at -5 to 25 dB, goes through the box's own
front end, gate and int8 model (`make fit-reliability`). A logistic regression whose weights may
not be negative then learns from the grounds of each window whether its emotion was judged right;
writes the constants into `edgemood/hearing/fitted.py` and prints how well they rank and predict.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from edgemood.hearing.reliability import grounds
from edgemood.hearing.speech_emotion import SpeechEmotionModel
from edgemood.training.common.paths import MODELS, REPOSITORY, data_folder
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.checkpoint import EMOTION_INT8
from edgemood.training.speech.data import Recording
from edgemood.training.speech.frontend import Sound, in_front_of, in_stillness, listen

CONSTANTS = REPOSITORY / "edgemood" / "hearing" / "fitted.py"

SEED = 9
CLIP_STEP = 4  # every fourth clip of the validation split
SNRS_DB = (-5.0, 25.0)
LEAST_WEIGHTS: Final = (0.0, 0.0, 0.0, 0.5, 0.0)
"""No ground may speak against. That the box hears itself must tell against a judgement, though the
few songs of the fit cannot show it: what was heard may be the singer."""
CLEAR_PERCENTILE: Final = 90
"""A window alone in stillness that is surer than so many of its kind is trusted fully."""

_WORDING: Final = '''\
"""What `make fit-reliability` found on validation speech, alone and before noise and music.

Change `edgemood/training/speech/reliability.py`, not this file.
"""

BIAS = {bias:.3f}
WEIGHTS = ({weights})
"""What each of the five grounds adds to the logit of being right."""

BEST = {best:.3f}
"""The chance of being right of the surest tenth of windows alone in a still room."""
'''

_Sample = tuple[NDArray[np.float64], bool, str]
"""grounds (5,), whether the emotion was judged right, what sounded behind"""


def samples(models: Path, data: Path) -> Iterator[_Sample]:
    """One for each window of validation speech, alone and before both kinds of background."""
    model = SpeechEmotionModel(models / EMOTION_INT8)
    for clip, scene in _scenes(data):
        for window in listen(models, scene.sound):
            scores = model.scores(window.frames)
            known = grounds(
                window.voice, window.spoken_share, window.snr_db, scene.leak, float(scores.max())
            )
            yield known, int(scores.argmax()) == clip.emotion(), scene.behind


class _Scene(NamedTuple):
    sound: Sound
    leak: float
    behind: str


def _scenes(data: Path) -> Iterator[tuple[Recording, _Scene]]:
    draw = np.random.default_rng(SEED)
    noises, songs = (
        list(speech_data.sounds([r for r in recordings if r.split == "val"]))
        for recordings in (speech_data.noise(data), speech_data.music(data))
    )
    clips = [r for r in speech_data.speech(data) if r.split == "val"][::CLIP_STEP]
    for clip, speech in zip(clips, speech_data.sounds(clips), strict=True):
        snr_db, music_db = draw.uniform(*SNRS_DB, size=2)
        noise, song = (behind[draw.integers(len(behind))] for behind in (noises, songs))
        leak = 1.0 / (1.0 + 10.0 ** (music_db / 10.0))
        yield clip, _Scene(in_stillness(speech), 0.0, "nothing")
        yield clip, _Scene(in_front_of(noise, speech, snr_db), 0.0, "noise")
        yield clip, _Scene(in_front_of(song, speech, music_db), leak, "music")


def fit(known: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bias and weights (6,) that make being right or wrong likeliest, above the least ones."""

    def nll(weights: NDArray[np.float64]) -> float:
        margin = np.where(right, 1.0, -1.0) * (weights[0] + known @ weights[1:])
        return float(np.logaddexp(0.0, -margin).mean())

    count = known.shape[1]
    bounds = [(None, None), *((least, None) for least in LEAST_WEIGHTS)]
    found: NDArray[np.float64] = minimize(nll, np.zeros(1 + count), bounds=bounds).x
    return found


def write_constants(path: Path, weights: NDArray[np.float64], best: float) -> None:
    """Write `edgemood/hearing/fitted.py`; `weights` are (6,), the bias first."""
    listed = ", ".join(f"{weight:.3f}" for weight in weights[1:])
    path.write_text(_WORDING.format(bias=weights[0], weights=listed, best=best), encoding="utf-8")


def main() -> None:
    """Fit, write the constants, and print how well they do."""
    all_grounds, right, behind = zip(*samples(MODELS, data_folder()), strict=True)
    known, is_right, where = np.stack(all_grounds), np.array(right), np.array(behind)
    weights = fit(known, is_right)
    chance_right = 1.0 / (1.0 + np.exp(-(weights[0] + known @ weights[1:])))
    best = float(np.percentile(chance_right[where == "nothing"], CLEAR_PERCENTILE))
    write_constants(CONSTANTS, weights, best)
    print(CONSTANTS.read_text(encoding="utf-8"))
    print(f"{len(is_right)} windows, {is_right.mean():.1%} right")
    print(f"ranks right above wrong: AUC {roc_auc_score(is_right, chance_right):.3f}")
    for name in ("nothing", "noise", "music"):
        for low, high in itertools.pairwise((0.0, 0.3, 0.4, 0.5, 0.6, 1.0)):
            inside = (where == name) & (chance_right >= low) & (chance_right < high)
            if inside.any():
                print(f"{name}, {low}-{high}: {is_right[inside].mean():.2f} of {inside.sum()}")


if __name__ == "__main__":
    main()
