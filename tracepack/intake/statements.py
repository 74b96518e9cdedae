"""What is stated once for a whole table: labelled values above it, in one cell or in two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracepack import data
from tracepack.intake.headers import Names, fold
from tracepack.intake.layouts import is_header_text, keys_of, text_of
from tracepack.intake.tables import Place
from tracepack.intake.workbook import Content, Sheet

#: Labels too general to be trusted above a table unless they are the column's own name: a date there may be the day of printing.
_GENERAL_LABELS = "date datum 日期 日付 name remark remarks note notes no nr number unit type kind reference ref page 备注 编号"
_GENERAL = frozenset(_GENERAL_LABELS.split())


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that holds for a whole table: the field, the cell's content, and the cell ("" where there is none)."""

    key: str
    content: Content
    cell: str


def stated_above(sheet: Sheet, place: Place, names: Names) -> tuple[Stated, ...]:
    """Labelled values above a table ("Supplier: ACME", or the label in one cell and the value in the next).

    A field stated twice with different values is left out, as is one that the table has a column for.
    """
    taken = keys_of(names, place.header)
    found: dict[str, list[Stated]] = {}
    for row in place.above:
        for column, label, content in _labelled(sheet, row):
            match = names.match(label)
            if match and fold(label) in _GENERAL and not _own_name(place.layout.column(match.key), label):
                continue
            if match and match.key not in taken and not match.unit:
                found.setdefault(match.key, []).append(Stated(match.key, content, sheet.ref(row, column).cell))
    return tuple(states[0] for states in found.values() if len({str(state.content) for state in states}) == 1)


def _own_name(column: data.Column, label: str) -> bool:
    """Whether a label is the contract's own name of a column in some language, not one of its synonyms."""
    return fold(label) in {fold(column.header), *(fold(words[0]) for words in column.synonyms.values() if words)}


def _labelled(sheet: Sheet, row: int) -> Iterable[tuple[int, str, Content]]:
    """The labels of a row with their values: column of the value, label, value."""
    cells = sorted(sheet.rows[row].items())
    for index, (column, content) in enumerate(cells):
        if not isinstance(content, str):
            continue
        label, colon, value = text_of(content).replace("：", ":").partition(":")
        if colon and value.strip():
            yield column, label.strip(), value.strip()
        elif index + 1 < len(cells) and (colon or is_header_text(label)):
            following, beside = cells[index + 1]
            if not (isinstance(beside, str) and is_header_text(text_of(beside))):
                yield following, label.strip(), beside
