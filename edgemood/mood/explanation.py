"""The sentence that tells the owner why the mood is what it is."""

from __future__ import annotations

from edgemood.emotion import Emotion, strongest
from edgemood.mood.decision import Decision
from edgemood.mood.fusion import Fused
from edgemood.records import Sense


def because(decision: Decision, fused: Fused, *, looking: bool) -> str:
    """One sentence without a full stop; it changes only when its meaning does."""
    if decision.emotion is None:
        return "unknown: " + _why_unknown(decision, fused, looking=looking)
    if decision.emotion is fused.winner and fused.opinions and decision.rival is None:
        return _support(decision.emotion, fused)
    return f"still {decision.emotion}: " + _why_unsupported(decision, fused)


def _support(emotion: Emotion, fused: Fused) -> str:
    said = _said(fused)
    if len(said) == 1:
        ((sense, own),) = said.items()
        excuses = _excuses(fused)
        if fused.overruled is not None:
            excuses.append(f"{fused.overruled} contradicts it")
        return f"{sense} says {own}" + "".join(f"; {reason}" for reason in excuses)
    first, second = sorted(said, key=lambda sense: -fused.shares[sense])
    weight = f"{round(fused.shares[first], 1):.0%}".replace("%", " %")
    leading = f"{first} ({said[first]}, {weight} of the weight)"
    following = f"{second} ({said[second]})"
    if said[first] == said[second]:
        return f"{leading} and {following} agree"
    if emotion not in said.values():
        return f"{leading} and {following} meet at {emotion}"
    return f"{leading} and {following} differ, but not by much"


def _why_unknown(decision: Decision, fused: Fused, *, looking: bool) -> str:
    if decision.rival is not None:
        return f"{_quoted(fused)}, not for long enough yet"
    if looking:
        return "still looking"
    return _why_no_leader(fused)


def _why_unsupported(decision: Decision, fused: Fused) -> str:
    if decision.rival is not None:
        return f"{_quoted(fused)}, not for long enough yet"
    return _why_no_leader(fused)


def _why_no_leader(fused: Fused) -> str:
    excuses = _excuses(fused)
    if len(set(_said(fused).values())) > 1:
        excuses.insert(0, _quoted(fused) + (": a contradiction" if fused.contradiction else ""))
    elif fused.opinions:
        excuses.insert(0, f"{_quoted(fused)}, but is not sure")
    return "; ".join(excuses) or "nothing seen or heard yet"


def _said(fused: Fused) -> dict[Sense, Emotion]:
    return {sense: strongest(opinion.scores) for sense, opinion in fused.opinions.items()}


def _quoted(fused: Fused) -> str:
    return ", ".join(f"{sense} says {emotion}" for sense, emotion in _said(fused).items())


def _excuses(fused: Fused) -> list[str]:
    """The reasons of the senses that do not judge at all."""
    return [reason.value for sense, reason in fused.reasons.items() if sense not in fused.opinions]
