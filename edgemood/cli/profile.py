"""``edgemood profile``: the people of the household, whose tastes are kept apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from edgemood.cli.options import STATE, ConfigOption, StateOption
from edgemood.cli.where import CONFIG
from edgemood.errors import ProfileError

app = typer.Typer(
    no_args_is_help=True,
    help="The people of the household and their tastes.",
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]

_LOOK_EVERY_S = 0.3
_ANSWER_WITHIN_S = 15.0
"""a box that sees answers within two pictures; one that starts takes some seconds"""


@app.command()
def add(name: NameArgument, state: StateOption = STATE) -> None:
    """Keep the taste of somebody apart from everybody else's."""
    _check(name)
    _store(state).add_profile(name)
    typer.echo(f"{name}: added; `edgemood profile enrol {_quoted(name)}` makes the face known")


@app.command("list")
def list_profiles(config: ConfigOption = None, state: StateOption = STATE) -> None:
    """Tell who has a profile, how much is known of their tastes, and whose face is known."""
    from edgemood.vision.identity import known_faces

    folder = _config(config).vision.known_faces
    store = _store(state)
    enrolled = {name.casefold() for name in known_faces.names(folder)}
    for name in store.profiles():
        interactions = store.evidence(name).at
        face = ", face known" if name.casefold() in enrolled else ""
        typer.echo(f"{name}: {interactions} plays and skips{face}")


@app.command()
def remove(name: NameArgument, config: ConfigOption = None, state: StateOption = STATE) -> None:
    """Forget somebody's taste and face."""
    from edgemood.vision.identity import known_faces

    _check(name)
    store = _store(state)
    had_face = known_faces.forget(_config(config).vision.known_faces, name)
    try:
        store.remove_profile(name)
    except ProfileError:
        if not had_face:
            raise
    typer.echo(f"{name}: forgotten{', face and all' if had_face else ''}")


@app.command()
def enrol(name: NameArgument, config: ConfigOption = None, state: StateOption = STATE) -> None:
    """Make the face of somebody known, who sits before the camera now and agrees to it."""
    _check(name)
    vision = _config(config).vision
    if vision.recognise != "yes":
        raise ProfileError(
            f"{config or CONFIG}: faces are not recognised; set `vision: recognise: yes` first"
        )
    store = _store(state)
    if name.casefold() not in {known.casefold() for known in store.profiles()}:
        store.add_profile(name)
    typer.echo("Only a few numbers about the face are kept, no picture; `remove` forgets them.")
    watch(vision.known_faces, name, typer.echo)


def watch(
    folder: Path,
    name: str,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Ask the box to enrol a face, and tell how the picture looks until that has ended.

    Raises ProfileError when it did not succeed.
    """
    from edgemood.vision.identity import enrolment

    enrolment.ask(folder, name)
    told, silent_s = "", 0.0
    try:
        while True:
            progress = enrolment.read_progress(folder)
            heard = progress.name == name
            line = f"{progress.views}/{enrolment.VIEWS}: {progress.say}"
            if heard and progress.done and progress.enrolled:
                tell(progress.say)
                return
            if heard and progress.done:
                raise ProfileError(f"{name}: {progress.say}")
            if heard and line != told:
                tell(line)
                told = line
            silent_s = 0.0 if heard else silent_s + _LOOK_EVERY_S
            if silent_s > _ANSWER_WITHIN_S:
                raise ProfileError(
                    f"{name}: the box does not look; see `edgemood status` for the camera"
                )
            sleep(_LOOK_EVERY_S)
    finally:
        enrolment.cancel(folder)


def _check(name: str) -> None:
    from edgemood.vision.identity.known_faces import NAME

    if NAME.fullmatch(name) is None:
        raise ProfileError(f"{name!r}: a name has up to 40 letters, digits, spaces and hyphens")


def _config(config: Path | None) -> Any:
    from edgemood.config import Config, load

    if config is None and not CONFIG.exists():
        return Config()
    return load(config or CONFIG)


def _store(state: Path) -> Any:
    from edgemood.cli.owner import become_owner_of
    from edgemood.music.recommender import TASTE, TasteStore

    become_owner_of(state)
    store = TasteStore(state / TASTE)
    if not store.remembers:
        raise ProfileError(f"{state / TASTE}: cannot be used; use sudo")
    return store


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
