"""The published systems this project starts from, trained here on the same data as our own.

`python -m edgemood.training.baselines` (`make papers-face`) trains what `models/papers.json` does
not hold yet and writes the table `models/papers.md`. A system is a name, what it is, and a function
that gives its `Result`; `edgemood.training.baselines.table` knows nothing else of it.
"""
