"""A quality manager's desk: fill in a workbook, import it, ask about a lot, all on the real command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import Workbook

from tracepack.cli import main

DAY = dt.date(2026, 1, 5)
Row = dict[str, Any]
D6866 = {"Method": "ASTM D6866"}
EN16785 = {"Method": "EN 16785-1"}


@dataclass
class Answer:
    """What a command said: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.code in (0, 1), f"exit {self.code}: {self.err}"
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Desk:
    """A workspace in its own folder, and the sheets that are being filled in."""

    folder: Path
    sheets: dict[str, list[Row]] = field(default_factory=dict)
    imports: int = 0

    def run(self, *arguments: str) -> Answer:
        """One command in this workspace."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        command = ["tracepack", "-w", str(self.folder / "work.db"), *arguments]
        with patch.object(sys, "argv", command), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        return Answer(code, _text(out), _text(err))

    def fill(self, sheet: str, *rows: Row) -> Desk:
        """Add rows to a sheet; headers are the rows' keys."""
        self.sheets.setdefault(sheet, []).extend(rows)
        return self

    def save(self) -> Path:
        """The sheets as an .xlsx of their own."""
        book = Workbook()
        book.remove(book.active)
        for name, rows in self.sheets.items():
            headers = list(dict.fromkeys(header for row in rows for header in row))
            sheet = book.create_sheet(name)
            sheet.append(headers)
            for row in rows:
                sheet.append([row.get(header) for header in headers])
        self.imports += 1
        path = self.folder / f"book-{self.imports}.xlsx"
        book.save(path)
        self.sheets = {}
        return path

    def bring_in(self) -> dict[str, Any]:
        """Import what was filled in; it must be recorded."""
        if not (self.folder / "work.db").exists():
            assert self.run("init", "--organisation", "ORG", "--site", "S1").code == 0
        answer = self.run("import", "--json", str(self.save()))
        assert answer.code == 0, answer.out + answer.err
        return answer.json

    def content(self, lot: str, *options: str) -> dict[str, Any]:
        """`content LOT --json`, importing first what is still on the desk."""
        if self.sheets:
            self.bring_in()
        answer = self.run("content", lot, *options, "--json")
        assert answer.code == 0, answer.out + answer.err
        return answer.json

    def check(self) -> list[str]:
        """The names of what `check` finds in the whole workspace."""
        if self.sheets:
            self.bring_in()
        return finding_names(self.run("check", "--json").json)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def delivery(lot: str, material: str, quantity: float, **columns: Any) -> Row:
    """A delivery in kg from SUP on DAY; further columns by their header with ``_`` for spaces, or in a dict under ``more``."""
    row = {"Lot No": lot, "Supplier": "SUP", "Material": material, "Quantity": quantity, "Unit": "kg", "Delivery Date": DAY}
    return row | columns.pop("more", {}) | columns


def bio(percent: float | str) -> Row:
    """A bio-based share of organic carbon by ASTM D6866."""
    return {"Biobased Carbon %": percent, **D6866}


def bio_mass(percent: float) -> Row:
    """A bio-based share of dry mass by EN 16785-1."""
    return {"Biobased Mass %": percent, **EN16785}


def run(number: str, *rows: Row, on: dt.date = DAY, kind: str | None = None) -> list[Row]:
    """The rows of a production run."""
    return [{"Run No": number, "Kind": kind, "Date": on, **row} for row in rows]


def taken(lot: str, quantity: float | None = None, **columns: Any) -> Row:
    """An input row; a lot of SUP unless ``Supplier`` says otherwise (None: an own lot)."""
    return {"Direction": "in", "Lot No": lot, "Supplier": "SUP", **_kg(quantity)} | columns.pop("more", {}) | columns


def made(lot: str, quantity: float | None, material: str | None = None, **columns: Any) -> Row:
    """An output row: an own lot."""
    return {"Direction": "out", "Lot No": lot, "Material": material, **_kg(quantity)} | columns.pop("more", {}) | columns


def lost(quantity: float, **columns: Any) -> Row:
    """A loss row."""
    return {"Direction": "loss", **_kg(quantity)} | columns


def _kg(quantity: float | None) -> Row:
    return {} if quantity is None else {"Quantity": quantity, "Unit": "kg"}


def ends(answer: dict[str, Any], name: str) -> tuple[float, float]:
    """Low and high of a figure."""
    found = answer["content"][name]
    return found["low"], found["high"]


def finding_names(answer: dict[str, Any]) -> list[str]:
    """The names of all findings anywhere in an answer."""
    names = [finding["name"] for finding in answer.get("findings", [])]
    return names + [finding["name"] for file in answer.get("files", []) for finding in file["findings"]]
