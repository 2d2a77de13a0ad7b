"""What an owner types over SSH. A command imports what it needs when it runs: quick to start."""

from __future__ import annotations

import io
import sys

from edgemood.errors import EdgemoodError, NotRunningError

EXIT_ERROR = 1
EXIT_NOT_RUNNING = 3
"""as `systemctl status` has it for a service that does not run"""


def main() -> None:
    """Run the command of the command line; errors go to standard error in plain words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a title may hold what a terminal cannot show
            stream.reconfigure(errors="replace")
    from edgemood.cli.commands import app

    try:
        app()
    except EdgemoodError as error:
        sys.stderr.write(f"edgemood: {error}\n")
        sys.exit(EXIT_NOT_RUNNING if isinstance(error, NotRunningError) else EXIT_ERROR)
    except Exception as error:
        if sys.argv[1:2] == ["run"]:  # the journal keeps the traceback
            raise
        sys.stderr.write(f"edgemood: unexpected error at {_place_of(error)}: {error!r:.500}\n")
        sys.exit(EXIT_ERROR)


def _place_of(error: Exception) -> str:
    """File and line of ours in which it came up, for a report."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "edgemood" in file:
            place = f"{file.rpartition('edgemood/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
