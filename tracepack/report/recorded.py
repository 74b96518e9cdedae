"""Tables of what was recorded: runs, lab reports, sources, certificates, parties, records, shipments; and the register itself."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.report.answers import LabAnswer, RefAnswer
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table, table
from tracepack.report.dossier import Dossier
from tracepack.report.dossier_rows import DossierLabTest, DossierRun, EvidenceRow
from tracepack.report.leads import Leads
from tracepack.report.naming import field_name, lot_name, place
from tracepack.report.text import compared, figure_name
from tracepack.report.wording import Wording


def runs_blocks(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    """Every run on the way with its rows and what they add up to."""
    return [block for number, run in enumerate(dossier.runs) for block in _run(run, f"/runs/{number}", leads, w)]


def _run(run: DossierRun, pointer: str, leads: Leads, w: Wording) -> list[Block]:
    rows = [
        (
            w.term("direction", r.direction),
            lot_name(r.owner, r.lot),
            r.material,
            r.layer,
            leads.cell(f"{w.number(r.quantity)} {r.unit}".strip(), f"{pointer}/rows/{number}", told=False),
            leads.mass(r.mass_kg, f"{pointer}/rows/{number}", w, told=False),
            r.remark,
            _evidence_cell(r.ref, f"{pointer}/rows/{number}", leads, file=False),
        )
        for number, r in enumerate(run.rows)
    ]
    title = ", ".join(part for part in (w("text.through_run", run=run.run), run.kind, run.date, run.site) if part)
    columns = ("direction", "lot", "material", "layer", "quantity", "mass", "remark", "place")
    return [Heading(title), table(w, columns, rows, right=("quantity", "mass")), _run_sums(run, pointer, leads, w)]


def _run_sums(run: DossierRun, pointer: str, leads: Leads, w: Wording) -> Block:
    """What went in, came out and was lost."""
    sums = [leads.mass(getattr(run, f"{name}_kg"), f"{pointer}/{name}_kg", w, told=name == "in") for name in ("in", "out", "loss")]
    titles = tuple(w(f"run_sum.{name}") for name in ("in", "out", "loss"))
    unknown = Cell(w("number.mass_unknown"))
    return Table(titles, (tuple(cell if cell.text else unknown for cell in sums),), frozenset(range(3)))


def _evidence_cell(ref: RefAnswer, pointer: str, leads: Leads, *, file: bool = True) -> Cell:
    """A cell's place as a link to its row of the register, or to the list of rows that stand beside it."""
    text = f"{ref.file} {place(ref)}" if file else place(ref)
    return leads.cell(text, pointer)


