"""Every third-party workbook of the corpus is read as pinned in corpus.toml, or refused for the reason pinned there.

The corpus is no part of the project: these tests skip where it is absent.  It is found beside the repository, or by
the environment variable TRACEPACK_CORPUS.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from tracepack.core.limits import Limits
from tracepack.core.numerals import PercentNumber
from tracepack.errors import UnreadableFile
from tracepack.intake.workbook import Content, Fault, Sheet, read_workbook

#: What a file is read as does not depend on how busy the machine is.
PATIENT = Limits(reading_seconds=300)
CORPUS = Path(os.environ.get("TRACEPACK_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
PINS = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text(encoding="utf-8"))
FILES = [f"{folder}/{name}" for folder, files in PINS.items() for name in files]
NOT_DATA = ("README", "LICENSE", "LICENCE")
LISTS = "osh_supplier_lists/src/django/api/management/commands/facility_lists"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of third-party workbooks is not here")


def sheets(name: str) -> tuple[Sheet, ...]:
    return read_workbook(CORPUS / name, PATIENT).sheets


def cells(sheet: Sheet) -> dict[tuple[int, int], Content]:
    return {(row, column): content for row, found in sheet.rows.items() for column, content in found.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_or_refused_as_pinned(name: str) -> None:
    folder, _, file = name.rpartition("/")
    pinned = PINS[folder][file]
    if isinstance(pinned, str):
        with pytest.raises(UnreadableFile) as refused:
            sheets(name)
        assert refused.value.message == f"{file}: {pinned}"
    else:
        assert {("~" if sheet.hidden else "") + sheet.name: len(sheet.rows) for sheet in sheets(name)} == pinned


def test_no_file_of_the_corpus_is_without_a_pin() -> None:
    found = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file() and not path.name.startswith(NOT_DATA)}
    assert found == set(FILES)


SAME = [
    ("calamine/date_1904.", ("xlsx", "xls", "xlsb")),
    ("sheetjs/ErrorTypes.", ("xlsx", "xls", "xlsb")),
    ("sheetjs/sushi.", ("xlsx", "xls", "ods", "xlsx.0.csv")),
    ("sheetjs/merge_cells.", ("xlsx", "xls", "xlsb", "ods")),
    ("calamine/any_sheets.", ("xlsx", "xls", "xlsb", "ods")),
    ("sheetjs/1904/1900.", ("xlsx", "xls", "xlsb", "ods", "biff5")),
    ("sheetjs/1904/1904.", ("xlsx", "xls", "xlsb", "ods", "biff5")),
    ("calamine/merged_range.", ("xlsx", "xls")),
    ("readxl/blanks.", ("xlsx", "xls")),
    (f"{LISTS}/12.", ("xlsx", "xls")),
    ("sheetjs/number_format_russian.", ("xlsb", "xls")),
]


@pytest.mark.parametrize(("stem", "suffixes"), SAME, ids=[stem for stem, _ in SAME])
def test_one_workbook_in_several_formats_holds_the_same_cells(stem: str, suffixes: tuple[str, ...]) -> None:
    first, *others = (sheets(stem + suffix) for suffix in suffixes)
    for other in others:
        for one, same in zip(first, other, strict=False):
            assert cells(same) == cells(one)
            assert {place: type(content) for place, content in cells(same).items()} == {p: type(c) for p, c in cells(one).items()}
            assert (sorted(same.merged), same.hidden) == (sorted(one.merged), one.hidden)


def test_a_list_saved_as_text_holds_the_same_cells_but_for_one_that_was_spoilt_on_the_way() -> None:
    (text,), (book,) = sheets(f"{LISTS}/12.csv"), sheets(f"{LISTS}/12.xlsx")
    spoilt = {place for place, content in cells(text).items() if cells(book)[place] != content}
    assert spoilt == {(10, 3)}, "the workbook was made from the text by a program that read it in another encoding"


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "xlsb"])
def test_error_cells_are_seen_as_errors(suffix: str) -> None:
    (sheet,) = sheets(f"sheetjs/ErrorTypes.{suffix}")
    faults = {content.code for content in cells(sheet).values() if isinstance(content, Fault)}
    assert {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"} <= faults
    assert all(isinstance(sheet.rows[row][1], Fault) for row in range(2, 9))


def test_error_cells_of_an_opendocument_spreadsheet_are_seen() -> None:
    implied = sheets("sheetjs/number_format.ods")[0]
    assert implied.rows[2][3] == Fault("error-cell", "#NAME?")


def test_percentages_are_seen_in_every_format() -> None:
    for suffix in ("xls", "xlsb"):
        found = [
            c for sheet in sheets(f"sheetjs/number_format_russian.{suffix}") for c in cells(sheet).values() if isinstance(c, PercentNumber)
        ]
        assert found
