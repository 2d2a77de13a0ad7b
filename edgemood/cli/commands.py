"""The commands. argparse, because a Raspberry Pi Zero loads anything richer in seconds."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgemood import __version__
from edgemood.cli.where import CONFIG, socket_of
from edgemood.errors import EdgemoodError

STATE = Path("/var/lib/edgemood")
ANSWER_WITHIN_S = 5.0

Command = Callable[[argparse.Namespace], int]


def run_command(arguments: list[str]) -> int:
    """Run one command line, without the program's name; the exit status for the shell.

    Raises EdgemoodError, and SystemExit for help and for command lines that make no sense.
    """
    chosen = _parser().parse_args(arguments)
    command: Command = chosen.command
    return command(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edgemood",
        description="Sense the mood of the room and keep an MPD queue in tune with it.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"edgemood {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(command: Command, summary: str, *, config: bool = True) -> argparse.ArgumentParser:
        name = command.__name__.lstrip("_")
        adding = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        adding.set_defaults(command=command)
        if config:
            adding.add_argument(
                "--config",
                metavar="FILE",
                type=Path,
                default=_path_from("EDGEMOOD_CONFIG"),
                help=f"the daemon's configuration (default: $EDGEMOOD_CONFIG, else {CONFIG})",
            )
        return adding

    running = add(_run, "Run the daemon until it is told to stop.")
    running.add_argument(
        "--state",
        metavar="FOLDER",
        type=Path,
        default=_path_from("STATE_DIRECTORY") or STATE,
        help=f"what outlives the daemon (default: $STATE_DIRECTORY, else {STATE})",
    )
    telling = add(_status, "Tell the mood of the room and how everything is doing.")
    telling.add_argument("--json", action="store_true", help="for programs")
    add(_redetect, "Look again now, and change the next song.")
    add(_pause, "Close camera and microphone; the music goes on.")
    add(_resume, "Open camera and microphone again.")
    add(_why, "Explain the last decision about mood and song.")
    checking = add(_check, "Tell everything that is wrong with a configuration.", config=False)
    checking.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        nargs="?",
        default=_path_from("EDGEMOOD_CONFIG") or CONFIG,
        help=f"the configuration (default: $EDGEMOOD_CONFIG, else {CONFIG})",
    )
    return parser


def _path_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def _run(chosen: argparse.Namespace) -> int:
    from edgemood.daemon.service import run

    return run(chosen.config or CONFIG, chosen.state)


def _status(chosen: argparse.Namespace) -> int:
    reply = _ask("status", chosen)
    if chosen.json:
        _say(json.dumps(reply, ensure_ascii=False, indent=2))
    else:
        from edgemood.cli.status import show

        show(reply)
    return 0


def _redetect(chosen: argparse.Namespace) -> int:
    _say(_ask("redetect", chosen).get("said", "looking again"))
    return 0


def _pause(chosen: argparse.Namespace) -> int:
    _say(_ask("pause", chosen).get("said", "sensing is off"))
    return 0


def _resume(chosen: argparse.Namespace) -> int:
    _say(_ask("resume", chosen).get("said", "sensing is on"))
    return 0


def _why(chosen: argparse.Namespace) -> int:
    _say(_ask("why", chosen).get("why", "the daemon gives no reason"))
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from edgemood.config import load
    from edgemood.errors import ConfigError

    try:
        load(chosen.file)
    except ConfigError as error:
        sys.stderr.writelines(f"{problem}\n" for problem in error.problems)
        return 1
    _say(f"{chosen.file}: no problems")
    return 0


def _ask(verb: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """The daemon's reply. Raises NotRunningError, or EdgemoodError with the daemon's refusal."""
    from edgemood.daemon.client import ask

    reply = ask(socket_of(chosen.config), verb, ANSWER_WITHIN_S)
    if not reply.pop("ok", False):
        raise EdgemoodError(str(reply.get("error", f"the daemon refused to {verb}")))
    return reply


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
