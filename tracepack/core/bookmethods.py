"""The audit tests of the method and basis that attributions follow: percentages, and factors by mass, carbon or energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.accounts import AccountKey, attributed_lots
from tracepack.core.bookrecords import Attribution, ConversionFactor
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import LotKey
from tracepack.core.library import fold_name
from tracepack.core.percentages import Percentage, PercentageDesk, method_of, percentages
from tracepack.core.pools import pool_of
from tracepack.core.quantity import kg_text, mass_mg, percent_text


def site_percentages(view: BookView) -> tuple[Percentage, ...]:
    """The percentages of the sites that are asked for."""
    return percentages(PercentageDesk(view.lineage, view.books, view.rules), view.only)


def check_methods(view: BookView, found: Sequence[Percentage]) -> Iterator[Finding]:
    """`method-not-allowed`, `basis-not-allowed`, `bases-mixed`, `percentage-unknown` and `attributed-beyond-percentage`."""
    schemes = sorted({(key.site, view.books.names[key][0]) for key in view.books.entries if key.site in view.sites})
    for site, scheme in schemes:
        yield from _method(view, site, scheme)
    yield from _bases(view)
    for percentage in found:
        if percentage.missing and percentage.site in view.sites:
            yield _unknown(percentage)
    yield from _beyond(view, found)


def _method(view: BookView, site: str, scheme: str) -> Iterator[Finding]:
    """A method that the workbook sets and the scheme does not know."""
    chosen, known = (view.rules.term(name, scheme, site) for name in ("balance_method", "balance_methods"))
    if chosen is None or known is None or chosen.ref is None or not isinstance(known.value, tuple) or chosen.value in known.value:
        return
    text = f"Site {site} keeps books of {scheme} by the method {chosen.value}, which the scheme does not know."
    hint = f"Methods of the scheme: {', '.join(known.value)}."
    yield Finding("method-not-allowed", Severity.ERROR if known.confirmed else Severity.WARNING, text, hint, (chosen.ref,))


# --- bases


def _bases(view: BookView) -> Iterator[Finding]:
    """The bases of the factors that attributions were debited by: allowed by the scheme, and one an account."""
    factors = {row.source.ref("factor"): row for row in view.lineage.ledger.conversion_factors}
    for key, entries in view.books.entries.items():
        if key.site not in view.sites:
            continue
        used: dict[str, dict[SourceRef, ConversionFactor]] = {}
        for ref in {ref for entry in entries if entry.factor is not None for ref in entry.refs[1:]} & factors.keys():
            row = factors[ref]
            used.setdefault(row.basis, {})[row.source.ref("basis")] = row
        yield from _not_allowed(view, key, used)
        if len(used) > 1:
            text = f"Account {view.name(key)}: attributions were debited by {', '.join(sorted(used))}, which cannot be added up."
            hint = "Use factors of one Basis for an account."
            yield Finding("bases-mixed", Severity.ERROR, text, hint, tuple(sorted(ref for rows in used.values() for ref in rows)))


def _not_allowed(view: BookView, key: AccountKey, used: dict[str, dict[SourceRef, ConversionFactor]]) -> Iterator[Finding]:
    scheme = view.books.names[key][0]
    term = view.rules.term("attribution_basis", scheme, key.site)
    if term is None or not isinstance(term.value, tuple):
        return
    for basis in sorted(used.keys() - set(term.value)):
        text = f"Account {view.name(key)}: attributions were debited by {basis}; the scheme attributes by {', '.join(term.value)}."
        hint = "Correct Basis, or use a factor of the scheme's own basis."
        if not term.confirmed:
            hint = f"Correct Basis. The rule is unconfirmed: a Settings row attribution basis {scheme} replaces it."
        severity = Severity.ERROR if term.confirmed else Severity.WARNING
        yield Finding("basis-not-allowed", severity, text, hint, tuple(sorted(used[basis])))


# --- percentages


def _unknown(percentage: Percentage) -> Finding:
    inputs = ", ".join(percentage.missing)
    period = percentage.period.period_id if percentage.period else ""
    what = f"{percentage.output} under {percentage.scheme} in period {period}"
    text = f"The percentage of {what} is not known: no factor leads from {inputs} to it."
    hint = "Add a conversion factor of each input, or describe its Kind in Materials where it is neutral."
    refs = percentage.total_refs or ((percentage.period.source.ref("period_id"),) if percentage.period else ())
    return Finding("percentage-unknown", Severity.ERROR, text, hint, refs)


@dataclass
class _Use:
    """What is attributed to one lot or shipment under a scheme: mass, and the mass that its percentages would need."""

    mass: int | None
    attributed: int
    needed: Fraction
    least: Percentage | None
    rows: list[Attribution]


def _beyond(view: BookView, found: Sequence[Percentage]) -> Iterator[Finding]:
    """Attributions beyond the percentage of what they name; each is judged by that of its own day."""
    uses: dict[tuple[str, str], _Use] = {}
    shown = _Shown(view, found)
    booked = {(a.scheme, a.site) for a in view.lineage.ledger.attributions if a.site in view.sites}
    judged = {(scheme, site) for scheme, site in booked if method_of(view.rules, scheme, site) != "credit"}
    rows = [a for a in view.lineage.ledger.attributions if (a.scheme, a.site) in judged]
    for row in sorted(rows, key=lambda a: (a.date, a.attribution_no)):
        lots = attributed_lots(view.lineage, row)
        allowed, unknown = shown.least(row, lots)
        key = (f"lot {lots[0]}" if row.lot_no is not None else f"shipment {row.shipment_no}", fold_name(row.scheme))
        if key not in uses:
            uses[key] = _Use(_mass(view, row, lots), 0, Fraction(0), allowed, [])
        use, mass = uses[key], mass_mg(row.quantity, row.unit) or 0
        use.rows.append(row)
        use.attributed += mass
        share = allowed.share if allowed is not None else None
        if not unknown:
            use.needed += mass / share if share else Fraction(mass * 10**9)
        if unknown and lots and (allowed is None or not allowed.missing):
            text = f"Attribution {row.attribution_no} cannot be judged: no percentage of its output is known on {row.date}."
            hint = "Add the balance period of that day, and the conversion factor from its input to the output."
            yield Finding("percentage-unknown", Severity.ERROR, text, hint, (row.source.ref("date"),))
    for (what, _), use in sorted(uses.items()):
        if use.mass and use.least is not None and use.least.share is not None and use.needed > use.mass:
            yield _beyond_finding(what, use, use.least)


def _beyond_finding(what: str, use: _Use, percentage: Percentage) -> Finding:
    share = percentage.share or Fraction(0)
    text = (
        f"{kg_text(use.attributed)} kg of the {kg_text(use.mass or 0)} kg of {what} are attributed under {percentage.scheme}: "
        f"{percent_text(float(share))} may be, by {kg_of(percentage.certified)} kg certified of {kg_of(percentage.total)} kg."
    )
    hint = "Attribute no more than the percentage of the output."
    cells = (*(row.source.ref("quantity") for row in use.rows), *percentage.total_refs)
    return Finding("attributed-beyond-percentage", Severity.ERROR, text, hint, cells)


class _Shown:
    """Percentages by what they are of."""

    def __init__(self, view: BookView, found: Sequence[Percentage]) -> None:
        self._lineage = view.lineage
        self._of_lot = {(p.site, fold_name(p.scheme), p.lot): p for p in found if p.lot is not None}
        self._of_output: dict[tuple[str, str, str], list[Percentage]] = {}
        for p in found:
            self._of_output.setdefault((p.site, fold_name(p.scheme), fold_name(p.output)), []).append(p)

    def least(self, row: Attribution, lots: Sequence[LotKey]) -> tuple[Percentage | None, bool]:
        """The least percentage of what an attribution names, and whether one of them is not known."""
        matching = [self._of(row, lot) for lot in lots]
        known = [p for p in matching if p is not None]
        least = min(known, key=lambda p: -1 if p.share is None else p.share) if known else None
        return least, not matching or any(p is None or p.share is None for p in matching)

    def _of(self, row: Attribution, lot: LotKey) -> Percentage | None:
        scheme = fold_name(row.scheme)
        if (row.site, scheme, lot) in self._of_lot:
            return self._of_lot[row.site, scheme, lot]
        named = self._of_output.get((row.site, scheme, fold_name(self._lineage.material(lot))), ())
        return next((p for p in named if p.period and p.period.start <= row.date <= p.period.end), None)


def _mass(view: BookView, row: Attribution, lots: Sequence[LotKey]) -> int | None:
    if row.lot_no is not None:
        return pool_of(view.lineage, lots[0]).mass_mg
    masses = [view.lineage.shipment_mg(s) for s in view.lineage.shipped_as.get(row.shipment_no or "", ()) if not s.is_return]
    return None if None in masses else sum(mass or 0 for mass in masses)
