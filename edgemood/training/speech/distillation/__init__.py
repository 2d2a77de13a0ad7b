"""Distillation from Whisper: the teacher, what it says of speech, the student."""
