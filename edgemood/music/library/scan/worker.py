"""The process that opens strangers' files: ``python -m edgemood.music.library.scan.worker``.

It reads subjects, a line each, and answers each with a line of findings. A decoder that crashes or
hangs takes this process with it and nothing else; the one who started it starts another.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgemood.errors import EdgemoodError
from edgemood.music.library.scan.result import Findings, decode_subject, encode
from edgemood.music.library.scan.workers import READY
from edgemood.processes.parent import die_with_parent

if TYPE_CHECKING:
    from edgemood.music.library.scan.analyser import Analyst

MOST_MEMORY_BYTES = 1 << 30
"""a file that wants more lies about itself"""


def main() -> None:
    """Answer until the input ends; the first line of it names the folders."""
    die_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    questions = sys.stdin.buffer
    about = json.loads(questions.readline())

    try:
        analyst = _analyst(about)
    except EdgemoodError as error:  # the one who started it tells the owner
        answers.write(f"{error}\n".encode())
        answers.flush()
        sys.exit(1)
    music = Path(os.fsdecode(about["music"].encode("utf-8", "surrogateescape")))
    # decoders print about every oddity of a file
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    answers.write(READY)
    answers.flush()
    for line in questions:
        try:
            findings = analyst.analyse(music, decode_subject(line))
        except MemoryError:
            findings = Findings(problem="it takes more memory than a song may")
        except Exception as error:  # noqa: BLE001  # no file may stop the scan
            findings = Findings(problem=f"it cannot be read ({error or type(error).__name__})")
        answers.write(encode(findings))
        answers.flush()


def _analyst(about: dict[str, str]) -> Analyst:
    from edgemood.music.library.scan.analyser import Analyst
    from edgemood.music.mood_words import SHIPPED, Words

    words = Words.with_owners(Path(about["words"])) if about["words"] else SHIPPED
    return Analyst(Path(about["models"]), words)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
