"""What knowing the songs costs: analysing one, keeping 100,000, comparing these with MPD.

Beside the analysis of one song stands what an owner would use instead, the features of librosa's
tutorial without its beats. The other choice, bliss, is not there: bliss-audio 0.2.0 from PyPI is
built for newer processors, and dies here of an illegal instruction.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from deploy.bench.figure import Figure
from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import MODELS, MpdConfig
from edgemood.music.library.index.song_index import FILE_NAME, SongIndex
from edgemood.music.library.scan.analyser import Analyst
from edgemood.music.library.scan.decode import decode
from edgemood.music.library.scan.location import Place
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings, Subject
from edgemood.music.library.sync.mpd_sync import LibrarySync
from edgemood.music.mpd.bounded_socket import Patience
from edgemood.music.mpd.client import Change, Player
from edgemood.music.mpd.connection import Client

SONGS = 100_000
SONG_S = 240.0
RATE_HZ = 44_100
TIMES = 5


def measure() -> Iterator[Figure]:
    """CPU seconds of one thread, seconds on the wall where MPD takes part."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from _one_song(Path(folder))
        yield from _many_songs(Path(folder))


def _one_song(folder: Path) -> Iterator[Figure]:
    song = folder / "song.mp3"
    compose(song)
    decoding_s = _median_s(lambda: decode(Place(song)))
    yield Figure("library_decode_ms", 1000 * decoding_s, "ms", "decode four places of a song")
    analyst = Analyst(MODELS)
    subject = Subject(1, song.name, SONG_S)
    analysing_s = _median_s(lambda: analyst.analyse(folder, subject))
    yield Figure("library_analyse_ms", 1000 * analysing_s, "ms", "analyse a song of four minutes")
    yield Figure(
        "library_analyse_per_decode", analysing_s / decoding_s, "×", "of that, against decoding"
    )
    yield Figure(
        "library_analyst_mb", _peak_mb(folder, subject), "MB", "memory of the analysing process"
    )
    librosa_s = _median_s(lambda: _by_librosa(song))
    yield Figure("library_librosa_ms", 1000 * librosa_s, "ms", "the same song by librosa")


def _by_librosa(song: Path) -> None:
    """Loudness, brightness, harmony and colour of the whole song; its beats would come on top."""
    from librosa import feature, load

    samples, rate_hz = load(song)
    feature.rms(y=samples)
    feature.zero_crossing_rate(y=samples)
    for name in ("spectral_centroid", "spectral_rolloff", "chroma_stft", "mfcc"):
        getattr(feature, name)(y=samples, sr=rate_hz)


def _many_songs(folder: Path) -> Iterator[Figure]:
    (folder / "music").mkdir()
    server = PrivateMpd(folder / "mpd", folder / "music", more_config='auto_update "no"')
    with server:
        client = Client(Patience(60, 60))
        client.connect(str(server.socket), 0)
        tags = client.tagtypes()
    write_mpd_database(folder / "mpd" / "database", SONGS, tags)
    with server:
        state = folder / "state"
        config = MpdConfig(host=str(server.socket))
        new_s = asyncio.run(_follow(config, state))
        yield Figure("library_read_100k_s", new_s, "s", "read 100,000 new songs from MPD")
        _listen_to_all(state)
        same_s = asyncio.run(_follow(config, state))
        yield Figure("library_compare_100k_s", same_s, "s", "compare 100,000 unchanged songs")
        known_s = asyncio.run(_follow(config, state, known=True))
        yield Figure("library_unchanged_ms", 1000 * known_s, "ms", "where MPD says nothing changed")
    size = (folder / "state" / FILE_NAME).stat().st_size
    yield Figure("library_bytes_per_song", size / SONGS, "B", "index, for each analysed song")
    opening_s = _median_s(lambda: SongIndex.open(state, mend=True).library())
    yield Figure("library_open_100k_ms", 1000 * opening_s, "ms", "open the index of 100,000 songs")


