"""Whatever table a person writes down, in whatever file, language and spelling, reads back the same with its cells.

Or it is refused as ambiguous: exactly where the column holds no evidence of what its cells mean.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from spellings import ALPHABETS, LANGUAGES, Column, as_text, written_column
from writers import DELIMITERS, ENCODINGS, WORKBOOKS, Rows, text

from tracepack import data
from tracepack.errors import UnreadableFile
from tracepack.intake.reading import Reading, read_file, read_sheets
from tracepack.intake.workbook import Dialect, Workbook, read_workbook

#: Every sheet whose rows are facts of their own; a setting's name and value are judged together.
SHEETS = [sheet for name, sheet in data.layout().sheets.items() if name != "Settings"]
#: What a row's values contradict is not what this law is about: the row is read all the same.
ABOUT_ROWS = {
    "share-one",
    "required-missing",
    "method-missing",
    "mass-basis-missing",
    "share-reread",
    "lab-result-missing",
    "lab-rounding",
    "content-contradictory",
    "factor-out-of-range",
    "period-reversed",
    "transfer-to-itself",
}


@dataclass(frozen=True)
class Table:
    """A table as written: the contract's sheet, the name it goes by, and its columns."""

    sheet: str
    title: str
    columns: tuple[Column, ...]

    @property
    def rows(self) -> Rows:
        return [[column.header for column in self.columns], *zip(*(column.cells for column in self.columns), strict=True)]

    def expected(self) -> list[dict[str, Any]]:
        """The records that are to be read: blanks and what is open are absent."""
        count = len(self.columns[0].cells)
        return [
            {c.key: c.values[row] for c in self.columns if c.values[row] is not None and row not in c.open_cells} for row in range(count)
        ]

    def open_cells(self) -> set[tuple[str, str]]:
        """The cells that must be asked about, as (finding, cell)."""
        letters = {column.key: get_column_letter(number) for number, column in enumerate(self.columns, 1)}
        return {(column.finding, f"{letters[column.key]}{row + 2}") for column in self.columns for row in column.open_cells}


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def headers_of(sheet: data.Sheet, lang: str) -> dict[str, list[str]]:
    """The headers by which a column may go in a language: those that no other column of the sheet goes by."""
    spelled = {
        column.key: {column.header, column.key, *(word for words in column.synonyms.values() for word in words)} for column in sheet.columns
    }
    uses = Counter(name for names in spelled.values() for name in {folded(spelling) for spelling in names})
    own = {column.key: [word for word in column.synonyms[lang] if uses[folded(word)] == 1] for column in sheet.columns}
    return {column.key: own[column.key] or [column.header] for column in sheet.columns}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    sheet = draw(st.sampled_from(SHEETS))
    lang = draw(st.sampled_from(LANGUAGES))
    alphabet = draw(st.sampled_from(sorted(ALPHABETS)))
    count = draw(st.integers(1, 5))
    wanted = [column for column in sheet.columns if column.required or column.required_with or draw(st.booleans())]
    headers = headers_of(sheet, lang)
    columns = [
        written_column(draw, column, draw(st.sampled_from(headers[column.key])), lang, alphabet, count)
        for column in draw(st.permutations(wanted))
    ]
    title = draw(st.sampled_from([sheet.name, *sheet.synonyms[lang]]))
    return Table(sheet.name, title, tuple(columns))


def check(table: Table, reading: Reading) -> None:
    """The law, for one file."""
    asked = {(finding.name, ref.cell) for finding in reading.findings if finding.name not in ABOUT_ROWS for ref in finding.refs}
    assert asked == table.open_cells()
    assert [dict(row.values) for row in reading.rows] == table.expected()
    assert {row.sheet for row in reading.rows} == {table.sheet}
    assert [row.source.row for row in reading.rows] == list(range(2, len(table.rows) + 1))


def law(max_examples: int) -> settings:
    return settings(max_examples=max_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a test: the file is written over."""
    return tmp_path_factory.mktemp("law")


def read_back(folder: Path, kind: str, examples: int) -> None:
    @law(examples)
    @given(tables())
    def holds(table: Table) -> None:
        path = folder / f"table.{kind}"
        path.write_bytes(WORKBOOKS[kind](table.title, table.rows))
        check(table, read_file(path))

    holds()


def at_home(content: str, encoding: str) -> bool:
    """Whether an office would write the text in the encoding: GB18030 and Shift-JIS for their own scripts and signs only."""
    scripts = {"gb18030": "[\u4e00-\u9fff]", "shift_jis": "[\u3040-\u30ff\u4e00-\u9fff]"}
    if encoding not in scripts:
        return True
    foreign = re.search("[^\x00-\x7f\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]", content)
    return foreign is None and re.search(scripts[encoding], content) is not None


def opened(path: Path, body: bytes, written: Dialect) -> Workbook:
    """A text file as its content shows it; one that several encodings can have written may be asked about, and is read once told."""
    try:
        return read_workbook(path)
    except UnreadableFile as refusal:
        assert "cannot be told" in str(refusal), refusal
        assert len(ways_to_decode(body)) > 1, f"{written} is the only way to decode it"
        return read_workbook(path, dialect=written)


def ways_to_decode(body: bytes) -> set[str]:
    """What a text without a byte order mark can say, in the encodings that offices use."""
    ways = set()
    for encoding in ("utf-8", "gb18030", "shift_jis", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            ways.add(body.decode(encoding))
    return ways


def read_back_text(folder: Path, examples: int) -> None:
    @law(examples)
    @given(tables(), st.sampled_from(ENCODINGS), st.sampled_from(sorted(DELIMITERS)))
    def holds(table: Table, encoding: str, delimiter: str) -> None:
        table = replace(table, columns=tuple(map(as_text, table.columns)))
        try:
            body = text(table.rows, DELIMITERS[delimiter], encoding)
        except UnicodeEncodeError:
            return
        if not at_home(body.decode(encoding), encoding):
            return
        path = folder / f"{table.title.replace('/', ' ')}.{'tsv' if delimiter == 'tab' else 'csv'}"
        path.write_bytes(body)
        check(table, read_sheets(opened(path, body, Dialect(encoding, DELIMITERS[delimiter]))))

    holds()


#: The formats, and how many tables of each are tried in the quick run; what only the container differs in needs fewer.
QUICK = {"xlsx": 80, "xlsm": 10, "xls": 40, "ods": 40, "xlsb": 40}


@pytest.mark.parametrize("kind", QUICK)
def test_any_workbook_reads_back(tmp_path: Path, kind: str) -> None:
    read_back(tmp_path, kind, QUICK[kind])


def test_any_text_reads_back(tmp_path: Path) -> None:
    read_back_text(tmp_path, 100)


@pytest.mark.slow
@pytest.mark.parametrize("kind", QUICK)
def test_many_workbooks_read_back(tmp_path: Path, kind: str) -> None:
    read_back(tmp_path, kind, 500)


@pytest.mark.slow
def test_many_texts_read_back(tmp_path: Path) -> None:
    read_back_text(tmp_path, 800)
