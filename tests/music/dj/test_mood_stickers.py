import numpy as np

from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.music.dj.mood_stickers import SONGS_AT_ONCE, ShownMoods
from edgemood.music.library import Library
from edgemood.music.song import Origin, Song, SongMood


class Stickers:
    """A player that only has stickers."""

    def __init__(self):
        self.there = {}
        self.asked = 0

    async def stickers_of(self, file):
        self.asked += 1
        return self.there.get(file, {})

    async def set_stickers(self, stickers):
        for file, words in stickers.items():
            self.there.setdefault(file, {}).update(words)


def library(**emotions):
    return Library.of([song(name, emotion) for name, emotion in emotions.items()])


def song(name, emotion):
    if emotion is None:
        return Song(f"{name}.flac")
    mood = SongMood(one_hot(emotion), AFFECT_OF_EMOTION[emotion], Origin.TAG, 0.8, "a test")
    return Song(f"{name}.flac", mood=mood)


async def test_the_mood_of_every_known_song_is_shown():
    player = Stickers()
    assert await ShownMoods(player).show_some(library(a=Emotion.SAD, b=None))
    assert set(player.there) == {"a.flac"}
    shown = player.there["a.flac"]
    assert shown["edgemood.mood"] == "sad"
    assert abs(float(shown["edgemood.valence"]) + 0.63) < 0.02
    assert abs(float(shown["edgemood.arousal"]) + 0.27) < 0.02


async def test_only_what_changes_is_written_again():
    player = Stickers()
    shown = ShownMoods(player)
    await shown.show_some(library(a=Emotion.SAD, b=Emotion.HAPPY))
    asked = player.asked
    assert not await shown.show_some(library(a=Emotion.SAD, b=Emotion.HAPPY))
    assert player.asked == asked
    assert await shown.show_some(library(a=Emotion.SAD, b=Emotion.FEAR))
    assert player.asked == asked + 1
    assert player.there["b.flac"]["edgemood.mood"] == "fear"


async def test_after_a_restart_what_is_shown_already_is_read_and_not_written():
    player = Stickers()
    await ShownMoods(player).show_some(library(a=Emotion.SAD))
    assert not await ShownMoods(player).show_some(library(a=Emotion.SAD))


async def test_a_large_library_is_shown_a_few_songs_at_a_time():
    player = Stickers()
    many = Library.of([song(str(number), Emotion.HAPPY) for number in range(3 * SONGS_AT_ONCE)])
    shown = ShownMoods(player)
    steps = 0
    while await shown.show_some(many):
        steps += 1
    assert steps == 3
    assert len(player.there) == len(many)
    assert np.all(np.diff(shown._ids) > 0)
