"""Sounds, clocks and a private sound server for the tests of the ear."""

import contextlib
import functools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.clock import ManualClock
from edgemood.hearing.microphones.block import BLOCK_S, Block, BlockCutter

RATE_HZ = 48_000


class WaitingClock(ManualClock):
    """A manual clock for code that blocks: waiting is what makes time pass."""

    def wait(self, duration_s: float) -> None:
        self._now_s += duration_s


class ImpatientClock:
    """Waits pass at once, and otherwise time goes slowly: for code that waits for real devices.

    A device that a busy machine lets wait for some seconds is none that stopped delivering.
    """

    SLOWNESS = 5

    def __init__(self) -> None:
        self._skipped_s = 0.0

    def now_s(self) -> float:
        return time.monotonic() / self.SLOWNESS + self._skipped_s

    def wait(self, duration_s: float) -> None:
        self._skipped_s += duration_s


class SoundServer:
    """A private PulseAudio daemon without a sound card: what is played, its microphone hears."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "native"
        self._log = folder / "log"
        self._env = os.environ | {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self._socket}",
        }
        self._daemon: subprocess.Popen[bytes] | None = None
        self._players: list[subprocess.Popen[bytes]] = []
        self.alsa_config = folder / "asound.conf"
        self.alsa_config.write_text(_alsa_config(self._socket))

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),  # ends even when the tests crash
                    *("pulseaudio", "-n", "--system=no", "--daemonize=no", "--use-pid-file=no"),
                    *("--exit-idle-time=-1", "--disable-shm=yes"),
                    *("-L", "module-null-sink sink_name=room rate=48000 channels=2"),
                    *("-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"),
                ],
                env=self._env,
                stdout=log,
                stderr=log,
            )
        deadline_s = time.monotonic() + 600
        while not self._answers():
            assert self._daemon.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()

    def _answers(self) -> bool:
        return not subprocess.run(
            ["pactl", "info"], env=self._env, capture_output=True, check=False
        ).returncode

    def play(self, file: Path) -> None:
        """Begin to play a sound file."""
        self._players.append(subprocess.Popen(["paplay", str(file)], env=self._env))

    def hush(self) -> None:
        """Stop everything that plays."""
        _end(self._players)
        self._players = []

    def kill(self) -> None:
        """As a crash would."""
        if self._daemon is not None:
            _end([self._daemon])

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """As a hanging server or driver would: nothing fails, nothing comes."""
        self._daemon.send_signal(signal.SIGSTOP)
        yield
        self._daemon.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.hush()
        self.kill()


def _alsa_config(socket: Path) -> str:
    """Two microphones behind a sound server (PortAudio 19.6 aborts where ALSA knows none)."""
    return "".join(
        f'pcm.{name} {{ type pulse server "unix:{socket}" device "room.monitor"'
        ' hint { show on description "the room" } }\n'
        for name in ("!default", "living_room_microphone")
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def clock() -> WaitingClock:
    return WaitingClock()


@pytest.fixture
def impatient_clock() -> ImpatientClock:
    return ImpatientClock()


@pytest.fixture(scope="session")
def session_sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path_factory.mktemp("pulse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sound_server(
    session_sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SoundServer]:
    """A running sound server whose microphones are the only ones that ALSA knows."""
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(session_sound_server.alsa_config))
    yield session_sound_server
    session_sound_server.hush()


@pytest.fixture
def no_sound_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No device of ALSA's can be opened, on whatever machine this runs."""
    config = tmp_path / "asound.conf"
    config.write_text(_alsa_config(tmp_path / "nobody-serves-here"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """About 12 s of a synthetic voice: (n,) float32 at 48 kHz, peak 0.5."""
    file = tmp_path_factory.mktemp("speech") / "speech.wav"
    text = (
        "Good evening everybody. What a lovely day we had today, and how good the soup smells. "
        "I have been thinking of you all afternoon, and I would like to hear some music now. "
        "Shall we open the window and let the fresh air in before the others come home?"
    )
    subprocess.run(["espeak-ng", "-w", str(file), text], check=True)
    sound, rate_hz = soundfile.read(file, dtype="float32")
    times = np.arange(0, len(sound) / rate_hz, 1 / RATE_HZ)
    voice = np.interp(times, np.arange(len(sound)) / rate_hz, sound)
    return (0.5 * voice / np.abs(voice).max()).astype(np.float32)


@pytest.fixture(scope="session")
def noise() -> np.ndarray:
    """12 s of pink noise like a fan's: (n,) float32 at 48 kHz, about -30 dBFS."""
    samples = 12 * RATE_HZ
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    pink = np.fft.irfft(spectrum, samples)
    return (0.03 * pink / pink.std()).astype(np.float32)


@pytest.fixture(scope="session")
def clatter() -> np.ndarray:
    """12 s of dishes: bright bursts that die away, at uneven times; (n,) float32 at 48 kHz."""
    rng = np.random.default_rng(3)
    sound = 1e-3 * rng.standard_normal(12 * RATE_HZ)
    burst = np.arange(RATE_HZ // 4) / RATE_HZ
    for start in rng.integers(0, len(sound) - len(burst), 40):
        ring = np.exp(-burst * rng.uniform(15, 40))
        sound[start : start + len(burst)] += (
            rng.uniform(0.1, 0.4) * ring * rng.standard_normal(len(burst))
        )
    return np.clip(sound, -0.99, 0.99).astype(np.float32)


@pytest.fixture(scope="session")
def music() -> np.ndarray:
    """16 s of plucked chords over a bass: (n,) float32 at 48 kHz, peak 0.5."""
    beat = RATE_HZ // 2
    sound = np.zeros(40 * beat)
    chords = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
    for number in range(32):
        chord = chords[number // 4 % 4]
        for note in (chord[0] - 12, *chord, chord[number % 3] + 12):
            sound[number * beat : (number + 8) * beat] += _plucked(note)
    sound = sound[: 32 * beat]
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


@functools.cache
def _plucked(note: int) -> np.ndarray:
    """4 s of a string, by MIDI note number."""
    times = np.arange(4 * RATE_HZ) / RATE_HZ
    pitch_hz = 440 * 2 ** ((note - 69) / 12)
    return sum(
        np.sin(2 * np.pi * harmonic * pitch_hz * times)
        * np.exp(-times * (1.5 + harmonic))
        / harmonic
        for harmonic in range(1, 8)
    )


@pytest.fixture
def blocks_of() -> Callable[..., list[Block]]:
    """Cut sound, (n,) or (n, channels), into blocks as a microphone of that rate would."""

    def cut(sound: np.ndarray, rate_hz: int = RATE_HZ) -> list[Block]:
        cutter = BlockCutter()
        cutter.push(sound.reshape(len(sound), -1), rate_hz)
        cutter.flush()
        blocks: list[Block] = []
        while (block := cutter.cut(BLOCK_S * (len(blocks) + 1))) is not None:
            blocks.append(block)
        return blocks

    return cut
