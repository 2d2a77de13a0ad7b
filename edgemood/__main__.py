"""``python -m edgemood``."""

from edgemood.cli import main

main()
