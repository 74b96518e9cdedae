"""Questions about lots: find the lot, load its slice of the workspace, compute, and hand over the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from tracepack.bookkeeping import audited
from tracepack.claiming import claim_findings, shipment_findings
from tracepack.core.arrivals import only_arrived
from tracepack.core.certchecks import check_declared, check_later, check_papers, check_sold, check_stated, declared_shipments
from tracepack.core.checks import check_downstream, check_lots, run_checks
from tracepack.core.content import Scope, content_in
from tracepack.core.custody import Custody, LotCustody, lot_custody, models_of_lots
from tracepack.core.facts import ledger_from_facts
from tracepack.core.findings import Finding, sort_findings
from tracepack.core.ledger import Fact, Ledger, LotKey
from tracepack.core.lineage import Lineage, build_lineage, upstream
from tracepack.core.mixture import Mixture, mix_lots
from tracepack.core.papers import Papers
from tracepack.core.trace import Trace, trace_down, trace_up
from tracepack.errors import UnknownLot, UsageProblem
from tracepack.report.answers import CheckAnswer, ContentAnswer, TraceAnswer
from tracepack.report.build import TraceCustody, check_answer, content_answer, trace_answer
from tracepack.report.custody import custody_answer
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

#: After imports of more facts than this the whole workspace is read: cheaper than to walk from each.
_MANY_LOTS = 2_000


def find_lot(store: Store, number: str, owner: str | None = None) -> LotKey:
    """The one lot of a number (of an owner); UnknownLot, with the candidates, where there is none or several."""
    found = store.find_lot(number, owner)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownLot(
            f"several parties use the lot number {number}: {_owners(found)}",
            f"say whose with --owner, for example --owner {found[0].owner}",
        )
    others = store.find_lot(number) if owner is not None else []
    if others:
        raise UnknownLot(f"{owner} has no lot {number}; it is a lot of {_owners(others)}", f"--owner {others[0].owner}")
    raise UnknownLot(f"there is no lot {number}", _alike(store, number))


def _owners(lots: Sequence[LotKey]) -> str:
    return ", ".join(lot.owner for lot in lots)


def _alike(store: Store, number: str) -> str:
    """A hint with lots whose number contains what was asked for."""
    alike = [lot for lot in store.lots(number) if number.casefold() in lot.number.casefold()]
    shown = ", ".join(str(lot) for lot in alike[:5])
    more = f" and {len(alike) - 5} more" if len(alike) > 5 else ""
    return f"did you mean {shown}{more}?" if alike else "`tracepack lots` lists the lots that are known"


def _lineage(store: Store, lots: Sequence[LotKey] | None, direction: Literal["up", "down"] = "up") -> tuple[Lineage, tuple[Finding, ...]]:
    return build_lineage(store.load_ledger(lots, direction), material_library())


def world_findings(store: Store, import_id: int, recorded: Sequence[Fact]) -> tuple[Finding, ...]:
    """What the records reveal about the world around the lots that an import's facts name."""
    if len(recorded) > _MANY_LOTS:
        return _whole_world(store, import_id, recorded)
    lots = _lots_of(recorded, store.organisation)
    if not lots:
        return ()
    lineage, findings = _lineage(store, sorted(lots))
    asked = [lineage.canonical(lot) for lot in lots]
    return sort_findings([*findings, *check_lots(lineage, asked), *claim_findings(lineage, asked)])


def _whole_world(store: Store, import_id: int, recorded: Sequence[Fact]) -> tuple[Finding, ...]:
    """The same after a large import: cheaper from all facts, those just recorded not read back, than by a walk from each lot."""
    older = store.facts_before(import_id)
    arrived, rest = only_arrived(recorded, older)
    ledger = ledger_from_facts([*older, *rest], organisation=store.organisation, site=store.site)
    lineage, findings = build_lineage(ledger, material_library())
    asked = [lineage.canonical(lot) for lot in _lots_of(rest, store.organisation)]
    return sort_findings([*findings, *check_lots(lineage, asked, arrived), *claim_findings(lineage, asked)])


def _lots_of(facts: Iterable[Fact], organisation: str) -> set[LotKey]:
    """The lots that some facts name; a log in Records only points at a lot, it makes and moves none."""
    rows = (row.values for fact in facts if fact.sheet != "Records" for row in fact.rows)
    return {LotKey(str(v.get("supplier") or organisation), str(v["lot_no"])) for v in rows if v.get("lot_no") is not None}


