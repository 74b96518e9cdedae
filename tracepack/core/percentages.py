"""Methods that give outputs a percentage instead of credits: rolling average, percentage of a period, known proportion of a batch.

x = certified in / total in over a window, both adjusted by the conversion factors to the output and so in kilograms of it.
What is certified is what the books received; a segregated or identity-preserved delivery without credits counts whole.
Inputs of neutral kinds stay out; an input that no factor leads from makes the percentage unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tracepack.core.accounts import Books, attributed_lots
from tracepack.core.attribution import carried_shares
from tracepack.core.bookrecords import BalancePeriod, ConversionFactor
from tracepack.core.bookrules import RuleBook, Window, first_day, window_of
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage, upstream
from tracepack.core.papers import Papers
from tracepack.core.pools import pool_of
from tracepack.core.sites import own_sites, receiving_site

_WHOLE = frozenset({"identity preserved", "segregated"})


@dataclass(frozen=True, slots=True)
class InputShare:
    """One input material of a percentage: its factor, and its milligrams as received, certified and in all."""

    material: str
    factor: Decimal
    certified: Fraction
    total: Fraction


@dataclass(frozen=True)
class Percentage:
    """The percentage of an output at a site under a scheme: of a period, or (``lot``) of one batch.

    ``certified`` and ``total`` are milligrams of output; ``missing`` are inputs that no conversion factor leads from.
    """

    site: str
    scheme: str
    method: str
    output: str
    lot: LotKey | None
    period: BalancePeriod | None
    start: dt.date
    end: dt.date
    inputs: tuple[InputShare, ...]
    certified: Fraction
    total: Fraction
    certified_refs: tuple[SourceRef, ...]
    total_refs: tuple[SourceRef, ...]
    missing: tuple[str, ...]

    @cached_property
    def share(self) -> Fraction | None:
        """None where nothing came in, or where an input is left out that belongs to it."""
        return None if not self.total or self.missing else self.certified / self.total


@dataclass(frozen=True, slots=True)
class _Arrival:
    delivery: Delivery
    mg: int


@dataclass
class PercentageDesk:
    """What percentages are worked out from."""

    lineage: Lineage
    books: Books
    rules: RuleBook

    @cached_property
    def arrivals(self) -> dict[str, list[_Arrival]]:
        """Deliveries to each site, opening stock left out, as credits leave it out."""
        ledger, sites = self.lineage.ledger, own_sites(self.lineage.ledger)
        found: dict[str, list[_Arrival]] = {}
        for d in ledger.deliveries:
            site, mass = receiving_site(ledger, sites, d), self.lineage.delivery_mg(d)
            if site is not None and mass is not None and not d.opening:
                found.setdefault(site, []).append(_Arrival(d, mass))
        return found

    @cached_property
    def factors(self) -> dict[tuple[str, str, str], list[ConversionFactor]]:
        """By site, input and output, oldest first."""
        found: dict[tuple[str, str, str], list[ConversionFactor]] = {}
        for f in sorted(self.lineage.ledger.conversion_factors, key=lambda f: f.valid_from):
            found.setdefault((f.site, fold_name(f.input_material), fold_name(f.output_material)), []).append(f)
        return found

    @cached_property
    def booked(self) -> dict[tuple[SourceRef, str], Fraction]:
        """Milligrams of credits by the delivery's cell and folded scheme."""
        found: dict[tuple[SourceRef, str], Fraction] = {}
        for entries in self.books.received.values():
            for entry in entries:
                key = (entry.refs[0], entry.account.scheme)
                found[key] = found.get(key, Fraction(0)) + entry.mg
        return found

    @cached_property
    def papers(self) -> Papers | None:
        return None if self.rules.custody is None else Papers(self.lineage, self.rules.custody)

    def factor(self, site: str, material: str, output: str, day: dt.date) -> ConversionFactor | None:
        """The factor from a material to an output that held on a day."""
        rows = self.factors.get((site, fold_name(material), fold_name(output)), [])
        return next((f for f in reversed(rows) if f.valid_from <= day), None)

    def certified(self, arrival: _Arrival, scheme: str) -> Fraction:
        """Milligrams of a delivery that are certified under a scheme."""
        d = arrival.delivery
        booked = self.booked.get((d.source.ref("quantity"), fold_name(scheme)))
        if booked is not None or self.papers is None or d.attributed_content is not None:
            return booked or Fraction(0)
        stated = self.papers.stated(d)
        under = stated.scheme and self.papers.rules.scheme_key(stated.scheme) == self.papers.rules.scheme_key(scheme)
        return Fraction(arrival.mg) if under and stated.model in _WHOLE else Fraction(0)

    def proportions(self, scheme: str, lots: Iterable[LotKey]) -> dict[LotKey, Fraction]:
        """What part of each of some lots is certified matter of a scheme, by the masses of its runs; regrind counts for none."""
        given: dict[LotKey, int] = {}
        for arrival in (a for found in self.arrivals.values() for a in found):
            name = self.lineage.canonical(arrival.delivery.lot)
            given[name] = given.get(name, 0) + int(self.certified(arrival, scheme))
        found = carried_shares(self.lineage, lots, {lot: mass for lot, mass in given.items() if mass})
        return {lot: min(share, Fraction(1)) for lot, share in found.items()}


def method_of(rules: RuleBook, scheme: str, site: str) -> str:
    """How outputs of a site come by their share under a scheme."""
    term = rules.term("balance_method", scheme, site)
    return str(term.value) if term is not None else "credit"


