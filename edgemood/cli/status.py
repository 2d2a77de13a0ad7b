"""The reply to ``status``, for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edgemood.status import (
    ConfigStatus,
    LibraryStatus,
    MoodStatus,
    MusicStatus,
    SenseStatus,
    Status,
    Waiting,
)

Row = tuple[str, Text]

_STYLES = {"working": "green", "starting": "cyan", "missing": "yellow", "fault": "red"}
_MOST_NEXT = 10
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def show(status: Status, console: Console | None = None) -> None:
    """Print how the box is doing; what a daemon of another version does not tell is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label, value in _rows(status):
        table.add_row(label, value)
    (console or Console(highlight=False)).print(table)


def _rows(status: Status) -> Iterator[Row]:
    """Row by row; a part with figures that nobody can read costs that part."""
    for part in (_mood, _senses, _music, _library, _config, _wrong, _state):
        try:
            yield from list(part(status))
        except (ArithmeticError, ValueError) as error:
            yield "?", _text(f"part of the answer cannot be read ({error!r:.100})", "red")


def _mood(status: Status) -> Iterator[Row]:
    if (mood := status.mood) is None:
        return
    line = _text(mood.emotion or mood.because or "unknown", "bold")
    if details := ", ".join(_details(mood)):
        line.append(f" ({details})")
    yield "mood", line
    if mood.emotion and mood.because:
        yield "", _text(mood.because)
    if mood.advice:
        yield "", _text(f"what would help: {mood.advice}", "yellow")


def _details(mood: MoodStatus) -> Iterator[str]:
    if mood.emotion and mood.confidence is not None:
        yield f"{mood.confidence:.0%} sure"
    if mood.since_s_ago is not None:
        yield f"for {duration(mood.since_s_ago)}"


def _senses(status: Status) -> Iterator[Row]:
    if status.sensing is not None:
        detail = status.sensing_detail or "camera and microphone are closed"
        yield "sensing", _text("on" if status.sensing else f"off: {detail}")
    for name, sense in status.senses.items():
        yield _clean(name), _sense(sense)
    if status.people is not None:
        yield "people", _text(", ".join(status.people) or "nobody recognised")


def _sense(sense: SenseStatus) -> Text:
    state = _clean(sense.state or "unknown")
    parts = [Text(state, _STYLES.get(state, ""))]
    parts += [_text(told) for told in (sense.device, sense.detail) if told]
    if sense.last:
        parts.append(_text(f"last: {sense.last}"))
    if sense.restarts:
        times = "once" if sense.restarts == 1 else f"{sense.restarts} times"
        parts.append(_text(f"restarted {times}"))
    return Text("; ").join(parts)


def _music(status: Status) -> Iterator[Row]:
    if (music := status.music) is None:
        return
    state = Text("connected", "green") if music.connected else Text("no MPD", "red")
    address = music.address if music.connected else ""
    yield "music", Text("; ").join([state, *(_text(p) for p in (address, music.detail) if p)])
    if music.yields:
        left_s = music.yield_left_s
        how_long = "a while" if left_s is None else f"{duration(left_s)} more"
        yield "", _text(f"somebody's hand is on the queue: the box adds nothing for {how_long}")
    if music.strategy:
        yield "strategy", _text(music.strategy)
    if music.target:
        yield "", _text(f"aiming at {music.target}")
    yield from _playing(music)
    yield from _next(music)


def _playing(music: MusicStatus) -> Iterator[Row]:
    state = music.state or ("playing" if music.playing else None)
    if state:
        song = _text(music.current or music.playing or "nothing")
        if music.elapsed_s is not None and music.duration_s is not None:
            song.append(f" ({_minutes(music.elapsed_s)} of {_minutes(music.duration_s)})")
        yield state, song
    if music.hint:
        yield "", _text(music.hint, "yellow")


def _next(music: MusicStatus) -> Iterator[Row]:
    songs = music.next
    if songs is None:  # as of the first daemons
        songs = tuple(Waiting(song, "box") for song in music.coming)
    for number, waiting in enumerate(songs[:_MOST_NEXT]):
        yours = "" if waiting.by == "box" else " (yours)"
        yield "" if number else "next", _text(f"{waiting.song}{yours}")
    if more := len(songs[_MOST_NEXT:]) + music.next_more:
        yield "", _text(f"and {more} more")


def _library(status: Status) -> Iterator[Row]:
    if (library := status.library) is not None and library.songs is not None:
        yield "library", Text("; ").join(_scanned(library))


def _scanned(library: LibraryStatus) -> Iterator[Text]:
    yield _text(f"{library.songs} songs")
    if library.pending:
        yield _text(f"{library.pending} to be analysed, {library.per_minute:.0f} a minute")
    if library.problems:
        yield _text(f"{library.problems} could not be listened to")
    if library.detail:
        yield _text(library.detail, "yellow")


def _config(status: Status) -> Iterator[Row]:
    if status.config is not None:
        yield from _file(status.config)


def _file(config: ConfigStatus) -> Iterator[Row]:
    verdict = "; not in force, it has problems:" if config.problems else ""
    yield "config", _text(f"{config.file or 'none, all defaults'}{verdict}")
    for problem in config.problems:
        yield "", _text(problem, "red")


def _wrong(status: Status) -> Iterator[Row]:
    for number, fault in enumerate(status.faults):
        yield "" if number else "wrong", _text(fault, "red")


def _state(status: Status) -> Iterator[Row]:
    if status.led:
        yield "LED", _text(status.led)
    if status.uptime_s is not None:
        version = status.version or "unknown"
        yield "up", _text(f"{duration(status.uptime_s)}, version {version}")


def _text(value: object, style: str = "") -> Text:
    return Text(_clean(value), style)


def _clean(value: object) -> str:
    """Without what could steer a terminal: titles of songs come from anywhere."""
    return "".join(letter if letter.isprintable() else "�" for letter in str(value))


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def duration(seconds: float) -> str:
    """A duration in the two largest units that matter."""
    whole_s = int(seconds)
    if whole_s < _MINUTE_S:
        return f"{whole_s} s"
    if whole_s < _HOUR_S:
        return f"{whole_s // _MINUTE_S} min"
    if whole_s < _DAY_S:
        return f"{whole_s // _HOUR_S} h {whole_s % _HOUR_S // _MINUTE_S} min"
    return f"{whole_s // _DAY_S} d {whole_s % _DAY_S // _HOUR_S} h"
