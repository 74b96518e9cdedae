"""Lists of what a workspace holds: its lots, its imports and what they changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracepack.core.facts import changed_values
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Fact, LotKey, Value
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.quantity import kg_text
from tracepack.core.runs import total
from tracepack.errors import UnknownImport, UsageProblem
from tracepack.report.answers import LogAnswer, LogChange, LogEntry, LotRow, LotsAnswer, ref_answer
from tracepack.report.cells import value_text
from tracepack.report.closings import closing_answer
from tracepack.rulebook import material_library
from tracepack.store import FactChange, ImportRecord, Store


def lots(store: Store, text: str) -> LotsAnswer:
    """The lots whose number, owner, material or own number contains a text, by owner then number."""
    with store.reading():
        maybe = store.lots(text) if text else None
        ledger = store.load_ledger(maybe, "here")
        known = store.latest_import()
    lineage, _ = build_lineage(ledger, material_library())
    listed = lineage.lots() if maybe is None else sorted({lineage.canonical(lot) for lot in maybe})
    rows = [_lot_row(lineage, lot) for lot in listed if _matches(lineage, lot, text.casefold())]
    return LotsAnswer(as_known_after_import=known, lots=rows)


def _matches(lineage: Lineage, lot: LotKey, text: str) -> bool:
    own_numbers = [delivery.own_lot_no or "" for delivery in lineage.deliveries.get(lot, ())]
    return any(text in name.casefold() for name in (lot.number, lot.owner, lineage.material(lot), *own_numbers))


def _lot_row(lineage: Lineage, lot: LotKey) -> LotRow:
    """A lot's line; its mass is all that was delivered, in stock at the start, or made of it (None where one is not known)."""
    deliveries, runs = lineage.deliveries.get(lot, []), lineage.makers.get(lot, [])
    outputs = [output for run in runs for group in lineage.flow(run).groups for output in group.outputs if output.lot == lot]
    mass = total([*(lineage.delivery_mg(delivery) for delivery in deliveries), *(output.mass_mg for output in outputs)])
    dates = sorted([*(delivery.delivery_date for delivery in deliveries), *(run.date for run in runs)])
    return LotRow(
        owner=lot.owner,
        number=lot.number,
        material=lineage.material(lot),
        mass_kg=kg_text(mass) if mass is not None and dates else None,
        first_date=dates[0].isoformat() if dates else None,
        origin="unknown" if not dates else "made" if runs else "opening stock" if all(d.opening for d in deliveries) else "delivered",
    )


def withdraw(store: Store, import_id: int | None, fact_id: int | None, why: str) -> LogAnswer:
    """Take back an import or a fact and show what that did."""
    if (import_id is None) == (fact_id is None):
        raise UsageProblem("name either an import or a fact to withdraw")
    if not why.strip():
        raise UsageProblem("a withdrawal needs a reason", "--why TEXT")
    with store.writing():
        number = store.withdraw_import(import_id, why) if import_id is not None else store.withdraw_fact(fact_id or 0, why)
        return log(store, number)


def log(store: Store, only: int | None) -> LogAnswer:
    """The log, or one entry of it with every fact it recorded."""
    records = store.log(only)
    if only is not None and not records:
        raise UnknownImport(f"there is no import {only}", "`tracepack log` lists them")
    return LogAnswer(entries=[_entry(record) for record in records])


def _entry(record: ImportRecord) -> LogEntry:
    return LogEntry(
        import_id=record.import_id,
        kind=record.kind,
        files=[ref_answer(file) for file in record.files],
        recorded=record.recorded,
        superseded=record.superseded,
        withdrawn=record.withdrawn,
        why=record.why,
        changes=[_change(change) for change in record.changes],
        closing=None if record.closing is None else closing_answer(record.closing),
    )


def _change(change: FactChange) -> LogChange:
    """A change with the fields that differ; its number is the new fact's, of a withdrawal that of the fact taken back."""
    facts = [fact for fact in (change.old, change.new) if fact is not None]
    old, new = (fact or Fact(sheet=facts[0].sheet, key=facts[0].key, rows=()) for fact in (change.old, change.new))
    fields = changed_values(old, new)
    named = facts[0] if change.action == "withdrawn" else facts[-1]
    return LogChange(
        fact_id=named.fact_id,
        sheet=named.sheet,
        key=list(named.key),
        action=change.action,
        old=_texts({name: before for name, (before, _) in fields.items()}),
        new=_texts({name: after for name, (_, after) in fields.items()}),
        refs=[ref_answer(ref) for ref in _places(facts)],
    )


def _places(facts: Iterable[Fact]) -> list[SourceRef]:
    return [row.source.ref() for fact in facts for row in fact.rows]


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: value_text(value) for name, value in values.items() if value is not None}
