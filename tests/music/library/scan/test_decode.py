import shutil
import tracemalloc

import numpy as np
import pytest
import soundfile

from edgemood.errors import LibraryError
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ
from edgemood.music.library.scan.decode import PIECE_S, PLACES, WHOLE_S, decode
from edgemood.music.library.scan.fingerprint import SAME_BITS, differing_bits, fingerprint
from edgemood.music.library.scan.location import Place

FORMATS = ["mp3", "ogg", "opus", "flac", "m4a", "wma", "wv"]
CODECS = {"opus": ["-c:a", "libopus"], "ogg": ["-c:a", "libvorbis"]}


@pytest.fixture(scope="session")
def songs(song_wav, ffmpeg):
    """The song in many formats."""
    for name in FORMATS:
        ffmpeg("-i", song_wav, *CODECS.get(name, []), song_wav.with_suffix(f".{name}"))
    return song_wav.parent


@pytest.mark.parametrize("name", FORMATS)
def test_a_few_places_of_a_song_are_heard_whatever_its_format(songs, name):
    decoded = decode(Place(songs / f"song.{name}"), duration_s=60.0)
    assert [piece.start_s for piece in decoded.pieces] == pytest.approx(
        [60 * place - PIECE_S / 2 for place in PLACES], abs=0.1
    )
    for piece in decoded.pieces:
        assert len(piece.samples) == pytest.approx(PIECE_S * SAMPLE_RATE_HZ, rel=0.02)
        assert piece.samples.dtype == np.float32
        assert 0.01 < np.abs(piece.samples).max() <= 1.5


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_recording_is_known_again_in_another_format(songs, song_wav, name):
    pieces = [decode(Place(path), 60.0).pieces for path in (song_wav, songs / f"song.{name}")]
    assert differing_bits(*map(fingerprint, pieces)) <= SAME_BITS


def test_other_recordings_have_other_fingerprints(tmp_path, tune):
    prints = []
    for seed in range(1, 5):
        soundfile.write(tmp_path / "a.wav", tune(20, rate=16_000, channels=1, seed=seed), 16_000)
        prints.append(fingerprint(decode(Place(tmp_path / "a.wav")).pieces))
    distances = [differing_bits(one, other) for one in prints for other in prints if one != other]
    assert min(distances) > SAME_BITS


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"),
    [(192_000, 2, "PCM_24"), (8_000, 1, "PCM_U8"), (48_000, 6, "FLOAT"), (44_100, 1, "PCM_16")],
)
def test_any_rate_width_and_number_of_channels_becomes_16_khz_mono(
    tmp_path, tune, rate, channels, subtype
):
    soundfile.write(tmp_path / "a.wav", tune(6, rate=rate, channels=channels), rate, subtype)
    (piece,) = decode(Place(tmp_path / "a.wav")).pieces
    assert len(piece.samples) == pytest.approx(6 * SAMPLE_RATE_HZ, abs=2)
    assert np.abs(piece.samples).max() > 0.05


@pytest.mark.parametrize("duration_s", [1.0, WHOLE_S])
def test_a_short_song_is_heard_as_a_whole(tmp_path, tune, duration_s):
    soundfile.write(tmp_path / "a.flac", tune(duration_s, rate=16_000, channels=1), 16_000)
    (piece,) = decode(Place(tmp_path / "a.flac")).pieces
    assert len(piece.samples) == duration_s * SAMPLE_RATE_HZ


def test_of_a_ten_hour_file_only_the_pieces_are_read(tmp_path, tune):
    path = tmp_path / "long.wav"
    tune_s = np.tile((tune(60, rate=8_000, channels=1) * 32000).astype(np.int16), (1, 1))
    with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_16") as file:
        for _ in range(600):
            file.write(tune_s)
    tracemalloc.start()
    decoded = decode(Place(path))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decoded.duration_s == 36_000
    assert [round(piece.start_s) for piece in decoded.pieces] == [7195, 14395, 21595, 28795]
    assert peak_bytes < 20e6


def test_a_part_of_a_file_is_heard_without_the_rest(tmp_path):
    silence_then_noise = np.concatenate([np.zeros(80_000), np.full(80_000, 0.5)])
    soundfile.write(tmp_path / "album.wav", silence_then_noise, 16_000)
    (piece,) = decode(Place(tmp_path / "album.wav", start_s=5.0)).pieces
    assert piece.start_s == 0
    assert piece.samples.min() > 0.4
    with pytest.raises(LibraryError, match="silence"):
        decode(Place(tmp_path / "album.wav", start_s=0.0, end_s=4.9))


