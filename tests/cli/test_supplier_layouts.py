"""A supplier's own list through the real command line: asked about, answered, kept as a profile, read again by itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from intake.sheets import save
from tracepack import cli

DAY = dt.date(2026, 3, 5)
HEADER = ["Posten", "Ware", "Kilo", "Kam am", "Bio C %"]
ANSWERS = [
    *("--read-as", "Eingang=Deliveries", "--column", "Lot No=Posten", "--column", "Material=Ware", "--column", "Quantity=Kilo"),
    *("--column", "Delivery Date=Kam am", "--column", "Biobased Carbon %=Bio C %", "--fixed", "Unit=kg", "--fixed", "Method=ASTM D6866"),
    *("--percent-scale", "fraction", "--decimal-mark", ","),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "tracepack.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "ME", "--site", "M1"]) == 0
    return path


def supplier_list(folder: Path, name: str, lot: str, *, header: list[str] = HEADER) -> str:
    rows = [["Lieferliste"], ["Lieferant:", "ACME"], [], header, [lot, "PLA", "1.250", DAY, 0.45], [f"{lot}-B", "PLA", "7.500", DAY, 0.5]]
    return str(save(folder / name, {"Eingang": [*rows, ["Summe", None, "8.750"]]}))


def imported(capsys: pytest.CaptureFixture[str], workspace: Path, *arguments: str) -> tuple[int, dict[str, Any], set[str]]:
    capsys.readouterr()
    code = cli.run(["-w", str(workspace), "import", *arguments, "--json"])
    answer = json.loads(capsys.readouterr().out)
    return code, answer, {finding["name"] for file in answer["files"] for finding in file["findings"]}


def test_a_layout_is_asked_about_answered_once_and_then_known(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    march = supplier_list(tmp_path, "march.xlsx", "L-1")
    code, answer, names = imported(capsys, workspace, march)
    assert (code, names) == (1, {"sheet-unknown", "workbook-empty"})
    code, answer, names = imported(capsys, workspace, march, *ANSWERS, "--dry-run", "--save-profile", "acme")
    assert code == 0
    (table,) = answer["files"][0]["tables"]
    assert (table["holds"], table["header_rows"]) == ("Deliveries", [4, 4])
    taken = {column["column"]: column["letter"] or column["cell"] or column["value"] for column in table["columns"]}
    assert taken == {
        "Lot No": "A",
        "Material": "B",
        "Quantity": "C",
        "Delivery Date": "D",
        "Biobased Carbon %": "E",
        "Unit": "kg",
        "Method": "ASTM D6866",
        "Supplier": "B2",
    }
    assert (tmp_path / "tracepack-profiles" / "acme.toml").is_file()
    code, answer, names = imported(capsys, workspace, march)
    assert (code, answer["files"][0]["profile"]) == (0, "acme")
    assert "profile-used" in names
    assert answer["files"][0]["row_counts"] == {"recorded": 2, "skipped": 3}
    code, answer, _ = imported(capsys, workspace, supplier_list(tmp_path, "april.xlsx", "L-2"))
    assert (code, answer["files"][0]["recorded"]) == (0, {"Deliveries": 2})
    assert cli.run(["-w", str(workspace), "content", "L-1", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["mass_kg"], content["content"]["bio_carbon_toc"]["low"]) == ("1250", pytest.approx(0.45))
    assert cli.run(["-w", str(workspace), "log", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["entries"][0]
    assert [file["file"] for file in first["files"]] == ["march.xlsx", "acme.toml"], "the profile is kept with what was read by it"


def test_a_changed_layout_is_not_read_with_the_old_profile(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, workspace, supplier_list(tmp_path, "march.xlsx", "L-1"), *ANSWERS, "--save-profile", "acme")
    changed = supplier_list(tmp_path, "april.xlsx", "L-2", header=["Posten", "Ware", "Brutto", "Kam am", "Bio C %"])
    code, answer, names = imported(capsys, workspace, changed)
    assert (code, answer["files"][0]["profile"]) == (1, "")
    assert "profile-nearly-fits" in names
    assert imported(capsys, workspace, changed, "--profile", "acme")[2] >= {"profile-not-fitting"}


def test_a_profile_is_never_overwritten_and_an_unknown_one_names_those_there_are(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    march = supplier_list(tmp_path, "march.xlsx", "L-1")
    imported(capsys, workspace, march, *ANSWERS, "--dry-run", "--save-profile", "acme")
    for arguments, told in (
        (["--save-profile", "acme", "--dry-run"], "already"),
        (["--save-profile", "../acme"], "cannot be the name"),
        (["--profile", "zeta"], "acme"),
        (["--column", "Colour=Farbe"], "no column"),
        (["--fixed", "Unit"], "two halves"),
        (["--read-as", "Eingang=Invoices"], "none of the sheets"),
        (["--encoding", "klingon"], "no encoding"),
    ):
        assert cli.run(["-w", str(workspace), "import", march, *arguments]) == 2
        assert told in capsys.readouterr().err


def test_one_sheet_read_twice_counts_each_row_once(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "both.toml"
    tables = "".join(
        f'[[table]]\nsheet = "Log"\nholds = "{holds}"\nignored = ["*"]\n[table.columns]\n{columns}\n[table.fixed]\n{fixed}\n'
        for holds, columns, fixed in (
            ("Deliveries", '"Lot No" = "Id"\nQuantity = "kg"\n"Delivery Date" = "Day"', 'Unit = "kg"\nSupplier = "ACME"\nMaterial = "PLA"'),
            (
                "Shipments",
                '"Lot No" = "Id"\n"Shipment No" = "Id"\nQuantity = "kg"\nDate = "Day"',
                'Unit = "kg"\nCustomer = "C1"\nSupplier = "ACME"',
            ),
        )
    )
    profile.write_text(tables, encoding="utf-8")
    log = save(tmp_path / "log.xlsx", {"Log": [["Id", "kg", "Day"], ["L-1", 5, DAY], ["L-2", 6, DAY]]})
    code, answer, _ = imported(capsys, workspace, str(log), "--profile", str(profile))
    assert (code, answer["files"][0]["recorded"]) == (0, {"Deliveries": 2, "Shipments": 2})
    assert answer["files"][0]["row_counts"] == {"recorded": 2}
