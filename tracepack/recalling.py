"""Recalls: find what a subject is, load what lies downstream of it and no more, and say where all of it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from tracepack.collecting import without_collecting
from tracepack.core.facts import ledger_from_facts
from tracepack.core.findings import Finding, sort_findings
from tracepack.core.ledger import Fact, LotKey, Run, StockCount
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.quantity import mass_mg
from tracepack.core.recall import Recall, recall, seeds_of
from tracepack.core.recallends import open_ends
from tracepack.core.recallnodes import forward_of, needs_moisture, reached_lots
from tracepack.core.recallstock import shelves_of
from tracepack.core.recallsubject import Asked, Subjects, certificates, source_party, subjects_of
from tracepack.core.runs import balance_finding, unit_finding
from tracepack.errors import UsageProblem
from tracepack.questions import find_lot
from tracepack.recallbooks import credit_trail
from tracepack.report.answers_recall import RecallAnswer
from tracepack.report.recalls import Recalled, held_lots, recall_answer
from tracepack.rulebook import material_library
from tracepack.store import Store

_ARRIVING = ("Deliveries", "Opening Stock", "Lot Sources")
_DESCRIBING = ("Certificates", "Feedstock Sources", "Parties")


@dataclass(frozen=True, slots=True)
class RecallQuestion:
    """What is to be recalled, as it was asked for; exactly one of the four names is given."""

    lot: str | None = None
    certificate: str | None = None
    source: str | None = None
    supplier: str | None = None
    owner: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None


@without_collecting()
def recalled(store: Store, question: RecallQuestion) -> RecallAnswer:
    """`recall`.  Raises UsageProblem (no subject, or a range backwards, or nothing of that name), UnknownLot."""
    asked, subjects, seeds = _found_subject(store, question)
    lineage, reading, moist = _downstream(store, seeds)
    again = subjects_of(lineage, asked)
    lots = sorted({*seeds_of(lineage, again.physical), *seeds_of(lineage, again.attributed)})
    forward = forward_of(lineage, lots, mix_lots(lineage, reached_lots(lineage, lots)[0]) if moist else None)
    found = recall(forward, replace(again.physical, doubtful=subjects.physical.doubtful))
    booked = recall(forward, again.attributed)
    shelves, booked_shelves = shelves_of(found), shelves_of(booked)
    books = credit_trail(store, again)
    answer = Recalled(
        physical=found,
        attributed=booked,
        shelves=shelves,
        attributed_shelves=booked_shelves,
        ends=sorted({*open_ends(found, shelves), *open_ends(booked, booked_shelves), *books.ends}, key=lambda e: (e.lot, e.reason)),
        credits=books,
        material_counts=_material_counts(store, found),
        findings=sort_findings([*reading, *_findings(found), *_findings(booked)]),
    )
    return recall_answer(answer, store.latest_import())


# --- the subject


def _found_subject(store: Store, question: RecallQuestion) -> tuple[Asked, Subjects, list[LotKey]]:
    """What was asked for, what it is, and the lots that it entered."""
    named = [(k, n) for k in ("lot", "certificate", "source", "supplier") if (n := getattr(question, k)) is not None]
    if len(named) != 1:
        raise UsageProblem("say what to recall: one of --lot, --certificate, --source, --supplier", "for example --certificate CERT-2031")
    kind, number = named[0]
    if question.first is not None and question.last is not None and question.first > question.last:
        raise UsageProblem(f"--from {question.first} is after --until {question.last}", "the earlier day comes first")
    if kind == "lot":
        lot = find_lot(store, number, question.owner)
        asked = Asked("lot", lot.number, lot.owner, question.first, question.last)
        nothing = subjects_of(_lineage(store, [])[0], asked)
        return asked, nothing, [lot]
    lineage = _lineage(store, _arrivals(store, kind, number))[0]
    asked = _identified(lineage, kind, number, question)
    subjects = subjects_of(lineage, asked)
    seeds = {*seeds_of(lineage, subjects.physical), *seeds_of(lineage, subjects.attributed)}
    if not seeds and kind == "certificate":
        _refuse_own(lineage, asked)
    return asked, subjects, sorted(seeds)


def _arrivals(store: Store, kind: str, number: str) -> list[Fact]:
    """Everything that may have brought the subject in, with what describes it."""
    described = _descriptions(store)
    texts = {number}
    if kind == "certificate":
        for row in _rows(described, "Certificates"):
            if fold_name(str(row["certificate_no"])) == fold_name(number):
                texts |= {str(row["certificate_no"]), str(row["holder"]), *_ids_of(described, str(row["holder"]))}
        under = [r for r in _rows(described, "Feedstock Sources") if fold_name(str(r.get("certificate_no") or "")) == fold_name(number)]
        texts |= {str(row["source_id"]) for row in under}
    if kind == "source":
        texts |= {str(r["supplier"]) for r in _rows(described, "Feedstock Sources") if r["source_id"] == number and r.get("supplier")}
    return _merged(described, store.facts_holding(_ARRIVING, texts))


def _descriptions(store: Store) -> list[Fact]:
    return store.facts_of([*_DESCRIBING, "Settings"])


def _rows(facts: Iterable[Fact], sheet: str) -> Iterator[Any]:
    return (row.values for fact in facts if fact.sheet == sheet for row in fact.rows)


def _ids_of(facts: Iterable[Fact], name: str) -> set[str]:
    """The Party IDs of a name."""
    return {str(row["party_id"]) for row in _rows(facts, "Parties") if fold_name(str(row["name"])) == fold_name(name)}


def _identified(lineage: Lineage, kind: str, number: str, question: RecallQuestion) -> Asked:
    """The one subject of a name.  Raises UsageProblem where there is none, or several."""
    days = (question.first, question.last)
    if kind == "certificate":
        asked = Asked("certificate", number, "", *days)
        ledger = lineage.ledger
        cited = {c for d in ledger.deliveries if (c := d.certificate_no)} | {c for s in ledger.sources if (c := s.certificate_no)}
        spelt = {c.certificate_no for c in ledger.certificates} | cited
        if fold_name(number) not in map(fold_name, spelt):
            raise _unknown("certificate", number, spelt)
        return asked
    if kind == "supplier":
        delivered = {d.supplier for d in lineage.ledger.deliveries}
        known = {p.party_id for p in lineage.ledger.parties} | delivered
        if number not in known:
            by_name = sorted(p.party_id for p in lineage.ledger.parties if fold_name(p.name) == fold_name(number))
            raise _unknown("supplier", number, known, by_name)
        return Asked("supplier", number, number, *days)
    return Asked("source", number, _owner_of_source(lineage, number, question.owner), *days)


def _owner_of_source(lineage: Lineage, number: str, owner: str | None) -> str:
    """Whose source is meant."""
    described = {party for party, source in lineage.sources if source == number}
    for delivery in lineage.ledger.deliveries:
        described |= {source_party(lineage, delivery, number) for source, _ in lineage.source_shares(delivery) if source == number}
    if not described:
        raise _unknown("feedstock source", number, {source for _, source in lineage.sources})
    if owner is not None and owner not in described:
        names = ", ".join(sorted(described))
        raise UsageProblem(f"{owner} has no feedstock source {number}; it is one of {names}", f"--owner {sorted(described)[0]}")
    if owner is None and len(described) > 1:
        names = ", ".join(sorted(described))
        hint = f"say whose with --owner, for example --owner {sorted(described)[0]}"
        raise UsageProblem(f"several parties have a feedstock source {number}: {names}", hint)
    return owner or next(iter(described))


def _unknown(what: str, number: str, known: Collection[str], better: Sequence[str] = ()) -> UsageProblem:
    """Nothing of that name, with what may have been meant."""
    folded = {name.casefold(): name for name in sorted(known)}
    near = list(better) or [folded[n] for n in get_close_matches(number.casefold(), folded, n=5)]
    hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(sorted(known)[:5])}" if known else "none was imported yet"
    return UsageProblem(f"there is no {what} {number}", hint)


def _refuse_own(lineage: Lineage, asked: Asked) -> None:
    """Our own certificate is on what we ship, not on what came in."""
    ours = {lineage.ledger.organisation, lineage.ledger.site}
    ours |= {p.name for p in lineage.ledger.parties if p.party_id in ours or p.role == "site"}
    ours |= {p.party_id for p in lineage.ledger.parties if p.role == "site"}
    folded = set(map(fold_name, ours))
    if any(fold_name(c.holder) in folded for c in certificates(lineage, asked)):
        text = f"certificate {asked.number} is our own: nothing was delivered under it"
        raise UsageProblem(text, "recall the lots that were sold under it with --lot")


# --- its slice of the workspace


def _downstream(store: Store, seeds: Sequence[LotKey]) -> tuple[Lineage, tuple[Finding, ...], bool]:
    """What lies downstream of some lots, with what else went into the runs where that has a say in their masses; and whether all
    that went into them is there, too, since water or a conversion must be followed."""
    facts = _merged(store.load_facts(seeds, "down") if seeds else [], _descriptions(store))
    lineage, reading = _lineage(store, facts)
    beside = {lot for run in lineage.ledger.runs if _needs_more(run) for lot in _lots_in(run)}
    if beside:
        facts = _merged(facts, store.naming_facts(beside))
        lineage, reading = _lineage(store, facts)
    lots, runs = reached_lots(lineage, map(lineage.canonical, seeds))
    if not needs_moisture(lineage, runs.values()):
        return lineage, reading, False
    return *_lineage(store, _merged(facts, store.load_facts(lots, "up"))), True


def _needs_more(run: Run) -> bool:
    """Whether a run cannot be weighed by its own rows: a unit that needs a material, a structure, or a loss that names a lot."""
    named = [row for row in run.rows if row.lot_no is not None]
    return any(row.direction == "loss" or row.quantity is None or mass_mg(row.quantity, row.unit or "") is None for row in named)


def _lots_in(run: Run) -> set[LotKey]:
    return {row.lot for row in run.rows if row.lot is not None}


def _merged(*lists: Iterable[Fact]) -> list[Fact]:
    """Facts of several loads, each once, in stored order."""
    found = {fact.fact_id: fact for facts in lists for fact in facts}
    return [found[number] for number in sorted(found)]


def _lineage(store: Store, facts: Iterable[Fact]) -> tuple[Lineage, tuple[Finding, ...]]:
    ledger = ledger_from_facts(list(facts), organisation=store.organisation, site=store.site)
    return build_lineage(ledger, material_library())


def _material_counts(store: Store, found: Recall) -> list[StockCount]:
    """The counts of whole materials at sites that hold recalled lots of them: the newest of each."""
    lineage = found.forward.lineage
    names = {fold_name(lineage.material(lot)) for lot in held_lots(found)} - {""}
    counts = ledger_from_facts(store.material_counts(), organisation=store.organisation, site=store.site).stock_counts
    newest: dict[tuple[str, str], StockCount] = {}
    for count in sorted(counts, key=lambda c: (c.date, c.source.order())):
        if fold_name(count.material or "") in names:
            newest[count.site, fold_name(count.material or "")] = count
    return [newest[key] for key in sorted(newest)]


def _findings(found: Recall) -> Iterator[Finding]:
    """What is wrong with the masses on the way: of the lots that hold any, their runs and shipments."""
    lineage = found.forward.lineage
    settings = lineage.ledger.settings
    held = set(held_lots(found))
    for lot in sorted(held):
        yield from found.forward.pools[lot].findings
    for run in found.forward.runs:
        flow = lineage.flow(run)
        if any(lot in held for lot, _, row in flow.draws if row.direction == "in"):
            yield from flow.findings
            yield from balance_finding(flow, settings.weighing_tolerance, settings.unaccounted_tolerance)
    for sent in found.shipments:
        if sent.mass_mg is None:
            row = sent.shipment
            yield unit_finding(row.source.ref("unit"), f"{row.quantity:f}", row.unit, f"shipment {row.shipment_no}")
