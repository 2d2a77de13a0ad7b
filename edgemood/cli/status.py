"""The reply to ``status``, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Reply = dict[str, Any]

_STYLES = {"working": "green", "starting": "cyan", "missing": "yellow", "fault": "red"}
_MOST_NEXT = 10
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def show(reply: Reply, console: Console | None = None) -> None:
    """Print the reply; whatever it lacks, as of a daemon of another version, is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label, value in _rows(reply):
        table.add_row(label, value)
    (console or Console(highlight=False)).print(table)


def _rows(reply: Reply) -> Iterator[tuple[str, Text]]:
    """Row by row; a part that a daemon of another kind has answered otherwise costs that part."""
    for part in (_mood_of, _senses, _music_of, _library_of, _config_of, _wrong, _state):
        try:
            yield from list(part(reply))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            yield "?", _text(f"part of the answer cannot be read ({error!r:.100})", "red")


def _mood_of(reply: Reply) -> Iterator[tuple[str, Text]]:
    return _mood(_section(reply, "mood"))


def _music_of(reply: Reply) -> Iterator[tuple[str, Text]]:
    return _music(_section(reply, "music"))


def _library_of(reply: Reply) -> Iterator[tuple[str, Text]]:
    return _library(_section(reply, "library"))


def _config_of(reply: Reply) -> Iterator[tuple[str, Text]]:
    return _config(_section(reply, "config"))


def _senses(reply: Reply) -> Iterator[tuple[str, Text]]:
    if (on := reply.get("sensing")) is not None:
        detail = reply.get("sensing_detail") or "camera and microphone are closed"
        yield "sensing", _text("on" if on else f"off: {detail}")
    for name, sense in _section(reply, "senses").items():
        if isinstance(sense, dict):
            yield _clean(name), _sense(sense)
    if (people := reply.get("people")) is not None:
        yield "people", _text(", ".join(map(str, people)) or "nobody recognised")


def _wrong(reply: Reply) -> Iterator[tuple[str, Text]]:
    for number, fault in enumerate(reply.get("faults") or ()):
        yield "" if number else "wrong", _text(fault, "red")


def _state(reply: Reply) -> Iterator[tuple[str, Text]]:
    if led := reply.get("led"):
        yield "LED", _text(led)
    if isinstance(uptime_s := reply.get("uptime_s"), int | float):
        yield "up", _text(f"{duration(uptime_s)}, version {reply.get('version') or 'unknown'}")


def _mood(mood: Reply) -> Iterator[tuple[str, Text]]:
    if not mood:
        return
    emotion, because = mood.get("emotion"), mood.get("because")
    line = _text(emotion or because or "unknown", "bold")
    details = []
    if emotion and isinstance(confidence := mood.get("confidence"), int | float):
        details.append(f"{confidence:.0%} sure")
    if isinstance(since_s := mood.get("since_s_ago"), int | float):
        details.append(f"for {duration(since_s)}")
    if details:
        line.append(f" ({', '.join(details)})")
    yield "mood", line
    if emotion and because:
        yield "", _text(because)
    if advice := mood.get("advice"):
        yield "", _text(f"what would help: {advice}", "yellow")


def _sense(sense: Reply) -> Text:
    state = _clean(sense.get("state") or "unknown")
    parts = [Text(state, _STYLES.get(state, ""))]
    parts += [_text(sense[key]) for key in ("device", "detail") if sense.get(key)]
    if sense.get("last"):
        parts.append(_text(f"last: {sense['last']}"))
    if sense.get("restarts"):
        times = "once" if sense["restarts"] == 1 else f"{sense['restarts']} times"
        parts.append(_text(f"restarted {times}"))
    return Text("; ").join(parts)


def _music(music: Reply) -> Iterator[tuple[str, Text]]:
    if not music:
        return
    connected, address, detail = (music.get(key) for key in ("connected", "address", "detail"))
    state = Text("connected", "green") if connected else Text("no MPD", "red")
    parts = [state, *(_text(part) for part in (connected and address, detail) if part)]
    yield "music", Text("; ").join(parts)
    if music.get("yields"):
        left_s = music.get("yield_left_s")
        how_long = f"{duration(left_s)} more" if isinstance(left_s, int | float) else "a while"
        yield "", _text(f"somebody's hand is on the queue: the box adds nothing for {how_long}")
    if strategy := music.get("strategy"):
        yield "strategy", _text(strategy)
    if target := music.get("target"):
        yield "", _text(f"aiming at {target}")
    yield from _playing(music)
    yield from _next(music)


def _playing(music: Reply) -> Iterator[tuple[str, Text]]:
    state = music.get("state") or ("playing" if music.get("playing") else None)
    if state:
        song = _text(music.get("current") or music.get("playing") or "nothing")
        elapsed_s, duration_s = music.get("elapsed_s"), music.get("duration_s")
        if isinstance(elapsed_s, int | float) and isinstance(duration_s, int | float):
            song.append(f" ({_minutes(elapsed_s)} of {_minutes(duration_s)})")
        yield _clean(state), song
    if hint := music.get("hint"):
        yield "", _text(hint, "yellow")


def _next(music: Reply) -> Iterator[tuple[str, Text]]:
    songs = [(song, "box") for song in music.get("coming") or ()]
    if music.get("next") is not None:
        songs = [(song.get("song"), song.get("by")) for song in music["next"]]
    for number, (song, by) in enumerate(songs[:_MOST_NEXT]):
        yours = "" if by == "box" else " (yours)"
        yield "" if number else "next", _text(f"{song}{yours}")
    if more := len(songs[_MOST_NEXT:]) + (music.get("next_more") or 0):
        yield "", _text(f"and {more} more")


def _library(library: Reply) -> Iterator[tuple[str, Text]]:
    songs, pending = library.get("songs"), library.get("pending")
    if not isinstance(songs, int) or not isinstance(pending, int):
        return
    parts = [_text(f"{songs} songs")]
    if pending:
        rate = library.get("per_minute") or 0
        parts.append(_text(f"{pending} to be analysed, {rate:.0f} a minute"))
    if problems := library.get("problems"):
        parts.append(_text(f"{problems} could not be listened to"))
    if detail := library.get("detail"):
        parts.append(_text(detail, "yellow"))
    yield "library", Text("; ").join(parts)


def _config(config: Reply) -> Iterator[tuple[str, Text]]:
    if not config:
        return
    problems = config.get("problems") or []
    verdict = "; not in force, it has problems:" if problems else ""
    yield "config", _text(f"{config.get('file') or 'none, all defaults'}{verdict}")
    for problem in problems:
        yield "", _text(problem, "red")


def _section(reply: Reply, name: str) -> Reply:
    section = reply.get(name)
    return section if isinstance(section, dict) else {}


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
