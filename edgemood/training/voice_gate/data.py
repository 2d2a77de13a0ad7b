"""What the voice gate is shown in training: speech, music, noise and their mixtures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from edgemood.hearing.mel import BANDS, FLOOR_DB, SAMPLE_RATE_HZ, level_db, log_mel
from edgemood.hearing.voice_gate import BLOCK_FRAMES, DEPTH_DB, JUDGED, WINDOW_FRAMES, Sound
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.augment import Augmenter, normalised, power_sum

HEARD_DEPTH_DB = 30.0
"""Frames less than this below a recording's loud ones hold its sound …"""
SILENT_DEPTH_DB = 35.0
"""… and frames more than this below them do not; what lies between may be either."""
HEARD_SHARE = 0.3
"""A block holds a sound when this share of its frames does."""
HISS_SHARE = 0.3
"""How much of the noise is that of microphones, amplifiers and fans: steady, without any shape."""
_HISS_DBFS = -30.0
_HISS_AS_VOICE_DB = _HISS_DBFS + 9.0
"""The loud level of a voice as strong: in the ear's bands, which rise by 6 dB an octave, white
noise lies 8 dB above that."""
_HISSES = 24
_HISS_S = 12
_KINDS = (Sound.VOICE, Sound.MUSIC, Sound.NOISE)


class Track:
    """One recording of speech, music or noise."""

    def __init__(self, frames: NDArray[np.float16]) -> None:
        self.frames = np.asarray(frames)
        levels_db = level_db(self.frames.astype(np.float32))
        self.loud_db = float(np.percentile(levels_db, 95))
        heard = levels_db > self.loud_db - HEARD_DEPTH_DB
        faint = levels_db > self.loud_db - SILENT_DEPTH_DB
        self.sounding_starts = self._starts(heard, HEARD_SHARE, 1.0)
        """where windows begin whose judged block holds the sound"""
        self.silent_starts = self._starts(faint, 0.0, 0.0)
        """where windows begin whose judged block lies in a pause of it"""

    def window(self, start: int) -> NDArray[np.float32]:
        """Frames from `start` on, (128, 64); what lies outside the recording is silence."""
        window = np.full((WINDOW_FRAMES, BANDS), FLOOR_DB, dtype=np.float32)
        first, last = max(0, start), min(len(self.frames), start + WINDOW_FRAMES)
        window[first - start : last - start] = self.frames[first:last]
        return window

    def _starts(self, sounds: NDArray[np.bool_], least: float, most: float) -> NDArray[np.int_]:
        share = np.convolve(sounds, np.ones(BLOCK_FRAMES), "valid") / BLOCK_FRAMES
        starts: NDArray[np.int_] = np.flatnonzero((share >= least) & (share <= most))
        return starts - JUDGED.start


def hiss(tilt: float, seed: int, duration_s: float = _HISS_S) -> NDArray[np.float32]:
    """Noise that falls by 3 dB an octave for each `tilt`, 0 is white, 1 pink."""
    count = round(duration_s * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[0] = 0.0
    spectrum[1:] *= np.arange(1, len(spectrum)) ** (-0.5 * tilt)
    sound = np.fft.irfft(spectrum, count)
    scaled: NDArray[np.float32] = (10.0 ** (_HISS_DBFS / 20.0) * sound / sound.std()).astype(
        np.float32
    )
    return scaled


class Scenes:
    """Draws batches of scenes with the sound that the judged block holds."""

    def __init__(self, tracks: dict[Sound, list[Track]], seed: int) -> None:
        self._tracks = tracks
        self._draw = np.random.default_rng(seed)
        self._hisses = [
            Track(log_mel(hiss(tilt, seed + number)).astype(np.float16))
            for number, tilt in enumerate(np.linspace(0.0, 1.2, _HISSES))
        ]
        for track in self._hisses:
            track.loud_db = _HISS_AS_VOICE_DB
        self._augmenter = Augmenter(seed)
        self.generators = (self._draw, self._augmenter.generator)
        """what is drawn with, whose state a checkpoint keeps"""

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Pictures (n, 1, 128, 64) and what each judged block holds, (n,) of `Sound`."""
        fronts, backs, sounds, snrs_db = [], [], [], []
        for _ in range(count):
            speaks = self._draw.random() < 0.5
            behind = _KINDS[1 + int(self._draw.random() < 0.5)]
            pauses = speaks and self._draw.random() < 0.25
            hisses = behind is Sound.NOISE and self._draw.random() < HISS_SHARE
            noise = self._hisses if hisses else self._tracks[behind]
            first = self._tracks[Sound.VOICE] if speaks else noise
            front = self._window(first, sounding=not pauses)
            back = self._window(noise if speaks else self._tracks[Sound.NOISE], sounding=True)
            is_clean = self._draw.random() < 0.3
            snr_db = self._draw.uniform(30, 60) if is_clean else self._draw.uniform(-3, 25)
            if not speaks:
                snr_db = self._draw.uniform(10, 60)
            quiet_room = Sound.NOISE if is_clean else behind
            sounds.append(
                Sound.VOICE if speaks and not pauses else quiet_room if speaks else behind
            )
            fronts.append(front)
            backs.append(back)
            snrs_db.append(snr_db)
        front_mel = self._augmenter.other_throat(torch.from_numpy(np.stack(fronts)), widest=0.1)
        back_mel = self._augmenter.microphone(torch.from_numpy(np.stack(backs)))
        # Both windows come with their recording's loud level at 0 dB.
        scene = power_sum(front_mel, back_mel - torch.tensor(snrs_db).float()[:, None, None])
        return self._picture(scene), torch.tensor(sounds)

    def _window(self, tracks: list[Track], *, sounding: bool) -> NDArray[np.float32]:
        while True:
            track = tracks[self._draw.integers(len(tracks))]
            starts = track.sounding_starts if sounding else track.silent_starts
            if len(starts):
                start = int(starts[self._draw.integers(len(starts))])
                return track.window(start) - track.loud_db

    def _picture(self, scene: Tensor) -> Tensor:
        augmenter = self._augmenter
        count = len(scene)
        hiss_db = -augmenter.uniform(count, 25.0, 70.0)[:, None, None]
        hiss = augmenter.microphone(hiss_db + 3.0 * torch.randn(scene.shape))
        scene = power_sum(augmenter.room(scene, probability=0.3), hiss - 18.0)
        scene = augmenter.band_limit(augmenter.microphone(scene), probability=0.25)
        scene = augmenter.codec(scene, probability=0.3)
        unheard = augmenter.chance(count, 0.1)
        scene[unheard, : JUDGED.start] = FLOOR_DB
        return augmenter.masked(normalised(scene, DEPTH_DB), 6.0, 6.0)[:, None]


def tracks(data: Path, cache: Path, split: str) -> dict[Sound, list[Track]]:
    """The recordings of a split by what they hold."""
    sources = {
        Sound.VOICE: ("speech", speech_data.speech(data)),
        Sound.MUSIC: ("music", speech_data.music(data)),
        Sound.NOISE: ("noise", speech_data.noise(data)),
    }
    return {
        sound: [
            Track(frames)
            for recording, frames in zip(
                recordings,
                speech_data.cached_frames(name, recordings, cache),
                strict=True,
            )
            if recording.split == split
        ]
        for sound, (name, recordings) in sources.items()
    }