def cut(songs, tmp_path, name):
    """The song without its last third."""
    whole = (songs / f"song.{name}").read_bytes()
    (tmp_path / f"cut.{name}").write_bytes(whole[: int(len(whole) * 0.7)])
    return Place(tmp_path / f"cut.{name}")


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg"])
def test_what_is_left_of_a_truncated_file_is_heard(songs, tmp_path, name):
    assert 1 <= len(decode(cut(songs, tmp_path, name), 60.0).pieces) <= len(PLACES)


def test_a_truncated_file_that_had_its_table_of_contents_at_the_end_is_told(songs, tmp_path):
    with pytest.raises(LibraryError, match="no decoder takes it"):
        decode(cut(songs, tmp_path, "m4a"), 60.0)


def test_a_mislabelled_file_is_heard_for_what_it_is(songs, tmp_path):
    for real, claimed in (("flac", "mp3"), ("mp3", "flac"), ("m4a", "ogg"), ("ogg", "wav")):
        shutil.copy(songs / f"song.{real}", tmp_path / f"song.{claimed}")
        assert len(decode(Place(tmp_path / f"song.{claimed}"), 60.0).pieces) == len(PLACES)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\0" * 5000, "no decoder takes it"),
        (b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10, "no decoder takes it"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/x.mp3\n", "no decoder takes it"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "no decoder takes it"),
        (b"fLaC" + b"\xff" * 200, "no decoder takes it"),
        (b"OggS" + b"\xff" * 200, "no decoder takes it"),
    ],
)
def test_of_a_file_that_holds_no_music_the_reason_is_told(tmp_path, content, reason):
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(LibraryError, match=reason):
        decode(Place(tmp_path / "a.mp3"))


def test_a_file_locked_by_drm_is_told(songs, tmp_path):
    content = (songs / "song.m4a").read_bytes()
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    scrambled = bytes(byte ^ 0xA5 for byte in content[start:end])
    locked = content[:start] + scrambled + content[end:].replace(b"mp4a", b"drms")
    (tmp_path / "bought.m4p").write_bytes(locked)
    with pytest.raises(LibraryError, match="no decoder takes it"):
        decode(Place(tmp_path / "bought.m4p"), 60.0)


def test_silence_and_half_a_second_have_no_mood(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.zeros(80_000), 16_000)
    with pytest.raises(LibraryError, match="nothing but silence"):
        decode(Place(tmp_path / "a.flac"))
    soundfile.write(tmp_path / "b.flac", np.full(8_000, 0.1), 16_000)
    with pytest.raises(LibraryError, match="shorter than a second"):
        decode(Place(tmp_path / "b.flac"))


def test_a_film_is_heard_too_and_one_without_sound_is_told(tmp_path, ffmpeg, song_wav):
    picture = ["-f", "lavfi", "-i", "color=s=16x16:d=3"]
    ffmpeg(*picture, "-i", song_wav, "-t", "3", tmp_path / "film.mp4")
    assert len(decode(Place(tmp_path / "film.mp4"), 3.0).pieces) == 1
    ffmpeg(*picture, tmp_path / "silent.mp4")
    with pytest.raises(LibraryError, match="no decoder takes it"):
        decode(Place(tmp_path / "silent.mp4"), 3.0)


def test_without_ffmpeg_the_owner_is_told_what_to_install(songs, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LibraryError, match="sudo apt install ffmpeg"):
        decode(Place(songs / "song.m4a"), 60.0)


def test_a_name_that_is_not_utf_8_is_opened(tmp_path, song_wav):
    for ending in ("wav", "m4a"):
        path = tmp_path / f"-od\udcff\n.{ending}"
        shutil.copy(song_wav, path)
        assert decode(Place(path), 60.0).pieces


def test_random_bytes_never_do_worse_than_be_refused(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(5):
        (tmp_path / "a.mp3").write_bytes(b"\xff\xfb\x90\x00" + rng.bytes(3000 + number))
        try:
            decode(Place(tmp_path / "a.mp3"))
        except LibraryError:
            continue
