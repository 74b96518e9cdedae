"""Merged ranges and hidden sheets are seen."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from tracepack.intake.workbook import read_workbook


def test_merged_ranges_and_hidden_sheets_of_xlsx(tmp_path: Path) -> None:
    book = Workbook()
    shown = book.worksheets[0]
    shown["B2"] = "over two columns"
    shown.merge_cells("B2:C2")
    shown.merge_cells("A3:A5")
    for state in ("hidden", "veryHidden"):
        book.create_sheet(state).sheet_state = state
    book.save(tmp_path / "merged.xlsx")
    first, *hidden = read_workbook(tmp_path / "merged.xlsx").sheets
    assert sorted(first.merged) == [(2, 2, 2, 3), (3, 1, 5, 1)]
    assert [sheet.hidden for sheet in (first, *hidden)] == [False, True, True]
