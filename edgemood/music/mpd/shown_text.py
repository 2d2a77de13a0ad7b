"""What MPD says, as people may be shown it."""

from __future__ import annotations

import re

MOST = 200
"""letters"""

_SECRET = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s]*@", re.IGNORECASE)
"""an address may hold a name and a password: ``smb://me:secret@nas/music``"""
_HIDDEN = "…"


def told(text: str, secret: str | None = None, most: int = MOST) -> str:
    """One printable line of at most `most` letters, without passwords.

    `secret` is one that is known; a server may repeat it in any place.
    """
    if secret is not None and len(secret) > 3:
        text = text.replace(secret, _HIDDEN)
    text = without_secrets(text[: 4 * most]).encode(errors="replace").decode()
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def without_secrets(text: str) -> str:
    """The text with the names and passwords taken out of the addresses in it."""
    return _SECRET.sub(rf"\1{_HIDDEN}@", text)
