"""The audit tests of balance periods: how long they may last, that one follows another, that they hold every entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.bookrules import last_day
from tracepack.core.bookview import BookView
from tracepack.core.findings import Finding, Severity


def check_periods(view: BookView) -> Iterator[Finding]:
    """`period-too-long`, `period-gap` and `outside-periods`."""
    for site in sorted({p.site for p in view.lineage.ledger.periods} & view.sites):
        periods = sorted((p for p in view.lineage.ledger.periods if p.site == site), key=lambda p: (p.start, p.end, p.period_id))
        for period in periods:
            yield from _too_long(view, period)
        for before, after in pairwise(periods):
            if after.start > before.end + dt.timedelta(days=1):
                text = f"Site {site}: no period covers the days between {before.period_id} (to {before.end}) and {after.period_id}."
                hint = "A period begins on the day after the one before ended: correct Start or End, or add the period."
                yield Finding("period-gap", Severity.ERROR, text, hint, (after.source.ref("start"), before.source.ref("end")))
    for s in view.statements:
        if s.segment.period is None and s.account.site in view.sites:
            text = f"Account {view.name(s.account)}: entries from {s.segment.start} to {s.segment.end} lie in no balance period."
            hint = "Add the period to Balance Periods."
            yield Finding("outside-periods", Severity.WARNING, text, hint, tuple(e.refs[0] for e in s.entries))


def _too_long(view: BookView, period: BalancePeriod) -> Iterator[Finding]:
    """A period longer than a scheme of the site's accounts or certificates allows; every known rule where no scheme is known."""
    ledger = view.lineage.ledger
    schemes = {view.books.names[account][0] for account in view.books.entries if account.site == period.site}
    schemes |= {c.scheme for c in ledger.certificates if c.holder in (period.site, ledger.organisation)}
    rules = {rule for scheme in schemes if (rule := view.rules.rule(scheme, period.site))} if schemes else set(view.rules.rules)
    for rule in sorted(rules, key=lambda r: r.scheme):
        months = rule.longest_period_months
        if months is not None and period.end > last_day(period.start, months):
            text = f"Period {period.period_id} of site {period.site} lasts longer than {months} months, the most under {rule.scheme}."
            yield Finding("period-too-long", Severity.ERROR, text, "Divide the period.", (period.source.ref("end"),))
