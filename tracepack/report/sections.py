"""What the report says, section by section, from the dossier: the same for every page format."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack import data
from tracepack.core.findings import SourceRef
from tracepack.core.quantity import claim_percent
from tracepack.report.answers import ContentFigures, LabAnswer, OriginAnswer, RefAnswer
from tracepack.report.calculation import calculation_blocks
from tracepack.report.checksteps import check_blocks
from tracepack.report.claims import claims_blocks
from tracepack.report.crosssection import layer_blocks
from tracepack.report.custody_text import custody_cells, custody_facts, custody_title
from tracepack.report.document import Block, Bullets, Cell, Document, Heading, Paragraph, Picture, Section, Table, table
from tracepack.report.dossier import Dossier
from tracepack.report.dossier_rows import DossierRun, EvidenceRow
from tracepack.report.inventory import inventory_blocks
from tracepack.report.readiness import audit_blocks
from tracepack.report.text import CONTENT_FIGURES, bio_carbon_span, compared, figure_name
from tracepack.report.verdicts import verdicts_blocks
from tracepack.report.wording import Wording


def compose(dossier: Dossier, w: Wording, lineage_svg: str = "", digest: str = "") -> Document:
    """The report in the words of one language; sections without anything to say are left out.

    ``lineage_svg`` is the lineage picture; ``digest`` the SHA-256 of the dossier as JSON ("" where it is not told).
    """
    blocks: dict[str, list[Block]] = {
        "lot": _lot(dossier, w),
        "content": _content(dossier, w),
        "origins": _origins(dossier, w),
        "calculation": calculation_blocks(dossier.calculation, w),
        "layers": layer_blocks(dossier.runs, w),
        "lineage": _lineage(dossier, lineage_svg, w),
        "runs": [block for run in dossier.runs for block in _run(run, w)],
        "lab": _lab(dossier, w),
        "sources": _sources(dossier, w),
        "records": _records(dossier, w),
        "shipments": _shipments(dossier, w),
        "claims": [] if dossier.claims is None else claims_blocks(dossier.claims, w),
        "verdicts": verdicts_blocks(dossier.verdicts, w) if dossier.verdicts else [],
        "audit": audit_blocks(dossier.audit, w),
        "inventory": inventory_blocks(dossier.inventory, w),
        "findings": _findings(dossier, w),
        "assumptions": [Bullets(tuple(dossier.content.assumptions))]
        if dossier.content.assumptions
        else [Paragraph(w("report.no_assumptions"))],
        "evidence": _evidence(dossier.evidence, w),
        "settings": _settings(dossier, w),
        "files": _files(dossier, w),
        "check": check_blocks(dossier, digest, w),
    }
    sections = tuple(Section(name, w(f"section.{name}"), tuple(body)) for name, body in blocks.items() if body)
    lot = lot_name(dossier.lot.owner, dossier.lot.number)
    return Document(w.lang, w("report.title", lot=lot), w("text.as_known", number=dossier.as_known_after_import), sections)


def lot_name(owner: str, number: str) -> str:
    """A lot with its owner."""
    return f"{number} ({owner})" if owner else number


def _mass(mass_kg: str | None, w: Wording) -> Cell:
    """A mass as text and as a number."""
    return Cell(w.kg(mass_kg), number=None if mass_kg is None else float(mass_kg))


def place(ref: RefAnswer | SourceRef) -> str:
    """A cell's place in its file."""
    return f"{ref.sheet}!{ref.cell}" if ref.cell else ref.sheet


def field_name(field: str) -> str:
    """A field as its column is headed in the workbook; the field itself where no sheet has it."""
    headers = {column.key: column.header for sheet in data.layout().sheets.values() for column in sheet.columns}
    return headers.get(field, field)


def _lot(dossier: Dossier, w: Wording) -> list[Block]:
    content = dossier.content
    facts = {
        "lot": dossier.lot.number,
        "owner": dossier.lot.owner,
        "material": dossier.lot.material,
        "mass": w.kg(content.mass_kg),
        "dry_mass": w.kg(content.dry_mass_kg),
        "organisation": dossier.organisation,
        "site": dossier.site,
        "newest_fact": dossier.date,
        "as_known": str(dossier.as_known_after_import),
    }
    rows = [(Cell(w(f"column.{name}")), Cell(value)) for name, value in facts.items() if value]
    return [Table(("", ""), (*rows, *_key_figures(dossier, w)))]


