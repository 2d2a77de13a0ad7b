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
    from edgemood.daemon.service import run as run_service

    run_service(config or CONFIG, state)


@app.command()
def status(
    config: ConfigOption = None,
    as_json: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--json", help="For programs.")
    ] = False,
) -> None:
    """Tell the mood of the room and how everything is doing."""
    reply = _ask("status", config)
    if as_json:
        typer.echo(json.dumps(reply, ensure_ascii=False, indent=2))
    else:
        from edgemood.cli.status import show

        show(reply)


@app.command()
def redetect(config: ConfigOption = None) -> None:
    """Look again now, and change the next song."""
    _say(_ask("redetect", config), "looking again")


@app.command()
def pause(config: ConfigOption = None) -> None:
    """Close camera and microphone; the music goes on."""
    _say(_ask("pause", config), "sensing is off")


@app.command()
def resume(config: ConfigOption = None) -> None:
    """Open camera and microphone again."""
    _say(_ask("resume", config), "sensing is on")


@app.command()
def why(config: ConfigOption = None) -> None:
    """Explain the last decision about mood and song."""
    typer.echo(str(_ask("why", config).get("why", "the daemon gives no reason")))


@app.command()
def mood(
    words: Annotated[
        list[str],
        typer.Argument(metavar="EMOTION [DURATION]", help="happy, or happy 30m, or auto."),
    ],
    config: ConfigOption = None,
) -> None:
    """Have the music follow a mood you name, for an hour or as long as you say."""
    _say(_ask(" ".join(["mood", *words]), config), "noted")


@app.command()
def match(config: ConfigOption = None) -> None:
    """Play music like the room."""
    _say(_ask("match", config), "noted")


@app.command()
def lift(config: ConfigOption = None) -> None:
    """Meet an unpleasant mood where it is, and lead it to the target in the configuration."""
    _say(_ask("lift", config), "noted")


@app.command()
def steady(config: ConfigOption = None) -> None:
    """Stay near the target in the configuration, whatever the room feels."""
    _say(_ask("steady", config), "noted")


@app.command()
def table(config: ConfigOption = None) -> None:
    """Play what the configuration's table has for the mood."""
    _say(_ask("table", config), "noted")


@app.command()
def like(config: ConfigOption = None) -> None:
    """Say that you like the song that plays."""
    _say(_ask("like", config), "noted")


@app.command()
def not_this(config: ConfigOption = None) -> None:
    """Go on to another song, and remember that this one did not suit."""
    _say(_ask("not-this", config), "noted")


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


def _ask(verb: str, config: Path | None) -> dict[str, Any]:
    """The daemon's reply. Raises NotRunningError, or EdgemoodError with the daemon's refusal."""
    from edgemood.daemon.client import ask

    named = socket_of(config)
    try:
        reply = ask(named, verb, ANSWER_WITHIN_S)
    except NotRunningError:
        if config is not None or named == SOCKET:
            raise
        reply = ask(SOCKET, verb, ANSWER_WITHIN_S)  # one that went back from a file it cannot use
    if not reply.pop("ok", False):
        raise EdgemoodError(str(reply.get("error", f"the daemon refused to {verb}")))
    return reply


def _say(reply: dict[str, Any], otherwise: str) -> None:
    typer.echo(str(reply.get("said", otherwise)))
