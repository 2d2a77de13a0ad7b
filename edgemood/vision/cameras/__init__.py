"""Cameras and what stands in for one: all give `Frame`."""
