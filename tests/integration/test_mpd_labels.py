"""Labels as playlists on a real MPD: the box and people write to the same ones."""

import pytest

from edgemood.config.schema import MusicConfig
from edgemood.emotion import EMOTIONS, Emotion, strongest
from edgemood.errors import PlayerError
from edgemood.music.dj.mood_playlists import LabelPlaylists
from edgemood.music.library import SongIndex
from edgemood.music.library.sync.mpd_sync import LibrarySync
from edgemood.music.mpd.client import Change, Player

HAPPY, SAD = "Mood – happy", "Mood – sad"
PATTERN = MusicConfig().mood_playlists


class Box:
    """The part of the box that keeps these playlists, switched on."""

    def __init__(self, config, memory, index):
        self.index = index
        self.player = Player(config.mpd)
        self.playlists = LabelPlaylists(self.player, memory, index, PATTERN)
        self.sync = LibrarySync(self.player, index, self.playlists.names.values())

    async def __aenter__(self):
        await self.player.connect()
        await self.sync.follow(set(Change))
        await self.playlists.read()
        return self

    async def __aexit__(self, *_):
        self.player.close()

    async def fill(self):
        await self.playlists.fill(self.index.library())

    def mood(self, file):
        mood = self.index.song_named(file).mood
        return mood and mood.because

    def emotion(self, file):
        return strongest(self.index.song_named(file).mood.scores)


@pytest.fixture
def index():
    return SongIndex.in_memory()


@pytest.fixture
def switch_on_box(mpd_server, config, memory, index):
    return lambda: Box(config, memory, index)


@pytest.fixture
async def box(switch_on_box):
    """Songs lie in a folder for each mood, so the box has filled the playlists."""
    async with switch_on_box() as box:
        await box.fill()
        yield box


async def test_the_box_fills_a_playlist_for_each_mood(box, person):
    assert sorted(person.listplaylist(HAPPY)) == [
        f"happy/{n}" for n in ("0.flac", "1.ogg", "2.flac", "3.ogg")
    ]
    assert {row["playlist"] for row in person.listplaylists()} == {
        f"Mood – {emotion}" for emotion in ("happy", "sad", "angry", "neutral")
    }


async def test_what_the_box_wrote_itself_is_nobodys_word(box, switch_on_box):
    before = box.mood("happy/0.flac")
    await box.playlists.read()
    async with switch_on_box() as again:
        assert again.mood("happy/0.flac") == before == "folder happy"


async def test_a_song_added_in_any_client_is_labelled_above_everything_else(box, person):
    person.playlistadd(SAD, "happy/0.flac")
    person.playlistadd(SAD, "untagged 0.flac")
    await box.playlists.read()
    assert box.emotion("happy/0.flac") is Emotion.SAD
    assert box.emotion("untagged 0.flac") is Emotion.SAD
    await box.fill()
    assert "happy/0.flac" not in person.listplaylist(HAPPY)
    assert person.listplaylist(SAD).count("happy/0.flac") == 1


async def test_a_song_taken_out_is_of_another_mood_from_then_on(box, person):
    index = person.listplaylist(HAPPY).index("happy/0.flac")
    person.playlistdelete(HAPPY, index)
    await box.playlists.read()
    assert box.emotion("happy/0.flac") is not Emotion.HAPPY
    row = box.index.library().row_of("happy/0.flac")
    assert box.index.library().scores[row][EMOTIONS.index(Emotion.HAPPY)] == 0
    await box.fill()
    assert "happy/0.flac" not in person.listplaylist(HAPPY)
    person.playlistadd(HAPPY, "happy/0.flac")
    await box.playlists.read()
    assert box.emotion("happy/0.flac") is Emotion.HAPPY


async def test_a_song_taken_out_is_unlabelled_and_not_put_back(box, person):
    person.playlistadd(SAD, "untagged 0.flac")
    await box.playlists.read()
    person.playlistdelete(SAD, person.listplaylist(SAD).index("untagged 0.flac"))
    person.playlistdelete(SAD, person.listplaylist(SAD).index("sad/0.flac"))
    await box.playlists.read()
    assert box.mood("untagged 0.flac") == "not sad"
    await box.fill()
    assert sorted(person.listplaylist(SAD)) == ["sad/1.ogg", "sad/2.flac", "sad/3.ogg"]


