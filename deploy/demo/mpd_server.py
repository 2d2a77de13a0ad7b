"""A private MPD server: a unix socket in a folder of its own, and no sound unless asked for."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT_S = 300.0
"""for a machine that is very busy: an MPD that cannot start exits, and is noticed at once"""
STOP_TIMEOUT_S = 60.0
"""for writing its state file"""

_CONFIG = """\
music_directory "{music}"
playlist_directory "{folder}/playlists"
db_file "{folder}/database"
sticker_file "{folder}/stickers.sql"
state_file "{folder}/state"
state_file_interval "1"
bind_to_address "{socket}"
zeroconf_enabled "no"
metadata_to_use "+comment"
audio_output {{
    type "{output}"
    name "{output}"
    mixer_type "{mixer}"
}}
{more}
"""


class PrivateMpd:
    """One MPD process that shares nothing with the machine's own.

    `music` is the folder with songs; `folder` takes everything MPD writes. The process is started
    on its own foreground terms, so that it can be killed in the middle of a song and started again
    from its state file, as after a power cut.
    """

    def __init__(
        self,
        folder: Path,
        music: Path,
        *,
        output: str = "null",
        mixer: str = "software",
        more_config: str = "",
    ) -> None:
        self.folder = folder
        self.music = music
        self.socket = folder / "socket"
        self._config = folder / "mpd.conf"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "playlists").mkdir(parents=True, exist_ok=True)
        self._config.write_text(
            _CONFIG.format(
                music=music,
                folder=folder,
                socket=self.socket,
                output=output,
                mixer=mixer,
                more=more_config,
            )
        )

    def start(self) -> None:
        """Start it, and return once it answers. Raises RuntimeError with its log if it does not."""
        self.socket.unlink(missing_ok=True)
        ready_at = self.folder / "ready"
        ready_at.unlink(missing_ok=True)
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready,
            (self.folder / "log").open("ab") as log,
        ):
            ready.bind(str(ready_at))
            self._process = subprocess.Popen(
                ["mpd", "--no-daemon", "--stderr", str(self._config)],
                env=os.environ
                | {"NOTIFY_SOCKET": str(ready_at)},  # MPD tells systemd when it is up
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            exited = os.pidfd_open(self._process.pid)
            try:
                came, _, _ = select.select([ready.fileno(), exited], [], [], START_TIMEOUT_S)
                answers = ready.fileno() in came
            finally:
                os.close(exited)
        if not answers:
            self.kill()
            raise RuntimeError(f"mpd did not start:\n{(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """End it as systemd would; it writes its state file first."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_S)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
