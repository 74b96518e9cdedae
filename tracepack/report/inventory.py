"""The inventory of bio-based packaging: each lot that a lot is made of, whether it is bio-based, and the records behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Literal, TypeAlias

from tracepack.report.answers import LineageNode
from tracepack.report.answers_readiness import BioBased, InventoryRow
from tracepack.report.document import Block, Cell, Paragraph, Table
from tracepack.report.dossier import Dossier
from tracepack.report.leads import Leads
from tracepack.report.wording import Wording

#: Owner and number.
_Lot: TypeAlias = tuple[str | None, str]
RecordKind = Literal["energy log", "enzyme activity test"]


def inventory_rows(dossier: Dossier) -> list[InventoryRow]:
    """One row a lot, the asked one first; the feedstock sources of a made lot are those of what went into it."""
    inputs: dict[_Lot, set[_Lot]] = {}
    for link in dossier.trace.links:
        inputs.setdefault((link.to_owner, link.to), set()).add((link.from_owner, link.from_))
    lots = [node for node in dossier.lineage.nodes if node.kind in ("own", "delivered", "unknown")]
    return [_row(dossier, node, _behind((node.owner, node.number), inputs)) for node in lots]


def _behind(lot: _Lot, inputs: Mapping[_Lot, set[_Lot]]) -> set[_Lot]:
    """A lot and everything that it was made from."""
    seen, waiting = {lot}, [lot]
    while waiting:
        new = inputs.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def _row(dossier: Dossier, node: LineageNode, behind: Set[_Lot]) -> InventoryRow:
    low, high = (node.share.low, node.share.high) if node.share else (None, None)
    sources = sorted({o.source for o in dossier.content.origins if o.source and o.lot and (o.owner, o.lot) in behind})
    return InventoryRow(
        owner=node.owner,
        lot=node.number,
        material=node.material,
        bio_based=_bio_based(low, high),
        low=low,
        high=high,
        feedstock_sources=sources,
        energy_logs=_records(dossier, node, "energy log"),
        enzyme_tests=_records(dossier, node, "enzyme activity test"),
        lab_reports=sorted({t.report for t in dossier.lab_tests if t.lot == node.number and t.owner in ("", node.owner)}),
    )


def _bio_based(low: float | None, high: float | None) -> BioBased:
    if low is None or high is None or high == 0:
        return "no"
    return "not known" if low == 0 else "wholly" if low >= 1 else "in part"


def _records(dossier: Dossier, node: LineageNode, kind: RecordKind) -> list[str]:
    """The records of a kind of the lot itself, or of a run that made it."""
    made = {r.run for r in dossier.runs for row in r.rows if row.direction == "out" and row.lot == node.number}
    return [r.record for r in dossier.records if r.kind == kind and (r.lot == node.number or r.run in made)]


def inventory_blocks(rows: Sequence[InventoryRow], leads: Leads, w: Wording) -> list[Block]:
    """The section "Inventory of bio-based packaging"; what is bio-based and lacks a record shows a dash."""
    if not rows:
        return []
    names = ("lot", "material", "bio_based", "share", "sources", "energy", "enzyme", "lab")
    body = tuple(_cells(row, f"/inventory/{place}", leads, w) for place, row in enumerate(rows))
    return [Paragraph(w("inventory.about")), Table(tuple(w(f"inventory.{name}") for name in names), body)]


def _cells(row: InventoryRow, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    lists = (row.feedstock_sources, row.energy_logs, row.enzyme_tests, row.lab_reports)
    lot = f"{row.lot} ({row.owner})" if row.owner else row.lot
    behind = [", ".join(names) or ("" if row.bio_based == "no" else "–") for names in lists]
    share = leads.cell(w.span(row.low, row.high), pointer)
    return (Cell(lot), Cell(row.material), Cell(w(f"bio_based.{row.bio_based}")), share, *map(Cell, behind))
