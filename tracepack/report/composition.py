"""The composition of a lot by feedstock, category, country, supplier and certificate: the answer, and the section of the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tracepack.core.quantity import rounded_share
from tracepack.core.totals import TotalRow, Totals
from tracepack.report.answers import ref_answer
from tracepack.report.answers_composition import CompositionRow, CompositionTable
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table, table
from tracepack.report.leads import Leads, total_name
from tracepack.report.wording import Wording

#: So many runs of neighbouring rows are printed beside a total.
_BESIDE = 8


def composition_answers(tables: Iterable[Totals]) -> list[CompositionTable]:
    """The tables as they are published."""
    return [CompositionTable(by=t.by, rows=[_row(row) for row in t.rows], mass_share=rounded_share(t.whole)) for t in tables]


def _row(row: TotalRow) -> CompositionRow:
    bio = row.bio_carbon
    return CompositionRow(
        name=row.name,
        mass_share=rounded_share(row.share),
        mass_share_low=rounded_share(row.bounds.low),
        mass_share_high=rounded_share(row.bounds.high),
        bio_carbon_share_low=None if bio is None else rounded_share(bio.low),
        bio_carbon_share_high=None if bio is None else rounded_share(bio.high),
        refs=[ref_answer(ref) for ref in row.refs],
    )


def composition_blocks(tables: Sequence[CompositionTable], parties: Mapping[str, str], leads: Leads, w: Wording) -> list[Block]:
    """The section "Composition": a table each; ``parties`` names suppliers."""
    blocks: list[Block] = [Paragraph(w("composition.says"))] if tables else []
    for place, answer in enumerate(tables):
        named = _table(answer, f"/composition/{place}", parties, leads, w)
        blocks += [Heading(w(f"composition_by.{answer.by}")), named]
    return blocks


def _table(answer: CompositionTable, pointer: str, parties: Mapping[str, str], leads: Leads, w: Wording) -> Table:
    rows = [_cells(answer, row, f"{pointer}/rows/{place}", parties, leads, w) for place, row in enumerate(answer.rows)]
    total = (w("composition.whole"), leads.cell(w.percent(answer.mass_share), f"{pointer}/mass_share", number=None), "", "", "")
    columns = (answer.by, "mass_share", "between", "bio_carbon_share", "rests_on")
    return replace(table(w, columns, [*rows, total], right=columns[1:4]), sums=1)


def _cells(
    answer: CompositionTable, row: CompositionRow, pointer: str, parties: Mapping[str, str], leads: Leads, w: Wording
) -> tuple[str | Cell, ...]:
    open_ended = row.mass_share_low < row.mass_share_high
    between = leads.cell(w.span(row.mass_share_low, row.mass_share_high), pointer, told=False) if open_ended else Cell("")
    carbon = ""
    if row.bio_carbon_share_low is not None:
        carbon = w.span(row.bio_carbon_share_low, row.bio_carbon_share_high)
    return (
        _name(answer, row, parties, w),
        leads.cell(w.percent(row.mass_share), pointer, share=(row.mass_share_low, row.mass_share_high), told=False),
        between,
        leads.cell(carbon, pointer, told=False),
        leads.rows(pointer, _BESIDE),
    )


def _name(answer: CompositionTable, row: CompositionRow, parties: Mapping[str, str], w: Wording) -> str:
    if answer.by == "supplier" and row.name and parties.get(row.name):
        return f"{parties[row.name]} ({row.name})"
    return total_name(answer, row, w)
