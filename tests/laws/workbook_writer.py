"""A ledger as a contract workbook, so that a law can be tried through the real command line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from tracepack.core.ledger import Ledger
from tracepack.core.quantity import Interval
from tracepack.data import layout

#: sheet -> the column whose record field has another name
OTHER_NAMES = {("Opening Stock", "date"): "delivery_date"}


def write_workbook(ledger: Ledger, path: Path) -> Path:
    """Write every record of the ledger to the sheet it belongs to; sheets without records are left out."""
    book = Workbook()
    book.remove(book.active)
    for name, records in _sheets(ledger).items():
        if not records:
            continue
        columns = layout().sheets[name].columns
        sheet = book.create_sheet(name)
        sheet.append([column.header for column in columns])
        for record in records:
            sheet.append([_cell(name, column.key, record, ledger) for column in columns])
    book.save(path)
    return path


def _sheets(ledger: Ledger) -> dict[str, list[object]]:
    return {
        "Materials": [*ledger.materials],
        "Compositions": [*ledger.compositions],
        "Deliveries": [d for d in ledger.deliveries if not d.opening],
        "Opening Stock": [d for d in ledger.deliveries if d.opening],
        "Production": [row for run in ledger.runs for row in run.rows],
        "Lab Tests": [*ledger.lab_tests],
        "Shipments": [*ledger.shipments],
    }


def _cell(sheet: str, key: str, record: object, ledger: Ledger) -> object:
    value = getattr(record, OTHER_NAMES.get((sheet, key), key))
    if key == "supplier" and value == ledger.organisation:
        return None
    return value if isinstance(value, dt.date) else _plain(value)


def _plain(value: object) -> object:
    """Shares as percent text (no column can be mistaken for fractions), decimals as numbers."""
    if isinstance(value, Interval):
        return f"{_percent(value.low)} %" if value.is_point else f"{_percent(value.low)}-{_percent(value.high)} %"
    return float(value) if isinstance(value, Decimal) else value


def _percent(share: float) -> str:
    text = f"{Decimal(repr(share)) * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
