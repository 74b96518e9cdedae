"""Small workbooks for the tests: cells in, a reading out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell

from tracepack.core.findings import Finding
from tracepack.core.ledger import Row
from tracepack.intake.reading import Reading, read_file


@dataclass(frozen=True)
class Formatted:
    """A cell's value with the number format that it is shown in."""

    value: Any
    code: str


def put(cell: Cell, content: Any) -> None:
    """Write one cell."""
    if isinstance(content, Formatted):
        cell.value = content.value
        cell.number_format = content.code
    else:
        cell.value = content


def save(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook of some sheets, each a list of rows with the header first."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, content in enumerate(row, 1):
                if content is not None:
                    put(sheet.cell(number, column), content)
    book.save(path)
    return path


def read(folder: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], name: str = "book.xlsx", **options: Any) -> Reading:
    """What a workbook of some sheets is understood as."""
    return read_file(save(folder / name, sheets), **options)


def names(findings: Sequence[Finding]) -> set[str]:
    """The findings' names."""
    return {finding.name for finding in findings}


def column_of(rows: Sequence[Row], key: str) -> list[Any]:
    """A field over all rows, None where blank."""
    return [row.values.get(key) for row in rows]