def _key_figures(dossier: Dossier, w: Wording) -> list[tuple[Cell, Cell]]:
    """Each figure with its bounds, a link to the register, then the sentences that may be said."""
    rows = []
    for key in CONTENT_FIGURES:
        figure = getattr(dossier.content.content, key)
        first = next((row.id for row in dossier.evidence if key in row.figures), "")
        value = w.figure(figure)
        rows.append((Cell(w(f"figure.{key}.name")), Cell(value, ((value, first),) if first and figure.low is not None else ())))
    claims = dossier.claims.allowed if dossier.claims else []
    return [*rows, *((Cell(w("claims.allowed") if not place else ""), Cell(s.text[w.lang])) for place, s in enumerate(claims))]


def _content(dossier: Dossier, w: Wording) -> list[Block]:
    blocks: list[Block] = [Paragraph(w("report.content_says")), _figures(dossier.content.content, dossier.evidence, w)]
    attributed = dossier.content.content.attributed
    if attributed.high:
        blocks += [
            Heading(w("text.attributed")),
            Paragraph(f"{w('text.attributed')}: {w.figure(attributed)}"),
            Paragraph(w("text.attributed_says"), "quiet"),
        ]
    else:
        blocks.append(Paragraph(f"{w('text.attributed')}: {w('text.attributed_none')}", "quiet"))
    if dossier.content.chain_of_custody is not None:
        blocks.append(Heading(custody_title(dossier.content.chain_of_custody, w)))
        blocks += [Paragraph(line) for line in custody_facts(dossier.content.chain_of_custody, w)]
        blocks.append(Paragraph("; ".join(custody_cells(dossier.content.chain_of_custody)), "quiet"))
    if dossier.content.states:
        blocks.append(Heading(w("text.states")))
    for state in dossier.content.states:
        blocks += [Paragraph(f"{state.date}: {w.kg(state.mass_kg)}"), _figures(state.content, [], w)]
    return blocks


def _figures(content: ContentFigures, evidence: Sequence[EvidenceRow], w: Wording) -> Table:
    rows = []
    for key in CONTENT_FIGURES:
        figure = getattr(content, key)
        known = figure.low is not None and figure.high is not None
        links = evidence_links([row.id for row in evidence if key in row.figures]) if known else ()
        value = w.figure(figure)
        target = ((value, links[0][1]),) if links else ()
        claim = w("report.claim", percent=claim_percent(figure.low)) if known else ""
        rows.append(
            (
                w(f"figure.{key}.name"),
                w(f"figure.{key}.standard"),
                Cell(value, target, share=(figure.low, figure.high) if known else None),
                claim,
                w.term("evidence", figure.evidence) if known else "",
                Cell("", links),
            )
        )
    return table(w, ("figure", "standard", "value", "claim", "evidence", "rests_on"), rows, right=("value", "claim"))


