"""Bio-based carbon that calls itself a share of weight: by most methods it is a share of carbon, and both cannot be meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from tracepack.core.ledger import Value
from tracepack.core.methods import method_basis
from tracepack.intake.columns import ColumnMap
from tracepack.intake.workbook import Sheet

_KEY = "biobased_carbon"
_WEIGHT = re.compile(r"\bwt\b|\bw/w\b|\bm/m\b|\bweight\b|\bmass\b|\bgew\b|\bmassen?-?(?:%|anteil)|质量|重量", re.IGNORECASE)


def rows_by_weight(sheet: Sheet, columns: ColumnMap, values: Mapping[int, Mapping[str, Value]]) -> list[int]:
    """The rows whose bio-based carbon, or its header, says "by weight" while the Method is of carbon (ASTM D6866, EN 16640)."""
    column = columns.columns.get(_KEY)
    if column is None:
        return []
    whole = _says_weight(columns.headers.get(_KEY, ""))
    found: list[int] = []
    for row, stated in values.items():
        if _KEY in stated and (whole or _says_weight(sheet.rows[row].get(column))):
            method = stated.get("method")
            if method_basis(method if isinstance(method, str) else None) in {"toc", "tc"}:
                found.append(row)
    return found


def _says_weight(content: object) -> bool:
    return isinstance(content, str) and _WEIGHT.search(unicodedata.normalize("NFKC", content)) is not None
