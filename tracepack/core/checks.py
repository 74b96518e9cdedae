"""The audit tests: what the records reveal about the world, each a small function from a scope to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter

from tracepack.core.content import LabComparison, Scope, lab_comparisons, reading_order, scope_of
from tracepack.core.delivered import inconsistent, only_delivered
from tracepack.core.findings import Finding, Severity, SourceRef, sort_findings
from tracepack.core.ledger import Certificate, Delivery, LotKey
from tracepack.core.library import Route
from tracepack.core.lineage import BOOKKEPT, Lineage
from tracepack.core.mixture import Mixture, contradiction, mix_lots
from tracepack.core.pools import pool_of
from tracepack.core.properties import stated_shares
from tracepack.core.quantity import Interval, percent_text
from tracepack.core.runs import balance_finding, unit_finding
from tracepack.core.trace import Trace

_BIO = {"bio", "bio-circular", "co2-biogenic"}
_NOT_BIO = {"fossil", "co2-fossil", "mineral"}
#: A mass share this far from every basis of a polymer's usual monomer is of something else.
_NEAR_ROUTE = 0.03


def run_checks(mixture: Mixture, scope: Scope | None = None) -> tuple[Finding, ...]:
    """Every audit test over what an answer rests on, or over the whole mixture; sorted, errors first."""
    whole = scope or _whole(mixture)
    findings = [finding for test in _TESTS for finding in test(mixture, whole)]
    return sort_findings(findings)


def _whole(mixture: Mixture) -> Scope:
    return scope_of(mixture, [("state", lot, i) for lot, pool in mixture.pools.items() for i in range(len(pool.states))])


def check_lots(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """Every audit test over some canonical lots and all that is upstream of them; sorted, errors first.

    The same as `run_checks` of their mixture.  Lots that were only delivered are not mixed, though: their deliveries
    join those that the mixture of the others rests on.
    """
    plain, others = only_delivered(lineage, sorted(set(lots)))
    arrived = [delivery for lot in plain for delivery in lineage.deliveries[lot]]
    mixture = mix_lots(lineage, others)
    mixed = _whole(mixture)
    scope = replace(mixed, deliveries=tuple(sorted((*mixed.deliveries, *arrived), key=reading_order)))
    contradictions = [contradiction(delivery) for delivery in inconsistent(arrived, lineage.catalogue)]
    return sort_findings([*contradictions, *(finding for test in _TESTS for finding in test(mixture, scope))])


def check_downstream(lineage: Lineage, trace: Trace) -> tuple[Finding, ...]:
    """The tests that a trace down can answer for: over-consumed lots, lots used too early, masses that do not close."""
    settings = lineage.ledger.settings
    findings: list[Finding] = []
    for lot in trace.lots:
        findings.extend(pool_of(lineage, lot).findings)
    for run in trace.scope.runs:
        flow = lineage.flow(run)
        findings.extend(flow.findings)
        findings.extend(balance_finding(flow, settings.weighing_tolerance, settings.unaccounted_tolerance))
    return sort_findings(findings)


def _pools(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Lots over-consumed or used before they were there, where a state that the answer rests on has the unknown in it."""
    for lot in scope.lots:
        pool = mixture.pools[lot]
        if any(s.unknown_mg and ("state", lot, i) in scope.nodes for i, s in enumerate(pool.states)):
            yield from pool.findings


