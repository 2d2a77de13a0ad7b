"""What is remembered of what people did and said."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from edgemood.state.document import Document, Queued, Seconds
from edgemood.strategies import Strategy

_Strategy = Annotated[Strategy, Field(strict=False)]
_Files = Annotated[tuple[str, ...], Field(strict=False)]
_Pair = Annotated[tuple[str, str], Field(strict=False)]
_Counted = Annotated[
    tuple[int, str, Literal["played", "skipped"], int | None, str], Field(strict=False)
]


class AskedStrategy(Document):
    """The strategy that somebody asked for, and the configured one that it is in place of."""

    name = "strategy"
    said: _Strategy
    configured: _Strategy


class Opinions(Document):
    """The like and rating stickers of each file that are known; empty where there is none."""

    name = "opinions"
    bare = "stickers"
    stickers: dict[str, _Pair]


class HistoryRead(Document):
    """Whether what other clients had counted before the box came was read."""

    name = "history"
    bare = "read"
    read: bool


class Listened(Document):
    """What was heard of the song that played when the box went off, and what was to be counted."""

    name = "listened"
    song: Queued | None
    heard_s: Seconds
    due: Annotated[tuple[_Counted, ...], Field(strict=False, max_length=1000)]
    """each song's number and file, what became of it, when, and its count before"""


class Account(BaseModel):
    """What the box knows of one playlist of labels; lists of files."""

    model_config = Document.model_config

    known: _Files = ()
    """what it held when the box last looked"""
    planned: _Files | None = None
    """what it holds once the box has written, which may have happened or not"""
    own: _Files = ()
    """what the box put there"""
    refused: _Files = ()
    """what people took out: not to be put there again"""


class PlaylistAccounts(Document):
    """An account of each playlist of labels, by its name."""

    name = "label_playlists"
    bare = "accounts"
    accounts: dict[str, Account]
