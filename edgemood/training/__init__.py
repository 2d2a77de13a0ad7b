"""From data to the int8 models in `models/` and their scorecard; never imported on the box.

Needs the extra `[train]`. The data lies in `EDGEMOOD_DATA`, by default `../shared/data` beside the
repository.
"""
