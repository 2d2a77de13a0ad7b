"""The kernel refuses every byte, as of a full disk: what is not kept is not acknowledged."""

import subprocess
import sys

SCRIPT = """
import pathlib, resource, signal, sys
from edgemood.errors import EdgemoodError
from edgemood.music.recommender import HOUSEHOLD, TasteStore
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.sync.update import Update

def tried(what, deed):
    try:
        problem = deed()
        print(what, 'refused' if problem else 'kept')
    except EdgemoodError:
        print(what, 'refused')

def say(number):
    tried('label', lambda: index.labels.give(f'{number}.mp3', 'sad'))
    taste.tell_opinion(HOUSEHOLD, number, 1)
    tried('like', taste.flush)
    tried('profile', lambda: taste.add_profile(f'Ada {number}'))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = pathlib.Path(sys.argv[1])
index, taste = SongIndex.open(folder, mend=True), TasteStore(folder / 'taste.db')
songs = [{'file': f'{number}.mp3', 'last-modified': '', 'duration': '1'} for number in range(3)]
Update(index).take(songs)
taste.tell_songs({number: 1000 + number for number in range(3)})
say(0)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
say(1)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
say(2)
index.labels.catch_up()
moods = [index.song_named(f'{number}.mp3').mood for number in range(3)]
print([mood is not None for mood in moods])
again = TasteStore(folder / 'taste.db')
print([again.evidence(HOUSEHOLD).opinion(number) for number in range(3)], again.profiles())
"""


def test_a_full_disk_refuses_what_it_cannot_keep_and_a_like_made_meanwhile_is_kept_after(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "state"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == [
        *("label kept", "like kept", "profile kept"),
        *("label refused", "like refused", "profile refused"),
        *("label kept", "like kept", "profile kept"),
        "[True, False, True]",
        "[1.0, 1.0, 1.0] ('household', 'Ada 0', 'Ada 2')",
    ]
