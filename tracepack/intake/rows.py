"""Typed rows: every cell of a sheet read by its column's meaning, and everything that is wrong said at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import Any

from pydantic import ValidationError

from tracepack import data
from tracepack.core.dates import read_dates
from tracepack.core.findings import Finding, SourceRef
from tracepack.core.ledger import Row, SourceRow, Value
from tracepack.core.numerals import Cell, PercentNumber, Unread, is_not_available, read_numbers
from tracepack.core.quantity import same_unit
from tracepack.core.shares import ShareRead, read_shares, says_none
from tracepack.intake.alike import SoundRows, each_once
from tracepack.intake.byweight import rows_by_weight
from tracepack.intake.celltext import is_error_text, read_choice, read_lot, read_text, show, tidy
from tracepack.intake.columns import ColumnMap
from tracepack.intake.example import example_name, is_example
from tracepack.intake.gather import Gathered, excerpt_of
from tracepack.intake.headers import HEADER_UNITS
from tracepack.intake.quantities import Quantity, read_measures, read_quantities, units_shown
from tracepack.intake.rowchecks import check_row
from tracepack.intake.schema import OPEN_LISTS, row_model
from tracepack.intake.workbook import Content, Fault, Sheet

#: pMC and its reference are percentages that are quoted as numbers above 100 too.
_PERCENT_NUMBERS = frozenset({"pmc", "pmc_uncertainty", "ref"})
_NAME_TYPES = frozenset({"text", "lot", "unit", "method"})


EXAMPLE_ROW = "the template's example row"


@dataclass(frozen=True, slots=True)
class RowNote:
    """A row that was seen and not taken as data: why."""

    sheet: str
    row: int
    reason: str


@dataclass(slots=True)
class _Reading:
    """One sheet while it is read: typed values by row, and the cells that already have a finding."""

    sheet: Sheet
    columns: ColumnMap
    gathered: Gathered = field(default_factory=Gathered)
    values: dict[int, dict[str, Value]] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)
    cell_units: dict[int, str] = field(default_factory=dict)

    def ref(self, row: int, key: str) -> SourceRef:
        """The cell of a field; the row's first understood column where the field has none."""
        column = self.columns.columns.get(key) or next(iter(self.columns.columns.values()), 1)
        return self.sheet.ref(row, column)

    def header(self, key: str) -> str:
        """The column's header as the sheet writes it, else the contract's."""
        return self.columns.headers.get(key) or self.columns.layout.column(key).header

    def tell(self, name: str, message: str, hint: str, row: int, key: str, shown: str) -> None:
        """A finding about one cell."""
        ref = self.ref(row, key)
        self.gathered.add(name, message, hint, ref, excerpt_of(ref, self.header(key), shown), column=key)

    def refuse(self, problem: Unread, row: int, key: str, cell: Cell) -> None:
        """A cell that could not be read."""
        self.told.add((row, key))
        self.tell(problem.name, problem.expected, problem.hint, row, key, show(cell))


def read_rows(
    sheet: Sheet, columns: ColumnMap, defaults: Mapping[str, str] | None = None
) -> tuple[tuple[Row, ...], tuple[Finding, ...], tuple[RowNote, ...]]:
    """Every row below the header, typed by column key (blanks absent), with all findings, and the rows skipped.

    ``defaults`` fills blank required cells whose value the reading knows.  Blank rows are not rows.  Rows with
    errors are returned as far as they could be read; whoever stores them looks at the findings first.
    """
    reading = _Reading(sheet, columns)
    filled = [row for row in sorted(sheet.rows) if row > columns.header_row and _holds_anything(sheet.rows[row].values())]
    # The example goes first: its numbers are no evidence for the column's scale, and its cells are not judged.
    examples = _examples(reading, filled)
    numbers = [row for row in filled if row not in examples]
    reading.values = {row: {} for row in numbers}
    lines = _Lines(numbers, [sheet.rows[row] for row in numbers], list(reading.values.values()))
    for column in columns.layout.columns:
        if column.key in columns.columns:
            _read_column(reading, column, lines)
    _tell_weight(reading)
    notes = (*(RowNote(sheet.name, row, EXAMPLE_ROW) for row in examples), *_skip(reading))
    sound = SoundRows(columns.layout)
    for row, values in reading.values.items():
        _fill_in(reading, row, values, defaults or {})
        if (sign := sound.sign(values)) not in sound:
            valid = _validate(reading, row, values)
            if _check(reading, row, values) and valid:
                sound.add(sign)
    letters = {key: place for key, column in columns.columns.items() if (place := sheet.letter(column))}
    name = columns.layout.name
    rows = tuple(
        Row(sheet=name, values=values, source=SourceRow(sheet.file, sheet.sha256, sheet.name, row, letters))
        for row, values in reading.values.items()
    )
    return rows, reading.gathered.findings(), notes


