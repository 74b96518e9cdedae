"""A short walk of the fuzzer with a fixed seed: no damage to a file ends in a traceback, a hang or a dead process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZER = Path(__file__).parent / "fuzz_reader.py"


@pytest.mark.slow
def test_a_few_hundred_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    command = [sys.executable, str(FUZZER), "--inputs", "300", "--seed", "7", "--findings", str(tmp_path / "found")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("300 inputs")
