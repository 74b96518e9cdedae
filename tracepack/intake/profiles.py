"""Profiles: what a user answered about one supplier's layout, kept as a small TOML file and found again by the layout itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import tomli_w

from tracepack import data
from tracepack.errors import UsageProblem
from tracepack.intake.columns import Rules
from tracepack.intake.headers import fold

MARKS = {",": ",", ".": ".", "comma": ",", "point": "."}
ORDERS = {"day first": "dm", "month first": "md"}
SCALES = {"percent": "percent", "fraction": "fraction"}
STRUCK_ROWS = {"left out": "left out", "read": "read"}
_LETTER = re.compile(r"column\s+([A-Z]{1,3})", re.IGNORECASE)
_HEAD = """\
# How tracepack reads the files of one supplier.
# "holds" is the sheet of tracepack's own layout that a table becomes; [table.columns] gives the header of each field as the file
# writes it ("column C" where a column has none); [table.fixed] holds values that the file does not state.
# Columns under "ignored" are left out on purpose: move a header into [table.columns] to have it read.
# In names of sheets and in "ignored", * stands for any text.
"""


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are no data: those whose cell in a column holds a text."""

    column: str
    equals: str


@dataclass(frozen=True, slots=True)
class TableProfile:
    """How one table of a supplier's layout is read.

    ``sheet`` is the sheet's name, ``*`` standing for any text; ``columns`` the header of each field (or "column C");
    ``units`` the unit of a field's numbers; ``fixed`` what the file does not state; ``blank`` texts that mean nothing;
    ``row_if_filled`` the column that every row of data fills; ``ignored`` headers left out, ``*`` standing for any text.
    """

    sheet: str
    layout: data.Sheet
    columns: Mapping[str, str]
    header_row: int | None = None
    header_rows: int = 1
    units: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    row_if_filled: str = ""
    skip: tuple[SkipRule, ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a user answered about one layout; ``encoding`` and ``delimiter`` are of text files, "" where the file tells."""

    name: str
    tables: tuple[TableProfile, ...]
    supplier: str = ""
    encoding: str = ""
    delimiter: str = ""
    ignored_sheets: tuple[str, ...] = ()


def named_like(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern without regard to case and spacing; ``*`` stands for any text."""
    plain = " ".join(name.split()).casefold()
    return fnmatchcase(plain, " ".join(pattern.split()).casefold().replace("[", "[[]"))


def column_letter(designator: str) -> str | None:
    """The letters of a designator such as "column C", else None."""
    match = _LETTER.fullmatch(designator.strip())
    return match[1].upper() if match else None


# ---- from TOML


def parse_profile(name: str, text: str) -> Profile:
    """A profile from its TOML text; raises UsageProblem naming the entry that is wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(f"profile {name}: it is not valid TOML ({error})", "correct it in a text editor") from error
    reader = _Entries(name, raw, "")
    tables = reader.tables("table")
    profile = Profile(
        name,
        tuple(_table(entries) for entries in tables),
        reader.text("supplier"),
        reader.text("encoding"),
        reader.text("delimiter"),
        reader.texts("ignored_sheets"),
    )
    reader.done()
    if not profile.tables:
        raise UsageProblem(f"profile {name}: it describes no table", "add a [[table]] entry")
    return profile


def _table(entries: _Entries) -> TableProfile:
    holds = entries.text("holds")
    layout = next((sheet for sheet in data.layout().sheets.values() if fold(sheet.name) == fold(holds)), None)
    if layout is None:
        known = ", ".join(data.layout().sheets)
        raise entries.problem("holds", f"{holds!r} is none of the sheets", f"one of: {known}")
    rules = Rules(
        entries.choice("decimal_mark", MARKS),
        entries.choice("date_order", ORDERS),
        entries.choice("percent_scale", SCALES),
        entries.choice("struck_rows", STRUCK_ROWS),
    )
    found = TableProfile(
        entries.text("sheet") or "*",
        layout,
        entries.fields("columns", layout),
        entries.number("header_row"),
        entries.number("header_rows") or 1,
        entries.fields("units", layout),
        entries.fields("fixed", layout),
        entries.texts("blank"),
        entries.texts("ignored"),
        entries.text("row_if_filled"),
        tuple(_skip(rule) for rule in entries.tables("skip")),
        rules,
    )
    entries.done()
    return found


def _skip(entries: _Entries) -> SkipRule:
    rule = SkipRule(entries.text("column"), entries.text("equals"))
    entries.done()
    return rule


def field_of(layout: data.Sheet, name: str) -> str | None:
    """The field of a sheet that a name means: its header, its key or a synonym, without regard to spelling; None where it means none."""
    folded = fold(name)
    own = {fold(text): column.key for column in layout.columns for text in (column.header, column.key)}
    if folded in own:
        return own[folded]
    found = [column.key for column in layout.columns if any(fold(word) == folded for words in column.synonyms.values() for word in words)]
    return found[0] if len(found) == 1 else None


class _Entries:
    """The entries of one TOML table, taken one by one; what is left in the end is unknown."""

    def __init__(self, profile: str, raw: Mapping[str, Any], place: str) -> None:
        self._profile, self._raw, self._place = profile, dict(raw), place

    def problem(self, key: str, what: str, hint: str) -> UsageProblem:
        """What is wrong with an entry."""
        return UsageProblem(f"profile {self._profile}: {self._place}{key}: {what}", hint)

    def _take(self, key: str, kind: type, called: str) -> Any:
        value = self._raw.pop(key, None)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise self.problem(key, f"{called} was expected", "correct it in a text editor")
        return value

    def text(self, key: str) -> str:
        """A text, "" where absent."""
        return str(self._take(key, str, "a text") or "")

    def number(self, key: str) -> int | None:
        """A whole number from 1, None where absent."""
        value = self._take(key, int, "a whole number")
        if value is not None and value < 1:
            raise self.problem(key, "rows are counted from 1", "correct it in a text editor")
        return None if value is None else int(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where absent."""
        values = self._take(key, list, "a list of texts") or []
        if not all(isinstance(value, str) for value in values):
            raise self.problem(key, "a list of texts was expected", "put each into quotes")
        return tuple(values)

    def choice(self, key: str, values: Mapping[str, str]) -> str | None:
        """One of some words, None where absent."""
        word = self.text(key)
        if word and word.casefold() not in values:
            raise self.problem(key, f"{word!r} is not known", f"one of: {', '.join(values)}")
        return values[word.casefold()] if word else None

    def fields(self, key: str, layout: data.Sheet) -> dict[str, str]:
        """A table of texts by field of a sheet."""
        found: dict[str, str] = {}
        for name, value in (self._take(key, dict, "a table") or {}).items():
            known = field_of(layout, name)
            if known is None:
                headers = ", ".join(column.header for column in layout.columns)
                raise self.problem(f"{key}.{name}", f"{layout.name} has no such column", f"one of: {headers}")
            found[known] = str(value)
        return found

    def tables(self, key: str) -> list[_Entries]:
        """A list of tables, empty where absent."""
        values = self._take(key, list, "a list of tables") or []
        if not all(isinstance(value, dict) for value in values):
            raise self.problem(key, "a list of tables was expected", f"write it as [[{key}]]")
        return [_Entries(self._profile, value, f"{self._place}{key} {number}: ") for number, value in enumerate(values, 1)]

    def done(self) -> None:
        """Refuse what no entry is named."""
        if self._raw:
            raise self.problem(next(iter(self._raw)), "there is no such entry", "the README lists the entries of a profile")


# ---- to TOML


def profile_text(profile: Profile) -> str:
    """A profile as TOML, entries that say nothing left out; `parse_profile` reads it back equal."""
    top: dict[str, Any] = {
        "supplier": profile.supplier,
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "ignored_sheets": list(profile.ignored_sheets),
    }
    body = {key: value for key, value in top.items() if value} | {"table": [_table_entries(table) for table in profile.tables]}
    layouts = {table.layout.name: table.layout for table in profile.tables}
    fields = [f"# The columns of {name}: {', '.join(column.header for column in layout.columns)}." for name, layout in layouts.items()]
    return _HEAD + "\n".join([*fields, "", ""]) + tomli_w.dumps(body, multiline_strings=False)


def _table_entries(table: TableProfile) -> dict[str, Any]:
    header = {column.key: column.header for column in table.layout.columns}
    entries: dict[str, Any] = {
        "sheet": table.sheet,
        "holds": table.layout.name,
        "header_row": table.header_row,
        "header_rows": table.header_rows if table.header_rows > 1 else None,
        "decimal_mark": table.rules.mark,
        "date_order": _word(ORDERS, table.rules.order),
        "percent_scale": table.rules.scale,
        "struck_rows": table.rules.struck,
        "blank": list(table.blank),
        "ignored": list(table.ignored),
        "row_if_filled": table.row_if_filled,
        "columns": {header[key]: text for key, text in table.columns.items()},
        "units": {header[key]: text for key, text in table.units.items()},
        "fixed": {header[key]: text for key, text in table.fixed.items()},
        "skip": [{"column": rule.column, "equals": rule.equals} for rule in table.skip],
    }
    return {key: value for key, value in entries.items() if value or key == "columns"}


def _word(words: Mapping[str, str], value: str | None) -> str | None:
    return next((word for word, meant in words.items() if meant == value), None)


def with_rules(rules: Rules, told: Rules) -> Rules:
    """Rules with those that were told on the command line before them."""
    return Rules(told.mark or rules.mark, told.order or rules.order, told.scale or rules.scale, told.struck or rules.struck)


def fitting(profiles: Iterable[Profile], supplier: str | None) -> Sequence[Profile]:
    """The profiles that may be meant: with a supplier named, those of no other."""
    return [profile for profile in profiles if not (supplier and profile.supplier) or profile.supplier == supplier]
