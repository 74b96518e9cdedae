"""Output that cannot be written is told in a line, as any other thing that could not be carried out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tracepack.cli import run
from tracepack.demo import samples

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no file that is always full")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "w.db"
    assert run(["-w", str(path), "init"]) == 0
    books = sorted(str(entry) for entry in (samples() / "chain").iterdir() if entry.name.endswith(".xlsx"))
    assert run(["-w", str(path), "import", *books]) == 0
    return path


@pytest.mark.parametrize("command", [["report", "FILM-2603-07"], ["lots"], ["log", "--json"], ["--help"]])
def test_a_full_disk_is_no_bug(workspace: Path, command: list[str]) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tracepack", "-w", str(workspace), *command], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode() == "error: the output could not be written: No space left on device\n"
