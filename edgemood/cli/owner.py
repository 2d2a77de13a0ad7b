"""Working on the daemon's files as the user they belong to."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from edgemood.errors import EdgemoodError


def become_owner_of(folder: Path) -> None:
    """Go on as the folder's user when this is root: files made there must be the daemon's, too.

    Raises EdgemoodError when the folder is not there.
    """
    try:
        owner = folder.stat()
    except FileNotFoundError:
        raise EdgemoodError(f"{folder}: no such folder; start edgemood once, or name it") from None
    if os.geteuid() == 0 and owner.st_uid != 0:
        try:
            name = pwd.getpwuid(owner.st_uid).pw_name
        except KeyError:
            name = ""
        if name:
            os.initgroups(name, owner.st_gid)
        else:
            os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
