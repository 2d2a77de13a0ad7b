"""What people let the box know through any MPD client: likes, ratings, plays and skips."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edgemood.clock import Clock
from edgemood.emotion import Emotion
from edgemood.errors import RefusedError
from edgemood.music.dj.people.listening import Heard, Listening, Outcome
from edgemood.music.mpd.answers import whole
from edgemood.music.mpd.client import Player
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot
from edgemood.music.recommender import TasteStore
from edgemood.music.recommender.events import Event, Kind
from edgemood.state import HistoryRead, Listened, Opinions, StateStore
from edgemood.walltime import WallTime, local_time

AFTER_CHANGE_S = 300.0
"""A skip within so long of a change of mood, about one song, says as much about the choice as
about the song."""
OTHERS_COUNT_WITHIN_S = 5.0
"""An MPD client that counts plays itself has done so by then, and the box need not."""

_MOST_DUE = 100
"""plays and skips to be counted while MPD takes no stickers"""

LIKE, RATING = "like", "rating"
LIKED = 2
"""the sticker's words: 0 is dislike, 1 neutral, 2 like"""
_HIGHEST_RATING = 10
_HIGHEST_COUNT = 10**9
_NEUTRAL = 0.5

_OPINIONS, _HISTORY = "opinions", "history"

_COUNT = {"played": "playCount", "skipped": "skipCount"}
_LAST = {"played": "lastPlayed", "skipped": "lastSkipped"}


@dataclass(frozen=True, slots=True)
class _Due:
    """A play or skip to be counted unless somebody else does."""

    at_s: float
    unix_s: int | None
    """None: the time was not known"""
    heard: Heard
    before: str
    """what the count's sticker said when the song began"""


