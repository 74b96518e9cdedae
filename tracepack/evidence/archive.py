"""A bundle as a zip file: written the same every time, and read without trusting it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from tracepack.errors import NotABundle

#: The earliest time that a zip can state; a bundle carries no clock.
_DAY = (1980, 1, 1, 0, 0, 0)
_START, _END, _END_SIZE = b"PK\x03\x04", b"PK\x05\x06", 22
#: What every document of the office formats holds.
_OFFICE = "[Content_Types].xml"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
MOST_MEMBERS = 20_000
LARGEST_MEMBER = 1 << 29
LARGEST_WHOLE = 1 << 30
#: Nothing that we pack shrinks further than this, beyond the first megabytes.
LARGEST_RATIO, FREE = 100, 1 << 24


def pack(members: Mapping[str, bytes]) -> bytes:
    """A zip of some members by name, sorted, without times; stored, since compressors differ from machine to machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _DAY)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, members[name])
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a zip by name; NotABundle for what is no zip, is damaged, or is made to harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _refuse_parts(infos, data)
            _refuse_harm(infos, len(data))
            return {info.filename: _read(archive, info) for info in infos}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as problem:
        raise NotABundle(f"the file is no zip, or is damaged: {problem}", "ask for it again") from problem


def _refuse_parts(infos: list[zipfile.ZipInfo], data: bytes) -> None:
    """Refuse what is not one zip from its first byte to its last: the rest of it, or something hidden before or behind."""
    begins = data.startswith(_START) and min((info.header_offset for info in infos), default=0) == 0
    if infos and not begins:
        raise NotABundle("the file does not begin with its first member: it is cut off, or something was put before it", "ask for it again")
    if data[-_END_SIZE : -_END_SIZE + len(_END)] != _END:
        raise NotABundle("something stands behind the end of the zip, or is written into it as a comment", "ask for it again")
    if _OFFICE in {info.filename for info in infos}:
        raise NotABundle("it is a workbook or another document, and no bundle", "`tracepack bundle LOT -o evidence.zip` makes a bundle")


def _refuse_harm(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse before anything is unpacked."""
    if len(infos) > MOST_MEMBERS:
        raise NotABundle(f"it has {len(infos)} members, more than any bundle", "do not open it")
    names: set[str] = set()
    for info in infos:
        if not _NAME.fullmatch(info.filename) or info.orig_filename != info.filename:
            raise NotABundle(f"a member is named {info.filename[:100]!r}, which no member of a bundle is", "do not unpack it elsewhere")
        if info.filename in names:
            raise NotABundle(f"two members are named {info.filename}: it cannot be told which one counts")
        names.add(info.filename)
        if info.flag_bits & 1:
            raise NotABundle(f"{info.filename} is encrypted")
        if info.file_size > LARGEST_MEMBER:
            raise NotABundle(f"{info.filename} would unpack to {info.file_size} bytes", "do not unpack it elsewhere")
    whole = sum(info.file_size for info in infos)
    if whole > LARGEST_WHOLE or whole > FREE + LARGEST_RATIO * size:
        raise NotABundle(f"{size} bytes would unpack to {whole}", "do not unpack it elsewhere")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise NotABundle(f"{info.filename} does not have the size it states")
    return data
