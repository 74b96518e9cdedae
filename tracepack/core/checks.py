"""The audit tests: what the records reveal about the world, each a small function from a scope to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tracepack.core.arrivals import one_by_one, together
from tracepack.core.content import LabComparison, Scope, lab_comparisons, scope_of
from tracepack.core.delivered import inconsistent, only_delivered
from tracepack.core.deliverychecks import check_deliveries
from tracepack.core.findings import Finding, Severity, SourceRef, sort_findings
from tracepack.core.ledger import LotKey, Row
from tracepack.core.lineage import Lineage
from tracepack.core.mixture import Mixture, contradiction, mix_lots
from tracepack.core.pools import pool_of
from tracepack.core.quantity import percent_text
from tracepack.core.runs import balance_finding, unit_finding
from tracepack.core.trace import Trace


def run_checks(mixture: Mixture, scope: Scope | None = None) -> tuple[Finding, ...]:
    """Every audit test over what an answer rests on, or over the whole mixture; sorted, errors first."""
    whole = scope or _whole(mixture)
    return sort_findings([*_findings(mixture, whole), *check_deliveries(mixture.lineage, one_by_one(whole.deliveries))])


def _findings(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    return (finding for test in _TESTS for finding in test(mixture, scope))


def _whole(mixture: Mixture) -> Scope:
    return scope_of(mixture, [("state", lot, i) for lot, pool in mixture.pools.items() for i in range(len(pool.states))])


def check_lots(lineage: Lineage, lots: Iterable[LotKey], arrived: Iterable[Row] = ()) -> tuple[Finding, ...]:
    """Every audit test over some canonical lots and all that is upstream of them; sorted, errors first.

    The same as `run_checks` of their mixture.  Lots that were only delivered are not mixed, though: their deliveries
    join those that the mixture of the others rests on, as do those of ``arrived``, rows of lots that the lineage leaves out.
    """
    plain, others = only_delivered(lineage, sorted(set(lots)))
    delivered = [delivery for lot in plain for delivery in lineage.deliveries[lot]]
    mixture = mix_lots(lineage, others)
    mixed = _whole(mixture)
    alike = together((*mixed.deliveries, *delivered), arrived, lineage.ledger.organisation)
    told = {id(delivery) for delivery in mixed.deliveries}  # the mixture has told of these
    wrong = {id(d) for d in inconsistent((each.first for each in alike if id(each.first) not in told), lineage.catalogue)}
    contradictions = [contradiction(d) for each in alike if id(each.first) in wrong for d in each.each()]
    return sort_findings([*contradictions, *_findings(mixture, mixed), *check_deliveries(lineage, alike)])


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


def _units(mixture: Mixture, scope: Scope) -> Iterator[Finding]:
    """Shipments whose quantity cannot be turned into mass."""
    for lot in scope.lots:
        for s in mixture.lineage.shipments.get(lot, ()):
            if mixture.lineage.shipment_mg(s) is None:
                yield unit_finding(s.source.ref("unit"), f"{s.quantity:f}", s.unit, f"shipment {s.shipment_no}")


_TESTS: tuple[Callable[[Mixture, Scope], Iterable[Finding]], ...] = (_pools, _open_ends, _loops, _runs, _mixture, _lab, _units)
