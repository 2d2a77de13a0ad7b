"""Records out of JSON that anybody may have written: what does not fit is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_EMPTY: dict[Any, Any] = {str: "", int: 0, float: 0.0, bool: False}
_READ_AS: dict[Any, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
}


class _UnfitError(ValueError):
    """A value is not of the type that it should be."""


def read(kind: type[T], content: object) -> T:
    """The record (a dataclass) that `content` holds, as far as it does.

    A field that is missing or of another type has its default; without one it is None, zero,
    false or empty, whichever its type allows. Values in a list or mapping that do not fit are not
    in it.
    """
    found = content if isinstance(content, Mapping) else {}
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass; Python has no word for it
        hint = hints[field.name]
        try:
            values[field.name] = _fitting(hint, found[field.name])
        except (KeyError, _UnfitError):
            values[field.name] = _empty(hint) if field.default is MISSING else field.default
    return kind(**values)


def _fitting(hint: Any, value: object) -> Any:
    """The value as `hint` has it. Raises _UnfitError."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _fitting(_something(arguments), value)
    if origin is tuple and isinstance(value, list):
        return tuple(_all_fitting(arguments[0], enumerate(value)).values())
    if origin is Mapping and isinstance(value, dict):
        return _all_fitting(arguments[1], value.items())
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, dict):
        return read(hint, value)
    allowed = value in arguments if origin is Literal else type(value) in _READ_AS.get(hint, set())
    if not allowed:
        raise _UnfitError
    return value


def _all_fitting(hint: Any, values: Any) -> dict[Any, Any]:
    found = {}
    for key, value in values:
        try:
            found[key] = _fitting(hint, value)
        except _UnfitError:
            continue
    return found


def _something(arguments: tuple[Any, ...]) -> Any:
    """Of ``X | None``, X."""
    return next(each for each in arguments if each is not NoneType)


def _empty(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return None
    if origin is tuple:
        return ()
    if origin is Mapping:
        return {}
    if origin is Literal:
        return get_args(hint)[0]
    return _EMPTY[hint]
