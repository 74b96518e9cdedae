"""The example rows that `template` writes and `import` knows to skip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

from tracepack import data

#: What the name of everything in an example begins with.
_PREFIX = "EXAMPLE"


@cache
def example_cells(sheet: str) -> Mapping[str, str | int | float | dt.date]:
    """The example row of a sheet by column key, as it is written."""
    cells: dict[str, str | int | float | dt.date] = data.read_toml("template.toml")["example"].get(sheet, {})
    return cells


@cache
def example_name(sheet: str) -> tuple[str, str]:
    """The field that makes a row of a sheet its example, and what stands there ("lot_no", "EXAMPLE-LOT-1").

    A row is the example as long as that name stands in it, whatever else was edited: nobody's lot is called so.
    """
    return next((key, cell) for key, cell in example_cells(sheet).items() if isinstance(cell, str) and cell.startswith(_PREFIX))


def is_example(sheet: str, key: str, text: str) -> bool:
    """Whether a field's text, as read, makes its row the example of the sheet."""
    return key == example_name(sheet)[0] and text.casefold() == example_name(sheet)[1].casefold()
