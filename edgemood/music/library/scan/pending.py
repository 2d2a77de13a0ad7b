"""Which songs are to be analysed, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgemood.music.library.index.paths import path_text
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.fingerprint import SAME_BITS, differing_bits
from edgemood.music.library.scan.result import LONGEST_REASON, Findings, Subject
from edgemood.music.library.sync.update import take_place

_STAMP = "analysis"
_SAME_DURATION_S = 2.0
"""by which the same recording may differ between two files"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the analysis has come."""

    songs: int
    pending: int
    problems: int
    """songs that could not be listened to"""


class Worklist:
    """The part of the index that the analysis reads and writes. Raises LibraryError."""

    def __init__(self, index: SongIndex) -> None:
        self._index = index

    def expect(self, stamp: str) -> None:
        """Put all songs on the list when other models analysed them: see `analysis_stamp`."""
        if self._index.store.recall(_STAMP) == stamp:
            return
        self.add_all()
        self._index.store.keep(_STAMP, stamp)

    def add_all(self) -> None:
        """Put every song on the list that has a file."""
        with self._index.store.writing() as database:
            database.execute(
                "INSERT OR IGNORE INTO pending SELECT id FROM song"
                " WHERE gone_at IS NULL AND instr(path, CAST('://' AS BLOB)) = 0"
            )

    def after(self, id_: int, most: int) -> list[Subject]:
        """The next songs on the list, beyond the number of the one before."""
        with self._index.store.reading() as database:
            rows = database.execute(
                "SELECT id, path, duration_s, start_s, end_s FROM pending"
                " JOIN song ON song.id = pending.song WHERE pending.song > ? ORDER BY 1 LIMIT ?",
                (id_, most),
            ).fetchall()
            return [Subject(id_, path_text(path), *rest) for id_, path, *rest in rows]

    def subject(self, id_: int) -> Subject:
        """A song, as it would be analysed. Raises LookupError when it was forgotten."""
        with self._index.store.reading() as database:
            row = database.execute(
                "SELECT path, duration_s, start_s, end_s FROM song WHERE id = ?", (id_,)
            ).fetchone()
            found = None if row is None else Subject(id_, path_text(row[0]), *row[1:])
        if found is None:
            raise LookupError(f"song {id_} was forgotten")
        return found

    def counts(self) -> Counts:
        """How far the analysis has come."""
        with self._index.store.reading() as database:
            counts = database.execute(
                "SELECT (SELECT count(*) FROM row), (SELECT count(*) FROM pending),"
                " (SELECT count(*) FROM song WHERE problem != '' AND gone_at ISNULL)"
            )
            return Counts(*counts.fetchone())

    def problems(self) -> list[tuple[str, str]]:
        """Each file that could not be listened to, and why."""
        with self._index.store.reading() as database:
            rows = database.execute(
                "SELECT path, problem FROM song WHERE problem != '' AND gone_at IS NULL ORDER BY id"
            ).fetchall()
            return [(path_text(path), problem) for path, problem in rows]

    def record(self, results: Sequence[tuple[Subject, Findings]]) -> None:
        """Keep what was found, all of it or nothing, and take these songs off the list."""
        with self._index.store.writing():
            for subject, findings in results:
                self._record(subject, findings)

    def _record(self, subject: Subject, findings: Findings) -> None:
        id_, index = subject.id, self._index
        with index.store.writing() as database:
            still = database.execute(
                "SELECT path, fingerprint ISNULL FROM song WHERE id = ? AND gone_at ISNULL", (id_,)
            ).fetchone()
            if findings.absent or still is None or path_text(still[0]) != subject.file:
                return  # it went or moved meanwhile, or may be there another time
            database.execute("DELETE FROM pending WHERE song = ?", (id_,))
            for origin, mood in findings.moods.items():
                if mood is not None or origin != "tag":  # MPD's tags stand where the file has none
                    index.set_source(id_, origin, mood)
            database.execute(
                "UPDATE song SET language = ?, features = ?, fingerprint = ?, problem = ?"
                " WHERE id = ?",
                (
                    index.number_of("language", findings.language),
                    None if findings.features is None else findings.features.tobytes(),
                    findings.fingerprint,
                    findings.problem[:LONGEST_REASON],
                    id_,
                ),
            )
            index.refresh([id_])
            if still[1] and findings.fingerprint is not None:
                self._recognise(id_, findings.fingerprint)

    def _recognise(self, id_: int, fingerprint: bytes) -> None:
        """Find out by its sound whether a song without a past is one that is gone."""
        with self._index.store.reading() as database:
            gone = database.execute(
                "SELECT old.id, old.fingerprint FROM song AS old JOIN song AS new ON new.id = ?"
                " WHERE old.gone_at IS NOT NULL AND old.id < new.id AND old.fingerprint NOTNULL"
                " AND old.duration_s BETWEEN new.duration_s - ? AND new.duration_s + ?",
                (id_, _SAME_DURATION_S, _SAME_DURATION_S),
            ).fetchall()
        alike = [(differing_bits(fingerprint, other), old) for old, other in gone]
        if alike and min(alike)[0] <= SAME_BITS:
            take_place(self._index, min(alike)[1], id_)
