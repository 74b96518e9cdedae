"""The example rows that `template` writes and `import` knows to skip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from tracepack import data
from tracepack.core.ledger import Value
from tracepack.core.quantity import Interval


@cache
def example_cells(sheet: str) -> Mapping[str, str | int | float | dt.date]:
    """The example row of a sheet by column key, as it is written."""
    cells: dict[str, str | int | float | dt.date] = data.read_toml("template.toml")["example"].get(sheet, {})
    return cells


@cache
def example_values(sheet: str) -> Mapping[str, Value]:
    """The example row as it reads back."""
    layout = data.layout().sheets[sheet]
    return {key: _read_back(layout.column(key).type, cell) for key, cell in example_cells(sheet).items()}


def _read_back(kind: str, cell: str | int | float | dt.date) -> Value:
    if isinstance(cell, str | dt.date):
        return cell
    if kind == "share":
        return Interval.point(float(Decimal(str(cell)) / 100))
    return Decimal(str(cell)) if kind == "decimal" else float(cell)
