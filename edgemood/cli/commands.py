"""The commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from edgemood.cli.library import app as library
from edgemood.cli.options import STATE, ConfigOption, StateOption
from edgemood.cli.profile import app as profile
from edgemood.cli.where import CONFIG, SOCKET, socket_of
from edgemood.control import VERBS, Verb, ask
from edgemood.errors import EdgemoodError, NotRunningError

ANSWER_WITHIN_S = 5.0

typer.core.HAS_RICH = False  # with it, typer escapes the brackets of plain help

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(library, name="library")
app.add_typer(profile, name="profile")


@app.callback()
def _edgemood(
    version: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool,
        typer.Option(
            "--version",
            help="Tell the version.",
            is_eager=True,
            callback=lambda wanted: _tell_version(wanted=wanted),
        ),
    ] = False,
) -> None:
    """Sense the mood of the room and keep an MPD queue in tune with it."""


def _tell_version(*, wanted: bool) -> None:
    if wanted:
        from edgemood import __version__

        typer.echo(f"edgemood {__version__}")
        raise typer.Exit


@app.command()
def run(
    config: ConfigOption = None,
    state: Annotated[
        Path,
        typer.Option(
            metavar="DIR", envvar="STATE_DIRECTORY", help="Folder for what outlives the daemon."
        ),
    ] = Path("/var/lib/edgemood"),
) -> None:
    """Run the daemon until it is told to stop."""
    from edgemood.daemon import run as run_service

    run_service(config or CONFIG, state)


def _status(
    config: ConfigOption = None,
    as_json: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--json", help="For programs.")
    ] = False,
) -> None:
    reply = _ask("status", config)
    if as_json:
        typer.echo(json.dumps(reply, ensure_ascii=False, indent=2))
    else:
        from edgemood.cli.status import show
        from edgemood.status import Status, read

        show(read(Status, reply))


def _offer(verb: Verb) -> None:
    """Make a command of a verb."""
    words: list[str] = typer.Argument(metavar=verb.arguments, help=verb.arguments_help)

    def say(config: ConfigOption = None) -> None:
        _say(verb.name, config)

    def say_words(words: list[str] = words, config: ConfigOption = None) -> None:
        _say(" ".join([verb.name, *words]), config)

    command = _status if verb.name == "status" else say_words if verb.arguments else say
    app.command(verb.name, help=verb.help)(command)


for each in VERBS:
    _offer(each)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", envvar="EDGEMOOD_CONFIG")] = CONFIG,
    state: StateOption = STATE,
) -> None:
    """Tell everything that is wrong with a configuration file and the file of words it names."""
    from edgemood.config import load
    from edgemood.errors import ConfigError

    try:
        config = load(file)
    except ConfigError as error:
        problems = error.problems
    else:
        from edgemood.cli.check import doubts
        from edgemood.cli.owner import become_owner_of

        if state.exists():  # what the daemon's user cannot read, it cannot use
            become_owner_of(state)
        problems = list(doubts(file, config, state))
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{file}: no problems")


def _ask(request: str, config: Path | None) -> dict[str, Any]:
    """The daemon's reply. Raises NotRunningError, or EdgemoodError with the daemon's refusal."""
    named = socket_of(config)
    try:
        reply = ask(named, request, ANSWER_WITHIN_S)
    except NotRunningError:
        if config is not None or named == SOCKET:
            raise
        # one that went back from a file it cannot use
        reply = ask(SOCKET, request, ANSWER_WITHIN_S)
    if not reply.pop("ok", False):
        raise EdgemoodError(str(reply.get("error", f"the daemon refused to {request}")))
    return reply


def _say(request: str, config: Path | None) -> None:
    """Have the daemon do something, and tell what it answers."""
    reply = _ask(request, config)
    typer.echo(str(reply.get("said") or reply.get("why") or "done"))
