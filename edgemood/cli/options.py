"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgemood.cli.where import CONFIG

STATE = Path("/var/lib/edgemood")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="EDGEMOOD_CONFIG",
        help=f"Configuration of the daemon.  [default: {CONFIG}]",
        show_default=False,
    ),
]
StateOption = Annotated[
    Path,
    typer.Option(metavar="DIR", envvar="STATE_DIRECTORY", help="Folder the daemon keeps."),
]
