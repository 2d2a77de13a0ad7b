"""Which configuration and which control socket a command means."""

from __future__ import annotations

from pathlib import Path

from edgemood.errors import EdgemoodError
from edgemood.storage.plain_file import read_plain_file

CONFIG = Path("/etc/edgemood/config.yaml")
SOCKET = Path("/run/edgemood/control.sock")
"""the schema's default, repeated because reading the schema takes longer than asking the daemon"""

_MOST_BYTES = 32_768
"""of a configuration, as the loader has it"""


def socket_of(config: Path | None) -> Path:
    """The control socket that the file `config` names; that of `CONFIG` when it is None.

    Whatever is wrong with the file is not this function's business: the daemon lives with a bad
    file, and `edgemood status` is how the owner hears of it. Raises EdgemoodError when `config`
    is given and cannot be read.
    """
    file = config or CONFIG
    try:
        text = read_plain_file(file, _MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        if config is None:
            return SOCKET
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        raise EdgemoodError(f"{config}: cannot read the configuration ({reason})") from None
    # most files do not name a socket, and importing yaml costs as much as all the rest
    named = _socket_in(text) if "socket" in text else None
    return SOCKET if named is None else file.absolute().parent / named


def _socket_in(text: str) -> Path | None:
    import yaml

    try:
        settings = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return None
    daemon = settings.get("daemon") if isinstance(settings, dict) else None
    socket = daemon.get("socket") if isinstance(daemon, dict) else None
    if not isinstance(socket, str) or not socket or "\0" in socket:
        return None
    try:
        return Path(socket).expanduser()
    except RuntimeError:  # no such home
        return Path(socket)
