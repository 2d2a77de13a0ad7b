import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def open_folder():
    """A folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="edgemood-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
