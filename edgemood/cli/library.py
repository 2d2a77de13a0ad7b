"""``edgemood library``: what the box knows of the songs, and correcting it."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from edgemood.cli.options import STATE, ConfigOption, StateOption
from edgemood.cli.out import emptied, opened
from edgemood.cli.where import CONFIG
from edgemood.errors import ConfigError, EdgemoodError, LibraryError

app = typer.Typer(
    no_args_is_help=True, help="The songs of the library and their moods.", rich_markup_mode=None
)

SongArgument = Annotated[
    str, typer.Argument(metavar="SONG", help="MPD's name for the file, or words of its title.")
]


_TAGS_AT_ONCE = 20
"""files between two looks at what was done"""


class Form(StrEnum):
    """What the index is written down as."""

    JSON = "json"
    CSV = "csv"


@app.command()
def scan(
    config: ConfigOption = None,
    state: StateOption = STATE,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Songs analysed at once.")] = 1,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler: tcp://HOST:8786.")
    ] = None,
    again: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--again", help="Analyse all songs, also those that were.")
    ] = False,
) -> None:
    """Analyse what is new, now and here; the daemon does so by itself, at leisure."""
    from edgemood.music.library.scan.foreground import scan as scan_now

    settings = _config(config)
    scan_now(_opened(state, settings), settings, workers=workers, dask=dask, again=again)


@app.command()
def status(
    state: StateOption = STATE,
    problems: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--problems", help="List the files that could not be listened to.")
    ] = False,
) -> None:
    """Tell how many songs are known, and how well."""
    import numpy as np

    from edgemood.music.library.index.columns import ORIGINS
    from edgemood.music.library.scan.pending import Worklist

    index = _opened(state)
    worklist, library = Worklist(index), index.library()
    if problems:
        for file, problem in worklist.problems():
            _say(f"{file}: {problem}")
        return
    counts = worklist.counts()
    _say(f"{counts.songs} songs, {counts.pending} of them to be analysed")
    numbers = np.bincount(library.origin, minlength=len(ORIGINS))
    for origin, number in zip(ORIGINS, numbers, strict=True):
        if number:
            _say(f"{number:8} mood {'not known' if origin is None else f'by {origin}'}")
    if counts.problems:
        _say(f"{counts.problems} could not be listened to: edgemood library status --problems")


@app.command()
def show(song: SongArgument, config: ConfigOption = None, state: StateOption = STATE) -> None:
    """Tell a song's mood and why: which source, which lines, which seconds."""
    from edgemood.music.library.explain import explain

    index, settings = _opened(state), _config(config)
    for line in explain(index, _song(index, song, settings.music.directory), settings):
        _say(line)


@app.command()
def label(
    song: SongArgument,
    mood: Annotated[str, typer.Argument(help="An emotion, or words such as `calm`.")],
    config: ConfigOption = None,
    state: StateOption = STATE,
) -> None:
    """Say what mood a song has; that wins over everything else."""
    index = _opened(state, _settings(config))
    found = _song(index, song)
    index.labels.give(found.file, mood)
    _say(f"{found.name}: {mood}")


@app.command()
def unlabel(song: SongArgument, state: StateOption = STATE) -> None:
    """Take back what was said with `label`."""
    from edgemood.music.library.index.columns import file_key

    index = _opened(state)
    found = _song(index, song)
    taken = index.labels.take(found.file)
    _say(f"{found.name}: {'no label any more' if taken else 'had no label given here'}")
    for given_by, (word, _) in index.labels.of(file_key(found.file)).items():
        _say(f"its {given_by} still says {word!r}: take that away with an MPD client")


@app.command()
def export(
    state: StateOption = STATE,
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = Form.JSON,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to.")] = None,
) -> None:
    """Write down everything that is known of the songs."""
    from edgemood.music.library.export import write_csv, write_json

    write = write_json if form is Form.JSON else write_csv
    if out is None:
        write(_opened(state), sys.stdout)
        return
    with opened(out) as file:
        index = _opened(state)
        _say(f"{out}: {write(index, emptied(file))} songs")


@app.command("map")
def draw_map(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to, such as map.svg.")],
    state: StateOption = STATE,
) -> None:
    """Draw the songs on the plane from unpleasant to pleasant and from calm to excited."""
    from edgemood.music.library.map import draw

    if out.suffix.casefold() not in {"", ".svg"}:
        raise EdgemoodError(f"{out}: the map is drawn as SVG; call it {out.with_suffix('.svg')}")
    with opened(out) as file:
        library = _opened(state).library()
        emptied(file).write(draw(library))
    _say(f"{out}: {len(library)} songs")


