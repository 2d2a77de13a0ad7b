"""Working on other people's files as the user they belong to."""

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
        become(owner.st_uid, owner.st_gid)


def become(user: int, group: int | None = None) -> None:
    """Go on as this user, with their groups, for good. Raises OSError."""
    try:
        entry = pwd.getpwuid(user)
    except KeyError:  # as of a container
        group = user if group is None else group
        os.setgroups([])
    else:
        group = entry.pw_gid if group is None else group
        os.initgroups(entry.pw_name, group)
    os.setgid(group)
    os.setuid(user)