def _open_ends(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    for lot in scope.lots:
        pool = mixture.pools[lot]
        if pool.origin_missing:
            refs = tuple(dict.fromkeys(_naming_cells(mixture, lot))) or tuple(d.ref for d in pool.draws)
            delivered = mixture.lineage.ledger.deliveries
            twins = sorted({d.supplier for d in delivered if d.lot_no == lot.number and d.lot != lot})
            hint = "Import its delivery, its opening stock or the run that made it."
            if twins:
                hint = f"Is it the lot of {', '.join(twins)}? Then name that Supplier."
            text = f"Lot {lot} has neither a delivery, opening stock nor a run: its content is unknown."
            yield Finding("lineage-open-end", Severity.WARNING, text, hint, refs)


def _loops(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Lots that live on themselves alone, or mostly, on one day."""
    for lot in scope.lots:
        if lot in mixture.self_fed:
            cells = tuple(dict.fromkeys(_naming_cells(mixture, lot)))
            hint = "Import the run or delivery that it first came from, or give the lot another number after each run."
            yield Finding("lineage-open-end", Severity.WARNING, f"Lot {lot} {mixture.self_fed[lot]}.", hint, cells)


def _naming_cells(mixture: Mixture, lot: LotKey) -> Iterator[SourceRef]:
    for run in mixture.lineage.takers.get(lot, ()):
        yield from (r.source.ref("lot_no") for r in run.rows if r.lot is not None and mixture.lineage.canonical(r.lot) == lot)
    yield from (s.source.ref("lot_no") for s in mixture.lineage.shipments.get(lot, ()))
    yield from (t.source.ref("lot_no") for t in mixture.lineage.lab_tests.get(lot, ()))


def _runs(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    settings = mixture.lineage.ledger.settings
    for run in scope.runs:
        flow = mixture.flows[run.key]
        yield from flow.findings
        found = balance_finding(flow, settings.weighing_tolerance, settings.unaccounted_tolerance)
        yield from found
        if run.key in mixture.unexplained and not found and not flow.chemical:
            cells = tuple(r.source.ref("moisture" if r.moisture is not None else "quantity") for r in run.rows)
            text = f"Run {run.key.number}: {mixture.unexplained[run.key]} (dry matter, by output group)."
            hint = "Correct a quantity, a Moisture % or an Output Group, or add the missing row."
            yield Finding("mass-not-balanced", Severity.ERROR, text, hint, cells)


def _mixture(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """What mixing found: contradictions of a delivery's shares, reaction water, carbon that does not balance."""
    wanted = {id(d) for d in scope.deliveries} | {r.key for r in scope.runs}
    yield from (finding for key, finding in mixture.findings if key in wanted)


def _sources(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Deliveries without a feedstock source, or naming one that is not described; one finding a cause."""
    nameless: list[Delivery] = []
    undescribed: dict[str, list[Delivery]] = {}
    for d in scope.deliveries:
        named = mixture.lineage.source_shares(d)
        if not named:
            nameless.append(d)
        for source, _ in named:
            if mixture.lineage.source_of(d, source) is None:
                undescribed.setdefault(source, []).append(d)
    hint = "Fill in Feedstock Source (or Lot Sources) and describe it in Feedstock Sources."
    if nameless:
        text = f"{_lots(nameless)} {_verb(nameless, 'names', 'name')} no feedstock source."
        yield Finding("missing-source", Severity.WARNING, text, hint, tuple(d.source.ref("lot_no") for d in nameless))
    for source, group in sorted(undescribed.items()):
        text = f"{_lots(group)} {_verb(group, 'names', 'name')} feedstock source {source}, which is not described."
        yield Finding("missing-source", Severity.WARNING, text, hint, tuple(d.source.ref("feedstock_source") for d in group))


#: A delivery's lot as a bare pair: a hundred thousand keys are compared, few are shown.
_OWNER_AND_LOT = attrgetter("supplier", "lot_no")


def _lots(deliveries: Sequence[Delivery]) -> str:
    """The subject of a sentence about some deliveries: one lot by name, several by count and the first three."""
    lots = list(dict.fromkeys(map(_OWNER_AND_LOT, deliveries)))
    if len(lots) == 1:
        return f"Lot {LotKey(*lots[0])}"
    shown = ", ".join(str(LotKey(*lot)) for lot in lots[:3]) + (" ..." if len(lots) > 3 else "")
    return f"{len(lots)} delivered lots ({shown})"


def _verb(deliveries: Sequence[Delivery], of_one: str, of_several: str) -> str:
    return of_several if len(set(map(_OWNER_AND_LOT, deliveries))) > 1 else of_one


def _certificates(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Every cited certificate described, and valid on the delivery's day, first and last day inclusive."""
    by_number: dict[str, list[Certificate]] = {}
    for certificate in mixture.lineage.ledger.certificates:
        by_number.setdefault(_plain(certificate.certificate_no), []).append(certificate)
    unknown: dict[str, list[Delivery]] = {}
    for d in scope.deliveries:
        if d.certificate_no is None or d.opening:
            continue
        cited = by_number.get(_plain(d.certificate_no), [])
        if not cited:
            unknown.setdefault(d.certificate_no, []).append(d)
        elif not any(_valid(c, d) for c in cited):
            yield _invalid(cited[0], d, d.source.ref("certificate_no"))
    for number, group in sorted(unknown.items()):
        text = f"{_lots(group)} {_verb(group, 'cites', 'cite')} certificate {number}, which is not described."
        cells = tuple(d.source.ref("certificate_no") for d in group)
        yield Finding("certificate-unknown", Severity.WARNING, text, "Add it to the sheet Certificates.", cells)


@lru_cache(maxsize=4096)
def _plain(number: str) -> str:
    return "".join(c for c in number.casefold() if c.isalnum())


def _valid(certificate: Certificate, delivery: Delivery) -> bool:
    withdrawn = certificate.withdrawn_on is not None and delivery.delivery_date >= certificate.withdrawn_on
    return certificate.valid_from <= delivery.delivery_date <= certificate.valid_until and not withdrawn


def _invalid(c: Certificate, d: Delivery, cell: SourceRef) -> Finding:
    span = f"{c.valid_from} to {c.valid_until}"
    if c.withdrawn_on:
        span = f"{c.valid_from} to {c.valid_until}, withdrawn on {c.withdrawn_on}"
    return Finding(
        "certificate-expired",
        Severity.ERROR,
        f"Lot {d.lot} was delivered on {d.delivery_date} under certificate {c.certificate_no}, valid {span}.",
        "Ask the supplier for the certificate that was valid on that day.",
        (cell, c.source.ref("valid_until")),
    )


def _declarations(_: Mixture, scope: Scope) -> Iterator[Finding]:
    """Deliveries of one lot that state different content."""
    by_lot: dict[tuple[str, str], list[Delivery]] = {}
    for d in scope.deliveries:
        by_lot.setdefault((d.supplier, d.lot_no), []).append(d)
    for group in by_lot.values():
        if len(group) == 1:
            continue
        words = {(d.biobased_carbon, d.biobased_mass, d.organic_carbon, d.inorganic_carbon, d.method) for d in group}
        if len(words) > 1:
            cells = tuple(d.source.ref("biobased_carbon") for d in group)
            text = f"Deliveries of lot {group[0].lot} state different content; they mix by mass."
            yield Finding("declarations-differ", Severity.WARNING, text, "Ask the supplier which is right.", cells)


def _source_words(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """A bio share declared from fossil sources only, or none from bio-based sources only."""
    for d in scope.deliveries:
        sources = [mixture.lineage.source_of(d, s) for s, _ in mixture.lineage.source_shares(d)]
        if not sources or None in sources or d.chain_of_custody in BOOKKEPT:
            continue
        categories = {s.category for s in sources if s is not None}
        stated = stated_shares(d)
        shares = [s for s in (stated.bio, stated.mass) if s is not None]
        if not shares:
            continue
        from_fossil = categories <= _NOT_BIO and any(s.low > 0.005 for s in shares)
        from_bio = categories <= _BIO and all(s.high == 0 for s in shares)
        if from_fossil or from_bio:
            said = f"its source is {', '.join(sorted(categories))}, its declared bio-based share {percent_text(shares[0].low)}"
            field = "biobased_carbon" if d.biobased_carbon is not None else "biobased_mass"
            cells = (d.source.ref(field), d.source.ref("feedstock_source"))
            hint = "One of the two is wrong; the declared share was used."
            yield Finding("source-disagrees", Severity.WARNING, f"Lot {d.lot}: {said}.", hint, cells)


def _lab(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    for lot in scope.lots:
        for comparison in lab_comparisons(mixture, lot):
            finding = _lab_finding(mixture, lot, comparison)
            if finding is not None:
                yield finding


def _lab_finding(mixture: Mixture, lot: LotKey, c: LabComparison) -> Finding | None:
    """T11: a measured figure further than the settings allow from the calculated or declared one."""
    low, high = c.compared.low, c.compared.high
    if low is None or high is None:
        return None
    off = max(0.0, c.measured.low - high, low - c.measured.high)
    settings = mixture.lineage.ledger.settings
    if off <= settings.lab_warning + 1e-9:
        return None
    severity = Severity.ERROR if off > settings.lab_error + 1e-9 else Severity.WARNING
    other = "calculated" if c.made else "declared"
    span = percent_text(low) if low == high else f"{percent_text(low)} to {percent_text(high)}"
    field = "pmc" if c.test.pmc is not None else "biobased_carbon"
    measured = f"report {c.test.report_no} measured {percent_text(c.measured.low)}"
    text = f"Lot {lot}: {measured}, {other} is {span}: {off * 100:.1f} points apart."
    hint = "Check the recipe and the declarations, or have the sample tested again."
    return Finding("lab-disagrees", severity, text, hint, (c.test.source.ref(field),))


def _mass_bases(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """A stated bio-based mass share of a polymer whose usual monomer's share on the stated basis is another."""
    for d in scope.deliveries:
        if d.biobased_mass is None and d.biobased_carbon is None:
            continue
        row = mixture.lineage.catalogue.material(d.supplier, d.material, d.delivery_date)
        found = mixture.lineage.catalogue.library.find(d.material, row.name if row else None)
        if found is None or not found.routes:
            continue
        stated = stated_shares(d)
        if stated.mass is None or not stated.mass.is_point:
            continue
        routes = [r for r in found.routes if stated.bio is None or abs(r.biobased_carbon - stated.bio.low) <= 0.03]
        if routes and not any(_fits(r, stated.mass, d.mass_basis) for r in routes):
            expected = routes[0].mass_share(d.mass_basis)
            basis = d.mass_basis or "any basis"
            usual = f"{found.name} with bio-based {routes[0].name} has {percent_text(expected.low)} ({basis})"
            text = f"Lot {d.lot}: {percent_text(stated.mass.low)} bio-based mass, but {usual}."
            hint = "Check Mass Basis with the supplier."
            yield Finding("mass-basis-mismatch", Severity.WARNING, text, hint, (d.source.ref("biobased_mass"),))


def _fits(route: Route, stated: Interval, basis: str | None) -> bool:
    """Whether a stated share lies near the route's and fits no other basis better than the stated one.

    The bases of a polymer lie one to five points apart and statements are rounded (30 % for 31.25 %), so the nearest
    basis tells more than a fixed distance.
    """
    distances = {name: abs(value - stated.low) for name, value in route.mass}
    nearest = min(distances, key=lambda name: distances[name])
    return distances[nearest] <= _NEAR_ROUTE and basis in (None, nearest)


def _units(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Deliveries and shipments whose quantity cannot be turned into mass."""
    for d in scope.deliveries:
        if mixture.lineage.delivery_mg(d) is None:
            yield unit_finding(d.source.ref("unit"), f"{d.quantity:f}", d.unit, f"lot {d.lot}")
    for lot in scope.lots:
        for s in mixture.lineage.shipments.get(lot, ()):
            if mixture.lineage.shipment_mg(s) is None:
                yield unit_finding(s.source.ref("unit"), f"{s.quantity:f}", s.unit, f"shipment {s.shipment_no}")


_TESTS: tuple[Callable[[Mixture, Scope], Iterable[Finding]], ...] = (
    _pools,
    _open_ends,
    _loops,
    _runs,
    _mixture,
    _sources,
    _certificates,
    _declarations,
    _source_words,
    _lab,
    _mass_bases,
    _units,
)
