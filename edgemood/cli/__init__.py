"""What an owner types over SSH. A command imports what it needs when it runs: quick to start."""

from __future__ import annotations

import sys

from edgemood.errors import EdgemoodError, NotRunningError

EXIT_ERROR = 1
EXIT_NOT_RUNNING = 3
"""as `systemctl status` has it for a service that does not run"""


def main() -> None:
    """Run the command of the command line; errors go to standard error in plain words."""
    from edgemood.cli.commands import app

    try:
        app()
    except EdgemoodError as error:
        sys.stderr.write(f"edgemood: {error}\n")
        sys.exit(EXIT_NOT_RUNNING if isinstance(error, NotRunningError) else EXIT_ERROR)
