"""What the rows of the mass-balance books must fit before they are stored: each by itself, and the periods of a site together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tracepack.core.findings import Finding
from tracepack.core.ledger import Fact, Row, Value
from tracepack.core.library import fold_name
from tracepack.core.numerals import Unread
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.keys import value_text
from tracepack.intake.schema import MOST_FACTOR

_FACTOR = Unread(
    "factor-out-of-range",
    f"A conversion factor is output per unit of input, above 0 and at most {MOST_FACTOR}.",
    "write 0.82 for a yield of 82 %",
)
_REVERSED = Unread("period-reversed", "The period ends before it starts.", "correct Start or End")
_TO_ITSELF = Unread("transfer-to-itself", "Credits are transferred to the site they come from.", "correct From Site or To Site")


def check_book_row(sheet: str, values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    """Problems of one row of the books, each with the field it shows best."""
    match sheet:
        case "Conversion Factors":
            factor = values.get("factor")
            if isinstance(factor, float) and factor > MOST_FACTOR:
                yield _FACTOR, "factor"
        case "Balance Periods":
            start, end = values.get("start"), values.get("end")
            if type(start) is dt.date and type(end) is dt.date and end < start:
                yield _REVERSED, "end"
        case "Credit Transfers":
            giver, scheme = values.get("from_site"), value_text(values.get("scheme"))
            into = value_text(values.get("to_scheme")) or scheme
            if isinstance(giver, str) and giver == values.get("to_site") and fold_name(into) == fold_name(scheme):
                yield _TO_ITSELF, "to_site"


def overlapping_periods(facts: Sequence[Fact], known: Iterable[Fact]) -> tuple[Finding, ...]:
    """`period-overlaps`: a period of ``facts`` that shares a day with another of its site, there or among ``known`` ones."""
    mine = {fact.key: fact.rows[0] for fact in facts if fact.sheet == "Balance Periods"}
    if not mine:
        return ()
    others = {fact.key: fact.rows[0] for fact in known if fact.sheet == "Balance Periods" and fact.key not in mine}
    by_site: dict[str, list[Row]] = defaultdict(list)
    for row in (*others.values(), *mine.values()):
        if _is_whole(row):
            by_site[value_text(row.values["site"])].append(row)
    new = {id(row) for row in mine.values()}
    return tuple(found for rows in by_site.values() for found in _overlaps(rows, new))


def _is_whole(row: Row) -> bool:
    """Whether the row states a site and two days in order; what it lacks has its own finding."""
    start, end = row.values.get("start"), row.values.get("end")
    return "site" in row.values and isinstance(start, dt.date) and isinstance(end, dt.date) and start <= end


def _overlaps(rows: Sequence[Row], new: set[int]) -> Iterator[Finding]:
    """In order of their first days, each period against the one that has reached furthest before it."""
    ordered = sorted(rows, key=lambda row: tuple(value_text(row.values.get(key)) for key in ("start", "end", "period_id")))
    furthest: Row | None = None
    for row in ordered:
        if furthest is not None and value_text(row.values["start"]) <= value_text(furthest.values["end"]):
            if id(row) in new or id(furthest) in new:
                told = (row, furthest) if id(row) in new else (furthest, row)
                yield _overlap(*told)
            if value_text(furthest.values["end"]) >= value_text(row.values["end"]):
                continue
        furthest = row


def _overlap(row: Row, other: Row) -> Finding:
    field = "start" if value_text(row.values["start"]) >= value_text(other.values["start"]) else "end"
    refs = (row.source.ref(field), other.source.ref("end" if field == "start" else "start"))
    site, period, days = (value_text(other.values[key]) for key in ("site", "period_id", "end"))
    first = value_text(other.values["start"])
    return finding(
        "period-overlaps",
        f"The period shares days with period {period} of site {site}, which runs from {first} to {days}.",
        hint="periods of a site follow one another: correct Start or End",
        refs=refs,
        excerpt=excerpt_of(refs[0], "Start" if field == "start" else "End", value_text(row.values[field])),
    )
