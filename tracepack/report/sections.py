"""What the report says, section by section, from the dossier: the same for every page format."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.core.quantity import claim_percent
from tracepack.report.answers import ContentFigures, FigureAnswer, OriginAnswer
from tracepack.report.calculation import calculation_blocks
from tracepack.report.checksteps import check_blocks
from tracepack.report.claims import claims_blocks
from tracepack.report.composition import composition_blocks
from tracepack.report.crosssection import layer_blocks
from tracepack.report.custody_chain import custody_blocks
from tracepack.report.document import Block, Bullets, Cell, Document, Heading, Paragraph, Picture, Section, Table, table
from tracepack.report.dossier import Dossier
from tracepack.report.inventory import inventory_blocks
from tracepack.report.leads import Leads
from tracepack.report.naming import lot_name, place
from tracepack.report.readiness import audit_blocks
from tracepack.report.recorded import (
    evidence_blocks,
    files_blocks,
    lab_blocks,
    records_blocks,
    runs_blocks,
    settings_blocks,
    shipments_blocks,
    sources_blocks,
)
from tracepack.report.text import CONTENT_FIGURES, bio_carbon_span
from tracepack.report.verdicts import verdicts_blocks
from tracepack.report.wording import Wording

#: So many runs of neighbouring rows are printed beside a content figure; where there are more, the number of their list.
_BESIDE_CONTENT = 12


def compose(dossier: Dossier, w: Wording, lineage_svg: str = "", digest: str = "") -> Document:
    """The report in the words of one language; sections without anything to say are left out.

    ``lineage_svg`` is the lineage picture; ``digest`` the SHA-256 of the dossier as JSON ("" where it is not told).
    """
    leads = Leads(dossier)
    blocks: dict[str, list[Block]] = {
        "lot": _lot(dossier, leads, w),
        "content": _content(dossier, leads, w),
        "origins": _origins(dossier, leads, w),
        "composition": composition_blocks(dossier.composition, {p.party: p.name for p in dossier.parties}, leads, w),
        "custody": custody_blocks(dossier, leads, w),
        "calculation": calculation_blocks(dossier.calculation, leads, w),
        "layers": layer_blocks(dossier.runs, leads, w),
        "lineage": _lineage(dossier, lineage_svg, leads, w),
        "runs": runs_blocks(dossier, leads, w),
        "lab": lab_blocks(dossier, leads, w),
        "sources": sources_blocks(dossier, w),
        "records": records_blocks(dossier, leads, w),
        "shipments": shipments_blocks(dossier, leads, w),
        "claims": [] if dossier.claims is None else claims_blocks(dossier.claims, leads, w),
        "verdicts": verdicts_blocks(dossier.verdicts, leads, w) if dossier.verdicts else [],
        "audit": audit_blocks(dossier.audit, w),
        "inventory": inventory_blocks(dossier.inventory, leads, w),
        "findings": _findings(dossier, w),
        "assumptions": [Bullets(tuple(dossier.content.assumptions))]
        if dossier.content.assumptions
        else [Paragraph(w("report.no_assumptions"))],
        "resting": leads.blocks(w),  # after all that leads there
        "evidence": evidence_blocks(dossier.evidence, w),
        "settings": settings_blocks(dossier, w),
        "files": files_blocks(dossier, w),
        "check": check_blocks(dossier, digest, w),
    }
    sections = tuple(Section(name, w(f"section.{name}"), tuple(body)) for name, body in blocks.items() if body)
    lot = lot_name(dossier.lot.owner, dossier.lot.number)
    return Document(w.lang, w("report.title", lot=lot), w("text.as_known", number=dossier.as_known_after_import), sections)


def _lot(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    content = dossier.content
    facts = {
        "lot": dossier.lot.number,
        "owner": dossier.lot.owner,
        "material": dossier.lot.material,
        "mass": leads.mass(content.mass_kg, "/content/mass_kg", w) if content.mass_kg else w.kg(None),
        "dry_mass": leads.mass(content.dry_mass_kg, "/content/dry_mass_kg", w) if content.dry_mass_kg else w.kg(None),
        "organisation": dossier.organisation,
        "site": dossier.site,
        "newest_fact": dossier.date,
        "as_known": str(dossier.as_known_after_import),
    }
    rows = [(Cell(w(f"column.{name}")), value if isinstance(value, Cell) else Cell(value)) for name, value in facts.items() if value]
    return [Table(("", ""), (*rows, *_key_figures(dossier, leads, w)))]


def _key_figures(dossier: Dossier, leads: Leads, w: Wording) -> list[tuple[Cell, Cell]]:
    """Each figure with its bounds, then the sentences that may be said."""
    rows = []
    for key in CONTENT_FIGURES:
        rows.append((Cell(w(f"figure.{key}.name")), _figure(getattr(dossier.content.content, key), f"/content/content/{key}", leads, w)))
    claims = dossier.claims.allowed if dossier.claims else []
    said = [leads.cell(s.text[w.lang], f"/claims/allowed/{place}/percent") for place, s in enumerate(claims)]
    return [*rows, *((Cell(w("claims.allowed") if not place else ""), cell) for place, cell in enumerate(said))]


def _figure(figure: FigureAnswer, pointer: str, leads: Leads, w: Wording, *, told: bool = True) -> Cell:
    """A figure's bounds as a link with a bar; no link where it does not apply."""
    if figure.low is None or figure.high is None:
        return Cell(w.figure(figure))
    return leads.cell(w.figure(figure), pointer, share=(figure.low, figure.high), told=told)