def _holds_anything(contents: Iterable[Content]) -> bool:
    return any(not isinstance(content, str) or tidy(content) for content in contents)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows of a table side by side: their numbers, what their cells hold, and where their values go."""

    numbers: list[int]
    contents: list[Mapping[int, Content]]
    values: list[dict[str, Value]]


def _read_column(reading: _Reading, column: data.Column, lines: _Lines) -> None:
    """Read one column as a whole, since one cell may hold the evidence for another."""
    places, cells, targets = _usual_cells(reading, column, lines) or _closer_look(reading, column, lines)
    key, values = column.key, _values(reading, column, places, cells)
    if Unread not in set(map(type, values)):
        for target, value in zip(targets, values, strict=True):
            target[key] = value  # type: ignore[assignment]
        return
    for row, cell, target, value in zip(places, cells, targets, values, strict=True):
        if isinstance(value, Unread):
            reading.refuse(value, row, key, cell)
        else:
            target[key] = value


#: The rows of a column's cells, the cells, and where their values go.
_Column = tuple[list[int], list[Cell], list[dict[str, Value]]]


def _usual_cells(reading: _Reading, column: data.Column, lines: _Lines) -> _Column | None:
    """The column's cells that hold a value; None where one of them wants a closer look."""
    number = reading.columns.columns[column.key]
    whole: list[Any] = [row.get(number) for row in lines.contents]
    kinds = set(map(type, whole))
    texts = set(whole) if kinds == {str} else {cell for cell in whole if isinstance(cell, str)} if str in kinds else ()
    if Fault in kinds or any(_is_unusual(column, text) for text in texts):
        return None
    if type(None) not in kinds:
        return lines.numbers, whole, lines.values
    filled = [index for index, cell in enumerate(whole) if cell is not None]
    return [lines.numbers[i] for i in filled], [whole[i] for i in filled], [lines.values[i] for i in filled]


def _closer_look(reading: _Reading, column: data.Column, lines: _Lines) -> _Column:
    places, cells = _cells(reading, column, lines.numbers)
    return places, cells, [reading.values[row] for row in places]


#: A code such as a lot number: nothing that names an error or says that a value is missing holds a digit at its end.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*\d")


def _is_unusual(column: data.Column, text: str) -> bool:
    if _CODE.fullmatch(text):
        return False
    return text.startswith("#") or not tidy(text) or is_not_available(text, name=column.type in _NAME_TYPES)


def _cells(reading: _Reading, column: data.Column, numbers: Sequence[int]) -> tuple[list[int], list[Cell]]:
    """The column's cells that hold a value, with their rows; faults and "n/a" become findings here."""
    number = reading.columns.columns[column.key]
    places: list[int] = []
    cells: list[Cell] = []
    name_column = column.type in _NAME_TYPES
    for row in numbers:
        content = reading.sheet.rows[row].get(number)
        if content is None:
            continue
        if isinstance(content, Fault):
            _tell_fault(reading, row, column.key, content)
        elif isinstance(content, str) and content.startswith("#") and is_error_text(content):
            _tell_fault(reading, row, column.key, Fault("error-cell", content.strip()))
        elif isinstance(content, str) and (not tidy(content) or _not_available(reading, row, column, content, name_column)):
            continue
        else:
            places.append(row)
            cells.append(content)
    return places, cells


def _tell_fault(reading: _Reading, row: int, key: str, fault: Fault) -> None:
    reading.told.add((row, key))
    if fault.name == "error-cell":
        message, hint = "The cell holds a spreadsheet error instead of a value.", "correct the formula, or replace it by its value"
    else:
        message, hint = "The formula was saved without its result.", "open the file in a spreadsheet program and save it again"
    reading.tell(fault.name, message, hint, row, key, fault.code)


def _not_available(reading: _Reading, row: int, column: data.Column, text: str, name_column: bool) -> bool:
    if not is_not_available(text, name=name_column) or (column.vocabulary and read_choice(text, column.vocabulary)):
        return False
    if column.type == "share" and says_none(text):
        return False
    message = "The cell says that its value is not known; it is read as blank."
    reading.tell("not-available", message, "leave the cell blank", row, column.key, text.strip())
    return True