@app.command()
def tag(
    config: ConfigOption = None,
    state: StateOption = STATE,
    write: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--write", help="Write the tags; else only tell which would be.")
    ] = False,
    guesses: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--guesses", help="Also moods that the box worked out by itself.")
    ] = False,
) -> None:
    """Write the moods you gave songs into their files, as tags that MPD 0.24 shows."""
    with _child() as child:
        tags, refused = child.apply(_tags_read, (state, _config(config).music.directory, guesses))
    for line in refused:
        _say(line)
    written, failed = 0, len(refused)
    for user, of_user in _by_writer(tags).items():
        with _child() as child:
            for start in range(0, len(of_user), _TAGS_AT_ONCE):
                some = of_user[start : start + _TAGS_AT_ONCE]
                said, here, not_here = child.apply(_tags_written, (user, some, write))
                for line in said:
                    _say(line)
                written += here
                failed += not_here
    _say(f"{written} files {'written' if write else 'to write: say --write to do so'}")
    if failed:
        raise typer.Exit(1)


def _child() -> Any:
    """A process of its own, which may become another user for good."""
    import multiprocessing

    return multiprocessing.get_context("fork").Pool(1)


def _by_writer(tags: list[Any]) -> dict[int, list[Any]]:
    """The tags by the user who is to write them; one who is not root writes all."""
    from edgemood.music.library.tagging.write_tags import by_writer

    return by_writer(tags) if os.geteuid() == 0 else {os.geteuid(): tags}


def _tags_read(
    state: Path,
    named: Path | None,
    guesses: bool,  # noqa: FBT001 - a Pool hands on places
) -> tuple[list[Any], list[str]]:
    """What to write, and what cannot be; read as the daemon's user."""
    from edgemood.music.library.scan.service import music_folder
    from edgemood.music.library.tagging.write_tags import tags_of

    index = _opened(state)
    refused: list[str] = []
    folder = music_folder(index, named)
    return list(tags_of(index, folder, guesses=guesses, tell=refused.append)), refused


def _tags_written(
    user: int,
    tags: list[Any],
    write: bool,  # noqa: FBT001 - a Pool hands on places
) -> tuple[list[str], int, int]:
    """Written as the user whom the files belong to: in their folders root could be led astray."""
    from edgemood.cli.owner import become
    from edgemood.music.library.tagging.mood_tag import load_formats
    from edgemood.music.library.tagging.write_tags import write_all

    if user != os.geteuid():
        load_formats()
        become(user)
    said: list[str] = []
    written, failed = write_all(tags, said.append, write=write)
    return said, written, failed


def _opened(state: Path, config: Any = None) -> Any:
    """The daemon's index, opened as its user, with the owner's words. Raises LibraryError."""
    from edgemood.cli.owner import become_owner_of
    from edgemood.music.library.index.song_index import FILE_NAME, SongIndex

    path = state / FILE_NAME
    try:
        if state.exists():
            become_owner_of(state)
        path.open("rb").close()
    except PermissionError as error:
        raise LibraryError(f"{path}: {error.strerror}; use sudo") from None
    except FileNotFoundError:
        raise LibraryError(
            f"{path}: there is no song index yet; the daemon makes it when it finds MPD "
            "(edgemood status), or name its folder with --state"
        ) from None
    from edgemood.music.mood_words import SHIPPED, Words

    words = None if config is None else config.music.words
    return SongIndex.open(state, SHIPPED if words is None else Words.with_owners(words))


def _settings(file: Path | None) -> Any:
    """The configuration, as far as it is a good one; it is `check` that tells what is wrong."""
    from edgemood.config import Config

    try:
        return _config(file)
    except ConfigError:
        return Config()


def _config(file: Path | None) -> Any:
    """The configuration; all defaults where there is no file."""
    from edgemood.config import Config, load

    if file is None and not CONFIG.exists():
        return Config()
    return load(file or CONFIG)


def _song(index: Any, wanted: str, directory: Path | None = None) -> Any:
    """The one song that is meant. Raises EdgemoodError when none or several may be."""
    from edgemood.music.library.find_song import names_meant
    from edgemood.music.library.sync.mpd_sync import MUSIC_FOLDER

    told = index.store.recall(MUSIC_FOLDER)
    folders = [folder for folder in (directory, told and Path(told)) if folder]
    names = list(dict.fromkeys(names_meant(wanted, folders)))
    for name in names:
        if (found := index.song_named(name)) is not None:
            return found
    wanted = names[-1]
    matches = index.search(wanted, most=11)
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise EdgemoodError(f"{wanted}: no song is called so; give MPD's name for the file")
    listed = "\n".join(f"  {_clean(song.file)}" for song in matches[:10])
    more = "\n  …" if len(matches) > 10 else ""
    raise EdgemoodError(
        f"{wanted}: several songs are called so; give the file of one:\n{listed}{more}"
    )


def _say(line: str) -> None:
    typer.echo(_clean(line))


def _clean(line: str) -> str:
    """A line without what could steer a terminal: titles of songs come from anywhere."""
    clean = "".join(letter if letter.isprintable() else "�" for letter in line)
    return clean.encode("utf-8", "replace").decode()
