"""The owner's config.yaml: its schema, its loader with line numbers, and the last good copy."""

from edgemood.config.lastgood import Choice, ConfigWatch, LastGood
from edgemood.config.loader import load
from edgemood.config.schema import Config

__all__ = ["Choice", "Config", "ConfigWatch", "LastGood", "load"]
