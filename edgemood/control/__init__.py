"""What people say to the box and how they reach it: for the daemon and for the command line.

Quick to import: neither numpy nor pydantic nor asyncio.
"""

from edgemood.control.client import ask
from edgemood.control.verbs import VERBS, Answer, Box, Verb, obey, obey_anybody

__all__ = ["VERBS", "Answer", "Box", "Verb", "ask", "obey", "obey_anybody"]
