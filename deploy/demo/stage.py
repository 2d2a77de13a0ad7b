"""What the demo plays on: a temporary folder with songs, people, a voice, an MPD and mock pins."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from deploy.demo import people, songs, voice
from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import Config, MoodConfig

MOOD = MoodConfig(window_s=8, dwell_s=4, hold_s=4)
"""the room's mood is given up sooner than in a living room"""
PRESS_S = 0.15

_DARK = 0.02
"""what is left of the light"""
_QUIET_S = 2.0
"""how soon somebody who is asked to talk does"""
_TURNS = 8
"""what they say before they say it again"""


class Stage:
    """Everything around the daemon, in `folder`; `live` takes the machine's camera and microphone.

    Take it down with `close`, which ends MPD; the folder is its owner's to remove.
    """

    def __init__(self, folder: Path, *, live: bool, aloud: bool) -> None:
        music, self._people = folder / "music", folder / "people"
        for made in (music, self._people):
            made.mkdir()
        songs.record(music)
        people.photograph(self._people)
        self._voice = folder / "voice.wav"
        self._talk = folder / "talk.wav"
        if not live:
            voice.record(self._voice, quiet_s=_QUIET_S, talking_s=0)
            voice.record(self._talk, quiet_s=0, talking_s=_TURNS * voice.TURN_S)
        self._folder = folder
        self.live = live
        self.mpd = PrivateMpd(folder / "mpd", music, output="alsa" if aloud else "null")
        self.mpd.start()
        self._pins = MockFactory()
        Device.pin_factory = self._pins

    def config(self) -> Config:
        """The owner's file of this box: everything faster than in a living room."""
        config = {
            "camera": {"source": "replay", "path": self._people},
            "microphone": {
                "source": "replay",
                "path": self._voice,
                "echo_reference": self._folder / "nothing.pcm",  # not what another MPD plays
            },
            "mood": MOOD,
            "mpd": {"host": str(self.mpd.socket)},
            "music": {"ahead": 1, "no_repeat_h": 0},
            "panel": {"enabled": "yes"},
            "daemon": {"socket": self._folder / "control.sock"},
        }
        if self.live:
            del config["camera"], config["microphone"]
        return Config.model_validate(config)

    def lights_out(self) -> None:
        """From the next photograph on, it is dark."""
        people.darken(self._people, _DARK)

    def somebody_talks(self) -> None:
        """From the next time that the quiet room has been played on, it is quiet no more."""
        self._talk.replace(self._voice)

    async def press_button(self) -> None:
        """A finger on the button, for a moment."""
        button = self._pin(self.config().panel.button_pin)
        button.drive_low()
        await asyncio.sleep(PRESS_S)
        button.drive_high()

    def is_lit(self) -> bool:
        """Whether the LED is lit at this instant."""
        return bool(self._pin(self.config().panel.led_pin).state)

    async def start_mpd_again(self) -> None:
        """Return once MPD answers again; even when cancelled, so that `close` can end it."""
        starting = asyncio.ensure_future(asyncio.to_thread(self.mpd.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await starting
            raise

    def close(self) -> None:
        """End MPD and give the pins back."""
        self.mpd.stop()
        self._pins.close()
        Device.pin_factory = None

    def _pin(self, number: int) -> MockPin:
        return self._pins.pin(f"GPIO{number}")
