"""The script of a replay: when the light changes, what is in view, when the camera hangs.

A YAML list, in any order::

    - {at_s: 3, show: somebody.png}   # this photograph stays in view from now on
    - {at_s: 8, light: 0.02}          # the lights go out
    - {at_s: 12, light: 1, show: all} # light again, and the photographs take turns again
    - {at_s: 20, freeze_s: 30}        # the camera stops delivering
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgemood.errors import CameraError
from edgemood.vision.cameras.frame import Grey

ALL = "all"
"""what `show` says to let the photographs take turns"""

ROOM_LUX = 150.0
"""Lux at light 1: a living room in the evening with its lamps on."""

SENSOR_NOISE = 4.0
"""Standard deviation in grey levels of the noise a small sensor shows at full gain in the dark."""


_MOST_LETTERS = 1 << 17
"""of a script"""


class Change(BaseModel):
    """One entry of the script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """seconds since the replay began"""
    light: Annotated[float, Field(ge=0, le=1)] | None = None
    """what the brightness is multiplied by from now on"""
    show: str | None = None
    """name of the photograph in view from now on, or `ALL`"""
    freeze_s: Annotated[float, Field(gt=0)] | None = None
    """for how long no picture comes"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What holds at one instant of a replay."""

    light: float = 1.0
    """in [0, 1]"""
    show: str | None = None
    """the photograph in view; None when they take turns"""
    frozen: bool = False
    """no picture comes"""


class Script:
    """The changes, in the order of time."""

    def __init__(self, changes: list[Change]) -> None:
        self._changes = sorted(changes, key=lambda change: change.at_s)

    @property
    def shown(self) -> set[str]:
        """Names of all photographs that the script wants in view."""
        return {change.show for change in self._changes if change.show} - {ALL}

    def at(self, elapsed_s: float) -> Scene:
        """What holds `elapsed_s` seconds after the replay began."""
        light, show, frozen = 1.0, None, False
        for change in self._changes:
            if change.at_s > elapsed_s:
                break
            light = light if change.light is None else change.light
            show = show if change.show is None else change.show
            frozen |= change.freeze_s is not None and elapsed_s < change.at_s + change.freeze_s
        return Scene(light, None if show == ALL else show, frozen)


def read_script(path: Path) -> Script:
    """Read a script. Raises CameraError with the line when it cannot be understood."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise CameraError(f"{path}: the script cannot be read (no regular file)")
    try:
        with path.open(encoding="utf-8") as file:
            root = yaml.compose(file.read(_MOST_LETTERS), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CameraError(f"{path}:{line}: {error.problem or 'is not YAML'}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CameraError(f"{path}: is not YAML ({error})") from error
    except OSError as error:
        raise CameraError(f"{path}: the script cannot be read ({error.strerror})") from error
    if not isinstance(root, yaml.SequenceNode):
        raise CameraError(f"{path}:1: expected a list of changes such as '- {{at_s: 8, light: 0}}'")
    return Script([_change(path, node) for node in root.value])


def dim(grey: Grey, light: float) -> Grey:
    """The picture as a small sensor sees it when only `light`, in [0, 1], of its light is left.

    The same picture and light give the same noise. At light 1 the picture is returned as it is.
    """
    if light == 1:
        return grey
    noise = np.random.default_rng(0).standard_normal(grey.shape, dtype=np.float32)
    seen = grey * np.float32(light) + noise * np.float32(SENSOR_NOISE * (1 - light))
    dimmed: Grey = np.clip(seen, 0, 255).astype(np.uint8)
    return dimmed


def _change(path: Path, node: yaml.Node) -> Change:
    line = node.start_mark.line + 1
    try:
        return Change.model_validate(yaml.safe_load(yaml.serialize(node)))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CameraError(f"{path}:{line}: {key or 'entry'}: {first['msg']}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # such as the 31st of April
        raise CameraError(f"{path}:{line}: cannot be understood ({error})") from error
