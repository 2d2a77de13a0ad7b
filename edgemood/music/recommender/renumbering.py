"""Which song is which, when the index had to be built anew: the file tells.

Taste is kept under a song's number in the index, which follows a file that is renamed. But a
damaged index begins anew with other numbers, and then the names of the files still know.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edgemood.music.library import Library
from edgemood.music.recommender.candidates import rows_of_songs


def renumbered(known: Mapping[int, int], library: Library) -> dict[int, int]:
    """The new numbers of known songs whose old number is now another file's, or nobody's.

    `known` are the `file_key` of songs by number, as they were last seen.
    """
    now = _now(library, known)
    files = {number: key for number, key in known.items() if key != now.get(number)}
    if not files:
        return {}
    wanted = np.fromiter(files.values(), dtype=np.int64)
    rows = np.flatnonzero(np.isin(library.files, wanted))
    new = dict(zip(library.files[rows].tolist(), library.ids[rows].tolist(), strict=True))
    return {number: new[key] for number, key in files.items() if key in new}


def moved(known: Mapping[int, int], library: Library) -> dict[int, int]:
    """The `file_key` of known songs that now go by another name, by number."""
    now = _now(library, known)
    return {number: key for number, key in now.items() if key != known[number]}


def _now(library: Library, known: Mapping[int, int]) -> dict[int, int]:
    rows = rows_of_songs(library, known)
    return dict(zip(library.ids[rows].tolist(), library.files[rows].tolist(), strict=True))
