"""What schemes ask of mass-balance books, as values made from data: each rule with its edition, source and status."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracepack.core.library import fold_name


@dataclass(frozen=True, slots=True)
class BookRule:
    """One scheme's rule: ``names`` are folded; ``longest_period_months`` is None where the scheme sets no limit."""

    scheme: str
    names: frozenset[str]
    longest_period_months: int | None
    edition: str
    source: str
    confirmed: bool


def book_rules(table: Mapping[str, Any]) -> tuple[BookRule, ...]:
    """The rules of ``data/schemes/books.toml``."""
    return tuple(
        BookRule(
            scheme=entry["scheme"],
            names=frozenset(map(fold_name, entry["names"])),
            longest_period_months=entry.get("longest_period_months"),
            edition=entry["edition"],
            source=entry["source"],
            confirmed=entry["status"] == "confirmed",
        )
        for entry in table["books"]
    )


def rule_of(rules: Sequence[BookRule], scheme: str) -> BookRule | None:
    """The rule of a scheme by any of its names, None where there is none."""
    return next((rule for rule in rules if fold_name(scheme) in rule.names), None)


def last_day(start: dt.date, months: int) -> dt.date:
    """The last day of a period of so many months: 1 January and three months end on 31 March."""
    whole = start.year * 12 + start.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    length = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(start.day, length)) - dt.timedelta(days=1 if start.day <= length else 0)
