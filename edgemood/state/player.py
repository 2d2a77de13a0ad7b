"""What is remembered of MPD: its queue, whose songs are whose, and its volume."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from edgemood.state.document import Document, Name, Percent, Queued, Seconds

_Songs = Annotated[tuple[Queued, ...], Field(strict=False)]
_Entry = Annotated[tuple[int, str, bool, bool, str], Field(strict=False)]


class OwnQueue(Document):
    """Of the first release: number and file of each of the box's songs that wait, in order."""

    name = "queue"
    bare = "songs"
    songs: _Songs


class PlayedSongs(Document):
    """Likewise, those that began and are still in the queue."""

    name = "played"
    bare = "songs"
    songs: _Songs


class VolumeBefore(Document):
    """MPD's volume to be restored, while the box has turned it down for a moment."""

    name = "volume"
    bare = "percent"
    percent: Percent


class QuietVolumeBefore(Document):
    """MPD's volume when quiet hours began, and what the box set it to."""

    name = "quiet_volume"
    before: Percent
    set_to: Percent

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        if version == 0:
            return {"before": content.pop("was"), "set_to": content.pop("set"), **content}
        return content


class Look(BaseModel):
    """MPD at one look at it."""

    model_config = Document.model_config

    state: Annotated[str, Field(strict=False, pattern=r"^(play|pause|stop)$")]
    single: bool
    version: int
    songs: Annotated[tuple[_Entry, ...], Field(strict=False)]
    """number, file, whether it is the box's own, whether it is over, and why it was chosen"""
    adding: _Entry | None
    moving: bool


class LastSeen(Document):
    """What MPD was like when it was last seen: `edgemood.music.dj.people.last_look` reads it."""

    name = "last look"
    look: Look


class NotedHands(BaseModel):
    """What people's hands did last."""

    model_config = Document.model_config

    boot: Name
    silence: Annotated[str, Field(strict=False, pattern=r"^(stop|pause|clear|single)$")] | None
    since_s: Seconds | None
    version: int
    played_s: Annotated[float, Field(ge=0)]  # as MPD says
    robot: bool


class Hands(Document):
    """What people's hands did last: `edgemood.music.dj.people.user_actions` reads it."""

    name = "hands"
    version = 2
    hands: NotedHands

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        del version
        silence = None if content.pop("wanted") else "stop"
        return {
            "hands": {"version": 0, "played_s": 0.0, "silence": silence, "robot": False} | content
        }
