"""The profile that a reading amounts to: what each column was taken for, ready to be corrected and kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracepack import data
from tracepack.intake.instructions import Instructions
from tracepack.intake.layouts import text_of
from tracepack.intake.profiles import Profile, TableProfile
from tracepack.intake.reading import Reading, TableRead
from tracepack.intake.remarks import likeliest_header
from tracepack.intake.workbook import Sheet


def propose_profile(name: str, reading: Reading, told: Instructions) -> Profile:
    """The layout of a file as a profile.

    Sheets of which nothing was understood are ignored; where no sheet was understood, the fullest one is proposed as
    Deliveries without columns, its headers among those left out, for the user to move.
    """
    tables = _distinct([_table(read, text_file=reading.dialect is not None) for read in reading.tables])
    unread = list(reading.unread)
    if not tables and unread:
        fullest = max(unread, key=lambda sheet: len(sheet.rows))
        tables.append(_blank_table(fullest, text_file=reading.dialect is not None))
        unread.remove(fullest)
    return Profile(
        name,
        tuple(tables),
        supplier=told.supplier or "",
        encoding=told.text.encoding,
        delimiter=told.text.delimiter,
        ignored_sheets=tuple(sheet.name for sheet in unread),
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
        rules=columns.rules,
    )


def _blank_table(sheet: Sheet, *, text_file: bool) -> TableProfile:
    row, texts = likeliest_header(sheet)
    left_out = tuple(dict.fromkeys(texts.values()))
    name = _pattern(sheet.name, text_file=text_file)
    return TableProfile(sheet=name, layout=data.layout().sheets["Deliveries"], columns={}, header_row=row, ignored=left_out)
