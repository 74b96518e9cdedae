"""What a cell holds, in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tracepack.core.ledger import Value
from tracepack.core.quantity import Interval


def value_text(value: Value) -> str:
    """A cell's value in words: a share in percent, exactly; a span with both ends; a date in ISO."""
    match value:
        case Interval(low=low, high=high):
            return _percent(low) if low == high else f"{_percent(low)} to {_percent(high)}"
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case float():
            return repr(value).removesuffix(".0")
        case None:
            return ""
        case _:
            return str(value)


def _percent(share: float) -> str:
    percent = f"{(Decimal(repr(share)) * 100).quantize(Decimal('1e-9')):f}"
    return f"{percent.rstrip('0').rstrip('.')} %"
