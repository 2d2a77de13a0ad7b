"""The analysis of one song: its tags, its lyrics, its sound."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from edgemood.errors import LibraryError
from edgemood.languages import language_code
from edgemood.music.analysis.audio.model import SoundModel
from edgemood.music.analysis.lyrics.model import LyricsModel
from edgemood.music.library.metadata import file_tags as filetags
from edgemood.music.library.metadata import lyrics_files as words_sung
from edgemood.music.library.metadata.file_tags import FileTags
from edgemood.music.library.metadata.mpd_tags import tags_say, tempo_and_key_say
from edgemood.music.library.scan.decode import decode
from edgemood.music.library.scan.fingerprint import fingerprint
from edgemood.music.library.scan.location import Place, find
from edgemood.music.library.scan.result import Findings, Says, Subject
from edgemood.music.mood_words import SHIPPED, Words
from edgemood.music.song import SongMood

SOUND_MODEL: Final = "music_mood.tflite"
_REVISION: Final = 2
"""counts changes of the analysis itself after which songs should be analysed anew"""


def analysis_stamp(models: Path, words: Path | None = None) -> str:
    """Differs when other models or words would find other moods; then all is analysed anew."""
    files = sorted(
        file
        for pattern in ("music_*", "lyrics_*")
        for file in models.glob(pattern)
        if file.suffix in (".npz", ".tflite")
    )
    sums = [zlib.crc32(file.read_bytes()) for file in files]
    own = SHIPPED if words is None else Words.with_owners(words)
    return "-".join([own.mark, *(f"{number:x}" for number in (_REVISION, *sums))])


class Analyst:
    """Knows the models, and analyses one song after another."""

    def __init__(self, models: Path, words: Words = SHIPPED) -> None:
        """Load the models in a folder. Raises ModelError."""
        self._sound = SoundModel(models / SOUND_MODEL)
        self._lyrics = LyricsModel(models)
        self._words = words

    def analyse(self, folder: Path, subject: Subject) -> Findings:
        """What there is to find out about a song in MPD's music folder."""
        try:
            return self._analyse(folder, subject)
        except LibraryError as error:
            return Findings(problem=str(error))
        except OSError as error:
            return Findings(problem=error.strerror or str(error), absent=True)

    def _analyse(self, folder: Path, subject: Subject) -> Findings:
        place = find(folder, subject.file, subject.start_s, subject.end_s)
        whole_file = subject.start_s is None
        tags = filetags.read_tags(place.path) if whole_file else FileTags()
        texts = (tags.lyrics, words_sung.beside(place.path)) if whole_file else ()
        text = words_sung.first_with_words(texts)
        return self.judge(place, tags, text, subject.duration_s)

    def judge(self, place: Place, tags: FileTags, text: str, duration_s: float | None) -> Findings:
        """What tags, the text of lyrics and the sound of a place say."""
        lyrics, language, lines = self._read(text)
        language = language or language_code(tags.language[:200])
        tag = self._tags_say(tags)
        try:
            decoded = decode(place, duration_s)
        except LibraryError as error:
            return Findings(tag, lyrics, language=language, lines=lines, problem=str(error))
        heard = self._sound.judge(decoded.pieces)
        found = Findings(
            tag=tag,
            lyrics=lyrics,
            language=language,
            fingerprint=fingerprint(decoded.pieces),
            lines=lines,
        )
        if heard is None:
            return found
        seconds = tuple(
            Says(_time(each.start_s), each.emotion, each.weight) for each in heard.seconds
        )
        return replace(found, sound=heard.mood, features=heard.features, seconds=seconds)

    def _read(self, text: str) -> tuple[SongMood | None, str, tuple[Says, ...]]:
        """The mood of lyrics, their language, and the lines that spoke loudest."""
        reading = self._lyrics.judge(text) if text else None
        if reading is None:
            return None, "", ()
        lines = tuple(Says(line.text, line.emotion, line.weight) for line in reading.lines)
        return reading.mood, reading.language, lines

    def _tags_say(self, tags: FileTags) -> SongMood | None:
        said = tags_say(tags.mood[:200], tags.genre[:200], tags.comment[:200], self._words)
        return said or tempo_and_key_say(tags.bpm, tags.key)


def _time(in_s: float) -> str:
    minutes, seconds = divmod(round(in_s), 60)
    return f"{minutes}:{seconds:02}"
