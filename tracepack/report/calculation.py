"""How the figures come about: from the core's workings to the answer, and the answer as a section of the report."""

from __future__ import annotations

from collections.abc import Iterable

from tracepack.core.workings import Part, Working
from tracepack.report.answers_calculation import CalculationAnswer, CalculationRow
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table
from tracepack.report.leads import Leads
from tracepack.report.wording import Wording


def calculation_answers(workings: Iterable[Working]) -> list[CalculationAnswer]:
    """The workings as they are published."""
    return [CalculationAnswer(figure=w.figure, end=w.end, value=w.value, rows=[_row(part) for part in w.parts]) for w in workings]


def _row(part: Part) -> CalculationRow:
    lot = part.root.lot
    return CalculationRow(
        owner=lot.owner if lot else "",
        lot=lot.number if lot else "",
        material=part.root.delivery.material if part.root.delivery else "",
        mass_share=part.share,
        numerator=part.numerator,
        denominator=part.denominator,
    )


def calculation_blocks(answers: Iterable[CalculationAnswer], leads: Leads, w: Wording) -> list[Block]:
    """Each end of each figure as a table that can be added up by hand."""
    blocks: list[Block] = []
    for place, answer in enumerate(answers):
        blocks += [Heading(calculation_title(answer, w)), _table(answer, f"/calculation/{place}", leads, w)]
    return [Paragraph(w("calculation.says")), *blocks] if blocks else []


def calculation_title(answer: CalculationAnswer, w: Wording) -> str:
    """The figure, which end of it, and its value."""
    end = "" if answer.end == "both" else f", {w(f'calculation.{answer.end}')}"
    return f"{w(f'figure.{answer.figure}.name')}{end}: {w.percent(answer.value)}"


def row_name(row: CalculationRow, w: Wording) -> str:
    """The lot of a row with its owner, or that nobody named it."""
    if not row.lot:
        return w("text.lot_unknown")
    return f"{row.lot} ({row.owner})" if row.owner else row.lot


def _table(answer: CalculationAnswer, pointer: str, leads: Leads, w: Wording) -> Table:
    rows = [
        (
            Cell(row_name(row, w)),
            Cell(row.material),
            *(
                leads.cell(_number(value, w), f"{pointer}/rows/{place}", number=value, told=False)
                for value in (
                    row.mass_share,
                    row.numerator,
                    row.denominator,
                    row.mass_share * row.numerator,
                    row.mass_share * row.denominator,
                )
            ),
            leads.rows(f"{pointer}/rows/{place}"),
        )
        for place, row in enumerate(answer.rows)
    ]
    top = sum(row.mass_share * row.numerator for row in answer.rows)
    bottom = sum(row.mass_share * row.denominator for row in answer.rows)
    sums = (sum(row.mass_share for row in answer.rows), None, None, top, bottom)
    total = [_sum(value, f"{pointer}/value", leads, w) for value in sums]
    headers = calculation_headers(w)
    last = (Cell(w("calculation.sum")), Cell(""), *total, leads.rows(f"{pointer}/value"))
    return Table(headers, (*rows, last), frozenset(range(2, len(headers) - 1)), sums=1)


def _sum(value: float | None, pointer: str, leads: Leads, w: Wording) -> Cell:
    return Cell("") if value is None else leads.cell(_number(value, w), pointer, number=value, told=False)


def calculation_headers(w: Wording) -> tuple[str, ...]:
    """Lot, material, share, what a kilogram gives above and below the line, the products, and what the row rests on."""
    names = ("share", "numerator", "denominator", "top", "bottom")
    return (w("column.lot"), w("column.material"), *(w(f"calculation.{name}") for name in names), w("column.rests_on"))


def _number(value: float, w: Wording) -> str:
    return w.number(f"{value:.6f}")