async def test_a_song_moved_to_another_mood_and_back_ends_where_it_was_put_last(box, person):
    person.playlistadd(SAD, "happy/0.flac")
    await box.playlists.read()
    await box.fill()
    person.playlistadd(HAPPY, "happy/0.flac")
    await box.playlists.read()
    await box.fill()
    assert box.emotion("happy/0.flac") is Emotion.HAPPY
    assert "happy/0.flac" in person.listplaylist(HAPPY)
    assert "happy/0.flac" not in person.listplaylist(SAD)


async def test_a_song_labelled_otherwise_by_other_means_leaves_the_playlist(box, person):
    person.playlistadd(SAD, "untagged 0.flac")
    await box.playlists.read()
    box.index.labels.give("untagged 0.flac", "happy")
    await box.fill()
    assert "untagged 0.flac" not in person.listplaylist(SAD)
    assert "untagged 0.flac" in person.listplaylist(HAPPY)
    await box.playlists.read()
    assert box.emotion("untagged 0.flac") is Emotion.HAPPY


async def test_edits_made_while_the_box_was_off_are_heeded(switch_on_box, person):
    async with switch_on_box() as box:
        await box.fill()
    person.playlistadd(SAD, "untagged 1.flac")
    person.playlistdelete(SAD, 0)
    async with switch_on_box() as box:
        assert box.emotion("untagged 1.flac") is Emotion.SAD
        await box.fill()
    assert len(person.listplaylist(SAD)) == 4


async def test_playlists_that_people_had_before_the_box_came_are_their_word(switch_on_box, person):
    person.playlistadd(HAPPY, "sad/0.flac")
    async with switch_on_box() as box:
        assert box.emotion("sad/0.flac") is Emotion.HAPPY
        await box.fill()
        assert person.listplaylist(HAPPY)[0] == "sad/0.flac"
        assert len(person.listplaylist(HAPPY)) == 5


async def test_a_playlist_that_is_gone_unlabels_nothing(box, person):
    person.playlistadd(SAD, "untagged 0.flac")
    await box.playlists.read()
    person.rm(SAD)
    await box.playlists.read()
    assert box.emotion("untagged 0.flac") is Emotion.SAD
    await box.fill()
    assert "untagged 0.flac" in person.listplaylist(SAD)


@pytest.mark.parametrize("written", [False, True])
async def test_power_that_goes_while_the_box_writes_makes_nothing_a_persons_word(
    *, switch_on_box, person, monkeypatch, written
):
    async with switch_on_box() as box:
        edit = Player.edit_playlist

        async def cut_short(self, name, before, after):
            if written:
                await edit(self, name, before, after)
            raise PlayerError("the power went")

        monkeypatch.setattr(Player, "edit_playlist", cut_short)
        with pytest.raises(PlayerError):
            await box.fill()
        monkeypatch.undo()
    async with switch_on_box() as box:
        for emotion in ("happy", "sad", "angry", "neutral"):
            assert "folder" in box.mood(f"{emotion}/0.flac")
        await box.fill()
        assert len(person.listplaylist(HAPPY)) == 4


async def test_a_hand_on_the_playlist_at_the_very_instant_of_writing_is_heeded(
    box, person, monkeypatch
):
    person.playlistadd(HAPPY, "sad/0.flac")
    await box.playlists.read()
    box.index.labels.give("happy/0.flac", "angry")
    edit = Player.edit_playlist

    async def with_a_hand_between(self, name, before, after):
        if name == HAPPY:
            person.playlistmove(HAPPY, 4, 0)
            person.playlistadd(HAPPY, "untagged 2.flac")
        await edit(self, name, before, after)

    monkeypatch.setattr(Player, "edit_playlist", with_a_hand_between)
    await box.fill()
    monkeypatch.undo()
    await box.playlists.read()
    assert box.emotion("untagged 2.flac") is Emotion.HAPPY
    assert box.emotion("sad/0.flac") is Emotion.HAPPY
    await box.fill()
    await box.fill()
    assert {"untagged 2.flac", "sad/0.flac"} <= {*person.listplaylist(HAPPY)}
    assert "happy/0.flac" not in person.listplaylist(HAPPY)
