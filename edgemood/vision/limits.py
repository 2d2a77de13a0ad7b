"""What `make face-reliability` found on FER2013's PublicTest, and wrote here.

Change `edgemood/training/face_reliability.py`, not this file.
"""

CLOSES_BELOW = 0.112
"""Light of a picture below which nobody is looked for: that of 100 electrons in white, the
least on the ladder at which half of the faces are judged."""

OPENS_ABOVE = 0.177
"""That of 200 electrons, a rung above: a flickering television or a cloud must not open and
close the gate by turns."""

FACE_DARK_BELOW = 0.075
"""Light on a face, by its own noise, below which it is not judged."""

BLURRED_BELOW = 0.012
"""Sharpness below which a face is not judged."""

TRUSTED_FROM = 0.0
"""Reliability below which a judgement is withheld."""

BIAS = 0.08
LIGHT_WEIGHT, WIDTH_WEIGHT, SHARPNESS_WEIGHT, CONFIDENCE_WEIGHT = 0.27, 0.04, 0.29, 0.88
"""Log-odds that a judgement is right, by a logistic regression without negative weights."""
