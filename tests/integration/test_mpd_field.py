"""Files from the field, in the music folder of a real MPD."""

import shutil
from pathlib import Path

import pytest

from edgemood.clock import SystemClock
from edgemood.config.schema import MODELS
from edgemood.emotion import Emotion, strongest
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.scan import Scan
from edgemood.music.library.scan.throttle import Heat
from edgemood.music.library.scan.workers import Folders, LocalCrew
from edgemood.music.library.sync.mpd_sync import LibrarySync
from edgemood.music.mpd.client import Change, Player
from edgemood.music.song import Origin

FIELD = Path(__file__).parents[1] / "field"


@pytest.fixture
def music_folder(short_folder):
    return shutil.copytree(FIELD, short_folder / "music")


@pytest.fixture
async def index(mpd_server, config, short_folder, tmp_path):
    """What the box knows of these songs before it has listened to them."""
    foreign = (FIELD / "foreign playlist.m3u").read_bytes()
    name = b"mood sad among not.flac"
    foreign = foreign.replace(b"long comment.flac", name)
    (short_folder / "mpd" / "playlists" / "Mood – happy.m3u").write_bytes(foreign)
    index = SongIndex.open(tmp_path / "state", mend=True)
    player = Player(config.mpd)
    await player.connect()
    await LibrarySync(player, index).follow(set(Change))
    player.close()
    yield index
    index.close()


async def test_what_files_from_the_field_say_of_their_moods(index, music_folder):
    crew = LocalCrew(Folders(music_folder, MODELS), SystemClock())
    await Scan(index, SystemClock(), Heat(music_folder, music_folder / "none")).run(crew)
    assert Worklist(index).counts().pending == 0
    for name in ("mood not happy.flac", "mood only not happy.flac"):
        song = index.song_named(name)
        assert song is not None
        assert Origin.TAG not in index.sources(song.id)
    among = index.song_named("mood sad among not.flac")
    assert strongest(index.sources(among.id)[Origin.TAG].scores) is Emotion.SAD
    (elan,) = index.search("café ÉLAN", most=2)
    assert elan.language == "en"
    assert strongest(index.sources(elan.id)[Origin.LYRICS].scores) is Emotion.SAD


async def test_a_playlist_made_elsewhere_labels_the_songs_it_names(index):
    song = index.song_named("mood sad among not.flac")
    assert song.mood.because == "playlist Mood – happy"
    assert song.mood.origin is Origin.OWNER
