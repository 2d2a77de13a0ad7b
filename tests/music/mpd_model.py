"""MPD as a model: its queue and player, as the real one behaves (`test_mpd_model.py` compares)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

SONG_S = 60.0


class CrashError(Exception):
    """The power of the box went, just when MPD had carried out its command."""


class NotPlayingError(Exception):
    """MPD refuses what needs a song that plays."""


@dataclass
class Entry:
    """One song in the queue, and what a test knows of it."""

    file: str
    id: int = 0
    by: str = "person"
    moved: bool = False
    """by a person, or passed by what a person moved"""
    unsure: bool = False
    """nobody can tell any more whose it is"""


@dataclass
class _Saved:
    """What the state file says."""

    entries: list[Entry] = field(default_factory=list)
    current: int | None = None
    state: State = State.STOP


class ModelMpd:
    """People's hands are its plain methods; the box's are coroutines with the names of `Player`'s.

    `on_box` is told of every song that the box takes out or moves.
    """

    address = "model"

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.current: int | None = None
        self.state = State.STOP
        self.single = self.repeat = self.consume = False
        self.played = 0.0
        self.crash_in: int | None = None
        """commands of the box until its power goes"""
        self.on_box: Callable[[Entry], None] = lambda _entry: None
        self._next_id = 1
        self._version = 1
        self._saved = _Saved()

    def files(self) -> list[str]:
        return [entry.file for entry in self.entries]

    def add(self, file: str, place: int | None = None, by: str = "person") -> Entry:
        entry = Entry(file, self._next_id, by)
        self._next_id += 1
        place = len(self.entries) if place is None else place
        self.entries.insert(place, entry)
        if self.current is not None and place <= self.current:
            self.current += 1
        self._version += 1
        return entry

    def delete(self, place: int) -> None:
        del self.entries[place]
        self._version += 1
        if self.current is None or place > self.current:
            return
        if place < self.current:
            self.current -= 1
        elif self.state is State.STOP:
            self.current = None
        else:
            left = place < len(self.entries)
            wrapped = 0 if self.repeat and self.entries else None
            self.current = place if left else wrapped
            if self.state is State.PAUSE or self.current is None:
                self.state = State.STOP

    def move(self, place: int, to: int) -> None:
        selected = None if self.current is None else self.entries[self.current]
        self.entries.insert(to, self.entries.pop(place))
        self.current = None if selected is None else self.entries.index(selected)
        self._version += 1

    def reorder(self, order: list[int]) -> None:
        """A shuffle: MPD puts the song that plays first."""
        entries = [self.entries[place] for place in order]
        if self.state is not State.STOP and self.current is not None:
            selected = self.entries[self.current]
            entries = [selected, *(entry for entry in entries if entry is not selected)]
            self.current = 0
        else:
            self.current = None
        self.entries = entries
        self._version += 1

    def clear(self) -> None:
        self.entries, self.current, self.state = [], None, State.STOP
        self._version += 1

    def stop(self) -> None:
        self.state = State.STOP

    def pause(self) -> None:
        if self.state is State.PLAY:
            self.state = State.PAUSE

    def play_on(self) -> None:
        """Play, as a client's button does."""
        if self.entries:
            self.current = self.current or 0
            self._plays()

    def play_at(self, place: int) -> None:
        self.current = place
        self._plays()

    def skip(self) -> None:
        if self.state is State.STOP or self.current is None:
            raise NotPlayingError
        self._go_on(self._after(self.current, skipping=True))

    def let_end(self) -> None:
        """The song that plays comes to its end."""
        if self.state is not State.PLAY or self.current is None:
            return
        self.played += SONG_S
        single = self.single
        after = self._after(self.current)
        self._go_on(after)
        if single and self.state is State.PLAY:
            self.state = State.PAUSE

    def save(self) -> None:
        """Write the state file."""
        self._saved = _Saved([replace(e) for e in self.entries], self.current, self.state)

    def restart(self, *, clean: bool = True, paused: bool = False) -> None:
        """Off and on again; with `paused` as by `restore_paused`."""
        if clean:
            self.save()
        saved = self._saved
        self.entries = [replace(entry, id=id_) for id_, entry in enumerate(saved.entries, 1)]
        self._next_id = len(self.entries) + 1
        self._version = 2
        self.played = 0.0
        self.current = (saved.current or 0) if self.entries else None
        self.state = saved.state
        if paused and self.state is State.PLAY:
            self.state = State.PAUSE

    def look(self) -> Snapshot:
        songs = tuple(QueuedSong(entry.id, entry.file) for entry in self.entries)
        after = None if self.current is None else self._after(self.current)
        selected = self.current is not None
        return Snapshot(
            self.state,
            songs,
            self.current,
            elapsed_s=0.0,
            remaining_s=SONG_S if selected and self.state is not State.STOP else None,
            repeat=self.repeat,
            single=self.single,
            consume=self.consume,
            coming=None if after is None else songs[after],
            version=self._version,
        )

    async def connect(self) -> None:
        pass

    async def snapshot(self) -> Snapshot:
        return self.look()

    async def played_s(self) -> float:
        return float(round(self.played))

    async def append(self, file: str) -> QueuedSong:
        song = QueuedSong(self.add(file, by="box").id, file)
        self._carried_out()
        return song

    async def move_to_end(self, id_: int) -> None:
        if (place := self._place(id_)) is not None:
            self.on_box(self.entries[place])
            self.move(place, len(self.entries) - 1)
        self._carried_out()

    async def remove(self, id_: int) -> None:
        if (place := self._place(id_)) is not None:
            self.on_box(self.entries[place])
            self.delete(place)
        self._carried_out()

    async def play(self, id_: int) -> None:
        if (place := self._place(id_)) is not None:
            self.play_at(place)
        self._carried_out()

    async def resume(self) -> None:
        if self.state is State.PAUSE:
            self._plays()

    async def next(self) -> None:
        self.skip()

    async def missing(self, _files: set[str]) -> set[str]:
        return set()

    async def volume(self) -> int | None:
        return None

    async def set_volume(self, _volume: int) -> None:
        raise AssertionError("a model has no mixer")

    def _carried_out(self) -> None:
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in < 0:
                self.crash_in = None
                raise CrashError

    def _plays(self) -> None:
        self.state = State.PLAY
        self.played += 2.0

    def _after(self, place: int, *, skipping: bool = False) -> int | None:
        if self.single and self.repeat and not self.consume and not skipping:
            return place
        if place + 1 < len(self.entries):
            return place + 1
        return 0 if self.repeat else None

    def _go_on(self, after: int | None) -> None:
        was, self.current = self.current, after
        if after is None:
            self.state = State.STOP
        else:
            self._plays()
        if self.consume and was is not None:
            del self.entries[was]
            self._version += 1
            if self.current is not None and self.current > was:
                self.current -= 1
            if not self.entries:
                self.current, self.state = None, State.STOP

    def _place(self, id_: int) -> int | None:
        return next((at for at, entry in enumerate(self.entries) if entry.id == id_), None)
