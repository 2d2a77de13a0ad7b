"""The papers' face systems in the scorecard: what `models/papers.json` says of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_KEYS = {
    "eight layers": "eight_layers",
    "three stages": "three_stages",
    "three stages, 5 classes": "three_stages_5_classes",
    "MobileNet v1": "mobilenet",
    "mini-Xception": "mini_xception",
    "small Inception": "inception",
    "transfer learning": "transfer",
    "LBP + SVM": "lbp_svm",
    "mapped LBP + SVM": "mapped_lbp_svm",
    "Gabor + SVM": "gabor_svm",
    "Haar crop, eigenfaces, nearest class mean": "eigenfaces",
}


def measure(models: Path, _: Path) -> dict[str, Any]:
    """Accuracy on FER2013's PrivateTest; a system that was not measured is left out."""
    face = json.loads((models / "papers.json").read_text(encoding="utf-8"))["face"]
    return {
        "papers": {
            key: {"accuracy": face[system]["figures"]["FER2013 PrivateTest"]}
            for system, key in _KEYS.items()
            if system in face
        }
    }
