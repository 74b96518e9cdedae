"""The profile that a reading amounts to: what each column was taken for, ready to be corrected and kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracepack import data
from tracepack.core.dates import day_month_order
from tracepack.core.numerals import decimal_mark
from tracepack.intake.columns import Rules
from tracepack.intake.instructions import Instructions
from tracepack.intake.layouts import ENOUGH, text_of
from tracepack.intake.profiles import Profile, TableProfile
from tracepack.intake.reading import Reading, TableRead
from tracepack.intake.remarks import likeliest_header
from tracepack.intake.workbook import Sheet


def propose_profile(name: str, reading: Reading, told: Instructions) -> Profile:
    """The layout of a file as a profile.

    A sheet of which nothing was understood is proposed as Deliveries without columns, its headers among those left out, for
    the user to move; one without anything like a header is ignored.
    """
    text_file = reading.dialect is not None
    tables = [_table(read, text_file=text_file) for read in reading.tables]
    skeletons = [sheet for sheet in reading.unread if len(likeliest_header(sheet)[1]) >= ENOUGH]
    tables += [_blank_table(sheet, text_file=text_file) for sheet in skeletons]
    ignored = tuple(sheet.name for sheet in reading.unread if sheet not in skeletons)
    return Profile(
        name,
        tuple(_distinct(tables)),
        supplier=told.supplier or "",
        encoding=told.text.encoding,
        delimiter=told.text.delimiter,
        ignored_sheets=ignored,
    )


def _distinct(tables: Sequence[TableProfile]) -> list[TableProfile]:
    """One entry for sheets that differ in nothing but the digits of their names."""
    kept: list[TableProfile] = []
    for table in tables:
        if table not in kept:
            kept.append(table)
    return kept


def _pattern(name: str, *, text_file: bool) -> str:
    """The name of a sheet as the next file's will be: a text file's is that of the file, and digits are dates or counts."""
    return "*" if text_file else re.sub(r"\d+", "*", name)


def _table(read: TableRead, *, text_file: bool) -> TableProfile:
    columns = read.columns
    own = {key: column for key, column in columns.columns.items() if column not in read.sheet.places}
    names = {key: columns.headers.get(key) or f"column {read.sheet.letter(column)}" for key, column in own.items()}
    left_out = [text for column, text in sorted(read.place.header.texts.items()) if text and column not in own.values()]
    header = read.place.header
    return TableProfile(
        sheet=_pattern(read.sheet.name, text_file=text_file),
        layout=read.place.layout,
        columns=names,
        header_rows=header.last - header.first + 1,
        units=dict(columns.units),
        fixed={state.key: text_of(state.content) for state in read.stated if not state.cell},
        ignored=tuple(dict.fromkeys(left_out)),
        rules=_rules(read),
    )


def _rules(read: TableRead) -> Rules:
    """What was told, and what the cells of this file prove and those of the next may leave open."""
    told = read.columns.rules
    texts = {kind: _texts(read, kind) for kind in ("date", "decimal")}
    return Rules(told.mark or decimal_mark(texts["decimal"]), told.order or day_month_order(texts["date"]), told.scale, told.struck)


def _texts(read: TableRead, kind: str) -> list[str]:
    numbers = [column for key, column in read.columns.columns.items() if read.place.layout.column(key).type == kind]
    return [cell for cells in read.sheet.rows.values() for number in numbers if isinstance(cell := cells.get(number), str)]


def _blank_table(sheet: Sheet, *, text_file: bool) -> TableProfile:
    row, texts = likeliest_header(sheet)
    left_out = tuple(dict.fromkeys(texts.values()))
    name = _pattern(sheet.name, text_file=text_file)
    return TableProfile(sheet=name, layout=data.layout().sheets["Deliveries"], columns={}, header_row=row, ignored=left_out)
