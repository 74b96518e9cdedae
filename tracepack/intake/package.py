"""The zip package around a workbook, opened with suspicion: nothing is unpacked that was not measured first."""

from __future__ import annotations

import io
import posixpath
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from tracepack.core.limits import Limits

MAX_MEMBERS = 10_000
#: Spreadsheet XML shrinks ten- to fortyfold; a part that shrinks more than this and is large is a bomb.
MAX_RATIO = 250
RATIO_MATTERS_ABOVE = 20 * 2**20
#: One tag with its attributes; the text between tags comes in pieces.
MAX_TAG_BYTES = 8 * 2**20

SAVE_AS = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)"
WITHOUT_PASSWORD = "save it without the password to open it"
RAISE = "split it, or raise the limit in a Settings sheet ({})"


class RefusedError(Exception):
    """Why a file is not read; only `workbook.read_workbook` sees it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Deadline:
    """The time that reading one file may take, counted in the reader's own work."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.reading_seconds
        self._end = time.thread_time() + limits.reading_seconds

    def check(self) -> None:
        """Refuse where the time is up."""
        if time.thread_time() > self._end:
            raise too_slow(self._seconds)


def too_slow(seconds: int) -> RefusedError:
    """The refusal of a file that takes too long."""
    return RefusedError(f"reading it takes more than {seconds} seconds", RAISE.format("reading_seconds"))


def _feed(parser: Any, chunk: bytes) -> int:
    parser.Parse(chunk, False)
    return len(chunk)


@dataclass(frozen=True)
class Package:
    """An opened workbook package whose parts' sizes have been checked."""

    archive: zipfile.ZipFile
    names: dict[str, str]
    deadline: Deadline

    @classmethod
    def open(cls, data: bytes, limits: Limits) -> Package:
        """Open and measure; raises `RefusedError`, or what `zipfile` raises on a damaged file."""
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise RefusedError("the workbook has too many parts")
        if sum(member.file_size for member in members) > limits.largest_unpacked_mb * 2**20:
            raise RefusedError("the workbook is too large when unpacked", RAISE.format("largest_unpacked_mb"))
        for member in members:
            _refuse_bomb(member)
        names = {member.filename.casefold().lstrip("/"): member.filename for member in members}
        if len(names) < len(members):
            raise RefusedError("the workbook is damaged (it holds two parts of one name)", "save it again in a spreadsheet program")
        return cls(archive, names, Deadline(limits))

    def has(self, part: str) -> bool:
        """Whether the package holds the part."""
        return part.casefold() in self.names

    def read(self, part: str) -> bytes:
        """One part whole."""
        if not self.has(part):
            raise RefusedError(f"the workbook is damaged (its part {part} is missing)")
        return self.archive.read(self.names[part.casefold()])

    def parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], Any],
        end: Callable[[str], Any],
        text: Callable[[str], Any],
        feed: Callable[[Any, bytes], int] = _feed,
    ) -> None:
        """Stream one XML part through three handlers; element names come with their namespace prefix.

        A DOCTYPE is refused: no spreadsheet writes one, and entities are how XML is made to explode.  ``feed`` hands a
        chunk (the last one empty) on to the parser, and returns how many bytes it handed on.
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
        fed = 0
        with self.archive.open(self.names[part.casefold()]) as stream:
            while chunk := stream.read(1 << 18):
                fed += feed(parser, chunk)
                if fed - parser.CurrentByteIndex > MAX_TAG_BYTES:
                    raise RefusedError("the workbook is damaged (one of its tags has no end)")
                self.deadline.check()
            feed(parser, b"")
            parser.Parse(b"", True)


def _refuse_bomb(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise RefusedError("the workbook is protected by a password", WITHOUT_PASSWORD)
    if ".." in member.filename.replace("\\", "/").split("/"):
        raise RefusedError("the workbook is damaged (one of its parts lies outside of it)", SAVE_AS)
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > RATIO_MATTERS_ABOVE and ratio > MAX_RATIO:
        raise RefusedError("the workbook is too large when unpacked")


def _refuse_doctype(*_: Any) -> None:
    raise RefusedError("the workbook declares XML entities, which spreadsheets never do")


def ignore(_: str) -> None:
    """A handler for what a pass does not need."""


def local(name: str) -> str:
    """An element's or attribute's name without its namespace prefix."""
    return name.rpartition(":")[2]


def part_path(base: str, target: str) -> str:
    """A relationship's target as a part name; ``base`` is the part that refers to it."""
    path = target if target.startswith("/") else posixpath.join(posixpath.dirname(base), target)
    return posixpath.normpath(path).lstrip("/")
