"""The owner's config.yaml: its schema, its loader with line numbers, and the last good copy."""

from edgemood.config.lastgood import ConfigWatch, load_or_last_good
from edgemood.config.loader import load
from edgemood.config.schema import Config

__all__ = ["Config", "ConfigWatch", "load", "load_or_last_good"]
