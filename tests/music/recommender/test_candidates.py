"""In which order the rules give way where a library is too small for all of them."""

from datetime import UTC, datetime

import pytest

from edgemood.emotion import Emotion
from edgemood.music.recommender import Past
from edgemood.music.recommender.events import Event
from edgemood.music.recommender.strategy import UNKNOWN_ROOM

HAPPY = ["happy/1", "happy/2", "happy/3"]


def dislike(chooser, file):
    number = int(chooser.library.ids[chooser.library.row_of(file)])
    chooser.learn(Event("disliked", number, None, 0))


def chosen(chooser, target, waiting=(), times=20):
    choices = [chooser.choose(target, Past(waiting)) for _ in range(times)]
    return {choice.song.file for choice in choices}, choices[0].why


@pytest.mark.parametrize("choose", ["hybrid", "content", "random"])
def test_a_fitting_song_comes_again_before_one_of_another_mood(
    make_chooser, library_of, target_for, choose
):
    chooser = make_chooser(library_of(*HAPPY, "angry/1", "sad/1", "untagged"), choose=choose)
    for file in HAPPY:
        chooser.began(file)
        chooser.clock.turn(60)
    files, why = chosen(chooser, target_for(Emotion.HAPPY))
    assert files == {"happy/1"}
    assert "all that fit were heard not long ago, this one longest ago" in why


def test_a_song_that_waits_is_not_queued_again_while_there_is_another(
    make_chooser, library_of, target_for
):
    chooser = make_chooser(library_of(*HAPPY, "surprise/1", "sad/1"))
    files, why = chosen(chooser, target_for(Emotion.HAPPY), HAPPY)
    assert files == {"surprise/1"}
    assert "whatever fits better waits already" in why


def test_while_no_mood_is_known_nothing_is_repeated_for_its_sake(make_chooser, library_of):
    chooser = make_chooser(library_of("neutral/1", "sad/1"))
    chooser.began("neutral/1")
    assert chosen(chooser, UNKNOWN_ROOM[0])[0] == {"sad/1"}


def test_the_artists_spacing_gives_way_first(make_chooser, library_of, song, target_for):
    songs = [song("happy/1", artist="A"), song("happy/2", artist="A"), song("happy/3", artist="B")]
    chooser = make_chooser(library_of(*songs))
    chooser.began("happy/3")
    files, why = chosen(chooser, target_for(Emotion.HAPPY), ["happy/1"])
    assert files == {"happy/2"}
    assert "the same artist again so soon" in why


def test_a_disliked_song_never_comes_while_there_is_any_other(make_chooser, library_of, target_for):
    chooser = make_chooser(library_of("happy/1", "sad/1"))
    dislike(chooser, "happy/1")
    chooser.began("sad/1")
    assert chosen(chooser, target_for(Emotion.HAPPY))[0] == {"sad/1"}
    assert chosen(chooser, target_for(Emotion.HAPPY), ["sad/1"])[0] == {"sad/1"}
    dislike(chooser, "sad/1")
    files, why = chosen(chooser, target_for(Emotion.HAPPY))
    assert files == {"happy/1"}
    assert "all that may come are disliked" in why


def test_a_dislike_taken_back_is_none(make_chooser, library_of, target_for):
    chooser = make_chooser(library_of("happy/1", "sad/1"))
    dislike(chooser, "happy/1")
    chooser.learn(Event("rated", 1, None, 0, 0.5))
    assert chosen(chooser, target_for(Emotion.HAPPY))[0] == {"happy/1"}


def test_quiet_hours_are_kept_before_the_mood_is(make_chooser, library_of, target_for):
    chooser = make_chooser(
        library_of("happy/1", "sad/1", "neutral/1"),
        quiet_hours="22:00-07:00",
        wall=lambda: datetime(2026, 6, 1, 23, tzinfo=UTC),
    )
    for file in ("sad/1", "neutral/1"):
        chooser.began(file)
    assert "happy/1" not in chosen(chooser, target_for(Emotion.HAPPY))[0]


def test_what_nothing_in_the_table_allows_is_told(make_chooser, library_of, target_for):
    table = {"sad": "genre polka"}
    chooser = make_chooser(library_of("happy/1"), strategy="table", table=table)
    target = target_for(Emotion.SAD, strategy="table", table=table)
    assert "no song of the genre polka may come" in chosen(chooser, target)[1]


def test_what_waits_is_judged_by_what_changed_since(make_chooser, library_of, target_for):
    hour = {"now": 12}
    chooser = make_chooser(
        library_of("happy/1", "happy/2", "sad/1"),
        quiet_hours="22:00-07:00",
        wall=lambda: datetime(2026, 6, 1, hour["now"], tzinfo=UTC),
    )
    happy, sad = target_for(Emotion.HAPPY), target_for(Emotion.SAD)
    queue = Past(["happy/1"])
    assert chooser.suits("happy/1", happy, queue)
    assert not chooser.suits("happy/1", sad, queue)
    before = chooser.criteria
    assert chooser.criteria == before
    hour["now"] = 23
    assert chooser.criteria != before
    assert not chooser.suits("happy/1", happy, queue)
    hour["now"] = 12
    dislike(chooser, "happy/1")
    assert chooser.criteria != before
    assert not chooser.suits("happy/1", happy, queue)
    chooser.library = library_of("sad/1")
    assert chooser.suits("happy/1", happy, queue)  # gone: nobody knows


def test_of_what_waits_nothing_makes_way_for_what_suits_no_better(
    make_chooser, library_of, target_for
):
    chooser = make_chooser(library_of("sad/1", "sad/2"))
    assert chooser.suits("sad/1", target_for(Emotion.HAPPY), Past(["sad/1"]))
    for file in ("sad/1", "sad/2"):
        dislike(chooser, file)
    assert chooser.suits("sad/1", target_for(Emotion.SAD), Past(["sad/1"]))
