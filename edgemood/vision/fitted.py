"""What `make face-reliability` found on FER2013's PublicTest, and wrote here.

Change `edgemood/training/face/reliability.py`, not this file.
"""

CLOSES_BELOW = 0.054
"""Light of a picture below which nobody is looked for: that of 40 electrons in white, the
least on the ladder at which half of the faces are judged."""

OPENS_ABOVE = 0.076
"""That of 60 electrons, a rung above: a flickering television or a cloud must not open and
close the gate by turns."""

FACE_DARK_BELOW = 0.040
"""Light on a face, by its own noise, below which it is not judged."""

BLURRED_BELOW = 0.012
"""Sharpness below which a face is not judged."""

TRUSTED_FROM = 0.550
"""Reliability below which a judgement is withheld."""

BIAS = 0.138
LIGHT_WEIGHT = 0.215
WIDTH_WEIGHT = 0.099
SHARPNESS_WEIGHT = 0.221
CONFIDENCE_WEIGHT = 0.962
"""Log-odds that a judgement is right, by a logistic regression without negative weights."""

RESTING = (-4.25, -4.28, -5.38, -5.12, -2.44, -5.21, 0.0)
"""What neutral faces say on average: the log-odds of each emotion against neutral."""