def evidence_links(ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Numbers of the register as links, neighbours drawn together: E1-E3, E7."""
    runs: list[list[str]] = []
    for name in ids:
        if runs and int(name[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return tuple((run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}", run[0]) for run in runs)


def _origins(dossier: Dossier, w: Wording) -> list[Block]:
    blocks: list[Block] = [_origin_table(dossier.content.origins, w)]
    if dossier.content.attributed_origins:
        blocks += [Heading(w("text.attributed_origins")), _origin_table(dossier.content.attributed_origins, w)]
    return blocks


def _origin_table(origins: Sequence[OriginAnswer], w: Wording) -> Table:
    names = ("mass_share", "bio_carbon_share", "source", "feedstock", "category", "country", "lot", "material")
    rows = [
        (
            Cell(w.percent(o.mass_share), share=(o.mass_share, o.mass_share)),
            bio_carbon_span(o, w),
            o.source or w("text.source_none"),
            o.feedstock or "",
            w.term("category", o.category),
            o.country or "",
            w("text.lot_unknown") if o.lot is None else lot_name(o.owner or "", o.lot),
            o.material or "",
        )
        for o in origins
    ]
    return table(w, names, rows, right=("mass_share", "bio_carbon_share"))


def _lineage(dossier: Dossier, svg: str, w: Wording) -> list[Block]:
    trace = dossier.trace
    counts = {"lots": len(trace.lots), "ends": len(trace.open_ends), "mass": w.kg(trace.unaccounted_kg)}
    verdict = Paragraph(w("report.complete" if trace.complete else "report.incomplete", **counts), "good" if trace.complete else "bad")
    blocks: list[Block] = [Picture(w("report.picture_of" if svg else "report.picture", lot=dossier.lot.number), svg, bool(svg)), verdict]
    if trace.open_ends:
        ends = [(lot_name(e.owner, e.number), Cell("") if e.mass_kg is None else _mass(e.mass_kg, w), e.reason) for e in trace.open_ends]
        blocks += [Heading(w("text.open_ends")), table(w, ("lot", "mass", "reason"), ends, right=("mass",))]
    links = [(lot_name(x.from_owner or "", x.from_), lot_name(x.to_owner or "", x.to), x.run, _mass(x.mass_kg, w)) for x in trace.links]
    return [*blocks, table(w, ("from", "to", "run", "mass"), links, right=("mass",))] if links else blocks


def _run(run: DossierRun, w: Wording) -> list[Block]:
    rows = [
        (
            w.term("direction", r.direction),
            lot_name(r.owner, r.lot),
            r.material,
            r.layer,
            f"{w.number(r.quantity)} {r.unit}".strip(),
            _mass(r.mass_kg, w),
            r.remark,
            place(r.ref),
        )
        for r in run.rows
    ]
    title = ", ".join(part for part in (w("text.through_run", run=run.run), run.kind, run.date, run.site) if part)
    sums = w("report.run_sums", input=w.kg(run.in_kg), output=w.kg(run.out_kg), loss=w.kg(run.loss_kg))
    columns = ("direction", "lot", "material", "layer", "quantity", "mass", "remark", "place")
    return [Heading(title), table(w, columns, rows, right=("quantity", "mass")), Paragraph(sums, "quiet")]


def _lab(dossier: Dossier, w: Wording) -> list[Block]:
    blocks: list[Block] = []
    if dossier.content.lab_tests:
        names = ("report", "date", "method", "figure", "measured", "compared")
        blocks.append(table(w, names, [_compared_row(test, w) for test in dossier.content.lab_tests], right=("measured",)))
    if dossier.lab_tests:
        columns = ("report", "date", "lot", "laboratory", "method", "biobased_carbon", "organic_carbon", "pmc", "place")
        reports = [
            (
                t.report,
                t.date,
                lot_name(t.owner, t.lot),
                t.laboratory,
                t.method,
                t.biobased_carbon,
                t.organic_carbon,
                t.pmc,
                f"{t.ref.file} {place(t.ref)}",
            )
            for t in dossier.lab_tests
        ]
        blocks += [Heading(w("report.lab_reports")), table(w, columns, reports, right=("biobased_carbon", "organic_carbon", "pmc"))]
    return blocks


def _compared_row(test: LabAnswer, w: Wording) -> tuple[str, ...]:
    measured = w.span(test.measured_low, test.measured_high)
    return (test.report_no, test.date, test.method, figure_name(test.figure, w), measured, compared(test, w))


def _sources(dossier: Dossier, w: Wording) -> list[Block]:
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


def _records(dossier: Dossier, w: Wording) -> list[Block]:
    names = ("record", "kind", "lot", "run", "date", "value", "document", "remark", "place")
    rows = [
        (
            r.record,
            w.term("record_kind", r.kind),
            r.lot,
            r.run,
            r.date,
            f"{w.number(r.value)} {r.unit}".strip(),
            r.document,
            r.remark,
            f"{r.ref.file} {place(r.ref)}",
        )
        for r in dossier.records
    ]
    return [table(w, names, rows, right=("value",))] if rows else []


def _shipments(dossier: Dossier, w: Wording) -> list[Block]:
    names = ("shipment", "date", "customer", "kind", "quantity", "claimed_figure", "claimed", "claim_wording", "place")
    rows = []
    for s in dossier.shipments:
        figure = figure_name(s.claimed_figure, w)
        quantity = f"{w.number(s.quantity)} {s.unit}"
        rows.append(
            (
                s.shipment,
                s.date,
                s.customer,
                w.term("shipment_kind", s.kind),
                quantity,
                figure,
                s.claimed,
                s.claim_wording,
                f"{s.ref.file} {place(s.ref)}",
            )
        )
    return [table(w, names, rows, right=("quantity", "claimed"))] if rows else []


def _findings(dossier: Dossier, w: Wording) -> list[Block]:
    if not dossier.findings:
        return [Paragraph(w("text.no_findings"), "good")]
    rows = [
        (
            w.term("severity", f.severity),
            Cell(f.name, code=True),
            f.message,
            f.hint,
            ", ".join(f"{ref.file} {place(ref)}" for ref in f.refs),
        )
        for f in dossier.findings
    ]
    return [table(w, ("severity", "finding", "says", "hint", "place"), rows)]


def _evidence(evidence: Sequence[EvidenceRow], w: Wording) -> list[Block]:
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


def _settings(dossier: Dossier, w: Wording) -> list[Block]:
    return [
        table(
            w,
            ("setting", "value", "says"),
            [(Cell(s.name, code=True), w.percent(s.value), s.says) for s in dossier.settings],
            right=("value",),
        )
    ]


def _files(dossier: Dossier, w: Wording) -> list[Block]:
    rows = [(f.file, "" if f.import_id is None else str(f.import_id), Cell(f.sha256, code=True)) for f in dossier.files]
    return [table(w, ("file", "import", "sha256"), rows)] if rows else []
