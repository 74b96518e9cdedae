"""The zip package around a workbook, opened with suspicion: nothing is unpacked that was not measured first."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tracepack.errors import UnreadableFile

MAX_FILE_BYTES = 200 * 2**20
MAX_PART_BYTES = 400 * 2**20
MAX_TOTAL_BYTES = 800 * 2**20
MAX_MEMBERS = 10_000
#: Spreadsheet XML shrinks ten- to fortyfold; a part that shrinks more than this and is large is a bomb.
MAX_RATIO = 250
RATIO_MATTERS_ABOVE = 20 * 2**20

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_SAVE_AS = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)"


class RefusedError(Exception):
    """Why a package is not read; only `workbook.read_workbook` sees it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def read_bytes(path: Path) -> bytes:
    """The file's bytes, if it is of a size and kind that may be a workbook."""
    name = path.name
    if path.suffix.casefold() not in {".xlsx", ".xlsm"}:
        raise UnreadableFile(f"{name}: files of this kind are not read; tracepack reads .xlsx and .xlsm", _SAVE_AS)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableFile(f"{name}: the file is too large ({size} bytes; at most {MAX_FILE_BYTES} are read)", "split it")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{name}: the file cannot be read ({error.strerror or 'input/output error'})", "") from error


def refuse_other_kinds(data: bytes) -> None:
    """Say what a file that is no zip package is instead."""
    if not data:
        raise RefusedError("the file is empty")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedError("the workbook is protected by a password", "save it without the password to open it")
        raise RefusedError("this is an old Excel file (.xls) under another name", _SAVE_AS)
    if not data.startswith(b"PK"):
        raise RefusedError("this is not a spreadsheet", _SAVE_AS)


@dataclass(frozen=True)
class Package:
    """An opened workbook package whose parts' sizes have been checked."""

    archive: zipfile.ZipFile
    names: dict[str, str]

    @classmethod
    def open(cls, data: bytes) -> Package:
        """Open and measure; raises `RefusedError`, or what `zipfile` raises on a damaged file."""
        refuse_other_kinds(data)
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise RefusedError("the workbook has too many parts")
        if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise RefusedError("the workbook is too large when unpacked")
        for member in members:
            _refuse_bomb(member)
        names = {member.filename.casefold().lstrip("/"): member.filename for member in members}
        if len(names) < len(members):
            raise RefusedError("the workbook is damaged (it holds two parts of one name)", "save it again in a spreadsheet program")
        return cls(archive, names)

    def has(self, part: str) -> bool:
        """Whether the package holds the part."""
        return part.casefold() in self.names

    def parse(self, part: str, start: Callable[[str, dict[str, str]], Any], end: Callable[[str], Any], text: Callable[[str], Any]) -> None:
        """Stream one XML part through three handlers; element names come without their namespace prefix.

        A DOCTYPE is refused: no spreadsheet writes one, and entities are how XML is made to explode.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = False
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if not self.has(part):
            raise RefusedError(f"the workbook is damaged (its part {part} is missing)")
        with self.archive.open(self.names[part.casefold()]) as stream:
            while chunk := stream.read(1 << 18):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)


def _refuse_bomb(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise RefusedError("the workbook is protected by a password", "save it without the password to open it")
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > MAX_PART_BYTES or (member.file_size > RATIO_MATTERS_ABOVE and ratio > MAX_RATIO):
        raise RefusedError("the workbook is too large when unpacked")


def _refuse_doctype(*_: Any) -> None:
    raise RefusedError("the workbook declares XML entities, which spreadsheets never do")


def local(name: str) -> str:
    """An element's or attribute's name without its namespace prefix."""
    return name.rpartition(":")[2]


def part_path(base: str, target: str) -> str:
    """A relationship's target as a part name; ``base`` is the part that refers to it."""
    path = target if target.startswith("/") else posixpath.join(posixpath.dirname(base), target)
    return posixpath.normpath(path).lstrip("/")
