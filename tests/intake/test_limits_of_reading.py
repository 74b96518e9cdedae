"""The limits of reading a file are settings, and what passes one is refused with the setting's name."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sheets import save

from tracepack import data
from tracepack.cli import run
from tracepack.core.limits import Limits, limit_value
from tracepack.errors import UnreadableFile
from tracepack.intake.workbook import read_workbook


def test_the_data_file_states_the_limits_that_are_in_force() -> None:
    assert asdict(Limits()) == {name: default for name, (default, _, _) in data.layout().limits.items()}


@pytest.mark.parametrize(
    ("text", "limit"), [("9", 9), (" 200 ", 200), ("0", None), ("-1", None), ("5 %", None), ("many", None), ("٣", None)]
)
def test_a_limit_is_a_whole_number_from_one(text: str, limit: int | None) -> None:
    assert limit_value(text) == limit


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_too_many_cells_are_refused_with_the_setting_that_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"many.{suffix}"
    if suffix == "csv":
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    else:
        save(path, {"Sheet": [["a", "b"], [1, 2]]})
    assert read_workbook(path, replace(Limits(), most_cells=4)).sheets
    with pytest.raises(UnreadableFile, match="too many cells") as refused:
        read_workbook(path, replace(Limits(), most_cells=3))
    assert "most_cells" in refused.value.hint


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" * (1 << 18) + b"c")
    with pytest.raises(UnreadableFile, match=r"large\.csv: the file is too large \(at most 1 MB") as refused:
        read_workbook(path, replace(Limits(), largest_file_mb=1))
    assert "largest_file_mb" in refused.value.hint


def test_a_settings_row_moves_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ["-w", str(tmp_path / "w.db")]
    header, row = ["Party ID", "Name", "Role"], ["ACME", "Acme", "supplier"]
    strict = save(tmp_path / "strict.xlsx", {"Settings": [["Name", "Value"], ["Most cells", 5]]})
    parties = save(tmp_path / "parties.xlsx", {"Parties": [header, row]})
    assert run([*workspace, "init"]) == 0
    assert run([*workspace, "import", str(strict)]) == 0
    capsys.readouterr()
    assert run([*workspace, "import", str(parties)]) == 2
    assert "parties.xlsx: the workbook has too many cells" in capsys.readouterr().err


def test_a_limit_that_is_no_number_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ["-w", str(tmp_path / "w.db")]
    odd = save(tmp_path / "odd.xlsx", {"Settings": [["Name", "Value"], ["Reading seconds", "long"]]})
    run([*workspace, "init"])
    run([*workspace, "import", str(odd)])
    assert "'long' is no value of Reading seconds: a whole number from 1." in "".join(capsys.readouterr())
