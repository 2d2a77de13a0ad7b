"""What may stand in config.yaml: every key, its type, its limits and its default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from edgemood.config.values import PASSWORD_IN_HOST, Hours, Languages, Playlists
from edgemood.emotion import Emotion
from edgemood.strategies import Strategy

_INSTALLED = Path(__file__).resolve().parents[1] / "models"
MODELS = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "models"
"""the models that came with edgemood: inside the package, or beside it in a checkout"""


class Section(BaseModel):
    """A part of the file: unknown keys are refused, values never change once read.

    Values arrive as the text in the file, so a field's type must be one that pydantic reads text
    as: `int`, `float`, `str`, `SecretStr`, `Path`, `Literal` of words, a string enumeration.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CameraConfig(Section):
    """Where pictures come from."""

    source: Literal["auto", "picamera2", "opencv", "replay", "none"] = "auto"
    """auto: the Pi camera, else a webcam, else none"""
    device: Annotated[int | str, Field(union_mode="left_to_right")] = 0
    """opencv: number, /dev/v4l/by-id path, or a video file"""
    path: Path | None = None
    """replay: a folder of photographs, or a video"""
    script: Path | None = None
    """replay: a YAML script of light changes and freezes"""
    frames_per_s: Annotated[float, Field(gt=0, le=30)] = 2.0
    """pictures judged per second"""
    rotation: Literal["auto", "0", "90", "180", "270"] = "auto"
    """how far pictures are turned clockwise to stand upright; auto: as faces are found"""


class VisionConfig(Section):
    """How faces are found and judged."""

    model: Path = MODELS / "face_emotion.tflite"
    """the face-emotion model"""
    detector: Path = MODELS / "face_detector.tflite"
    """the model that proposes where faces are"""
    people: Literal["everyone", "largest"] = "everyone"
    """whose faces make the mood: everyone's, or only that of the nearest person"""
    min_face_px: Annotated[int, Field(ge=24, le=1000)] = 48
    """faces narrower than this are too far away to judge"""
    baseline: Literal["yes", "no"] = "yes"
    """yes: who looks a little sad or cross at rest is not taken for sad or cross; only with the
    model that came with edgemood"""
    recognise: Literal["yes", "no"] = "no"
    """yes: people who enrolled are known by their faces; their taste is used"""
    recogniser: Path = MODELS / "fisherfaces.npz"
    """the model by which they are known; eigenfaces.npz is another"""
    known_faces: Path = Path("/var/lib/edgemood/faces")
    """folder in which a few numbers describe the face of each person who enrolled"""


class MicrophoneConfig(Section):
    """Where sound comes from."""

    source: Literal["auto", "pyaudio", "replay", "none"] = "auto"
    """auto: the first microphone PyAudio knows, else none"""
    device: str | None = None
    """pyaudio: a part of the microphone's name, or its USB id such as 0d8c:0014"""
    path: Path | None = None
    """replay: a sound file, or a folder of them"""
    echo_reference: Path = Path("/run/mpd/edgemood.pcm")
    """MPD's fifo output with what it plays, which is then taken out of what is heard"""


class HearingConfig(Section):
    """How voices are found and judged."""

    model: Path = MODELS / "speech_emotion.tflite"
    """the speech-emotion model"""
    voice_gate: Path = MODELS / "voice_gate.tflite"
    """the model that tells a voice from everything else"""


class MoodConfig(Section):
    """How evidence becomes a room mood."""

    window_s: Annotated[float, Field(ge=1, le=300)] = 8.0
    """evidence older than this counts for nothing"""
    dwell_s: Annotated[float, Field(ge=0, le=3600)] = 20.0
    """a decided mood stays at least this long"""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """below this the mood is unknown; pure chance would be 0.14"""
    hold_s: Annotated[float, Field(ge=0, le=86400)] = 60.0
    """how long a mood outlives its last evidence before it becomes unknown"""
    contradiction: Literal["unknown", "face", "voice"] = "unknown"
    """which to believe when both are sure of different moods; unknown: neither"""


class MpdConfig(Section):
    """The MPD server."""

    host: str = "localhost"
    """name, address, or path of a unix socket"""
    port: Annotated[int, Field(ge=1, le=65535)] = 6600
    """TCP port; not used with a unix socket"""
    password: SecretStr | None = None
    """as in mpd.conf; none when MPD asks for none"""
    partition: str | None = None
    """the partition whose queue is kept; none: MPD's default one"""

    @model_validator(mode="before")
    @classmethod
    def _without_password_in_host(cls, values: Any) -> Any:
        """``secret@host`` is how MPD's own clients take a password; `password` overrules it."""
        host = values.get("host") if isinstance(values, dict) else None
        if not isinstance(host, str) or (found := PASSWORD_IN_HOST.fullmatch(host)) is None:
            return values
        password, bare = found.groups()
        return {**values, "host": bare, "password": values.get("password") or password}