def _values(reading: _Reading, column: data.Column, places: list[int], cells: list[Cell]) -> Sequence[Value | Unread]:
    """The column's values by its type, cell for cell."""
    if column.type == "date":
        return each_once(partial(read_dates, order=reading.columns.rules.order), cells)
    if column.type == "share":
        return _shares(reading, column.key, places, cells)
    if column.type in {"decimal", "number"}:
        return _numbers(reading, column, places, cells)
    if column.type == "lot":
        number, formats = reading.columns.columns[column.key], reading.sheet.formats
        codes = [formats.get((row, number)) for row in places] if formats else repeat(None)
        return [read_lot(cell, code) for cell, code in zip(cells, codes, strict=False)]
    if column.vocabulary:
        vocabulary = column.vocabulary
        found = each_once(lambda distinct: [read_choice(cell, vocabulary) for cell in distinct], cells)
        return [known or _choice(reading, column, row, cell) for row, cell, known in zip(places, cells, found, strict=True)]
    return each_once(lambda distinct: list(map(read_text, distinct)), cells)


def _numbers(reading: _Reading, column: data.Column, places: list[int], cells: list[Cell]) -> Sequence[Value | Unread]:
    mark = reading.columns.rules.mark
    if column.type == "decimal":
        reading.cell_units |= units_shown(reading.sheet.formats, reading.columns.columns[column.key], places)
        found = zip(places, cells, each_once(partial(read_quantities, mark=mark), cells), strict=True)
        return [_quantity(reading, row, column.key, cell, read) if isinstance(read, Quantity) else read for row, cell, read in found]
    if column.key in HEADER_UNITS:
        numbers = read_measures(cells, reading.columns.factors.get(column.key, Decimal(1)), HEADER_UNITS[column.key], mark=mark)
    else:
        numbers = read_numbers(cells, percent_allowed=column.key in _PERCENT_NUMBERS, mark=mark)
    return [number if isinstance(number, Unread) else float(number) for number in numbers]


def _quantity(reading: _Reading, row: int, key: str, cell: Cell, read: Quantity) -> Decimal:
    """A quantity with its own unit, which is kept for the row's Unit; a product is told."""
    reading.cell_units[row] = read.unit
    if read.product:
        message = f"The cell multiplies; it is read as {read.product}."
        reading.tell("quantity-multiplied", message, "write the mass in all if something else is meant", row, key, show(cell))
    return read.value


def _tell_ones(reading: _Reading, key: str, places: list[int], cells: list[Cell], shares: Sequence[ShareRead | Unread]) -> None:
    """A bare 1 among nothing greater is 1 % to the letter, but some write it for all of it."""
    bare = [(row, cell) for row, cell in zip(places, cells, strict=True) if not isinstance(cell, PercentNumber) and "%" not in str(cell)]
    ones = [(row, cell) for row, cell in bare if str(cell).strip() in {"1", "1.0", "1,0", "１"}]
    known = {row: read.share.high for row, read in zip(places, shares, strict=True) if isinstance(read, ShareRead)}
    if ones and not any(known.get(row, 0.0) > 0.01 for row, _ in bare):
        message = "The bare number 1 is read as 1 %; nothing in the column shows whether all of it was meant."
        for row, cell in ones:
            reading.tell("share-one", message, "write 1 % or 100 %, or state which with --percent-scale", row, key, show(cell))


def _shares(reading: _Reading, key: str, places: list[int], cells: list[Cell]) -> list[Value | Unread]:
    values: list[Value | Unread] = []
    rules = reading.columns.rules
    read_all = partial(read_shares, percent_marked=reading.sheet.percent_marked, mark=rules.mark, scale=rules.scale)
    shares = each_once(read_all, cells)
    if rules.scale is None and not reading.sheet.percent_marked:
        _tell_ones(reading, key, places, cells, shares)
    for row, cell, read in zip(places, cells, shares, strict=True):
        if isinstance(read, ShareRead) and read.approximate:
            low, high = (f"{end * 100:.6g}" for end in (read.share.low, read.share.high))
            message = f"The value calls itself approximate; it is taken as {low} to {high} %."
            reading.tell("share-approximate", message, "write the range that is meant", row, key, show(cell))
        elif isinstance(read, ShareRead) and read.trace:
            message = "The cell says that there is a trace, not how much; it is taken as unknown (0 to 100 %), not as zero."
            reading.tell("share-trace", message, "write a bound (<0.1 %) if one is known", row, key, show(cell))
        values.append(read.share if isinstance(read, ShareRead) else read)
    return values


def _tell_weight(reading: _Reading) -> None:
    message = "The share of bio-based carbon calls itself a share of weight, but by this Method it is one of carbon; so it is read."
    hint = "state it as Biobased Mass %, or the method that gives it per mass (ISO 16620-2)"
    for row in rows_by_weight(reading.sheet, reading.columns, reading.values):
        reading.tell("share-by-weight", message, hint, row, "biobased_carbon", _shown_cell(reading, row, "biobased_carbon"))


