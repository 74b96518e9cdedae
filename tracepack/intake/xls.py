"""Old Excel files (.xls), read in a process of their own with limits on its memory and time."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tracepack.core.limits import Limits
from tracepack.core.numerals import Cell
from tracepack.intake.formats import format_of, number_of, numeric_cell, serial_reader
from tracepack.intake.package import RAISE, WITHOUT_PASSWORD, RefusedError, too_slow
from tracepack.intake.readout import BookReadout, SheetReadout
from tracepack.intake.sheetxml import MAX_MERGED, Content, Fault, Format, Grid

# Kinds of cells, as xlrd counts them.
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = range(1, 6)
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_TOO_MUCH = "reading it takes more than {} MB of memory"


def read_xls(data: bytes, limits: Limits) -> BookReadout:
    """All worksheets of an old Excel file (BIFF 2 to 8).  Raises `RefusedError`."""
    answer = _ask_child(data, limits)
    if refused := answer.get("refused"):
        raise _refusal(refused, limits)
    formats = [format_of(number, {number: code} if code else {}) for number, code in answer["formats"]]
    serial = serial_reader(mac_dates=answer["mac_dates"])
    readout = BookReadout(percent_marked=answer["percent_marked"])
    for sheet in answer["sheets"]:
        grid = Grid(merged=[(top, left, bottom, right) for top, left, bottom, right in sheet["merged"][:MAX_MERGED]])
        for row, column, kind, value, style in sheet["cells"]:
            shown = formats[style] if 0 <= style < len(formats) else None
            content, code = _cell(kind, value, shown, serial)
            grid.rows.setdefault(row, {})[column] = content
            if code:
                grid.formats[row, column] = code
        grid.hidden_rows = set(sheet["hidden_rows"]) & grid.rows.keys()
        grid.struck = {(row, column) for row, column in sheet["struck"]}
        readout.sheets.append(SheetReadout(sheet["title"], grid, sheet["hidden"]))
    return readout


def _ask_child(data: bytes, limits: Limits) -> dict[str, Any]:
    """What the reading process answers, within its limits."""
    arguments = [str(limits.reading_memory_mb), str(limits.reading_seconds), str(limits.most_cells)]
    command = [sys.executable, "-P", "-m", "tracepack.intake.xlschild", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    # The process's own work is limited from within; the clock only ends what waits, or has no such limit.
    patience = limits.reading_seconds if os.name == "nt" else 3 * limits.reading_seconds
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=patience, env=environment, check=False)
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise too_slow(limits.reading_seconds) from None
    except ValueError:
        raise _refusal("time" if done.returncode in {-24, -9} else "memory" if done.returncode else "damaged", limits) from None
    return answer


def _refusal(why: str, limits: Limits) -> RefusedError:
    if why == "time":
        return too_slow(limits.reading_seconds)
    return {
        "password": RefusedError("the workbook is protected by a password", WITHOUT_PASSWORD),
        "cells": RefusedError("the workbook has too many cells", RAISE.format("most_cells")),
        "memory": RefusedError(_TOO_MUCH.format(limits.reading_memory_mb), RAISE.format("reading_memory_mb")),
    }.get(why) or RefusedError("the workbook is damaged", "open it in a spreadsheet program, repair it and save it as .xlsx")


def _cell(kind: int, value: Any, shown: Format | None, serial: Callable[[Decimal], Cell]) -> tuple[Content, str]:
    """A cell's content, and its format's code where that matters."""
    if kind == _TEXT:
        return str(value), ""
    if kind == _BOOLEAN:
        return bool(value), ""
    if kind == _ERROR:
        return Fault("error-cell", _ERRORS.get(int(value), "#ERROR!")), ""
    if not math.isfinite(value):
        raise RefusedError("the workbook is damaged (a number is none)")
    return numeric_cell(number_of(float(value)), shown, serial)