class ChoiceWeights(Section):
    """What each part of a choice counts; only their proportions matter."""

    content: Annotated[float, Field(ge=0, le=1)] = 0.45
    """how well a song fits the mood, and sounds like songs typical of it"""
    taste: Annotated[float, Field(ge=0, le=1)] = 0.45
    """what was liked, played and skipped in this mood"""
    neighbours: Annotated[float, Field(ge=0, le=1)] = 0.1
    """what other profiles of this house with a similar taste like"""


class MoodTable(Section):
    """What to play in which mood: an emotion, ``genre NAME``, or the name of a stored playlist."""

    angry: str = Emotion.NEUTRAL.value
    disgust: str = Emotion.HAPPY.value
    fear: str = Emotion.NEUTRAL.value
    happy: str = Emotion.HAPPY.value
    sad: str = Emotion.HAPPY.value
    surprise: str = Emotion.SURPRISE.value
    neutral: str = Emotion.NEUTRAL.value


class MusicConfig(Section):
    """What is played."""

    strategy: Strategy = Strategy.MATCH
    """match: music like the room; lift: begin where an unpleasant mood is and walk towards
    `target`; steady: near `target` whatever the room, which only shades it; table: by `table`"""
    target: Emotion = Emotion.HAPPY
    """lift: where the walk ends; steady: what the music stays near to"""
    table: MoodTable = MoodTable()
    """table: what to play in which mood"""
    choose: Literal["hybrid", "content", "random"] = "hybrid"
    """hybrid: by mood, taste and others' taste; content: by mood alone; random: any song of it"""
    weights: ChoiceWeights = ChoiceWeights()
    """hybrid: what each part counts"""
    explore: Annotated[float, Field(ge=0, le=1)] = 0.1
    """hybrid: share of choices, at first, that try a fitting song nobody has judged yet"""
    languages: Languages = ()
    """languages sung in, by code or name; music without words always may come; empty: any"""
    quiet_hours: Hours | None = None
    """such as 22:00-07:00: calm songs only, and no louder than `quiet_volume`"""
    quiet_arousal: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """quiet hours: the most exciting song, from -1 (calm) to 1 (excited)"""
    quiet_volume: Annotated[int, Field(ge=0, le=100)] = 40
    """quiet hours: MPD's volume at most"""
    directory: Path | None = None
    """where the songs are; none: MPD tells, when reached by its unix socket"""
    words: Path | None = None
    """a YAML file with words of the owner's that speak of a mood, as in tags"""
    analyse: Literal["yes", "no"] = "yes"
    """whether songs are listened to in the background"""
    ahead: Annotated[int, Field(ge=1, le=50)] = 2
    """songs kept queued after the one that plays"""
    yield_min: Annotated[float, Field(ge=0, le=1440)] = 15.0
    """minutes for which the queue is people's own after a hand was on it"""
    play_counts: Literal["yes", "no"] = "yes"
    """whether plays and skips are counted in MPD's stickers, unless another client counts them"""
    mood_playlists: Playlists = "Mood – *"
    """playlists that show and take the moods of songs, a star for the emotion; none"""
    typical_playlists: Playlists = "Typical – *"
    """playlists of the songs that are typical of an emotion, likewise"""
    mood_stickers: Literal["yes", "no"] = "yes"
    """whether every song's mood is shown as MPD stickers: edgemood.mood, .valence, .arousal"""
    duck: Annotated[int, Field(ge=0, le=100)] = 30
    """percent of the volume that is left while the box listens after a press; 100: all of it"""
    no_repeat_h: Annotated[float, Field(ge=0, le=720)] = 4.0
    """hours before the box picks the same song again"""


class PanelConfig(Section):
    """The button and the LED, by BCM pin number."""

    enabled: Literal["auto", "yes", "no"] = "auto"
    """auto: yes where there are GPIO pins"""
    button_pin: Annotated[int, Field(ge=0, le=27)] = 17
    """a button between this pin and ground"""
    led_pin: Annotated[int, Field(ge=0, le=27)] = 27
    """an LED with its resistor between this pin and ground"""
    hold_s: Annotated[float, Field(ge=0.5, le=10)] = 2.0
    """the button held this long switches sensing off or on"""


class DaemonConfig(Section):
    """How the daemon is spoken to, and how much it says."""

    socket: Path = Path("/run/edgemood/control.sock")
    """where `edgemood status` and its kin find the daemon"""
    log: Literal["debug", "info", "warning", "error"] = "info"
    """what reaches the journal"""


class Config(Section):
    """The whole file; every section and key is optional."""

    camera: CameraConfig = CameraConfig()
    vision: VisionConfig = VisionConfig()
    microphone: MicrophoneConfig = MicrophoneConfig()
    hearing: HearingConfig = HearingConfig()
    mood: MoodConfig = MoodConfig()
    mpd: MpdConfig = MpdConfig()
    music: MusicConfig = MusicConfig()
    panel: PanelConfig = PanelConfig()
    daemon: DaemonConfig = DaemonConfig()
