"""Writing a document to a file: whole, or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tracepack.errors import UsageProblem


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file by way of a draft beside it, so that nobody ever sees half of it.  UsageProblem where it cannot be written."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.absolute().parent) as folder:
            draft = Path(folder) / path.name
            draft.write_bytes(data)
            draft.replace(path)
    except OSError as problem:
        raise UsageProblem(f"{path} could not be written: {problem.strerror}") from problem
