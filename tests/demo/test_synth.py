import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.synth import RATE_HZ, Instrument, Part, render

TONE = Instrument("tone", (1, 0.5), 0.01, 0.5, 0.5, 0.1)
NOTES = st.builds(
    "{}{}{}:{}".format,
    st.sampled_from("abcdefg"),
    st.sampled_from(["", "#", "b"]),
    st.integers(0, 9),
    st.sampled_from(["0.25", "1", "3"]),
)


def loudest_hz(sound):
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return np.argmax(spectrum) * RATE_HZ / len(sound)


@pytest.mark.parametrize(
    ("note", "frequency_hz"), [("a4", 440), ("c4", 261.6), ("bb3", 233.1), ("f#5", 740)]
)
def test_a_written_note_sounds_at_its_pitch(note, frequency_hz):
    sound = render((Part(TONE, 1.0, f"{note}:4"),), tempo_bpm=60, times=1, room=0)
    assert loudest_hz(sound) == pytest.approx(frequency_hz, abs=0.5)


def test_a_piece_lasts_as_long_as_it_is_written():
    sound = render((Part(TONE, 1.0, "c4 . | e4+g4:2"),), tempo_bpm=120, times=3, room=1)
    assert len(sound) == 3 * 2 * RATE_HZ


def test_a_rest_is_silent():
    sound = render((Part(TONE, 1.0, "c4 .:3"),), tempo_bpm=60, times=1, room=0)
    assert not sound[2 * RATE_HZ :].any()


def test_what_is_not_a_note_is_refused_with_an_example():
    with pytest.raises(ValueError, match="'h4' is not a note"):
        render((Part(TONE, 1.0, "h4"),), tempo_bpm=60, times=1, room=0)


@given(
    notes=st.lists(NOTES, min_size=1, max_size=6),
    tempo_bpm=st.floats(40, 200),
    room=st.floats(0, 1),
    drive=st.sampled_from([0.0, 6.0]),
)
def test_sound_is_finite_and_never_clips(notes, tempo_bpm, room, drive):
    rough = Instrument("tone", (1, 0.5, 0.3), 0.003, 0.5, 0.5, 0.1, drive=drive)
    sound = render((Part(rough, 0.3, " ".join(notes)),), tempo_bpm, times=2, room=room)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() == pytest.approx(0.9, abs=1e-4)
