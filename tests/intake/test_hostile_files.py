"""Files made to break a reader: each is one line with its name and the reason, within the memory and time of a reading."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import large_bombs, small_bombs

from tracepack.cli import run
from tracepack.errors import UnreadableFile
from tracepack.intake.workbook import read_workbook

CORPUS = Path(os.environ.get("TRACEPACK_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
#: Reads each file named on stdin in a process of at most 1 GiB, and answers what it is refused with.
READER = """
import json, sys
from pathlib import Path
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except ImportError:
    pass
from tracepack.errors import UnreadableFile
from tracepack.intake.workbook import read_workbook
answers = {}
for path in map(Path, json.load(sys.stdin)):
    try:
        answers[path.name] = f"read: {len(read_workbook(path).sheets)} sheets"
    except UnreadableFile as refused:
        answers[path.name] = str(refused)
json.dump(answers, sys.stdout)
"""


def refusals(paths: list[Path]) -> dict[str, str]:
    """What a process of its own, with limited memory, says about files."""
    listed = json.dumps([str(path) for path in paths])
    done = subprocess.run([sys.executable, "-c", READER], input=listed, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


def check(folder: Path, bombs: list[tuple[str, bytes, str]]) -> None:
    for name, content, _ in bombs:
        (folder / name).write_bytes(content)
    answers = refusals([folder / name for name, _, _ in bombs])
    wrong = {name: answers[name] for name, _, reason in bombs if not answers[name].startswith(f"{name}: ") or reason not in answers[name]}
    assert not wrong
    assert not [answer for answer in answers.values() if "\n" in answer or str(folder) in answer]


def test_bombs_are_refused_with_their_name_and_reason(tmp_path: Path) -> None:
    check(tmp_path, list(small_bombs()))


@pytest.mark.slow
def test_large_bombs_are_refused_with_their_name_and_reason(tmp_path: Path) -> None:
    check(tmp_path, list(large_bombs()))


@pytest.mark.skipif(not (CORPUS / "hostile").is_dir(), reason="the corpus of third-party workbooks is not here")
def test_hostile_files_of_others_are_read_or_refused_within_the_memory(tmp_path: Path) -> None:
    paths = sorted((CORPUS / "hostile").iterdir())
    answers = refusals(paths)
    assert set(answers) == {path.name for path in paths}
    assert not [answer for name, answer in answers.items() if not answer.startswith((f"{name}: ", "read: "))]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    with pytest.raises(UnreadableFile, match=r"folder\.xlsx: this is a folder"):
        read_workbook(folder)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(UnreadableFile, match=r"pipe\.csv: this is a device or a pipe"):
            read_workbook(tmp_path / "pipe.csv")
    if Path("/dev/zero").exists():
        with pytest.raises(UnreadableFile, match="zero: this is a device"):
            read_workbook(Path("/dev/zero"))


def test_an_unreadable_file_stores_nothing_and_leaves_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ["-w", str(tmp_path / "w.db")]
    name, content, reason = next(bomb for bomb in small_bombs() if bomb[0] == "rows.ods")
    (tmp_path / name).write_bytes(content)
    (tmp_path / "parties.csv").write_text("Party ID,Name,Role\nACME,Acme,supplier\n", encoding="utf-8")
    assert run([*workspace, "init"]) == 0
    capsys.readouterr()
    assert run([*workspace, "import", str(tmp_path / "parties.csv"), str(tmp_path / name)]) == 2
    told = capsys.readouterr()
    assert name in told.err
    assert reason in told.err
    assert "Traceback" not in told.err + told.out
    assert run([*workspace, "log", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"] == []
