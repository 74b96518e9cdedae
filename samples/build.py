"""Write the sample workbooks: ``python samples/build.py`` makes ``samples/chain``, ``stories`` and ``troubles`` anew, byte for byte.

The world is invented: a converter that exports (NORDFILM), its six suppliers, two customers, one laboratory, and what
they delivered, made, tested and shipped from January to March 2026.  What happened is written in ``world.py``, the
honest troubles in ``troubles.py``; this file only knows how a workbook is written so that the same bytes come out.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

os.environ["OPENPYXL_LXML"] = "False"  # where lxml is installed, openpyxl would write other bytes of the same meaning

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

sys.path.insert(0, str(Path(__file__).parent))
from massbalance import mass_balance_books
from stories import story_books
from troubles import manifest_text, trouble_books
from world import Percent, Table, chain_books

HERE = Path(__file__).parent
#: Ending of a sheet name that is written hidden.
HIDDEN = " (hidden)"
#: Ending of a sheet name some of whose cells are written merged.
MERGED = re.compile(r" \(merged ([A-Z]+\d+:[A-Z]+\d+)\)$")
#: Ending of a sheet name one row of which is written struck through, or hidden.
ROW_MARKED = re.compile(r" \(row (\d+) (struck|hidden)\)$")
STAMP = (2026, 4, 1, 0, 0, 0)


def workbook_bytes(sheets: Mapping[str, Table]) -> bytes:
    """One xlsx: a bold header row, the rows, nothing that depends on the day."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "sample chain"
    for name, table in sheets.items():
        sheet = book.create_sheet(ROW_MARKED.sub("", MERGED.sub("", name.removesuffix(HIDDEN))))
        for r, row in enumerate(table, start=1):
            for c, value in enumerate(row, start=1):
                cell = sheet.cell(r, c)
                cell.value = value.share if isinstance(value, Percent) else value
                if isinstance(value, Percent):
                    cell.number_format = "0%" if round(value.share * 100, 6) % 1 == 0 else "0.0%"
                if isinstance(value, dt.date):
                    cell.number_format = "yyyy-mm-dd"
                if r == 1:
                    cell.font = Font(bold=True)
        for c, header in enumerate(table[0], start=1):
            sheet.column_dimensions[get_column_letter(c)].width = max(11, len(str(header)) + 3)
        sheet.freeze_panes = "A2"
        if merged := MERGED.search(name):
            sheet.merge_cells(merged[1])
        if marked := ROW_MARKED.search(name):
            _mark_row(sheet, int(marked[1]), marked[2])
        if name.endswith(HIDDEN):
            sheet.sheet_state = "hidden"
            book.create_sheet("Read me").append(["April deliveries"])
    raw = io.BytesIO()
    book.save(raw)
    return _fixed(raw.getvalue())


def _mark_row(sheet: Worksheet, row: int, how: str) -> None:
    if how == "hidden":
        sheet.row_dimensions[row].hidden = True
    else:
        for cell in sheet[row]:
            cell.font = Font(strike=True)


def _fixed(data: bytes) -> bytes:
    """The same zip with fixed times, in the workbook's properties and on its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-04-01T00:00:00Z", body)
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            new.writestr(info, body)
    return out.getvalue()


def write_all(folder: Path, books: Mapping[str, Mapping[str, Table]]) -> None:
    """Write the workbooks of a folder and remove those that are no longer made."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.xlsx"):
        if old.name not in books:
            old.unlink()
    for name, sheets in books.items():
        (folder / name).write_bytes(workbook_bytes(sheets))


def main() -> None:
    """Write the chain and its troubles beside this file, or into the folder named on the command line."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    write_all(target / "chain", chain_books() | mass_balance_books())
    write_all(target / "stories", story_books())
    write_all(target / "troubles", trouble_books())
    (target / "troubles" / "manifest.toml").write_text(manifest_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