def percentages(desk: PercentageDesk, only: str | None = None) -> tuple[Percentage, ...]:
    """Every percentage of the sites whose method under a scheme is one, by site, scheme, output and period or lot."""
    pairs = {(key.site, desk.books.names[key][0]) for key in desk.books.entries if only in (None, key.site)}
    found: list[Percentage] = []
    for site, scheme in sorted(_one_spelling(pairs)):
        method = method_of(desk.rules, scheme, site)
        if method == "controlled blending":
            found += _batches(desk, site, scheme)
        elif method != "credit":
            found += _averages(desk, site, scheme, method)
    return tuple(found)


def _one_spelling(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One of the spellings of each scheme."""
    return list({(site, fold_name(scheme)): (site, scheme) for site, scheme in sorted(pairs, reverse=True)}.values())


def _averages(desk: PercentageDesk, site: str, scheme: str, method: str) -> Iterator[Percentage]:
    periods = sorted((p for p in desk.lineage.ledger.periods if p.site == site), key=lambda p: (p.start, p.period_id))
    inputs = {key.material for key in desk.books.entries if key.site == site and key.scheme == fold_name(scheme)}
    names = {out: rows[0].output_material for (where, into, out), rows in desk.factors.items() if where == site and into in inputs}
    term = desk.rules.term("rolling_window", scheme, site)
    window = window_of(str(term.value)) if term is not None and method == "rolling average" else Window(1, "periods")
    for out in sorted(names):
        for place, period in enumerate(periods):
            yield _average(desk, scheme, method, names[out], period, _window_start(periods, place, window or Window(1, "periods")))


def _window_start(periods: Sequence[BalancePeriod], place: int, window: Window) -> dt.date:
    if window.unit == "periods":
        return periods[max(0, place + 1 - window.length)].start
    return first_day(periods[place].end, window.length)


def _average(desk: PercentageDesk, scheme: str, method: str, output: str, period: BalancePeriod, start: dt.date) -> Percentage:
    """One output over one window: its inputs by material and factor."""
    site, sums = period.site, dict[tuple[str, Decimal], tuple[str, Fraction, Fraction]]()
    refs: tuple[list[SourceRef], list[SourceRef]] = ([], [])
    for arrival in desk.arrivals.get(site, ()):
        d = arrival.delivery
        factor = desk.factor(site, d.material, output, d.delivery_date) if start <= d.delivery_date <= period.end else None
        if factor is None or _is_neutral(desk, d, scheme):
            continue
        certified = desk.certified(arrival, scheme)
        key = (fold_name(d.material), factor.exact)
        name, known, whole = sums.get(key, (d.material, Fraction(0), Fraction(0)))
        sums[key] = (name, known + certified, whole + arrival.mg)
        refs[1].append(d.source.ref("quantity"))
        refs[0].extend([d.source.ref("quantity")] if certified else [])
    inputs = tuple(InputShare(name, factor, known, whole) for (_, factor), (name, known, whole) in sorted(sums.items()))
    return Percentage(
        site=site,
        scheme=scheme,
        method=method,
        output=output,
        lot=None,
        period=period,
        start=start,
        end=period.end,
        inputs=inputs,
        certified=sum((i.certified * Fraction(i.factor) for i in inputs), Fraction(0)),
        total=sum((i.total * Fraction(i.factor) for i in inputs), Fraction(0)),
        certified_refs=tuple(sorted(refs[0])),
        total_refs=tuple(sorted(refs[1])),
        missing=tuple(sorted(set(_without_factor(desk, scheme, output, period, start)))),
    )


def _is_neutral(desk: PercentageDesk, d: Delivery, scheme: str) -> bool:
    return desk.rules.is_neutral(desk.lineage.catalogue.kind(d.supplier, d.material, d.delivery_date), scheme)


def _without_factor(desk: PercentageDesk, scheme: str, output: str, period: BalancePeriod, start: dt.date) -> Iterator[str]:
    """Delivered materials that runs of the window put into the output, though no factor leads from them to it."""
    lineage, wanted = desk.lineage, fold_name(output)
    made = set()
    for run in lineage.ledger.runs:
        if run.key.site == period.site and start <= run.date <= period.end:
            lots = (lineage.canonical(row.lot) for row in run.rows if row.direction == "out" and row.lot is not None)
            made |= {lot for lot in lots if fold_name(lineage.material(lot)) == wanted}
    for lot in upstream(lineage, sorted(made)):
        for d in lineage.delivered(lot):
            if desk.factor(period.site, d.material, output, period.end) is None and not _is_neutral(desk, d, scheme):
                yield d.material


def _batches(desk: PercentageDesk, site: str, scheme: str) -> Iterator[Percentage]:
    """The known proportion of every lot that credits of the scheme are used for, as its runs mixed it."""
    lineage, folded = desk.lineage, fold_name(scheme)
    rows = [row for row in lineage.ledger.attributions if row.site == site and fold_name(row.scheme) == folded]
    lots = sorted({lot for row in rows for lot in attributed_lots(lineage, row)})
    proportions = desk.proportions(scheme, lots)
    for lot in lots:
        pool = pool_of(lineage, lot)
        if pool.mass_mg and pool.inflows:
            first, last = pool.inflows[0].date, pool.inflows[-1].date
            reached = upstream(lineage, [lot])
            arrived = sorted({d.source.ref("quantity") for name in reached for d in lineage.delivered(name)})
            booked = {entry.refs[0] for name in reached for entry in desk.books.received.get(name, ())}
            yield Percentage(
                site=site,
                scheme=scheme,
                method="controlled blending",
                output=lineage.material(lot),
                lot=lot,
                period=None,
                start=first,
                end=last,
                inputs=(),
                certified=proportions[lot] * pool.mass_mg,
                total=Fraction(pool.mass_mg),
                certified_refs=tuple(ref for ref in arrived if ref in booked),
                total_refs=tuple(arrived),
                missing=(),
            )
