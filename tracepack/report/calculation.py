"""How the figures come about: from the core's workings to the answer, and the answer as a section of the report."""

from __future__ import annotations

from collections.abc import Iterable

from tracepack.core.workings import Part, Working
from tracepack.report.answers_calculation import CalculationAnswer, CalculationRow
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table
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


def calculation_blocks(answers: Iterable[CalculationAnswer], w: Wording) -> list[Block]:
    """Each end of each figure as a table that can be added up by hand."""
    blocks: list[Block] = []
    for answer in answers:
        blocks += [Heading(calculation_title(answer, w)), _table(answer, w)]
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


def _table(answer: CalculationAnswer, w: Wording) -> Table:
    rows = [
        (
            Cell(row_name(row, w)),
            Cell(row.material),
            *(
                _number(value, w)
                for value in (
                    row.mass_share,
                    row.numerator,
                    row.denominator,
                    row.mass_share * row.numerator,
                    row.mass_share * row.denominator,
                )
            ),
        )
        for row in answer.rows
    ]
    top = sum(row.mass_share * row.numerator for row in answer.rows)
    bottom = sum(row.mass_share * row.denominator for row in answer.rows)
    total = (Cell(w("calculation.sum")), Cell(""), _number(sum(r.mass_share for r in answer.rows), w), Cell(""), Cell(""))
    headers = calculation_headers(w)
    return Table(headers, (*rows, (*total, _number(top, w), _number(bottom, w))), frozenset(range(2, len(headers))))


def calculation_headers(w: Wording) -> tuple[str, ...]:
    """Lot, material, share, what a kilogram gives above and below the line, and the products."""
    names = ("share", "numerator", "denominator", "top", "bottom")
    return (w("column.lot"), w("column.material"), *(w(f"calculation.{name}") for name in names))


def _number(value: float, w: Wording) -> Cell:
    return Cell(w.number(f"{value:.6f}"), number=value)
