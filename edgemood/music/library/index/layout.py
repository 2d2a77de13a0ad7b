"""What the packed numbers in the index mean; they are worked out anew when that has changed."""

from __future__ import annotations

import hashlib
from typing import Final

from edgemood.emotion import EMOTIONS
from edgemood.errors import LibraryError
from edgemood.music.library.index.columns import FEATURES, ORIGINS, ROW
from edgemood.music.library.index.connection import Store

MPD_STATE: Final = "mpd"
"""what MPD's library was when all of it was last read"""
_LAYOUT: Final = "layout"


def _digest(*meanings: object) -> str:
    return hashlib.blake2b(repr(meanings).encode(), digest_size=8).hexdigest()


SOURCES: Final = _digest([str(emotion) for emotion in EMOTIONS], FEATURES)
ROWS: Final = _digest(ROW.descr, [str(origin) for origin in ORIGINS])


def follow_layout(store: Store) -> None:
    """Drop what is packed in another way than now; the next look at MPD brings it back.

    What the first release packed, which did not say how, is packed as now. Raises LibraryError
    when that is for another process to do.
    """
    now, before = f"{SOURCES} {ROWS}", store.recall(_LAYOUT)
    if before == now:
        return
    if before is None:
        if store.mends:
            store.keep(_LAYOUT, now)
        return
    if not store.mends:
        raise LibraryError(
            f"{store.path}: written by another version of edgemood; start edgemood anew first"
        )
    with store.writing() as database:
        database.execute("DELETE FROM row")
        database.execute("DELETE FROM meta WHERE name = ?", (MPD_STATE,))
        if before.split(" ")[0] != SOURCES:  # songs are to be read and listened to again
            database.execute("DELETE FROM source")
            database.execute("UPDATE song SET features = NULL, modified = ''")
        store.keep(_LAYOUT, now)
