"""The mood tag of one music file, under the key where taggers keep it in each format."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import mutagen
import mutagen.id3
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4FreeForm, MP4Tags

from edgemood.music.library.tagging import id3
from edgemood.music.library.tagging.riff_chunks import with_chunk

VORBIS_KEY, APE_KEY, ASF_KEY, MP4_KEY = "MOOD", "Mood", "WM/Mood", "----:com.apple.iTunes:MOOD"
"""as MusicBrainz Picard has them; ID3v2.4 has a frame of its own for it, TMOO"""
_KEYS: Final = {key.casefold() for key in (VORBIS_KEY, APE_KEY, ASF_KEY, MP4_KEY)}
_BEFORE_THE_SOUND: Final = ("MP3", "TrueAudio", "EasyMP3", "EasyTrueAudio")
_IN_CHUNKS: Final = {b"RIFF": b"id3 ", b"FORM": b"ID3 "}
_UNREADABLE: Final = "�"

_FreeForm: Any = MP4FreeForm  # mutagen has types, but not for these
_Frames: Any = mutagen.id3


def load_formats() -> None:
    """Load what mutagen loads when it meets a file: another user may not be able to read that."""
    mutagen.File(io.BytesIO())


def read(file: BinaryIO) -> str | None:
    """The mood in a file. Raises ValueError when it is no music file that takes tags."""
    with _told():
        return _mood_in(_opened(file).tags)


def write(old: BinaryIO, new: BinaryIO, mood: str) -> None:
    """Copy a music file, with its mood tag set and everything else as it was.

    Raises ValueError for a file whose other tags would not stay as they are, and OSError.
    """
    with _told():
        music = _opened(old)
        old.seek(0)
        magic = old.read(4)
        old.seek(0)
        if type(music).__name__ in _BEFORE_THE_SOUND:
            new.write(id3.with_mood(id3.read_tag(old), mood))
            shutil.copyfileobj(old, new)
        elif magic in _IN_CHUNKS:
            with_chunk(old, new, _IN_CHUNKS[magic], lambda tag: id3.with_mood(tag, mood))
        else:
            shutil.copyfileobj(old, new)
            _by_mutagen(new, mood)
        if read(new) != mood or _others(_opened(new).tags) != _others(music.tags):
            raise ValueError("its other tags would not stay as they are")


def _by_mutagen(file: BinaryIO, mood: str) -> None:
    music = _opened(file)
    if music.tags is None:
        music.add_tags()
    tags = music.tags
    if any(_UNREADABLE in text for text in _others(tags)):
        raise ValueError("it has tags that are no text, and would not keep them")
    if _is(tags, ID3):
        version = 3 if tags.version[1] == 3 else 4
        tags.setall("TMOO" if version == 4 else "TXXX:MOOD", [_id3_frame(mood, version)])
        file.seek(0)
        music.save(file, v2_version=version, padding=_padding)
        return
    key = _key(tags)
    tags[key] = [_FreeForm(mood.encode())] if _is(tags, MP4Tags) else mood
    file.seek(0)
    music.save(file, **({} if _is(tags, APEv2) else {"padding": _padding}))


def _padding(info: Any) -> int:
    """The tag's room stays as large as it was, as long as the mood fits in."""
    return int(info.padding) if info.padding >= 0 else 1024


def _id3_frame(mood: str, version: int) -> Any:
    if version == 4:
        return _Frames.TMOO(encoding=3, text=[mood])
    return _Frames.TXXX(encoding=0, desc="MOOD", text=[mood])


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the tag library makes of a stranger's bytes is a ValueError with words."""
    try:
        yield
    except (OSError, ValueError):
        raise
    except Exception as error:  # mutagen has met files it breaks on in every way
        raise ValueError(f"its tags cannot be read ({error or type(error).__name__})") from error


def _opened(file: BinaryIO) -> Any:
    file.seek(0)
    music = mutagen.File(file)
    if music is None or _takes_no_tags(music):
        raise ValueError("not a kind of music file that takes tags")
    return music


def _takes_no_tags(music: Any) -> bool:
    return type(music).__name__ in {"AAC", "AC3", "SMF"}


def _mood_in(tags: Any) -> str | None:
    if tags is None:
        return None
    texts = [text for key, text in _texts(tags) if _is_mood(key)]
    return ", ".join(dict.fromkeys(texts)) or None


def _others(tags: Any) -> list[str]:
    """Everything in the tags but the mood, in an order of its own."""
    if tags is None:
        return []
    return sorted(f"{key}={text}" for key, text in _texts(tags) if not _is_mood(key))


def _is_mood(key: str) -> bool:
    return key.casefold() in _KEYS or key == "TMOO" or key.casefold() == "txxx:mood"


def _texts(tags: Any) -> list[tuple[str, str]]:
    """Each tag and each of its values as text."""
    if _is(tags, ID3):
        unknown = [("?", repr(frame)) for frame in tags.unknown_frames]
        return unknown + [(key, _text(frame)) for key, frame in tags.items()]
    return [(key, _text(value)) for key, values in _items(tags) for value in values]


def _items(tags: Any) -> list[tuple[str, list[Any]]]:
    items = ((key, tags[key]) for key in tags.keys())  # noqa: SIM118  # ASF's tags are no mapping
    return [(key, values if isinstance(values, list) else [values]) for key, values in items]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return bytes(value).decode("utf-8", "backslashreplace")
    return str(value) if not hasattr(value, "data") else repr(value)


def _is(tags: Any, kind: type) -> bool:
    """`isinstance`, but for mypy, which would then miss the types of mutagen's methods."""
    return isinstance(tags, kind)


def _key(tags: Any) -> str:
    """The key that holds the mood already, else the one that taggers use."""
    there = next((key for key in tags.keys() if key.casefold() in _KEYS), None)  # noqa: SIM118
    if there is not None:
        return str(there)
    if _is(tags, MP4Tags):
        return MP4_KEY
    if _is(tags, ASFTags):
        return ASF_KEY
    return APE_KEY if _is(tags, APEv2) else VORBIS_KEY