def content(store: Store, number: str, owner: str | None, on: str | None) -> ContentAnswer:
    """`content LOT`."""
    view = view_of(store, number, owner)
    day = day_of(on)
    states = view.mixture.pools[view.lineage.canonical(view.lot)].states
    if day is not None and day < states[0].date:
        first = states[0].date
        raise UsageProblem(f"lot {view.lot} was not there on {day}: it first came in on {first}", "ask for that day or later")
    answer = content_in(view.mixture, view.lot, day)
    custody = lot_custody(view.custody, view.lot, day)
    findings = (*view.findings(answer.scope), *check_stated(custody))
    return content_answer(answer, view.lineage, findings, store.latest_import(), custody_answer(custody, chain_of_custody_rules()))


@dataclass(frozen=True, slots=True)
class View:
    """A lot's slice of the workspace, mixed: what every question upstream of it starts from."""

    lot: LotKey
    ledger: Ledger
    lineage: Lineage
    mixture: Mixture
    custody: Custody
    reading: tuple[Finding, ...]

    def findings(self, scope: Scope) -> tuple[Finding, ...]:
        """What the audit tests say of what an answer rests on."""
        return (*self.reading, *run_checks(self.mixture, scope), *check_papers(self.custody.papers, scope.deliveries))


def view_of(store: Store, number: str, owner: str | None) -> View:
    """Load and mix what a question about a lot needs.  Raises UnknownLot."""
    lot = find_lot(store, number, owner)
    ledger = store.load_ledger([lot], "up")
    lineage, findings = build_lineage(ledger, material_library())
    mixture = mix_lots(lineage, [lineage.canonical(lot)])
    return View(lot, ledger, lineage, mixture, Custody(mixture, Papers(lineage, chain_of_custody_rules())), findings)


def day_of(text: str | None) -> dt.date | None:
    """A date as it is asked for (ISO); None for none.  Raises UsageProblem for what is no date."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{text} is not a date", "write it as YYYY-MM-DD") from None


def trace(store: Store, number: str, owner: str | None, direction: str) -> TraceAnswer:
    """`trace LOT`."""
    if direction == "down":
        lot = find_lot(store, number, owner)
        lineage, findings = _lineage(store, [lot], "down")
        found = trace_down(lineage, lot)
        arrived = lineage.delivered(lineage.canonical(lot))
        dates = (s.date for s in found.shipments), (run.date for run in found.scope.runs), (d.delivery_date for d in arrived)
        later = check_later(Papers(lineage, chain_of_custody_rules()), arrived, max(chain(*dates), default=dt.date.min))
        findings = (*findings, *check_downstream(lineage, found), *later)
        return trace_answer(found, lineage, lot, findings, store.latest_import())
    view = view_of(store, number, owner)
    found = trace_up(view.mixture, view.lot)
    custody = lot_custody(view.custody, view.lot)
    findings = (*view.findings(found.scope), *check_stated(custody))
    return trace_answer(found, view.lineage, view.lot, findings, store.latest_import(), trace_custody(view, custody, found))


def trace_custody(view: View, custody: LotCustody, found: Trace) -> TraceCustody:
    """The models of a trace up: of the asked lot, and of every lot it is made of under the same scheme."""
    models = models_of_lots(view.custody.under(custody.scheme), found.scope.nodes)
    return TraceCustody(custody_answer(custody, chain_of_custody_rules()), models)


def check(store: Store, number: str | None, owner: str | None) -> CheckAnswer:
    """`check [LOT]`."""
    lots = None if number is None else [find_lot(store, number, owner)]
    lineage, findings = _lineage(store, lots)
    asked = lineage.lots() if lots is None else [lineage.canonical(lot) for lot in lots]
    books = () if lots is not None else audited(store, lineage).findings
    claims = shipment_findings(lineage) if lots is None else claim_findings(lineage, asked)
    return check_answer([*findings, *check_lots(lineage, asked), *claims, *custody_findings(lineage, asked), *books], store.latest_import())


def custody_findings(lineage: Lineage, lots: Sequence[LotKey]) -> tuple[Finding, ...]:
    """What papers say against one another over all that some canonical lots are made of, and of what was declared of them."""
    papers = Papers(lineage, chain_of_custody_rules())
    delivered = {id(d): d for lot in sorted(upstream(lineage, lots)) for d in lineage.delivered(lot)}
    declared = [lot for lot in lots if declared_shipments(papers, lot)]
    shipped = check_declared(Custody(mix_lots(lineage, declared), papers), declared) if declared else ()
    return (*check_papers(papers, delivered.values()), *shipped, *check_sold(papers, lots))
