"""Which configuration and which control socket a command means."""

from __future__ import annotations

from pathlib import Path

from edgemood.errors import EdgemoodError

CONFIG = Path("/etc/edgemood/config.yaml")
SOCKET = Path("/run/edgemood/control.sock")
"""the schema's default, repeated because reading the schema takes longer than asking the daemon"""


def socket_of(config: Path | None) -> Path:
    """The control socket that the file `config` names; that of `CONFIG` when it is None.

    Whatever is wrong with the file is not this function's business: the daemon lives with a bad
    file, and `edgemood status` is how the owner hears of it. Raises EdgemoodError when `config`
    is given and cannot be read.
    """
    try:
        text = (config or CONFIG).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if config is None:
            return SOCKET
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        raise EdgemoodError(f"{config}: cannot read the configuration ({reason})") from None
    # most files do not name a socket, and importing yaml costs as much as all the rest
    return _socket_in(text) if "socket" in text else SOCKET


def _socket_in(text: str) -> Path:
    import yaml

    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError:
        return SOCKET
    daemon = settings.get("daemon") if isinstance(settings, dict) else None
    socket = daemon.get("socket") if isinstance(daemon, dict) else None
    return Path(socket) if isinstance(socket, str) else SOCKET