def _content(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    content = dossier.content
    blocks: list[Block] = [Paragraph(w("report.content_says")), _figures(content.content, "/content/content", leads, w)]
    if content.content.attributed.high:
        value = _figure(content.content.attributed, "/content/content/attributed", leads, w)
        rests = leads.rows("/content/content/attributed")
        blocks += [
            Heading(w("text.attributed")),
            table(w, ("figure", "value", "rests_on"), [(w("text.attributed"), value, rests)], right=("value",)),
            Paragraph(w("text.attributed_says"), "quiet"),
        ]
    else:
        blocks.append(Paragraph(f"{w('text.attributed')}: {w('text.attributed_none')}", "quiet"))
    if content.states:
        blocks.append(Heading(w("text.states")))
    for number, state in enumerate(content.states):
        blocks += [Heading(f"{state.date}: {w.kg(state.mass_kg)}"), _figures(state.content, f"/content/states/{number}", leads, w)]
    return blocks


def _figures(content: ContentFigures, pointer: str, leads: Leads, w: Wording) -> Table:
    rows = []
    for key in CONTENT_FIGURES:
        figure = getattr(content, key)
        known = figure.low is not None and figure.high is not None
        rests_on = f"{pointer}/{key}" if pointer == "/content/content" else pointer
        rows.append(
            (
                w(f"figure.{key}.name"),
                w(f"figure.{key}.standard"),
                _figure(figure, rests_on, leads, w),
                leads.cell(w("report.claim", percent=claim_percent(figure.low)) if known else "", rests_on, told=False),
                w.term("evidence", figure.evidence) if known else "",
                leads.rows(rests_on, _BESIDE_CONTENT) if known else Cell(""),
            )
        )
    return table(w, ("figure", "standard", "value", "claim", "evidence", "rests_on"), rows, right=("value", "claim"))


def _origins(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    content = dossier.content
    blocks: list[Block] = [_origin_table(content.origins, "/content/origins", leads, w)]
    if content.attributed_origins:
        booked = _origin_table(content.attributed_origins, "/content/attributed_origins", leads, w)
        blocks += [Heading(w("text.attributed_origins")), booked]
    return blocks


def _origin_table(origins: Sequence[OriginAnswer], pointer: str, leads: Leads, w: Wording) -> Table:
    names = ("mass_share", "bio_carbon_share", "source", "feedstock", "category", "country", "lot", "material", "place")
    rows = [
        (
            leads.cell(w.percent(o.mass_share), f"{pointer}/{number}", share=(o.mass_share, o.mass_share)),
            _bio_carbon(o, f"{pointer}/{number}", leads, w),
            o.source or w("text.source_none"),
            o.feedstock or "",
            w.term("category", o.category),
            o.country or "",
            w("text.lot_unknown") if o.lot is None else lot_name(o.owner or "", o.lot),
            o.material or "",
            ", ".join(f"{ref.file} {place(ref)}" for ref in o.refs),
        )
        for number, o in enumerate(origins)
    ]
    return table(w, names, rows, right=("mass_share", "bio_carbon_share"))


def _bio_carbon(origin: OriginAnswer, pointer: str, leads: Leads, w: Wording) -> Cell:
    low, high = origin.bio_carbon_share_low, origin.bio_carbon_share_high
    share = None if low is None or high is None else (low, high)
    return leads.cell(bio_carbon_span(origin, w), pointer, share=share, told=False)


def _lineage(dossier: Dossier, svg: str, leads: Leads, w: Wording) -> list[Block]:
    trace = dossier.trace
    counts = {"lots": len(trace.lots), "ends": len(trace.open_ends), "mass": w.kg(trace.unaccounted_kg)}
    verdict = Paragraph(w("report.complete" if trace.complete else "report.incomplete", **counts), "good" if trace.complete else "bad")
    blocks: list[Block] = [Picture(w("report.picture_of" if svg else "report.picture", lot=dossier.lot.number), svg, bool(svg)), verdict]
    if trace.open_ends:
        ends = [
            (lot_name(e.owner, e.number), leads.mass(e.mass_kg, f"/trace/open_ends/{number}", w), e.reason)
            for number, e in enumerate(trace.open_ends)
        ]
        blocks += [Heading(w("text.open_ends")), table(w, ("lot", "mass", "reason"), ends, right=("mass",))]
    links = [
        (
            lot_name(x.from_owner or "", x.from_),
            lot_name(x.to_owner or "", x.to),
            x.run,
            leads.mass(x.mass_kg, f"/trace/links/{number}", w),
        )
        for number, x in enumerate(trace.links)
    ]
    return [*blocks, table(w, ("from", "to", "run", "mass"), links, right=("mass",))] if links else blocks


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
