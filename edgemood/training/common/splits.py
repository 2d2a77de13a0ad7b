"""Parts of a data set that share nobody: speakers, artists or people."""

from __future__ import annotations

from collections.abc import Hashable, Iterable


class SplitError(ValueError):
    """Somebody is in two parts of a data set: figures on one flatter what the other taught."""


def check_disjoint(what: str, members: Iterable[tuple[Hashable, str]]) -> None:
    """Raise SplitError unless each member of `members`, (who, part) pairs, is in one part alone.

    `what` names the members in the error. Somebody with an empty name is not known and not checked.
    """
    part_of: dict[Hashable, str] = {}
    for who, part in members:
        if who and part_of.setdefault(who, part) != part:
            raise SplitError(f"{what} {who} is in both {part_of[who]} and {part}")
