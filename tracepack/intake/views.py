"""A table as a person sees it: merged cells hold in every row they cover, and what is stated once holds for all rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from tracepack.core.findings import Finding
from tracepack.intake.columns import ColumnMap
from tracepack.intake.gather import Gathered
from tracepack.intake.statements import Stated
from tracepack.intake.workbook import Content, Sheet

#: Values stated once stand in columns of their own, right of every column that a sheet can have.
FIRST_STATED = 20_001


def rows_view(sheet: Sheet, rows: Sequence[int], columns: Collection[int] | None) -> Sheet:
    """The sheet with some of its rows and (None: all) of its columns."""
    if columns is None:
        return replace(sheet, rows={row: sheet.rows[row] for row in rows})
    return replace(sheet, rows={row: {c: v for c, v in sheet.rows[row].items() if c in columns} for row in rows})


def without_texts(view: Sheet, texts: Collection[str]) -> Sheet:
    """The sheet with cells blank that hold one of the texts ("Choose option")."""
    unwanted = {" ".join(text.split()).casefold() for text in texts}
    if not unwanted:
        return view
    return replace(view, rows={row: {c: v for c, v in cells.items() if not _is_one(v, unwanted)} for row, cells in view.rows.items()})


def _is_one(content: Content, unwanted: Collection[str]) -> bool:
    return isinstance(content, str) and " ".join(content.split()).casefold() in unwanted


def with_merged(view: Sheet, columns: ColumnMap) -> tuple[Sheet, tuple[Finding, ...]]:
    """Merged cells filled down, with a note; quantities and cells merged over several columns are errors.

    A quantity that covers three rows may be the sum of them or that of each: nobody can say.
    """
    if not view.merged:
        return view, ()
    fields = {column: key for key, column in columns.columns.items()}
    rows = dict(view.rows)
    gathered = Gathered()
    for top, left, bottom, right in view.merged:
        content = view.rows.get(top, {}).get(left)
        covered = [column for column in range(left, min(right, left + 400) + 1) if column in fields]
        if content is None or not covered or top not in rows:
            continue
        if len(covered) > 1 or (bottom > top and columns.layout.column(fields[covered[0]]).type == "decimal"):
            _tell_merged(gathered, view, (top, left), fields[covered[0]])
        elif bottom > top:
            for row in range(top + 1, min(bottom, max(rows)) + 1):
                if row in rows:
                    rows[row] = {**rows[row], covered[0]: content}
            _tell_filled(gathered, view, (top, left), fields[covered[0]])
    return replace(view, rows=rows), gathered.findings()


def _tell_merged(gathered: Gathered, view: Sheet, place: tuple[int, int], key: str) -> None:
    ref = view.ref(*place)
    message = "The cell is merged over several quantities or columns; what each of them holds cannot be told."
    gathered.add("merged-cells", message, "undo the merging and write every value in its own cell", ref, ref.cell, column=key)


def _tell_filled(gathered: Gathered, view: Sheet, place: tuple[int, int], key: str) -> None:
    ref = view.ref(*place)
    gathered.add(
        "merged-cells-read", "The cell is merged over several rows; its value was read for each of them.", "", ref, ref.cell, column=key
    )


def with_stated(view: Sheet, columns: ColumnMap, stated: Iterable[Stated]) -> tuple[Sheet, ColumnMap]:
    """What is stated once in every row whose own cell is blank; its reference is the cell that states it."""
    stated = tuple(stated)
    if not stated:
        return view, columns
    rows: dict[int, Mapping[int, Content]] = dict(view.rows)
    places = dict(view.places)
    taken = dict(columns.columns)
    for number, state in enumerate(stated, FIRST_STATED):
        column = taken.get(state.key, number)
        if column == number:
            places[number] = state.cell
            taken[state.key] = number
        for row, cells in rows.items():
            if column not in cells or (isinstance(cells[column], str) and not str(cells[column]).strip()):
                rows[row] = {**cells, column: state.content}
    return replace(view, rows={row: dict(cells) for row, cells in rows.items()}, places=places), replace(columns, columns=taken)
