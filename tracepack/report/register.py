"""The register of evidence: every cell that something in the report rests on, numbered, with the content figures that it can move."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tracepack.core.ledger import Delivery, LotKey, Run, RunRow, Shipment, SiteRecord
from tracepack.report.answers import StatementAnswer, ref_answer
from tracepack.report.cells import value_text
from tracepack.report.dossier_rows import EvidenceRow

CONTENT = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")
ATTRIBUTED = "attributed"
_BOOKKEPT = ("mass balance", "book and claim")
_VOLATILE = ("solvent", "water")
#: What only says whose feedstock a delivery is of, or by which paper: it moves origins, no content figure.
_ORIGIN = ("supplier", "certificate_no", "feedstock_source", "source_id", "feedstock", "category", "country_of_origin")
_STRUCTURE = ("layer_share", "thickness", "density", "grammage")
#: What moves not every figure where the lot's organic carbon, and the bio-based share of it, are stated exactly.
_WHERE_CERTAIN = {
    "biobased_mass": ("bio_mass", "bio_polymer_mass"),
    "inorganic_carbon": ("bio_carbon_tc", "bio_mass", "bio_polymer_mass"),
    "kind": ("bio_carbon_tc", "bio_mass", "bio_polymer_mass"),
}
_RUN_FIELDS = ("quantity", "moisture", *_STRUCTURE, "carbon_share")


def evidence_rows(
    stated: Sequence[StatementAnswer],
    asked: LotKey,
    deliveries: Sequence[Delivery],
    runs: Sequence[Run],
    shipments: Sequence[Shipment],
    records: Sequence[SiteRecord],
) -> list[EvidenceRow]:
    """Lot by lot what is stated of it and delivered, then runs, shipments and records; numbered E1, E2 ...; each cell once."""
    moves = _Moves(stated, asked, deliveries, runs)
    of_lots = [row for statement in stated for row in _of_statement(statement, moves)]
    of_lots += [_of_delivery(delivery, moves) for delivery in deliveries]
    first = {lot: place for place, lot in reversed(list(enumerate((row["owner"], row["lot"]) for row in of_lots)))}
    rows = [
        *sorted(of_lots, key=lambda row: first[row["owner"], row["lot"]]),
        *(row for run in runs for row in _of_run(run, moves)),
        *(row for shipment in shipments for row in _of_shipment(shipment)),
        *(_of_record(record) for record in records if record.value is not None),
    ]
    unique: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        named = (row["owner"], row["lot"], row["run"], row["field"], row["value"])
        unique.setdefault((*named, row["ref"].file, row["ref"].sha256, row["ref"].sheet, row["ref"].cell), row)
    return [EvidenceRow(id=f"E{place}", **row) for place, row in enumerate(unique.values(), start=1)]


class _Moves:
    """Which content figures a stated value can move: rather one too many than one too few."""

    def __init__(self, stated: Sequence[StatementAnswer], asked: LotKey, deliveries: Sequence[Delivery], runs: Sequence[Run]) -> None:
        self.asked = asked
        arrived = {number for d in deliveries for number in (d.lot_no, d.own_lot_no)}
        made = {row.lot for run in runs for row in run.rows if row.direction == "out" and row.lot is not None}
        self.only_made: Collection[LotKey] = {lot for lot in made if lot.number not in arrived}
        self.attributes = any(s.field == "attribution" for s in stated) or any(d.attributed_content is not None for d in deliveries)
        points = {(s.owner, s.lot, s.field) for s in stated if " to " not in s.value}
        self._certain = {lot for lot in {key[:2] for key in points} if {(*lot, "biobased_carbon"), (*lot, "organic_carbon")} <= points}

    def of(self, s: StatementAnswer) -> list[str]:
        """The figures that one stated value can move."""
        lot = LotKey(s.owner, s.lot)
        if s.field in _ORIGIN or (s.evidence == "lab-tested" and lot in self.only_made):
            return []
        if s.field in ("attribution", "attributed_content"):
            return [ATTRIBUTED] if s.field == "attribution" or lot == self.asked else []
        if s.field == "chain_of_custody":
            booked = s.value.casefold() in _BOOKKEPT
            return [*CONTENT, *([ATTRIBUTED] if lot == self.asked else [])] if booked else []
        certain = (s.owner, s.lot) in self._certain and ":" not in s.value and s.value not in _VOLATILE
        return list(_WHERE_CERTAIN.get(s.field, CONTENT) if certain else CONTENT)

    @property
    def of_masses(self) -> list[str]:
        return [*CONTENT, *([ATTRIBUTED] if self.attributes else [])]


def _of_statement(s: StatementAnswer, moves: _Moves) -> Iterator[dict[str, Any]]:
    body = {"owner": s.owner, "lot": s.lot, "run": "", "field": s.field, "value": s.value, "method": s.method, "evidence": s.evidence}
    for ref in s.refs:
        yield {**body, "figures": moves.of(s), "ref": ref}


def _of_delivery(d: Delivery, moves: _Moves) -> dict[str, Any]:
    return {
        "owner": d.supplier,
        "lot": d.lot_no,
        "run": "",
        "field": "quantity",
        "value": f"{value_text(d.quantity)} {d.unit}",
        "method": "",
        "evidence": "declared",
        "figures": moves.of_masses,
        "ref": ref_answer(d.source.ref("quantity")),
    }


def _of_run(run: Run, moves: _Moves) -> Iterator[dict[str, Any]]:
    """Every number of a run's rows; where quantities rule, a structure is only compared with them."""
    rules = any(row.direction == "in" and row.quantity is None for row in run.rows)
    for row in run.rows:
        filled = [field for field in _RUN_FIELDS if getattr(row, field) is not None] or ["lot_no" if row.lot_no else "material"]
        for field in filled:
            yield _of_run_row(run, row, field, [] if field in _STRUCTURE and not rules else moves.of_masses)


def _of_run_row(run: Run, row: RunRow, field: str, figures: list[str]) -> dict[str, Any]:
    value = f"{value_text(row.quantity)} {row.unit or ''}".strip() if field == "quantity" else value_text(getattr(row, field))
    return {
        "owner": row.supplier or "",
        "lot": row.lot_no or "",
        "run": run.key.number,
        "field": field,
        "value": f"{row.direction} {value}".strip(),
        "method": "",
        "evidence": "calculated",
        "figures": figures,
        "ref": ref_answer(row.source.ref(field)),
    }


def _of_shipment(shipment: Shipment) -> Iterator[dict[str, Any]]:
    """How much was shipped, and what was claimed of it."""
    body = {"owner": shipment.supplier or "", "lot": shipment.lot_no, "run": "", "method": "", "evidence": "declared", "figures": []}
    quantity = f"{shipment.shipment_no}: {value_text(shipment.quantity)} {shipment.unit}"
    yield {**body, "field": "quantity", "value": quantity, "ref": ref_answer(shipment.source.ref("quantity"))}
    if shipment.claimed is not None:
        claimed = f"{shipment.shipment_no}: {value_text(shipment.claimed)}"
        yield {**body, "field": "claimed", "value": claimed, "ref": ref_answer(shipment.source.ref("claimed"))}


def _of_record(record: SiteRecord) -> dict[str, Any]:
    return {
        "owner": "",
        "lot": record.lot_no or "",
        "run": record.run_no or "",
        "field": "value",
        "value": f"{record.record_no}: {value_text(record.value)} {record.unit or ''}".strip(),
        "method": "",
        "evidence": "declared",
        "figures": [],
        "ref": ref_answer(record.source.ref("value")),
    }
