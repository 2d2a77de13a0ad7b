"""What somebody in the house says a song's mood is; it wins over everything else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from edgemood.emotion import Emotion, strongest
from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.index.columns import file_key
from edgemood.music.library.index.connection import Store
from edgemood.music.library.index.label_log import DENIED, JOURNALLED, Entry, LabelJournal
from edgemood.music.library.index.paths import path_text
from edgemood.music.library.metadata.mpd_tags import folder_says, label_says
from edgemood.music.mood_words import SHIPPED, Words
from edgemood.music.song import SongMood
from edgemood.storage.append_log import Mark
from edgemood.walltime import local_time

GIVEN_BY: Final = ("command", "sticker", "kept", "playlist")
"""Ways to label a song, but for its folder. Of the first three the latest counts, and it wins over
a playlist, which wins over a folder. ``kept`` is the word for a file that has moved since."""

_EQUAL: Final = ("command", "sticker", "kept")
_MARK: Final = "labels"
"""how far the index knows the journal"""

log = logging.getLogger(__name__)
_LAST_AT: Final = 2**62


def _unix_s() -> float:
    """The time, if it is known: 0 is before all that was ever said."""
    time = local_time()
    return 0.0 if time is None else time.timestamp()


class Labels:
    """The owner's words, kept under the names of files, whether these are there or not.

    Every method raises LibraryError when it cannot do its work.
    """

    def __init__(
        self,
        store: Store,
        journal: LabelJournal | None,
        refresh: Callable[[Iterable[int]], None],
        words: Words = SHIPPED,
        now_s: Callable[[], float] = _unix_s,
    ) -> None:
        """`refresh` is told the keys of the files whose labels change, within the transaction.

        Without a journal, labels live as long as the store.
        """
        self._store = store
        self._journal = journal
        self._refresh = refresh
        self._words = words
        self._now_s = now_s
        self._known: object = None
        """what the journal and the file were when the index last caught up"""

    def give(self, file: str, word: str, given_by: str = "command") -> None:
        """Label a song; on return, this survives a power cut and the loss of the index.

        Raises LibraryError also for a word that speaks of no mood.
        """
        mood = label_says(given_by, word, self._words) if _is_text(word) else None
        if mood is None:
            raise LibraryError(
                f"{word!r} speaks of no mood; say angry, disgust, fear, happy, sad, surprise, "
                "neutral, or words such as calm, energetic, melancholic"
            )
        denial = f"not {strongest(mood.scores)}"
        denied = [denial] if denial in self.of(file_key(file)) else []
        now = self._now()
        self._say(
            [Entry(now, file, None, by) for by in denied] + [Entry(now, file, word, given_by)]
        )

    def deny(self, file: str, emotion: Emotion) -> None:
        """Say that a song is not of this emotion, whatever else says so; survives like a label."""
        now = self._now()
        labels = self.of(file_key(file))
        said = [by for by in ("command", "kept") if self._says(by, labels.get(by), emotion)]
        entries = [Entry(now, file, None, by) for by in said]
        self._say([*entries, Entry(now, file, emotion.value, f"not {emotion}")])

    def take(self, file: str) -> bool:
        """Take away the labels given here, not in MPD; False when there are none."""
        self.catch_up()
        given = [by for by in self.of(file_key(file)) if by in JOURNALLED]
        self._say([Entry(self._now(), file, None, by) for by in given])
        return bool(given)

    def replace(self, given_by: str, words: Mapping[str, str]) -> None:
        """Make these the only labels of this kind: files, and an emotion or mood words for each."""
        wanted = {file_key(file): word for file, word in words.items()}
        with self._store.writing() as database:
            current = dict(
                database.execute("SELECT key, word FROM label WHERE given_by = ?", (given_by,))
            )
            gone = [key for key in current if key not in wanted]
            changed = {key: word for key, word in wanted.items() if current.get(key) != word}
            now = self._now()
            if not gone and not changed:
                return
            database.executemany(
                "DELETE FROM label WHERE key = ? AND given_by = ?",
                [(key, given_by) for key in gone],
            )
            database.executemany(
                "INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?)",
                [(key, given_by, word, now) for key, word in changed.items()],
            )
            self._refresh([*gone, *changed])

    def move(self, old_file: str, new_file: str) -> None:
        """A file has a new name: its labels go with it."""
        words = self.of(file_key(old_file))
        best = _best(words)
        entries = [Entry(self._now(), old_file, None, by) for by in words if by in JOURNALLED]
        if best is not None:
            word, at = words[best]
            entries.append(Entry(at, new_file, word, "kept"))
        entries += _denials(words, new_file)
        if entries:
            if self._journal is None:
                self._say(entries)
            else:
                self._journal.write(entries)
                self.catch_up()  # within the transaction that moves the song: all or nothing

    def catch_up(self) -> None:
        """Take over what the journal says and the index does not know.

        That is all of it, when either is not the one that the other knew: then neither is believed
        more than the other, and what only the index knows is written down again.
        """
        if self._journal is None:
            return
        state = self._store.generation, self._journal.state()
        if state == self._known:
            return
        if self._has_news(self._journal):
            with self._store.writing():
                self._take_over(self._journal)
        self._known = state

    def _has_news(self, journal: LabelJournal) -> bool:
        mark = self._store.recall(_MARK)
        news = journal.news(Mark.parse(mark))
        return bool(news.entries) or str(news.mark) != mark

    def _take_over(self, journal: LabelJournal) -> None:
        mark = Mark.parse(self._store.recall(_MARK))
        news = journal.news(mark)
        if news.whole and (lost := self._lost(news.entries)):
            journal.write(lost)
            news = journal.news(mark)
        if news.passed_over:
            log.warning(
                "%s: %d lines are no labels and are passed over", journal.path, news.passed_over
            )
        entries = news.entries
        if news.whole:
            entries = [entry for entry in entries if entry.at >= self._at(entry)]
        for entry in entries:
            self._apply(entry)
        self._refresh({file_key(entry.file) for entry in entries})
        self._store.keep(_MARK, str(news.mark))
        journal.compact()

    def _at(self, entry: Entry) -> int:
        """When the index says that such a label was given to the song; before all time if never."""
        _, at = self.of(file_key(entry.file)).get(entry.given_by, ("", -1))
        return at

    def _lost(self, entries: Iterable[Entry]) -> list[Entry]:
        """Labels that the index knows and these entries do not, or only an older word."""
        latest = {(file_key(entry.file), entry.given_by): entry.at for entry in entries}
        with self._store.reading() as database:
            rows = database.execute(
                "SELECT label.key, path, word, given_by, at FROM label JOIN song USING (key)"
                " WHERE given_by IN (SELECT value FROM json_each(?))",
                (json.dumps(JOURNALLED),),
            )
            return [
                Entry(at, path_text(path), word, given_by)
                for key, path, word, given_by, at in rows
                if latest.get((key, given_by), -1) < at
            ]

    def of(self, key: int) -> dict[str, tuple[str, int]]:
        """The labels of one file, each with when it was given: the greatest is the latest."""
        with self._store.reading() as database:
            rows = database.execute("SELECT given_by, word, at FROM label WHERE key = ?", (key,))
            return {str(given_by): (word + "", at + 0) for given_by, word, at in rows}

    def mood(self, file: str) -> SongMood | None:
        """The owner's word on a song; None when there is none."""
        words = self.of(file_key(file))
        best = _best(words)
        if best is None:
            return folder_says(file)
        return label_says(best, words[best][0], self._words)

    def denied(self, file: str) -> frozenset[Emotion]:
        """What somebody said that a song is not, and nobody said since that it is."""
        words = self.of(file_key(file))
        said_so: dict[Emotion, int] = {}
        for by in _EQUAL:
            if by in words and (mood := label_says(by, words[by][0], self._words)) is not None:
                emotion = strongest(mood.scores)
                said_so[emotion] = max(words[by][1], said_so.get(emotion, 0))
        denials = {DENIED[by]: at for by, (_, at) in words.items() if by in DENIED}
        return frozenset(
            emotion for emotion, at in denials.items() if at >= said_so.get(emotion, 0)
        )

    def _says(self, by: str, label: tuple[str, int] | None, emotion: Emotion) -> bool:
        mood = None if label is None else label_says(by, label[0], self._words)
        return mood is not None and strongest(mood.scores) is emotion

    def _say(self, entries: list[Entry]) -> None:
        """Keep what somebody said. Where only the index cannot take it now, it will later."""
        if self._journal is None:
            with self._store.writing():
                for entry in entries:
                    self._apply(entry)
                self._refresh([file_key(entry.file) for entry in entries])
            return
        self._journal.write(entries)
        try:
            self.catch_up()
        except IndexDamagedError:
            raise
        except LibraryError as error:
            log.warning("%s; the label is kept, and counts as soon as that is mended", error)

    def _apply(self, entry: Entry) -> None:
        key = file_key(entry.file)
        with self._store.writing() as database:
            if entry.mood is None:
                database.execute(
                    "DELETE FROM label WHERE key = ? AND given_by = ?", (key, entry.given_by)
                )
            else:
                database.execute(
                    "INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?)",
                    (key, entry.given_by, entry.mood, entry.at),
                )

    def _now(self) -> int:
        """After all that was said before, whatever the clock says: which is the latest counts."""
        latest = 0
        with suppress(LibraryError), self._store.reading() as database:  # it will be told
            (latest,) = database.execute(
                "SELECT coalesce(max(CAST(at AS INTEGER)), 0) FROM label WHERE at < ?", (_LAST_AT,)
            ).fetchone()
        return max(int(self._now_s()), latest + 1)


def _is_text(word: str) -> bool:
    """Whether it can be written down: a shell passes on bytes that are no letters."""
    return word.isprintable()


def _best(words: Mapping[str, tuple[str, int]]) -> str | None:
    """Which of a song's labels counts."""
    latest = max((by for by in _EQUAL if by in words), key=lambda by: words[by][1], default=None)
    return latest or next((by for by in words if by not in DENIED), None)


def _denials(words: Mapping[str, tuple[str, int]], file: str) -> list[Entry]:
    """What was said that a song is not, for the name it has now."""
    return [Entry(at, file, word, by) for by, (word, at) in words.items() if by in DENIED]
