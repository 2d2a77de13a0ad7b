from edgemood.emotion import Emotion
from edgemood.music.recommender import HOUSEHOLD, TasteStore
from edgemood.music.recommender.events import Event


def skips(store, emotion=Emotion.SAD):
    counts = store.evidence(HOUSEHOLD).counts(emotion)
    return dict(zip(counts.songs.tolist(), counts.bad.round(2).tolist(), strict=True))


def test_taste_follows_the_file_when_the_index_was_built_anew(
    song, library_of, make_chooser, tmp_path
):
    store = TasteStore(tmp_path / "taste.db")
    before = library_of(*(song(name, id=number) for number, name in enumerate("abc", start=1)))
    chooser = make_chooser(before, store=store)
    for name, times in (("a", 1), ("b", 2), ("c", 3)):
        chooser.began(name)
        for _ in range(times):
            chooser.learn(Event("skipped", before.song(before.row_of(name)).id, Emotion.SAD, 0))
    after = library_of(*(song(name, id=number) for number, name in enumerate("cab", start=1)))
    chooser.library = after
    assert skips(store) == {1: 3, 2: 1, 3: 2}
    assert set(store.heard()) == {1, 2, 3}
    store.close()
    assert skips(TasteStore(tmp_path / "taste.db")) == {1: 3, 2: 1, 3: 2}


def test_taste_stays_with_a_song_that_was_renamed(song, library_of, make_chooser):
    store = TasteStore()
    chooser = make_chooser(library_of(song("a", id=1), song("b", id=2)), store=store)
    chooser.began("a")
    chooser.learn(Event("skipped", 1, Emotion.SAD, 0))
    renamed = library_of(song("better name", id=1), song("b", id=2))
    for _ in range(2):
        chooser.library = renamed
        assert skips(store) == {1: 1}


def test_songs_that_left_the_library_are_remembered(song, library_of, make_chooser):
    store = TasteStore()
    library = library_of(song("a", id=1), song("b", id=2))
    chooser = make_chooser(library, store=store)
    chooser.learn(Event("skipped", 1, Emotion.SAD, 0))
    chooser.library = library.without(library.song(0))
    assert chooser.library.rows(["a"]) == []
    assert skips(store) == {1: 1}
