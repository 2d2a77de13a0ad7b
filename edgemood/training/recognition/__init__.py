"""Knowing people by their faces."""