def _choice(reading: _Reading, column: data.Column, row: int, cell: Cell) -> Value | Unread:
    vocabulary = column.vocabulary or ""
    known = ", ".join(data.layout().vocabularies[vocabulary])
    if vocabulary in OPEN_LISTS:
        if read_text(cell).casefold() != "other":
            message = "The kind is none of the list; it is stored as `other`."
            reading.tell("kind-unknown", message, f"one of: {known}", row, column.key, show(cell))
        return "other"
    name = "direction-unknown" if vocabulary == "direction" else "value-not-in-list"
    return Unread(name, f"Expected one of: {known}.", "choose a value of the list")


def _examples(reading: _Reading, rows: Sequence[int]) -> dict[int, None]:
    """The rows that carry the name of the template's example."""
    layout = reading.columns.layout.name
    key, name = example_name(layout)
    column, folded = reading.columns.columns.get(key, 0), name.casefold()
    cells = ((row, reading.sheet.rows[row].get(column)) for row in rows)
    likely = ((row, cell) for row, cell in cells if isinstance(cell, str) and (not cell.isascii() or folded in cell.casefold()))
    return {row: None for row, cell in likely if is_example(layout, key, tidy(cell))}


def _skip(reading: _Reading) -> tuple[RowNote, ...]:
    """Take out rows that hold nothing in any understood column."""
    empty = [row for row, values in reading.values.items() if not values and not any(told == row for told, _ in reading.told)]
    for row in empty:
        del reading.values[row]
    return tuple(RowNote(reading.sheet.name, row, "nothing in a column that was understood") for row in empty)


def _fill_in(reading: _Reading, row: int, values: dict[str, Value], defaults: Mapping[str, str]) -> None:
    """What the header, the quantity's own cell or the command states where the cell is blank."""
    header = reading.columns.units.get("quantity") or reading.columns.units.get("value")
    inside = reading.cell_units.get(row) if reading.cell_units else None
    if (header or inside) and ("quantity" in values or "value" in values):
        _settle_unit(reading, row, values, header, inside)
    for key, value in defaults.items():
        if key not in values and any(column.key == key and column.required for column in reading.columns.layout.columns):
            values[key] = value


def _settle_unit(reading: _Reading, row: int, values: dict[str, Value], header: str | None, inside: str | None) -> None:
    """One unit for the row's quantity: what the Unit cell, the header and the quantity's own cell state must mean the same."""
    key = "quantity" if "quantity" in values else "value"
    own = values.get("unit")
    stated = (("the Unit cell", own), (f"the header {reading.header(key)!r}", header), ("the cell of the quantity", inside))
    found = [(place, str(unit)) for place, unit in stated if unit]
    values["unit"] = found[0][1]
    for place, unit in found[1:]:
        if not same_unit(found[0][1], unit):
            reading.told.add((row, key))
            message = f"The unit is {found[0][1]} by {found[0][0]} and {unit} by {place}."
            reading.tell("unit-contradictory", message, "correct one of them", row, key, _shown_cell(reading, row, key))
            return


_TOO_LOW = "A quantity or dimension is more than zero; a return, a loss or a correction has its own kind of row."


def _validate(reading: _Reading, row: int, values: dict[str, Value]) -> bool:
    """Whether the row fits its model; only what no finding has told yet is told."""
    try:
        row_model(reading.columns.layout.name).__pydantic_validator__.validate_python(values)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False):
            key = str(problem["loc"][0])
            if (row, key) not in reading.told:
                _tell_invalid(reading, row, key, problem["type"], values.get(key))
        return False
    return True


def _tell_invalid(reading: _Reading, row: int, key: str, kind: str, value: Any) -> None:
    if kind == "missing":
        has_column = key in reading.columns.columns
        if has_column:
            reading.tell("required-missing", "A required cell is blank.", "fill it in", row, key, "(blank)")
        elif key == "unit" and reading.cell_units and (row, "quantity") not in reading.told:
            shown = _shown_cell(reading, row, "quantity")
            reading.tell("required-missing", "The quantity has no unit.", "write its unit, as in 25 kg", row, "quantity", shown)
        return
    shown = show(value if isinstance(value, str | Decimal | dt.date) else Decimal(str(value)))
    reading.tell("quantity-negative", _TOO_LOW, "correct the value", row, key, shown)


def _check(reading: _Reading, row: int, values: Mapping[str, Value]) -> bool:
    """Whether what the row states is possible together."""
    problems = list(check_row(reading.columns.layout, values))
    for problem, key in problems:
        if (row, key) not in reading.told:
            value = values.get(key)
            shown = "(blank)" if value is None else _shown_cell(reading, row, key)
            reading.tell(problem.name, problem.expected, problem.hint, row, key, shown)
    return not problems


def _shown_cell(reading: _Reading, row: int, key: str) -> str:
    column = reading.columns.columns.get(key)
    content = reading.sheet.rows[row].get(column) if column else None
    return "(blank)" if content is None or isinstance(content, Fault) else show(content)
