"""What every figure of the dossier rests on, as sets of rows of the evidence register.

A figure of the content rests on all cells that can move it; a mass on the way on the rows of its run and on the masses that
the lot's shares follow from; a lot's part in a sum on what is stated of that lot, and on the same masses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from tracepack.report.answers import ContentAnswer, LineageAnswer, RefAnswer, TraceAnswer
from tracepack.report.answers_verdicts import VerdictAnswer
from tracepack.report.dossier import Dossier
from tracepack.report.dossier_rows import EvidenceRow, RestsOn
from tracepack.report.register import ATTRIBUTED, CONTENT

_MASS_FIELDS = frozenset(
    {
        *("quantity", "moisture", "layer_share", "thickness", "density", "grammage", "width", "piece_weight", "carbon_share"),
        *("share", "lot_no", "material"),
    }
)
_VOLATILE = ("water", "solvent")
_CERTIFIED = "certified_share"
#: What is stated of a lot that left, or of a record: nothing of the lot rests on it.
_LEAVING = ("quantity", "claimed", "value")
_RECORDED = ("value",)
_Lot = tuple[str, str]


def with_resting(dossier: Dossier) -> Dossier:
    """The dossier with what each of its figures rests on."""
    book = _Book(dossier.evidence)
    figures = {key: book.add(f"/content/content/{key}", book.moving(key)) for key in (*CONTENT, ATTRIBUTED)}
    masses = book.add("/content/dry_mass_kg", book.masses())
    book.add("/content/mass_kg", book.quantities((dossier.lot.owner, dossier.lot.number)), [])
    sets = _Sets(book, figures, masses)
    _content(sets, dossier.content)
    _trace(sets, dossier.trace)
    _lineage(sets, dossier.lineage)
    _rows(sets, dossier)
    _totals(sets, dossier)
    _sums(sets, dossier)
    for place, verdict in enumerate(dossier.verdicts):
        _verdict(sets, f"/verdicts/{place}", verdict)
    return dossier.model_copy(update={"rests_on": book.sets()})


#: What sets the model of a lot; where nothing does, what brought it says that it is there without.
_PAPERS = ("chain_of_custody", "certificate_no", "attributed_content", "attribution")


class _Book:
    """Sets of evidence, each kept once, numbered R1, R2 ... as they are first asked for."""

    def __init__(self, evidence: Sequence[EvidenceRow]) -> None:
        self._evidence = evidence
        self._names: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
        self._kept: dict[str, RestsOn] = {}
        self._of_lot: dict[_Lot, list[EvidenceRow]] = defaultdict(list)
        self._of_run: dict[str, list[EvidenceRow]] = defaultdict(list)
        self._of_row: dict[tuple[str, str, str, str], list[EvidenceRow]] = defaultdict(list)
        for row in evidence:
            if row.run and row.field not in _RECORDED:
                self._of_run[row.run].append(row)
            elif row.figures or row.field not in _LEAVING:
                self._of_lot[row.owner, row.lot].append(row)
            self._of_row[_row_of(row.ref)].append(row)

    def add(self, figure: str, evidence: Iterable[EvidenceRow], also: Iterable[str] = ()) -> str:
        """Say what a figure rests on; the set's number, "" where it is empty."""
        ids, others = tuple(row.id for row in evidence), tuple(dict.fromkeys(name for name in also if name))
        if not ids and len(others) < 2:
            return self._join(figure, others[0]) if others else ""
        name = self._names.setdefault((ids, others), f"R{len(self._names) + 1}")
        self._kept.setdefault(name, RestsOn(id=name, figures=[], evidence=list(ids), also=list(others)))
        return self._join(figure, name)

    def _join(self, figure: str, name: str) -> str:
        self._kept[name].figures.append(figure)
        return name

    def sets(self) -> list[RestsOn]:
        return list(self._kept.values())

    def of_fields(self, *fields: str) -> list[EvidenceRow]:
        return [row for row in self._evidence if row.field in fields and not row.run]

    def moving(self, figure: str) -> list[EvidenceRow]:
        return [row for row in self._evidence if figure in row.figures]

    def masses(self) -> list[EvidenceRow]:
        """What masses and dry shares on the way follow from."""
        return [row for row in self._evidence if row.figures and (row.field in _MASS_FIELDS or row.value.casefold().endswith(_VOLATILE))]

    def said_of(self, lot: _Lot) -> list[EvidenceRow]:
        return self._of_lot.get(lot, [])

    def quantities(self, lot: _Lot) -> list[EvidenceRow]:
        """The rows that brought mass into a lot: its deliveries, or what runs put out."""
        brought = [
            row for row in self._of_lot.get(lot, []) if row.figures and row.field in ("quantity", "grammage", "width", "piece_weight")
        ]
        return brought + [r for rows in self._of_run.values() for r in rows if (r.owner, r.lot) == lot and r.value.startswith("out ")]

    def of_run(self, number: str, lot: _Lot | None = None) -> list[EvidenceRow]:
        """The rows of a run, of one lot in it where that is named there."""
        rows = self._of_run.get(number, [])
        return [row for row in rows if lot == (row.owner, row.lot)] or rows

    def beside(self, ref: RefAnswer) -> list[EvidenceRow]:
        """The evidence that stands in the same row of a sheet as a cell."""
        return self._of_row.get(_row_of(ref), [])


