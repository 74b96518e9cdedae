"""The section "Chain of custody": the lot's model, that of everything it is made of, and the credits booked to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tracepack.report.answers import TraceLot
from tracepack.report.custody_text import custody_cells, custody_facts, custody_title, model_name
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table, table
from tracepack.report.dossier import Dossier
from tracepack.report.dossier_rows import EvidenceRow
from tracepack.report.leads import Leads, evidence_links
from tracepack.report.naming import lot_name
from tracepack.report.wording import Wording

_Lot = tuple[str, str]


def custody_blocks(dossier: Dossier, leads: Leads, w: Wording) -> list[Block]:
    """The section; empty where the model was not asked for."""
    custody = dossier.content.chain_of_custody
    if custody is None:
        return []
    blocks: list[Block] = [Heading(custody_title(custody, w)), *(Paragraph(line) for line in custody_facts(custody, w))]
    blocks.append(Paragraph("; ".join(custody_cells(custody)), "quiet"))
    blocks += [Heading(w("custody.chain")), Paragraph(w("custody.chain_says")), _chain(dossier, leads, w)]
    booked = [row for row in dossier.evidence if row.field == "attribution"]
    if booked:
        blocks += [Heading(w("custody.booked")), Paragraph(w("custody.booked_says")), _booked(booked, w)]
    return blocks


def _chain(dossier: Dossier, leads: Leads, w: Wording) -> Table:
    """Every lot on the way up with its model, the run that made it or the certificate it came under, and the cells of both."""
    runs: dict[_Lot, dict[str, None]] = defaultdict(dict)
    for link in dossier.trace.links:
        if link.run:
            runs[link.to_owner or "", link.to][link.run] = None
    papers = _certificates(dossier.evidence)
    rows = [_cells(lot, place, runs, papers, leads, w) for place, lot in enumerate(dossier.trace.lots)]
    return table(w, ("lot", "material", "chain_of_custody", "run", "certificate", "rests_on"), rows)


def _certificates(evidence: Iterable[EvidenceRow]) -> dict[_Lot, dict[str, None]]:
    """The certificates that deliveries of each lot cite, or the sources of those."""
    cited: dict[_Lot, dict[str, None]] = defaultdict(dict)
    for row in evidence:
        if row.field == "certificate_no":
            cited[row.owner, row.lot][row.value.rpartition(": ")[2]] = None
    return cited


def _cells(
    lot: TraceLot, place: int, runs: Mapping[_Lot, Mapping[str, None]], papers: Mapping[_Lot, Mapping[str, None]], leads: Leads, w: Wording
) -> tuple[str | Cell, ...]:
    key = (lot.owner, lot.number)
    return (
        lot_name(*key),
        lot.material,
        model_name(lot.chain_of_custody, w) if lot.chain_of_custody else "",
        ", ".join(runs.get(key, ())),
        ", ".join(papers.get(key, ())),
        leads.rows(f"/trace/lots/{place}/chain_of_custody"),
    )


def _booked(rows: Iterable[EvidenceRow], w: Wording) -> Table:
    """The attributions to the lot and to what it was made of: the excerpt of the books that its claim rests on."""
    cells = []
    for row in rows:
        number, _, quantity = row.value.rpartition(": ")
        links = evidence_links([row.id])
        cells.append((number, lot_name(row.owner, row.lot), Cell(quantity, ((quantity, row.id),)), Cell("", links)))
    return table(w, ("number", "lot", "quantity", "rests_on"), cells, right=("quantity",))
