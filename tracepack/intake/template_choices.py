"""A template's drop-downs: the hidden sheet of their values, and what a spreadsheet accepts, warns of or refuses in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tracepack import data
from tracepack.intake.columns import LISTS_SHEET
from tracepack.intake.schema import MAY_BE_NEGATIVE, OPEN_LISTS
from tracepack.intake.suggestions import Names, offered_list

_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def put_text(worksheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text as what it is: one that begins with = + - or @ is data, and never becomes a formula."""
    cell = cell_at(worksheet, row, column)
    cell.value = _LIKE_AN_ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True
    return cell


def cell_at(worksheet: Worksheet, row: int, column: int) -> Cell:
    """A cell to write to: never the hidden part of a merged one."""
    return cast(Cell, worksheet.cell(row, column))


def value_title(vocabulary: str, value: str, lang: str) -> str:
    """A list's value in a language; English where the language has none."""
    words = data.read_toml("headers.toml")["value"].get(vocabulary, {}).get(value, {})
    title: str = value if lang == "en" else words.get(lang, [value])[0]
    return title


@dataclass(frozen=True, slots=True)
class Choice:
    """A column's drop-down: the name of its list, its values, and whether another value has a meaning too."""

    name: str
    values: tuple[str, ...]
    open: bool


def choice_of(sheet: data.Sheet, column: data.Column, lang: str, names: Names) -> Choice | None:
    """What a column's drop-down holds, in the template's language; None where it has none."""
    if vocabulary := column.vocabulary:
        titles = tuple(value_title(vocabulary, value, lang) for value in data.layout().vocabularies[vocabulary])
        return Choice(vocabulary, titles, vocabulary in OPEN_LISTS)
    if column.type in {"unit", "method"}:
        name = f"{column.type}s"
        return Choice(name, tuple(data.read_toml("template.toml")[name][lang]), open=True)
    offered = offered_list(sheet, column)
    values: tuple[str, ...] = getattr(names, offered) if offered else ()
    return Choice(offered, values, open=True) if offered and values else None


def write_lists(book: Workbook, choices: Iterable[Choice]) -> dict[str, str]:
    """A hidden sheet with each list once; returns the range of each by its name."""
    lists = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "veryHidden"
    ranges: dict[str, str] = {}
    for number, choice in enumerate({choice.name: choice for choice in choices}.values(), 1):
        letter = get_column_letter(number)
        lists.column_dimensions[letter].number_format = "@"
        for row, value in enumerate(choice.values, 1):
            put_text(lists, row, number, value)
        ranges[choice.name] = f"'{LISTS_SHEET}'!${letter}$1:${letter}${len(choice.values)}"
    return ranges


def validation_of(
    sheet: data.Sheet, column: data.Column, first: str, choice: Choice | None, ranges: Mapping[str, str], lang: str
) -> DataValidation | None:
    """What a spreadsheet says to an entry in a column whose first cell is ``first`` ("C2"); None where anything goes.

    A closed list and an impossible percentage stop; all else only warns, since import judges it with more sense.
    """
    if choice is not None:
        rule = {"type": "list", "formula1": ranges[choice.name], "errorStyle": "warning" if choice.open else "stop"}
        return _with_words(rule, "new" if choice.open else "closed", lang)
    if column.type == "share":
        share = f"OR(ISTEXT({first}),AND(ISNUMBER({first}),{first}>=0,{first}<=100))"
        return _with_words({"type": "custom", "formula1": share, "errorStyle": "stop"}, "share", lang)
    if column.type in {"decimal", "number"} and (sheet.name, column.key) not in MAY_BE_NEGATIVE:
        return _with_words({"type": "decimal", "operator": "greaterThanOrEqual", "formula1": "0", "errorStyle": "warning"}, "number", lang)
    if column.type == "date":
        days = {"type": "date", "operator": "between", "formula1": "DATE(1950,1,1)", "formula2": "DATE(2199,12,31)"}
        return _with_words({**days, "errorStyle": "warning"}, "date", lang)
    return None


def _with_words(rule: dict[str, Any], name: str, lang: str) -> DataValidation:
    words = data.read_toml("template.toml")["says"][lang]
    return DataValidation(**rule, allow_blank=True, showErrorMessage=True, errorTitle=words[f"{name}_title"], error=words[name])
