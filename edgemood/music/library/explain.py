"""Why a song has the mood it has, in words for its owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from edgemood.clock import SystemClock
from edgemood.config.schema import MODELS, Config
from edgemood.emotion import strongest
from edgemood.errors import LibraryError
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings, Subject
from edgemood.music.library.scan.service import music_folder
from edgemood.music.library.scan.workers import Folders, LocalCrew
from edgemood.music.song import Song, SongMood


def explain(index: SongIndex, song: Song, config: Config) -> Iterator[str]:
    """Lines about a song: its mood, what each source says, and what in it speaks for what.

    The song is analysed once more for that, where its file is at hand.
    """
    yield song.name
    yield f"  file      {song.file}"
    about = [song.album, ", ".join(song.genres), str(song.year or ""), song.language]
    yield f"  about     {'; '.join(part for part in about if part) or 'nothing more'}"
    yield f"  mood      {_in_words(song.mood) if song.mood else 'not known'}"
    for origin, mood in index.sources(song.id).items():
        yield f"  {origin.value:<9} {_in_words(mood)}"
    problem = index.problem(song.id)
    if problem:
        yield f"  problem   {problem}"
    subject = Worklist(index).subject(song.id)
    try:
        music = music_folder(index, config.music.directory)
        found = asyncio.run(_analysed(subject, Folders(music, MODELS, config.music.words)))
    except LibraryError as error:
        yield f"  its file cannot be looked into: {error}"
        return
    if found.problem and found.problem != problem:
        yield f"  problem   {found.problem}"
    for line in found.lines:
        yield f"  line      “{line.where}” speaks for {line.emotion} ({line.weight:.0%})"
    for slice_ in found.seconds:
        yield f"  at {slice_.where:<6} it sounds {slice_.emotion} ({slice_.weight:.0%})"


async def _analysed(subject: Subject, folders: Folders) -> Findings:
    async def subjects() -> AsyncIterator[Subject]:
        yield subject

    results: list[Findings] = []
    crew = LocalCrew(folders, SystemClock())
    await crew.work(subjects(), lambda _, findings: results.append(findings))
    return results[0]


def _in_words(mood: SongMood) -> str:
    valence, arousal = mood.affect
    return (
        f"{strongest(mood.scores)} (valence {valence:+.2f}, arousal {arousal:+.2f}), "
        f"{mood.reliability:.0%} sure, by {mood.origin}: {mood.because}"
    )
