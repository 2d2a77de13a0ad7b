"""What `make face-reliability` found on FER2013's PublicTest, and wrote here.

Change `edgemood/training/face/reliability.py`, not this file.
"""

CLOSES_BELOW = 0.076
"""Light of a picture below which nobody is looked for: that of 60 electrons in white, the
least on the ladder at which half of the faces are judged."""

OPENS_ABOVE = 0.111
"""That of 100 electrons, a rung above: a flickering television or a cloud must not open and
close the gate by turns."""

FACE_DARK_BELOW = 0.040
"""Light on a face, by its own noise, below which it is not judged."""

BLURRED_BELOW = 0.008
"""Sharpness below which a face is not judged."""

TRUSTED_FROM = 0.650
"""Reliability below which a judgement is withheld."""

BIAS = 0.168
LIGHT_WEIGHT = 0.311
WIDTH_WEIGHT = 0.038
SHARPNESS_WEIGHT = 0.351
CONFIDENCE_WEIGHT = 0.854
"""Log-odds that a judgement is right, by a logistic regression without negative weights."""
