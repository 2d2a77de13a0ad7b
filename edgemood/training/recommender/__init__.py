"""How well songs are chosen."""