def lab_blocks(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    """Lab tests beside what they are compared with, then the reports as they were stated."""
    blocks: list[Block] = []
    if dossier.content.lab_tests:
        names = ("report", "date", "method", "figure", "measured", "compared")
        rows = [_compared_row(test, f"/content/lab_tests/{number}", leads, w) for number, test in enumerate(dossier.content.lab_tests)]
        blocks.append(table(w, names, rows, right=("measured",)))
    if dossier.lab_tests:
        columns = ("report", "date", "lot", "laboratory", "method", "biobased_carbon", "organic_carbon", "pmc", "place")
        reports = [_lab_report(test, f"/lab_tests/{number}", leads) for number, test in enumerate(dossier.lab_tests)]
        blocks += [Heading(w("report.lab_reports")), table(w, columns, reports, right=("biobased_carbon", "organic_carbon", "pmc"))]
    return blocks


def _lab_report(test: DossierLabTest, pointer: str, leads: Leads) -> list[str | Cell]:
    found = [leads.cell(text, pointer, told=False) for text in (test.biobased_carbon, test.organic_carbon, test.pmc)]
    stated = [test.report, test.date, lot_name(test.owner, test.lot), test.laboratory, test.method]
    return [*stated, *found, _evidence_cell(test.ref, pointer, leads)]


def _compared_row(test: LabAnswer, pointer: str, leads: Leads, w: Wording) -> tuple[str | Cell, ...]:
    measured = leads.cell(w.span(test.measured_low, test.measured_high), pointer)
    held = leads.cell(compared(test, w), pointer, told=False)
    return (test.report_no, test.date, test.method, figure_name(test.figure, w), measured, held)


def sources_blocks(dossier: Dossier, w: Wording) -> list[Block]:
    """Feedstock sources, certificates and parties."""
    blocks: list[Block] = []
    if dossier.sources:
        rows = [
            (
                s.source,
                s.supplier,
                s.feedstock,
                w.term("category", s.category),
                s.country,
                s.region,
                s.certificate,
                f"{s.ref.file} {place(s.ref)}",
            )
            for s in dossier.sources
        ]
        blocks.append(table(w, ("source", "supplier", "feedstock", "category", "country", "region", "certificate", "place"), rows))
    if dossier.certificates:
        names = (
            "certificate",
            "scheme",
            "holder",
            "valid_from",
            "valid_until",
            "withdrawn_on",
            "chain_of_custody",
            "certification_body",
            "place",
        )
        held = [
            (
                c.certificate,
                c.scheme,
                c.holder,
                c.valid_from,
                c.valid_until,
                c.withdrawn_on,
                c.chain_of_custody,
                c.certification_body,
                f"{c.ref.file} {place(c.ref)}",
            )
            for c in dossier.certificates
        ]
        blocks += [Heading(w("report.certificates")), table(w, names, held)]
    if dossier.parties:
        parties = [(p.party, p.name, w.term("role", p.role), p.country) for p in dossier.parties]
        blocks += [Heading(w("report.parties")), table(w, ("party", "name", "role", "country"), parties)]
    return blocks


def records_blocks(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    """Records of lots and runs on the way."""
    names = ("record", "kind", "lot", "run", "date", "value", "document", "remark", "place")
    rows = [
        (
            r.record,
            w.term("record_kind", r.kind),
            r.lot,
            r.run,
            r.date,
            leads.cell(f"{w.number(r.value)} {r.unit}".strip(), f"/records/{number}", told=False),
            r.document,
            r.remark,
            _evidence_cell(r.ref, f"/records/{number}", leads),
        )
        for number, r in enumerate(dossier.records)
    ]
    return [table(w, names, rows, right=("value",))] if rows else []


def shipments_blocks(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    """Shipments of the lot, and what was claimed with them."""
    names = ("shipment", "date", "customer", "kind", "quantity", "claimed_figure", "claimed", "claim_wording", "place")
    rows = [
        (
            s.shipment,
            s.date,
            s.customer,
            w.term("shipment_kind", s.kind),
            leads.cell(f"{w.number(s.quantity)} {s.unit}", f"/shipments/{number}", told=False),
            figure_name(s.claimed_figure, w),
            leads.cell(s.claimed, f"/shipments/{number}", told=False),
            s.claim_wording,
            _evidence_cell(s.ref, f"/shipments/{number}", leads),
        )
        for number, s in enumerate(dossier.shipments)
    ]
    return [table(w, names, rows, right=("quantity", "claimed"))] if rows else []


def evidence_blocks(evidence: Sequence[EvidenceRow], w: Wording) -> list[Block]:
    """The register: every cell that figures rest on."""
    if not evidence:
        return []
    rows = [
        (
            e.id,
            lot_name(e.owner, e.lot),
            e.run,
            field_name(e.field),
            e.value,
            e.method,
            w.term("evidence", e.evidence),
            e.ref.file,
            place(e.ref),
            Cell(e.ref.sha256[:12], code=True),
        )
        for e in evidence
    ]
    names = ("number", "lot", "run", "field", "value", "method", "evidence", "file", "place", "sha256")
    return [Paragraph(w("report.evidence_says")), table(w, names, rows, right=("value",), ids=[e.id for e in evidence])]


def settings_blocks(dossier: Dossier, w: Wording) -> list[Block]:
    """The settings in force."""
    return [
        table(
            w,
            ("setting", "value", "says"),
            [(Cell(s.name, code=True), w.percent(s.value), s.says) for s in dossier.settings],
            right=("value",),
        )
    ]


def files_blocks(dossier: Dossier, w: Wording) -> list[Block]:
    """The workbooks that figures rest on."""
    rows = [(f.file, "" if f.import_id is None else str(f.import_id), Cell(f.sha256, code=True)) for f in dossier.files]
    return [table(w, ("file", "import", "sha256"), rows)] if rows else []
