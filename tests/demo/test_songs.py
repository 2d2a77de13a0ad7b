from collections import Counter

import numpy as np
import pytest
import soundfile

from deploy.demo import songs
from edgemood.emotion import EMOTIONS, Emotion


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The folder with all songs in it."""
    folder = tmp_path_factory.mktemp("music")
    songs.record(folder)
    return folder


def sounds_of(recorded, emotion):
    return [soundfile.read(path, dtype="float32") for path in (recorded / emotion).iterdir()]


def loudness_db(sound):
    return 10 * np.log10(np.mean(sound**2))


def brightness_hz(sound, rate_hz):
    power = np.abs(np.fft.rfft(sound)) ** 2
    return np.sum(np.fft.rfftfreq(len(sound), 1 / rate_hz) * power) / np.sum(power)


def test_every_emotion_has_two_songs():
    assert Counter(song.emotion for song in songs.SONGS) == dict.fromkeys(EMOTIONS, 2)


@pytest.mark.parametrize("song", songs.SONGS, ids=lambda song: song.title)
def test_all_parts_of_a_song_end_together(song):
    beats = {
        sum(float(note.partition(":")[2] or 1) for note in part.notes.replace("|", " ").split())
        for part in song.parts
    }
    assert len(beats) == 1


def test_songs_are_short_and_carry_title_artist_and_emotion(recorded):
    for song in songs.SONGS:
        with soundfile.SoundFile(recorded / song.emotion / f"{song.title}.flac") as file:
            assert 20 <= file.frames / file.samplerate <= 60
            assert file.title == song.title
            assert file.artist == song.artist
            assert file.genre == song.emotion


def test_the_two_songs_of_an_emotion_are_played_by_different_instruments():
    assert len({(song.emotion, song.artist) for song in songs.SONGS}) == len(songs.SONGS)


def test_happy_songs_are_louder_and_brighter_than_sad_ones(recorded):
    happy = sounds_of(recorded, Emotion.HAPPY)
    sad = sounds_of(recorded, Emotion.SAD)
    assert min(loudness_db(s) for s, _ in happy) > max(loudness_db(s) for s, _ in sad) + 3
    assert min(brightness_hz(*one) for one in happy) > max(brightness_hz(*one) for one in sad)


def test_angry_songs_are_the_loudest_of_all(recorded):
    loudness = {
        emotion: np.mean([loudness_db(sound) for sound, _ in sounds_of(recorded, emotion)])
        for emotion in EMOTIONS
    }
    assert max(loudness, key=loudness.get) is Emotion.ANGRY
