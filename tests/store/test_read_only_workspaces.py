"""A workspace that may be read but not written: on a mounted archive, in a colleague's folder, made read-only for good."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery

from tracepack.errors import WorkspaceError
from tracepack.store import Store

#: Root may write anywhere; without its capabilities it is held to what a file's mode says, as everybody is.
AS_ANYBODY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="modes of files and folders mean something else here"),
    pytest.mark.skipif(bool(AS_ANYBODY) and shutil.which("setpriv") is None, reason="root may write everywhere"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a workspace w.db; a test may take its right to be written away."""
    place = tmp_path / "archive of 2026 #1"
    place.mkdir()
    Store.create(place / "w.db", US, "S1").record_import([FILE], [delivery("RESIN")])
    yield place
    place.chmod(0o755)


def tracepack(folder: Path, *arguments: str) -> tuple[int, str, str]:
    command = [*AS_ANYBODY, sys.executable, "-m", "tracepack", "-w", str(folder / "w.db"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)])
def test_it_answers_and_nothing_is_left_beside_it(folder: Path, file_mode: int, folder_mode: int) -> None:
    (folder / "w.db").chmod(file_mode)
    folder.chmod(folder_mode)
    for question in (["content", "RESIN"], ["trace", "RESIN"], ["report", "RESIN"], ["report", "RESIN", "--as-of", "1"]):
        code, out, err = tracepack(folder, *question)
        assert (code in (0, 1), err) == (True, ""), question
        assert "RESIN" in out
    assert sorted(path.name for path in folder.iterdir()) == ["w.db"]


def test_what_would_change_it_is_refused_in_a_line(folder: Path) -> None:
    (folder / "w.db").chmod(0o444)
    folder.chmod(0o555)
    code, out, err = tracepack(folder, "withdraw", "1", "--why", "sent by mistake")
    assert (code, out) == (2, "")
    assert err == f"error: the workspace {folder / 'w.db'} cannot be written to\nhint: copy w.db to a folder where you may write\n"


def test_changes_still_in_the_log_beside_it_are_never_passed_over(folder: Path) -> None:
    """A writer that is at work, or was stopped, leaves its changes in a log: to read the file alone would miss them."""
    with sqlite3.connect(folder / "w.db") as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE workspace SET site = 'S2'")
        writer.commit()
        (folder / "w.db").chmod(0o444)
        folder.chmod(0o555)
        code, out, err = tracepack(folder, "report", "RESIN", "--lang", "en")
        folder.chmod(0o755)
    assert (code == 0 and "S2" in out) or (code == 2 and err.startswith("error: the workspace"))


def test_a_workspace_that_changes_while_it_is_read_gives_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    store = Store.open(folder / "w.db")
    with pytest.raises(WorkspaceError, match="changed while it was read"), store.reading():
        assert [lot.number for lot in store.lots()] == ["RESIN"]
        (folder / "w.db").write_bytes((folder / "w.db").read_bytes() + b"\0" * 4096)