def _row_of(ref: RefAnswer) -> tuple[str, str, str, str]:
    return ref.file, ref.sha256, ref.sheet, re.sub(r"^[A-Z]+", "", ref.cell)


class _Sets:
    """The book, with the sets that others lean on: of each content figure, and of the masses."""

    def __init__(self, book: _Book, figures: dict[str, str], masses: str) -> None:
        self.book, self.figures, self.masses = book, figures, masses
        self.carbon = figures["bio_carbon_toc"] or masses

    def of(self, names: Iterable[str]) -> list[str]:
        """The sets of figures; of all of content for a figure that is none of them."""
        wanted = [name for name in names if name]
        known = [key for key in self.figures if key in wanted]
        every = list(CONTENT) if len(known) < len(set(wanted)) else []
        return [self.figures[key] for key in dict.fromkeys([*known, *every])]


def _content(sets: _Sets, content: ContentAnswer) -> None:
    book = sets.book
    for name in ("origins", "attributed_origins"):
        for place, origin in enumerate(getattr(content, name)):
            book.add(f"/content/{name}/{place}", book.said_of((origin.owner or "", origin.lot or "")), [sets.carbon])
    for place, _ in enumerate(content.states):
        book.add(f"/content/states/{place}", [], sets.of(CONTENT))
    for place, test in enumerate(content.lab_tests):
        measured = [row for ref in test.refs for row in book.beside(ref)]
        book.add(f"/content/lab_tests/{place}", measured, sets.of([test.figure]))
    _custody(sets, "/content/chain_of_custody", content)


def _custody(sets: _Sets, pointer: str, answer: ContentAnswer | TraceAnswer) -> None:
    """The shares up to which the lot may be claimed: attributed, and certified by the models and papers of what went in."""
    custody = answer.chain_of_custody
    if custody is None:
        return
    for end in ("low", "high"):
        if getattr(custody, f"attributed_{end}") is not None:
            sets.book.add(f"{pointer}/attributed_{end}", [], [sets.figures[ATTRIBUTED] or sets.masses])
        if getattr(custody, f"certified_{end}") is not None:
            cited = sets.book.of_fields("chain_of_custody", "certificate_no")
            sets.figures[_CERTIFIED] = sets.book.add(f"{pointer}/certified_{end}", cited, [sets.masses])


def _trace(sets: _Sets, trace: TraceAnswer) -> None:
    book = sets.book
    for place, lot in enumerate(trace.lots):
        brought = book.quantities((lot.owner, lot.number))
        book.add(f"/trace/lots/{place}", brought, [sets.masses])
        if lot.chain_of_custody is not None:
            papers = [row for row in book.said_of((lot.owner, lot.number)) if row.field in _PAPERS]
            book.add(f"/trace/lots/{place}/chain_of_custody", papers or brought)
    for place, link in enumerate(trace.links):
        to = (link.to_owner or "", link.to)
        rows = book.of_run(link.run) if link.run else book.said_of(to)
        book.add(f"/trace/links/{place}", rows, [sets.masses])
    for place, end in enumerate(trace.open_ends):
        book.add(f"/trace/open_ends/{place}", book.quantities((end.owner, end.number)), [sets.masses])
    book.add("/trace/unaccounted_kg", [], [sets.masses])
    _custody(sets, "/trace/chain_of_custody", trace)


