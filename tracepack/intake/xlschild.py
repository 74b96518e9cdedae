"""The reader of old Excel files (.xls), as a program of its own: the file on stdin, its cells as JSON on stdout.

What reads this format was not written for hostile files: it may eat memory, hang or fail in any way.  So it runs in a
process with limits (`xls` starts it), and only plain values come back.

Arguments: memory in megabytes, seconds of work, the most cells.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Set
from typing import Any

from tracepack.intake.processlimits import limit_process

#: The name that `template` defines in a workbook, as the format folds it.
PERCENT_MARKER = "tracepack_shares_are_percent"


def main() -> int:
    """Read stdin; one JSON object on stdout: what was read, or ``{"refused": why}``."""
    memory, seconds, most_cells = map(int, sys.argv[1:4])
    limit_process(memory * 2**20, seconds)
    try:
        answer = _read(sys.stdin.buffer.read(), most_cells)
    except MemoryError:
        answer = {"refused": "memory"}
    except Exception as error:  # whatever it is, the file is at fault and the parent says so
        answer = {"refused": "password" if "encrypted" in str(error) else "damaged"}
    json.dump(answer, sys.stdout)
    return 0


def _read(data: bytes, most_cells: int) -> dict[str, Any]:
    import xlrd  # noqa: PLC0415  (under the limits)

    book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO())
    codes = {key: found.format_str for key, found in book.format_map.items()}
    struck = {index for index, style in enumerate(book.xf_list) if _is_struck(book, style.font_index)}
    sheets = []
    for index in range(book.nsheets):
        sheet = _sheet(book.sheet_by_index(index), struck)
        most_cells -= len(sheet["cells"])
        if most_cells < 0:
            return {"refused": "cells"}
        sheets.append(sheet)
        book.unload_sheet(index)
    return {
        "sheets": sheets,
        "formats": [(style.format_key, codes.get(style.format_key) or "") for style in book.xf_list],
        "mac_dates": bool(book.datemode),
        "percent_marked": PERCENT_MARKER in book.name_map,
    }


def _is_struck(book: Any, font: int) -> bool:
    return 0 <= font < len(book.font_list) and bool(book.font_list[font].struck_out)


def _sheet(sheet: Any, struck_styles: Set[int]) -> dict[str, Any]:
    """Cells as row, column (from 1), kind, value and style; merged ranges as first row, first column, last row, last column.

    ``hidden_rows`` and ``struck`` (row, column) as in `tracepack.intake.sheetxml.Grid`.
    """
    cells = []
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, kind in enumerate(kinds):
            if kind not in {0, 6} and values[column] != "":
                cells.append((row + 1, column + 1, kind, values[column], sheet.cell_xf_index(row, column)))
    merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    texts = sheet.rich_text_runlist_map.items()
    runs = {(row + 1, column + 1) for (row, column), runs in texts if any(_is_struck(sheet.book, font) for _, font in runs)}
    return {
        "title": sheet.name,
        "hidden": sheet.visibility != 0,
        "cells": cells,
        "merged": merged,
        "hidden_rows": [row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden],
        "struck": [(row, column) for row, column, _, _, style in cells if style in struck_styles or (row, column) in runs],
    }


if __name__ == "__main__":
    sys.exit(main())
