"""What python-mpd2 makes of MPD's answers, where it needs help."""

import socket
import threading

import pytest

from edgemood.config.schema import MpdConfig
from edgemood.music import Player

MPD_0_23 = ["music_directory: /srv/music"]
MPD_0_24 = [*MPD_0_23, "playlist_directory: /srv/playlists", "pcre: 1"]


@pytest.fixture
def answer_config(tmp_path):
    """Stands in for an MPD that answers ``config`` with these lines; gives where it listens."""
    path = str(tmp_path / "mpd")
    listener = socket.create_server(path, family=socket.AF_UNIX)

    def answer(lines):
        def serve(connection):
            with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as stream:
                print("OK MPD 0.24.0", file=stream, flush=True)
                for command in stream:
                    told = {
                        "config": lines,
                        "commands": [f"command: {name}" for name in NEEDED],
                    }.get(command.split()[0], [])
                    print(*told, "OK", sep="\n", file=stream, flush=True)

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=[connection], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return path

    yield answer
    listener.close()


NEEDED = [
    *("status", "currentsong", "find", "listall", "idle", "plchangesposid", "addid", "deleteid"),
    *("moveid", "next", "pause", "play", "setvol", "sendmessage"),
]


@pytest.mark.parametrize("lines", [MPD_0_23, MPD_0_24, list(reversed(MPD_0_24))])
async def test_every_mpd_tells_where_its_music_is(answer_config, lines):
    player = Player(MpdConfig(host=answer_config(lines)))
    await player.connect()
    assert await player.music_folder() == "/srv/music"
    player.close()
