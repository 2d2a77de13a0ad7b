"""The words for how the music answers the room's mood. Quick to import: the command line does."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Strategy(StrEnum):
    """A word that people write in config.yaml and say to the box, and its line of help.

    `edgemood.music.recommender.strategy.path_for` does what each says.
    """

    help: str

    MATCH = "match", "Play music like the room."
    LIFT = (
        "lift",
        "Meet an unpleasant mood where it is, and lead it to the target in the configuration.",
    )
    STEADY = "steady", "Stay near the target in the configuration, whatever the room feels."
    TABLE = "table", "Play what the configuration's table has for the mood."

    def __new__(cls, word: str, help_line: str) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.help = help_line
        return member