def _lineage(sets: _Sets, lineage: LineageAnswer) -> None:
    book = sets.book
    nodes = {node.id: node for node in lineage.nodes}
    for place, node in enumerate(lineage.nodes):
        if node.kind == "run":
            book.add(f"/lineage/nodes/{place}/mass_kg", book.of_run(node.number))
        elif node.kind != "source":
            book.add(f"/lineage/nodes/{place}/mass_kg", book.quantities((node.owner, node.number)), [])
            book.add(f"/lineage/nodes/{place}/share", book.said_of((node.owner, node.number)), [sets.carbon])
    for place, edge in enumerate(lineage.edges):
        ends = [nodes[edge.from_], nodes[edge.to]]
        run = next((node for node in ends if node.kind == "run"), None)
        lot = next((node for node in ends if node.kind not in ("run", "source")), None)
        named = ("", "") if lot is None else (lot.owner, lot.number)
        rows = book.said_of(named) if run is None else book.of_run(run.number, named)
        book.add(f"/lineage/edges/{place}", rows, [sets.masses] if run is None else [])


def _rows(sets: _Sets, dossier: Dossier) -> None:
    """Tables whose rows stand in a workbook as rows."""
    book = sets.book
    for place, run in enumerate(dossier.runs):
        for name in ("in_kg", "out_kg", "loss_kg"):
            book.add(f"/runs/{place}/{name}", book.of_run(run.run))
        for number, row in enumerate(run.rows):
            described = [e for e in book.said_of((row.owner, row.lot)) if e.field in ("grammage", "width", "piece_weight", "density")]
            book.add(f"/runs/{place}/rows/{number}", [*book.beside(row.ref), *described])
    for name in ("lab_tests", "shipments", "records"):
        for place, item in enumerate(getattr(dossier, name)):
            book.add(f"/{name}/{place}", book.beside(item.ref))


def _totals(sets: _Sets, dossier: Dossier) -> None:
    """Each total rests on the cells that say its name, and on what the shares rest on."""
    for place, answer in enumerate(dossier.composition):
        sets.book.add(f"/composition/{place}/mass_share", [], [sets.masses])
        for number, row in enumerate(answer.rows):
            cited = {e.id: e for ref in row.refs for e in sets.book.beside(ref) if e.ref == ref}
            ordered = sorted(cited.values(), key=lambda row: int(row.id[1:]))
            sets.book.add(f"/composition/{place}/rows/{number}", ordered, [sets.carbon])


def _sums(sets: _Sets, dossier: Dossier) -> None:
    """The workings, the sentences that state a share, and the inventory."""
    book = sets.book
    for place, working in enumerate(dossier.calculation):
        book.add(f"/calculation/{place}/value", [], sets.of([working.figure]))
        for number, row in enumerate(working.rows):
            book.add(f"/calculation/{place}/rows/{number}", book.said_of((row.owner, row.lot)), [sets.masses])
    for place, sentence in enumerate(dossier.claims.allowed if dossier.claims else []):
        if sentence.percent is not None:
            book.add(f"/claims/allowed/{place}/percent", [], sets.of([sentence.figure or ATTRIBUTED]))
    for place, lot in enumerate(dossier.inventory):
        book.add(f"/inventory/{place}", book.said_of((lot.owner, lot.lot)), [sets.carbon])


def _verdict(sets: _Sets, pointer: str, verdict: VerdictAnswer) -> None:
    leads = partial(sets.book.add, evidence=())
    leads(pointer, also=sets.of([verdict.figure]))
    for name in ("gates", "categories"):
        for place, gate in enumerate(getattr(verdict, name)):
            leads(f"{pointer}/{name}/{place}", also=sets.of([gate.figure]))
    for place in range(len(verdict.tiers)):
        leads(f"{pointer}/tiers/{place}", also=sets.of([verdict.figure]))
    for place, advice in enumerate(verdict.advice or []):
        cells = [row for ref in advice.refs for row in sets.book.beside(ref) if row.ref == ref]
        sets.book.add(f"{pointer}/advice/{place}", cells, sets.of([advice.figure]))
