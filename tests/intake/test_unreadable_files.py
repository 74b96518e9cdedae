"""Files that are no sound workbook give one line with the file and the reason, and nothing else escapes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tracepack.errors import UnreadableFile
from tracepack.intake.workbook import read_workbook


def sound_bytes() -> bytes:
    book = Workbook()
    book.worksheets[0].append(["Lot No", 1, 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """The sound workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound_bytes())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, content if part == name else source.read(part))
    return out.getvalue()


def plain_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
BOMB = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><worksheet><c r='A1'>&b;</c></worksheet>"

CASES = [
    ("page.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
    ("letter.csv", b"%PDF-1.7 and so on", "PDF"),
    ("picture.xlsx", bytes.fromhex("89504E470D0A1A0A") + bytes(50), "picture"),
    ("program.py", b"import os\n", "of this kind"),
    ("empty.xlsx", b"", "empty"),
    ("old.xlsx", OLE + bytes(600), "damaged"),
    ("locked.xlsx", OLE + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("archive.xlsx", plain_zip(), "not a workbook"),
    ("cut.xlsx", sound_bytes()[:-400], "damaged"),
    ("bomb.xlsx", with_part(SHEET, BOMB), "entities"),
    ("open.xlsx", with_part(SHEET, b"<worksheet " + MAIN + b"><sheetData><row>"), "damaged"),
    ("outside.xlsx", with_part(SHEET, b"<worksheet><c r='ZZZ9999999'><v>1</v></c></worksheet>"), "outside the grid"),
    ("nowhere.xlsx", with_part(SHEET, b"<worksheet><c r='!!'><v>1</v></c></worksheet>"), "damaged"),
    ("text-index.xlsx", with_part(SHEET, b"<worksheet><c r='A1' t='s'><v>99999</v></c></worksheet>"), "damaged"),
    ("huge-number.xlsx", with_part(SHEET, b"<worksheet><c r='A1'><v>1e999999999</v></c></worksheet>"), "damaged"),
    ("packed.xlsx", with_part(SHEET, b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>"), "too large"),
]


@pytest.mark.parametrize(("name", "content", "reason"), CASES, ids=[case[0] for case in CASES])
def test_unsound_file_is_refused_with_its_name_and_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        read_workbook(path)
    assert str(refused.value).startswith(name)
    assert reason in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"gone\.xlsx"):
        read_workbook(tmp_path / "gone.xlsx")


def test_stray_cell_at_the_far_corner_costs_one_cell(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "Lot No"
    book.worksheets[0]["XFD1048576"] = "stray"
    book.save(tmp_path / "far.xlsx")
    (sheet,) = read_workbook(tmp_path / "far.xlsx").sheets
    assert sheet.rows == {1: {1: "Lot No"}, 1048576: {16384: "stray"}}


def test_strict_namespace_is_read_like_any_other(tmp_path: Path) -> None:
    opening = b'<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="1">'
    sheet = opening + b'<x:c r="B1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    (tmp_path / "strict.xlsx").write_bytes(with_part(SHEET, sheet))
    (read_sheet,) = read_workbook(tmp_path / "strict.xlsx").sheets
    assert read_sheet.rows == {1: {2: 7}}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=8))
def test_any_damage_is_a_refusal_or_a_reading(tmp_path_factory: pytest.TempPathFactory, place: int, noise: bytes) -> None:
    whole = bytearray(sound_bytes())
    place %= len(whole)
    whole[place : place + len(noise)] = noise
    path = tmp_path_factory.mktemp("noise") / "noise.xlsx"
    path.write_bytes(whole)
    try:
        assert read_workbook(path).name == "noise.xlsx"
    except UnreadableFile as refused:
        assert refused.message.startswith("noise.xlsx")
