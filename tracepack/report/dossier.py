"""The report as plain data: one model that every renderer reads, and the pure function that gathers it.

Masses are decimal strings in kg, shares 0..1, dates ISO 8601; None means that nothing was stated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from tracepack import data
from tracepack.core.ledger import Delivery, Ledger, LotKey, Material, Run, RunRow, Shipment, SiteRecord
from tracepack.core.quantity import kg_text, mass_mg
from tracepack.report.answers import (
    ContentAnswer,
    FindingAnswer,
    LineageAnswer,
    LotAnswer,
    Model,
    RefAnswer,
    StatementAnswer,
    TraceAnswer,
    ref_answer,
)
from tracepack.report.answers_calculation import CalculationAnswer
from tracepack.report.answers_claims import ClaimsAnswer
from tracepack.report.answers_composition import CompositionTable
from tracepack.report.answers_readiness import AuditAnswer, InventoryRow
from tracepack.report.answers_verdicts import VerdictAnswer
from tracepack.report.cells import value_text
from tracepack.report.dossier_rows import (
    DossierCertificate,
    DossierFile,
    DossierLabTest,
    DossierParty,
    DossierRecord,
    DossierRun,
    DossierRunRow,
    DossierSetting,
    DossierShipment,
    DossierSource,
    EvidenceRow,
    RestsOn,
)
from tracepack.report.register import evidence_rows


class Dossier(Model):
    """The traceability report of one lot; ``date`` is that of the newest fact it rests on ("" without any).

    ``claims`` is what may be said of the lot, null where nobody asked;
    ``verdicts`` what the schemes asked for say of it, ``audit`` the readiness list,
    ``inventory`` what is bio-based in it where a scheme that asks for that was named;
    ``composition`` what its origins add up to; ``rests_on`` which cells of ``evidence`` each figure rests on (`tracepack.report.resting`).
    """

    lot: LotAnswer
    organisation: str
    site: str
    date: str
    as_known_after_import: int
    content: ContentAnswer
    trace: TraceAnswer
    lineage: LineageAnswer
    claims: ClaimsAnswer | None = None
    verdicts: list[VerdictAnswer] = Field(default_factory=list)
    audit: list[AuditAnswer] = Field(default_factory=list)
    inventory: list[InventoryRow] = Field(default_factory=list)
    composition: list[CompositionTable] = Field(default_factory=list)
    calculation: list[CalculationAnswer] = Field(default_factory=list)
    rests_on: list[RestsOn] = Field(default_factory=list)
    evidence: list[EvidenceRow]
    runs: list[DossierRun]
    lab_tests: list[DossierLabTest]
    records: list[DossierRecord]
    sources: list[DossierSource]
    certificates: list[DossierCertificate]
    shipments: list[DossierShipment]
    parties: list[DossierParty]
    settings: list[DossierSetting]
    files: list[DossierFile]
    findings: list[FindingAnswer]


def build_dossier(
    content: ContentAnswer,
    trace: TraceAnswer,
    lineage: LineageAnswer,
    findings: Sequence[FindingAnswer],
    ledger: Ledger,
    imports: dict[str, int] | None = None,
    described: Sequence[StatementAnswer] = (),
) -> Dossier:
    """Gather the report of a lot: of the ledger only what concerns the lots of ``trace`` (upstream) and the runs between them.

    ``described`` is what decides how stated values are read (`tracepack.report.statements`); ``imports`` maps a file's SHA-256
    to the import that brought it in: a file that it does not name has import null.
    """
    lots = _lots_with_aliases(trace, ledger)
    deliveries = [d for d in ledger.deliveries if d.lot in lots]
    runs = sorted((r for r in ledger.runs if _is_on_the_way(r, lots, trace)), key=lambda r: (r.date, r.key))
    tests = [t for t in ledger.lab_tests if _owned(t.supplier, t.lot_no, ledger) in lots]
    shipments = [s for s in ledger.shipments if _owned(s.supplier, s.lot_no, ledger) == LotKey(content.lot.owner, content.lot.number)]
    sources = _sources(deliveries, ledger, lots)
    records = _records(ledger, lots, runs)
    asked = LotKey(content.lot.owner, content.lot.number)
    evidence = evidence_rows([*content.statements, *described], asked, deliveries, runs, shipments, records)
    sourced = [ref for origin in content.origins for ref in origin.refs]
    used = [*(row.ref for row in evidence), *sourced, *(ref_answer(t.source.ref()) for t in tests)]
    return Dossier(
        lot=content.lot,
        organisation=ledger.organisation,
        site=ledger.site,
        date=_newest(
            [*(d.delivery_date for d in deliveries), *(r.date for r in runs), *(t.report_date for t in tests), *(s.date for s in shipments)]
        ),
        as_known_after_import=content.as_known_after_import,
        content=content,
        trace=trace,
        lineage=lineage,
        evidence=evidence,
        runs=[run_answer(run, ledger) for run in runs],
        lab_tests=[_lab_test(t) for t in sorted(tests, key=lambda t: (t.report_date, t.report_no, t.lot_no))],
        records=[_record(r) for r in records],
        sources=sources,
        certificates=_certificates(ledger, deliveries, sources),
        shipments=[_shipment(s) for s in sorted(shipments, key=lambda s: (s.date, s.shipment_no))],
        parties=_parties(ledger, lots, shipments, tests),
        settings=_settings(ledger),
        files=_files(used, imports or {}),
        findings=list(findings),
    )


def render_json(dossier: Dossier) -> str:
    """The dossier as JSON text: what every other format of the report is made from."""
    return dossier.model_dump_json(by_alias=True, indent=2) + "\n"


def _owned(owner: str | None, number: str, ledger: Ledger) -> LotKey:
    return LotKey(owner or ledger.organisation, number)


def _lots_with_aliases(trace: TraceAnswer, ledger: Ledger) -> set[LotKey]:
    """The lots of the trace under every number they have: a delivered lot may also carry our own."""
    lots = {LotKey(lot.owner, lot.number) for lot in trace.lots} | {LotKey(trace.lot.owner, trace.lot.number)}
    pairs = [(d.lot, LotKey(ledger.organisation, d.own_lot_no)) for d in ledger.deliveries if d.own_lot_no]
    return lots | {key for pair in pairs if lots & set(pair) for key in pair}


def _is_on_the_way(run: Run, lots: set[LotKey], trace: TraceAnswer) -> bool:
    passed = {link.run for link in trace.links}
    return run.key.number in passed and any(row.direction == "out" and row.lot in lots for row in run.rows)


def _newest(dates: Iterable[dt.date]) -> str:
    return max((date.isoformat() for date in dates), default="")


def _material(row: RunRow, ledger: Ledger) -> Material | None:
    """The Materials row of a run's row: the owner's, else our own, else none."""
    owners = (row.supplier, None, ledger.organisation)
    found = [m for m in ledger.materials if m.material_id == row.material]
    return next((m for owner in owners for m in found if m.supplier == owner), None)


def run_answer(run: Run, ledger: Ledger) -> DossierRun:
    """A run as the report shows it, each row with its as-is mass."""
    masses = [None if r.quantity is None else mass_mg(r.quantity, r.unit or "", _material(r, ledger)) for r in run.rows]
    sums: dict[str, str | None] = {}
    for direction in ("in", "out", "loss"):
        part = [mass for row, mass in zip(run.rows, masses, strict=True) if row.direction == direction]
        sums[f"{direction}_kg"] = None if None in part else kg_text(sum(mass for mass in part if mass is not None))
    return DossierRun(
        site=run.key.site,
        run=run.key.number,
        kind=run.kind or "",
        date=run.date.isoformat(),
        rows=[_run_row(row, mass) for row, mass in zip(run.rows, masses, strict=True)],
        **sums,
    )


def _run_row(row: RunRow, mass: int | None) -> DossierRunRow:
    return DossierRunRow(
        direction=row.direction,
        owner=row.supplier or "",
        lot=row.lot_no or "",
        material=row.material or "",
        quantity=value_text(row.quantity),
        unit=row.unit or "",
        mass_kg=None if mass is None else kg_text(mass),
        layer=row.layer or "",
        layer_share=value_text(row.layer_share),
        thickness_um=value_text(row.thickness),
        density_g_cm3=value_text(row.density),
        grammage_g_m2=value_text(row.grammage),
        remark=row.remark or "",
        ref=ref_answer(row.source.ref("quantity")),
    )


def _lab_test(test: Any) -> DossierLabTest:
    names = ("laboratory", "method", "biobased_carbon", "organic_carbon", "pmc")
    stated = {name: value_text(getattr(test, name)) for name in names}
    ref = ref_answer(test.source.ref("report_no"))
    return DossierLabTest(
        report=test.report_no, owner=test.supplier or "", lot=test.lot_no, date=test.report_date.isoformat(), ref=ref, **stated
    )


def _records(ledger: Ledger, lots: set[LotKey], runs: Sequence[Run]) -> list[SiteRecord]:
    numbers, names = {lot.number for lot in lots}, {run.key.number for run in runs}
    chosen = [r for r in ledger.records if r.lot_no in numbers or r.run_no in names]
    return sorted(chosen, key=lambda r: (value_text(r.date), r.record_no))


def _record(r: SiteRecord) -> DossierRecord:
    return DossierRecord(
        record=r.record_no,
        kind=r.kind,
        lot=r.lot_no or "",
        run=r.run_no or "",
        date=value_text(r.date),
        value=value_text(r.value),
        unit=r.unit or "",
        document=r.document or "",
        remark=r.remark or "",
        ref=ref_answer(r.source.ref("record_no")),
    )


def _sources(deliveries: Sequence[Delivery], ledger: Ledger, lots: set[LotKey]) -> list[DossierSource]:
    named = {(d.supplier, d.feedstock_source) for d in deliveries} | {
        (s.supplier, s.source_id) for s in ledger.lot_sources if s.lot in lots
    }
    wanted = {source for _, source in named}
    chosen = [s for s in ledger.sources if (s.supplier, s.source_id) in named or (s.supplier is None and s.source_id in wanted)]
    return [
        DossierSource(
            supplier=s.supplier or "",
            source=s.source_id,
            feedstock=s.feedstock,
            category=s.category,
            country=s.country_of_origin or "",
            region=s.region or "",
            certificate=s.certificate_no or "",
            ref=ref_answer(s.source.ref("source_id")),
        )
        for s in sorted(chosen, key=lambda s: (s.supplier or "", s.source_id))
    ]


def _certificates(ledger: Ledger, deliveries: Sequence[Delivery], sources: Sequence[DossierSource]) -> list[DossierCertificate]:
    named = {d.certificate_no for d in deliveries} | {s.certificate for s in sources}
    chosen = [c for c in ledger.certificates if c.certificate_no in named]
    return [
        DossierCertificate(
            certificate=c.certificate_no,
            scheme=c.scheme,
            holder=c.holder,
            valid_from=c.valid_from.isoformat(),
            valid_until=c.valid_until.isoformat(),
            chain_of_custody=c.chain_of_custody or "",
            certification_body=c.certification_body or "",
            withdrawn_on=value_text(c.withdrawn_on),
            ref=ref_answer(c.source.ref("certificate_no")),
        )
        for c in sorted(chosen, key=lambda c: (c.scheme, c.certificate_no))
    ]


def _shipment(s: Shipment) -> DossierShipment:
    names = ("kind", "quantity", "unit", "claimed_figure", "claimed", "claim_wording", "customer")
    stated = {name: value_text(getattr(s, name)) for name in names}
    return DossierShipment(shipment=s.shipment_no, date=s.date.isoformat(), ref=ref_answer(s.source.ref("shipment_no")), **stated)


def _parties(ledger: Ledger, lots: set[LotKey], shipments: Sequence[Shipment], tests: Sequence[Any]) -> list[DossierParty]:
    named = (
        {lot.owner for lot in lots} | {s.customer for s in shipments} | {t.laboratory for t in tests} | {ledger.organisation, ledger.site}
    )
    chosen = sorted((p for p in ledger.parties if p.party_id in named), key=lambda p: p.party_id)
    return [DossierParty(party=p.party_id, name=p.name, role=p.role, country=p.country or "") for p in chosen]


def _settings(ledger: Ledger) -> list[DossierSetting]:
    return [
        DossierSetting(name=name, value=getattr(ledger.settings, name), says=says) for name, (_, says) in data.layout().settings.items()
    ]


def _files(refs: Iterable[RefAnswer], imports: dict[str, int]) -> list[DossierFile]:
    files = sorted({(ref.file, ref.sha256) for ref in refs if ref.sha256})
    return [DossierFile(file=name, sha256=sha256, import_id=imports.get(sha256)) for name, sha256 in files]
