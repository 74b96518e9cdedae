"""The audit of closed periods: that each is still what was closed, that its row still says so, and where adjustments went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracepack.core.accounts import Books
from tracepack.core.balances import Statement
from tracepack.core.bookview import BookView
from tracepack.core.closing import Closing, Past, closing_digest, closing_text, open_periods
from tracepack.core.findings import Finding, Severity, SourceRef


@dataclass(frozen=True, slots=True)
class JudgedClosing:
    """A closing, and whether the store still yields the digest that was closed."""

    closing: Closing
    agrees: bool


def judge_closings(past: Past, statements: Sequence[Statement], books: Books, only: str | None) -> tuple[JudgedClosing, ...]:
    """Every closing (``only`` of one site) with its digest computed anew; ``statements`` are those of all its periods."""
    asked = [c for c in past.closings if only in (None, c.site)]
    return tuple(JudgedClosing(c, closing_digest(closing_text(c, statements, books)) == c.digest) for c in asked)


def closing_findings(view: BookView, past: Past, judged: Iterable[JudgedClosing]) -> Iterator[Finding]:
    """`closed-period-changed`, `closed-period-redrawn` and `adjustment-without-period`."""
    sites: dict[str, list[JudgedClosing]] = {}
    for one in judged:
        sites.setdefault(one.closing.site, []).append(one)
    for site in sorted(sites):
        chain = [one.closing for one in sites[site]]
        yield from (_changed(one.closing, past) for one in sites[site] if not one.agrees)
        yield from _redrawn(view, chain)
        if not open_periods(view.lineage.ledger.periods, chain):
            yield from _homeless(view, chain[-1])


def _changed(c: Closing, past: Past) -> Finding:
    text = f"Period {c.period} of site {c.site}, closed as known after import {c.known_after}, is not what was closed: its digest differs."
    hint = "Restore the workspace from a copy made before: nothing that tracepack does changes what was closed."
    return Finding("closed-period-changed", Severity.ERROR, text, hint, _row_refs(c, past))


def _row_refs(c: Closing, past: Past) -> tuple[SourceRef, ...]:
    rows = (p for p in past.states[c.known_after].periods if (p.site, p.period_id) == (c.site, c.period))
    return tuple(row.source.ref("period_id") for row in rows)


def _redrawn(view: BookView, chain: Sequence[Closing]) -> Iterator[Finding]:
    """Rows of Balance Periods that say other days of a closed period, or put another period on closed days, and rows taken back."""
    site, last = chain[0].site, chain[-1]
    rows = {p.period_id: p for p in view.lineage.ledger.periods if p.site == site}
    hint = "What was closed holds; a correction belongs into the open period."
    for c in chain:
        row = rows.pop(c.period, None)
        if row is None:
            text = f"Period {c.period} of site {site} is closed, but its row of Balance Periods was taken back."
            yield Finding("closed-period-redrawn", Severity.WARNING, text, hint)
        elif (row.start, row.end) != (c.start, c.end):
            text = f"Period {c.period} of site {site} is closed from {c.start} to {c.end}; its row now says {row.start} to {row.end}."
            yield Finding("closed-period-redrawn", Severity.WARNING, text, hint, (row.source.ref("start"), row.source.ref("end")))
    for row in sorted(rows.values(), key=lambda p: (p.start, p.period_id)):
        if row.start <= last.end:
            text = f"Period {row.period_id} of site {site} begins on {row.start}; the days to {last.end} are closed."
            yield Finding("closed-period-redrawn", Severity.WARNING, text, hint, (row.source.ref("start"),))


def _homeless(view: BookView, last: Closing) -> Iterator[Finding]:
    """Adjustments after the last closed period of a site that has no open one."""
    found = [e for s in view.statements if s.account.site == last.site for e in s.entries if e.kind == "adjustment" and e.date > last.end]
    if found:
        text = f"Site {last.site}: what changed in closed periods stands in no period, since none after {last.period} is known."
        hint = "Add the next period to Balance Periods: the adjustments then belong to it."
        yield Finding("adjustment-without-period", Severity.WARNING, text, hint, tuple(dict.fromkeys(e.refs[0] for e in found)))
