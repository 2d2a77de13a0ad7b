import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.config.schema import MusicConfig
from edgemood.emotion import EMOTIONS, Emotion, one_hot
from edgemood.music.chooser import ARTIST_SPACING, Past, choose, fits
from edgemood.music.library import Library
from edgemood.music.library.tags import song_of
from edgemood.music.strategy import UNKNOWN_ROOM, path_for

HOUR_S = 3600.0
FRESH = Past(now_s=0, no_repeat_s=HOUR_S)


def target_for(emotion):
    return path_for(emotion, one_hot(emotion), MusicConfig())[0]


def library_of(*files, artists=()):
    artists = artists or [""] * len(files)
    return Library.of(
        [
            song_of({"file": file, "artist": artist})
            for file, artist in zip(files, artists, strict=True)
        ]
    )


@st.composite
def libraries(draw):
    count = draw(st.integers(0, 30))
    folders = st.sampled_from(["", *EMOTIONS])
    return library_of(
        *(f"{draw(folders)}/{number}" for number in range(count)),
        artists=[draw(st.sampled_from("ABC")) for _ in range(count)],
    )


def evening(library, songs, seed, no_repeat_s=HOUR_S):
    """Choose song after song, four minutes each."""
    rng = np.random.default_rng(seed)
    heard_s, chosen = {}, []
    for number in range(songs):
        now_s = number * 240.0
        past = Past(
            now_s=now_s,
            no_repeat_s=no_repeat_s,
            heard_s=heard_s,
            waiting=[song.file for song in chosen[-2:]],
            artists=library.artist[library.rows(song.file for song in chosen[-ARTIST_SPACING:])],
        )
        choice = choose(library, UNKNOWN_ROOM[0], past, rng)
        chosen.append(choice.song)
        heard_s[choice.song.file] = now_s
    return chosen


@pytest.mark.parametrize("emotion", list(Emotion))
def test_a_song_of_the_rooms_emotion_fits_best(emotion):
    library = library_of(*(f"{other}/1" for other in EMOTIONS), "untagged")
    best = library.song(int(np.argmax(fits(library, target_for(emotion)))))
    assert best.file == f"{emotion}/1"
    choice = choose(library, target_for(emotion), FRESH, np.random.default_rng(0))
    assert choice.song is best
    assert str(emotion) in choice.why


def test_songs_that_nothing_is_known_about_are_played_when_there_are_no_others():
    library = library_of("1", "2", "3")
    assert choose(library, target_for(Emotion.HAPPY), FRESH, np.random.default_rng(0))


def test_an_empty_library_gives_no_choice():
    assert choose(Library.of([]), UNKNOWN_ROOM[0], FRESH, np.random.default_rng(0)) is None


@given(libraries(), st.sampled_from(EMOTIONS))
def test_every_fit_is_a_share(library, emotion):
    fit = fits(library, target_for(emotion))
    assert fit.shape == (len(library),)
    assert ((fit >= 0) & (fit <= 1.0001)).all()


@settings(max_examples=20)
@given(libraries(), st.integers(0, 99))
def test_the_same_seed_gives_the_same_evening(library, seed):
    if len(library):
        assert evening(library, 12, seed) == evening(library, 12, seed)


@settings(max_examples=20)
@given(libraries(), st.integers(0, 99))
def test_no_song_comes_again_too_soon_when_the_library_allows(library, seed):
    allowed = len(library) * 240.0
    if len(library):
        chosen = evening(library, 40, seed, no_repeat_s=allowed)
        for start in range(40 - len(library)):
            window = chosen[start : start + len(library)]
            assert len(set(window)) == len(window)


@settings(max_examples=20)
@given(st.integers(0, 99))
def test_artists_are_spaced_when_the_library_allows(seed):
    files = [f"{number}" for number in range(60)]
    library = library_of(*files, artists=["ABCDE"[number % 5] for number in range(60)])
    artists = [song.artist for song in evening(library, 14, seed, no_repeat_s=HOUR_S)]
    for start in range(len(artists) - ARTIST_SPACING):
        window = artists[start : start + ARTIST_SPACING + 1]
        assert len(set(window)) == len(window)


def test_one_artist_only_is_better_than_silence():
    library = library_of("1", "2", artists=["A", "A"])
    assert len(evening(library, 5, 0)) == 5


def test_when_all_were_heard_too_recently_the_longest_unheard_comes():
    library = library_of("neutral/1", "angry/2", "neutral/3")
    past = Past(
        now_s=100,
        no_repeat_s=HOUR_S,
        heard_s={"neutral/1": 60, "angry/2": 20, "neutral/3": 80},
    )
    choice = choose(library, UNKNOWN_ROOM[0], past, np.random.default_rng(0))
    assert choice.song.file == "angry/2"


def test_a_single_song_waits_again_rather_than_none():
    past = Past(now_s=0, no_repeat_s=HOUR_S, heard_s={"1": 0}, waiting=["1"])
    assert choose(library_of("1"), UNKNOWN_ROOM[0], past, np.random.default_rng(0))


def test_an_hour_ago_is_long_enough_after_an_hour():
    past = Past(now_s=HOUR_S, no_repeat_s=HOUR_S, heard_s={"happy/1": 0.0})
    library = library_of("happy/1", "sad/1")
    choice = choose(library, target_for(Emotion.HAPPY), past, np.random.default_rng(0))
    assert choice.song.file == "happy/1"