async def _follow(config: MpdConfig, state: Path, *, known: bool = False) -> float:
    """Seconds to bring the index in line, as after a change of MPD's library or at start-up."""
    player, index = Player(config), SongIndex.open(state, mend=True)
    await player.connect()
    began_s = time.perf_counter()
    await LibrarySync(player, index).follow(set(Change) if known else {Change.LIBRARY})
    took_s = time.perf_counter() - began_s
    player.close()
    assert len(index.library()) == SONGS
    index.close()
    return took_s


def _listen_to_all(state: Path) -> None:
    """Fill the index as an analysis of all songs would."""
    from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
    from edgemood.music.song import Origin, SongMood

    index = SongIndex.open(state)
    worklist = Worklist(index)
    rng = np.random.default_rng(0)
    mood = [
        SongMood(one_hot(Emotion.HAPPY), AFFECT_OF_EMOTION[Emotion.HAPPY], origin, 0.6, because)
        for origin, because in (
            (Origin.LYRICS, "lyrics in English, 213 words"),
            (Origin.SOUND, "sound of 12 slices"),
        )
    ]
    last = 0
    while subjects := worklist.after(last, 1000):
        last = subjects[-1].id
        worklist.record(
            [
                (
                    subject,
                    Findings(
                        lyrics=mood[0],
                        sound=mood[1],
                        language="en",
                        features=rng.normal(size=16).astype(np.float16),
                        fingerprint=rng.bytes(32),
                    ),
                )
                for subject in subjects
            ]
        )
    index.close()


def _peak_mb(folder: Path, subject: Subject) -> float:
    """Peak memory of a fresh process that analyses the song.

    As its status tells: `getrusage` counts what this process held when it started the other.
    """
    code = (
        "import re; from pathlib import Path\n"
        "from edgemood.music.library.scan.analyser import Analyst\n"
        "from edgemood.music.library.scan.result import Subject\n"
        f"Analyst(Path({str(MODELS)!r})).analyse(Path({str(folder)!r}), {subject!r})\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _median_s(step: Callable[[], object]) -> float:
    durations_s = []
    for _ in range(TIMES):
        began_s = time.process_time()
        step()
        durations_s.append(time.process_time() - began_s)
    return statistics.median(durations_s)


def compose(path: Path) -> None:
    """A song of four minutes: chords that change, a beat, and noise."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2) as file:
        time_s = np.arange(RATE_HZ // 2) / RATE_HZ
        for _ in range(int(SONG_S * 2)):
            chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in rng.uniform(100, 4000, 5))
            beat = np.exp(-20 * time_s) * rng.normal(size=len(time_s))
            mono = 0.08 * chord + 0.2 * beat
            file.write(np.stack([mono, np.roll(mono, 40)], axis=1))


def write_mpd_database(path: Path, songs: int, tags: Sequence[str]) -> None:
    """MPD's own file of a library that exists nowhere else, twelve songs an album.

    An MPD that wants other tags than these takes the file for an old one, and begins anew.
    """
    genres = ("Rock", "Jazz", "Pop", "Classical", "Electronic", "Folk")
    with path.open("w", encoding="utf-8") as file:
        file.write("info_begin\nformat: 2\nmpd_version: 0.23.12\nfs_charset: UTF-8\n")
        file.writelines(f"tag: {tag}\n" for tag in tags)
        file.write("info_end\n")
        for album in range((songs + 11) // 12):
            name = f"Artist number {album // 4} - Album number {album}"
            file.write(f"directory: {name}\nmtime: 1700000000\nbegin: {name}\n")
            for track in range(1, min(12, songs - 12 * album) + 1):
                file.write(
                    f"song_begin: {track:02} Title of song {album}-{track}.flac\n"
                    f"Time: {180 + track + album / 1000:.3f}\nFormat: 44100:16:2\n"
                    f"Artist: Artist number {album // 4}\nAlbum: Album number {album}\n"
                    f"Title: Title of song {album}-{track}\nTrack: {track}\n"
                    f"Genre: {genres[album % len(genres)]}\nDate: {1960 + album % 60}\n"
                    "mtime: 1700000000\nsong_end\n"
                )
            file.write(f"end: {name}\n")
