"""The models of songs' sound."""
