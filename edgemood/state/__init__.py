"""What the box remembers beside its databases: one model for each small JSON document.

A document is a file ``NAME.json`` in the state folder, an object with its version and its fields.
"""

from edgemood.state.document import D, Document, StateStore, UnreadableError
from edgemood.state.people import (
    Account,
    AskedStrategy,
    HistoryRead,
    Listened,
    Opinions,
    PlaylistAccounts,
)
from edgemood.state.player import (
    Hands,
    LastSeen,
    Look,
    NotedHands,
    OwnQueue,
    PlayedSongs,
    QuietVolumeBefore,
    VolumeBefore,
)
from edgemood.state.room import AskedMood, Begun, KnownMood, Sensing

DOCUMENTS: tuple[type[Document], ...] = tuple(Document.__subclasses__())
"""every one there is"""

__all__ = [
    "DOCUMENTS",
    "Account",
    "AskedMood",
    "AskedStrategy",
    "Begun",
    "D",
    "Document",
    "Hands",
    "HistoryRead",
    "KnownMood",
    "LastSeen",
    "Listened",
    "Look",
    "NotedHands",
    "Opinions",
    "OwnQueue",
    "PlayedSongs",
    "PlaylistAccounts",
    "QuietVolumeBefore",
    "Sensing",
    "StateStore",
    "UnreadableError",
    "VolumeBefore",
]