class Feedback:
    """Follows looks at MPD and its stickers; tells `learn`, and counts plays and skips in stickers.

    What is in `taste` by way of `learn` is not learned again, but is when that has been lost.
    `number_of` gives a file's number in the index. The coroutines raise PlayerError, and can then
    be called again.
    """

    def __init__(
        self,
        player: Player,
        clock: Clock,
        memory: StateStore,
        *,
        learn: Callable[[Event], None],
        number_of: Callable[[str], int | None],
        counts: bool,
        taste: TasteStore,
        wall: WallTime = local_time,
    ) -> None:
        self._player = player
        self._clock = clock
        self._memory = memory
        self._learn = learn
        self._number_of = number_of
        self._counts = counts
        self._taste = taste
        self._wall = wall
        self._listening = Listening()
        self._emotion: Emotion | None = None
        self._changed_s = float("-inf")
        self._playing: QueuedSong | None = None
        self._counts_before: tuple[QueuedSong, Mapping[str, str]] | None = None
        self._due: list[_Due] = []
        self._unwanted: QueuedSong | None = None
        self._resumed = False
        self._reading_opinions = asyncio.Lock()

    def hear(self, emotion: Emotion) -> None:
        """The music follows another mood from now on."""
        self._emotion, self._changed_s = emotion, self._clock.now_s()

    def arrive(self) -> None:
        """Another MPD, or the same one after a while: what plays there is new."""
        self._listening.forget()
        self._counts_before = None
        if not self._resumed:
            self._resumed = True
            self._resume()

    def leave(self) -> None:
        """The box goes off, if only for a moment: what was heard so far is kept."""
        heard = self._listening.heard(self._clock.now_s())
        song, heard_s = (None, 0.0) if heard is None else heard
        self._memory.keep(
            Listened(
                song=None if song is None else (song.id, song.file),
                heard_s=heard_s,
                due=tuple(map(_row, self._due)),
            )
        )

    def _resume(self) -> None:
        """Go on where the box went off."""
        kept = self._memory.recall(Listened)
        if kept is None:
            return
        if kept.song is not None:
            self._listening.resume(QueuedSong(*kept.song), kept.heard_s)
        at_s = self._clock.now_s() + OTHERS_COUNT_WITHIN_S
        for id_, file, outcome, unix_s, before in kept.due:
            heard = Heard(QueuedSong(id_, file), outcome)
            self._due.append(_Due(at_s, unix_s, heard, before))
        self._memory.keep(Listened(song=None, heard_s=0.0, due=()))

    def look(self, now: Snapshot) -> None:
        """MPD is found like this."""
        heard = self._listening.follow(now, self._clock.now_s())
        if heard is not None:
            self._note(heard)
        self._playing = now.playing

    def not_this(self, song: QueuedSong) -> None:
        """Somebody does not want this song now, however long it has played."""
        self._unwanted = song
        self._tell("skipped", song.file, 1.0)

    async def like(self, file: str) -> None:
        """Somebody likes this song; any client shows it."""
        try:
            await self._player.set_stickers({file: {LIKE: str(LIKED)}})
            kept = LIKE in await self._player.stickers_of(file)
        except RefusedError:
            kept = False
        if kept:
            await self.read_opinions()
        else:  # MPD has no place for stickers, or keeps it to itself
            self._tell_opinion(file, str(LIKED), "")

    async def count(self) -> None:
        """Count in MPD's stickers what is due, unless another client has counted it already."""
        if not self._counts:
            return
        while self._due and self._clock.now_s() >= self._due[0].at_s:
            due = self._due[0]
            name = _COUNT[due.heard.outcome]
            file = due.heard.song.file
            if (await self._player.stickers_of(file)).get(name, "") == due.before:
                if due.unix_s is not None:
                    last = {_LAST[due.heard.outcome]: str(due.unix_s)}
                    await self._player.set_stickers({file: last})
                await self._player.increment(file, name)
            self._due.pop(0)
        await self._read_counts()

    async def _read_counts(self) -> None:
        """See what the counts of the song that plays are, before anybody counts it."""
        playing = self._playing
        if playing is None or "://" in playing.file:
            return
        known = self._counts_before is not None and self._counts_before[0] == playing
        if not known and all(due.heard.song.file != playing.file for due in self._due):
            self._counts_before = (playing, await self._player.stickers_of(playing.file))

    async def read_opinions(self) -> None:
        """Learn which likes and ratings are new, or were taken back, since this was last done."""
        if self._player.keeps_stickers:  # else none are to be had, not that any was taken back
            async with self._reading_opinions:  # two at once would both take the same for news
                await self._read_opinions()

    async def _read_opinions(self) -> None:
        heeded = self._memory.recall(Opinions) if self._taste.heeded(_OPINIONS) else None
        known = {} if heeded is None else heeded.stickers
        likes = await self._player.stickers(LIKE)
        ratings = await self._player.stickers(RATING)
        now = {file: (likes.get(file, ""), ratings.get(file, "")) for file in likes | ratings}
        for file in now | known:
            await asyncio.sleep(0)  # there may be thousands, the first time
            opinion = now.get(file)
            if opinion == known.get(file):
                continue
            if self._number_of(file) is None:
                # not in the index yet, or no more: news when it is (again)
                now.pop(file, None)
                continue
            self._tell_opinion(file, *(opinion or ("", "")))
        self._taste.tell_heeded(_OPINIONS)
        if not await self._taste.kept():  # else they are news again
            self._memory.keep(Opinions(stickers=now))

    async def read_history(self) -> None:
        """Learn, once in the box's life, what other clients have counted before it came."""
        history = self._memory.recall(HistoryRead) if self._taste.heeded(_HISTORY) else None
        if not self._player.keeps_stickers or (history is not None and history.read):
            return
        plays = await self._player.stickers(_COUNT["played"])
        skips = await self._player.stickers(_COUNT["skipped"])
        for file in plays | skips:
            await asyncio.sleep(0)
            played, skipped = _number(plays.get(file)), _number(skips.get(file))
            if played:
                self._tell("played", file, played / (played + skipped), in_general=True)
            if skipped:
                self._tell("skipped", file, skipped / (played + skipped), in_general=True)
        self._taste.tell_heeded(_HISTORY)
        self._memory.keep(HistoryRead(read=True))

    def _note(self, heard: Heard) -> None:
        soon = self._clock.now_s() - self._changed_s < AFTER_CHANGE_S
        blame = 0.5 if heard.outcome == "skipped" and soon else 1.0
        if heard.song != self._unwanted:
            self._tell(heard.outcome, heard.song.file, blame)
        self._unwanted = None
        if self._counts_before is not None and self._counts_before[0] == heard.song:
            before = self._counts_before[1].get(_COUNT[heard.outcome], "")
            at_s = self._clock.now_s() + OTHERS_COUNT_WITHIN_S
            time = self._wall()
            unix_s = None if time is None else int(time.timestamp())
            self._due.append(_Due(at_s, unix_s, heard, before))
            del self._due[:-_MOST_DUE]
            self._counts_before = None  # when it comes again, its counts are others

    def _tell_opinion(self, file: str, like: str, rating: str) -> None:
        if like == str(LIKED):
            self._tell("liked", file, 1.0, in_general=True)
        elif like == "0":
            self._tell("disliked", file, 1.0, in_general=True)
        else:
            rated = min(_number(rating), _HIGHEST_RATING) / _HIGHEST_RATING if rating else _NEUTRAL
            self._tell("rated", file, rated, in_general=True)

    def _tell(self, kind: Kind, file: str, value: float, *, in_general: bool = False) -> None:
        number = self._number_of(file)
        if number is not None:
            emotion = None if in_general else self._emotion
            self._learn(Event(kind, number, emotion, self._clock.now_s(), value))


def _row(due: _Due) -> tuple[int, str, Outcome, int | None, str]:
    song = due.heard.song
    return song.id, song.file, due.heard.outcome, due.unix_s, due.before


def _number(text: str | None) -> int:
    """What a sticker counts; 0 for what is no count."""
    return whole(text, _HIGHEST_COUNT) or 0
