"""Microphones and what stands in for one: all give blocks of sound."""
