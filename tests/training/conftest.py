"""Without the extra [train] only what needs none of it is here; `make test-train` has it."""

from importlib.util import find_spec

if find_spec("torch") is None:
    collect_ignore = [
        "test_detector_targets.py",
        "test_choice_eval.py",
        "test_export.py",
        "test_face_gate.py",
        "test_face_ladder.py",
        "test_face_training.py",
        "test_lyrics_training.py",
        "test_music_training.py",
        "test_papers.py",
        "test_scorecard.py",
        "test_speech_strangers.py",
        "test_speech_teacher.py",
        "test_speech_training.py",
    ]
