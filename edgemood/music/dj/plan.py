"""What to change in a queue: pure decisions, made before MPD is told anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State, still_waiting

HISTORY = 20
"""own songs that stay in the queue once they have begun, the current one among them"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits, to be done in this order; every song in it is the box's own and has not begun."""

    move: tuple[QueuedSong, ...] = ()
    """own songs to take to the end, one after the other"""
    add: int = 0
    """own songs to append"""
    remove: tuple[QueuedSong, ...] = ()
    """own songs that the added ones replace"""


def plan(
    now: Snapshot,
    own: Sequence[QueuedSong],
    *,
    ahead: int,
    replace: bool,
    spare_next: bool = False,
    unwanted: Collection[QueuedSong] = (),
    in_turn: Collection[QueuedSong] = (),
) -> Plan:
    """Keep `ahead` of the box's songs waiting behind everything that people queued.

    People's songs after the current one play first, so the box's stand at the end of the queue. In
    random mode the order of the queue means nothing and stays. With `replace`, the box's waiting
    songs make way for others, else those that are `unwanted`. `spare_next` leaves the song alone
    that comes next, because it may begin while MPD carries out the edits. The songs `in_turn` are
    nobody's: what stands before one of them stays there.
    """
    waiting = still_waiting(own, now)
    untouchable = {now.coming or next(iter(now.waiting), None)} if spare_next else set()
    leaving = set(waiting if replace else unwanted) - untouchable
    keep = [song for song in waiting if song not in leaving]
    return Plan(
        move=_overtaking(now, keep, untouchable, in_turn),
        add=max(0, ahead - len(keep)),
        remove=tuple(song for song in waiting if song not in keep),
    )


def outworn(
    played: Sequence[QueuedSong], now: Snapshot, *, shuffled: bool = False
) -> tuple[QueuedSong, ...]:
    """Own songs that were played and may leave the queue, which else fills up in some weeks.

    `played` is in the order of playing; the last `HISTORY` stay, for a hand on *previous*, and so
    does whatever is not clearly over. None stays where the queue comes round again, or where a
    shuffle has just put it behind the song that plays.
    """
    if now.repeat:
        return tuple(song for song in played if song in now.songs and song != now.playing)
    if shuffled and not now.random:
        return tuple(song for song in played if song in now.waiting)
    over = set(now.songs[: now.current or 0])
    return tuple(song for song in played[:-HISTORY] if song in over)


def comes_round(now: Snapshot, played: Sequence[QueuedSong], own: Sequence[QueuedSong]) -> bool:
    """Whether people's songs come again once the box's have played: then it adds no more of them.

    With repeat on, a queue that always grows at its end would never reach its beginning.
    """
    boxs = {*played, *own}
    goes_round = now.repeat and now.state is not State.STOP
    return goes_round and now.playing in boxs and not boxs.issuperset(now.songs)


def _overtaking(
    now: Snapshot,
    own: Sequence[QueuedSong],
    untouchable: Collection[QueuedSong | None],
    in_turn: Collection[QueuedSong],
) -> tuple[QueuedSong, ...]:
    """Own songs to take to the end, so that none plays before a song of a person's."""
    if now.random:
        return ()
    ours = {*own, *in_turn}
    movable = [song for song in own if song not in untouchable]
    place = {song: at for at, song in enumerate(now.waiting)}
    peoples_last = max((place[song] for song in now.waiting if song not in ours), default=-1)
    if all(place[song] > peoples_last for song in movable):
        return ()
    return tuple(movable)
