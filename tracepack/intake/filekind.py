"""What a file is, by its content and never by its name."""

from __future__ import annotations

import stat
from pathlib import Path

from tracepack.core.limits import Limits
from tracepack.intake.package import RAISE, SAVE_AS, WITHOUT_PASSWORD, Package, RefusedError
from tracepack.intake.readout import BookReadout

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
#: How a workbook stream begins that lies bare in the file, as the oldest versions wrote it.
_BARE_STREAMS = tuple(bytes.fromhex(start) for start in ("09000400", "09020600", "09040600", "09080800", "09081000"))
#: The beginnings of other kinds of files, and what they are.
_OTHERS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"7z\xbc\xaf": "an archive (7z)",
    b"Rar!": "an archive (rar)",
    b"SQLite format 3\0": "a database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_STREAMS = {
    "EncryptedPackage": "",
    "Workbook": "xls",
    "Book": "xls",
    "WordDocument": "a Word document",
    "PowerPoint Document": "a presentation",
    "__properties_version1.0": "an e-mail message",
}
_FOLDERS = {"word/": "a Word document", "ppt/": "a presentation", "index/": "a Numbers document"}
#: A text is taken for a table under these endings: its own, and .xls, under which many programs write their exports.
_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".xls", ""})
#: Under these nothing writes text; a file that is none of them is a mistake.
_PACKAGE_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".ods"})
ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The file's bytes, if it is a file and of a size that is read.  Raises `RefusedError`."""
    most = limits.largest_file_mb * 2**20
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise RefusedError("this is a folder, not a file", "name the files in it")
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("this is a device or a pipe, not a file")
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise RefusedError(f"the file cannot be read ({error.strerror or 'input/output error'})") from error
    except ValueError as error:
        raise RefusedError("the file cannot be read (its name is none)") from error
    if len(data) > most:
        raise RefusedError(f"the file is too large (at most {limits.largest_file_mb} MB are read)", RAISE.format("largest_file_mb"))
    return data


def kind_of(data: bytes, suffix: str) -> str:
    """ "zip", "xls" or "text"; refuses every other kind by its name."""
    if not data.strip(b"\0"):
        raise RefusedError("the file is empty" if not data else "the file holds nothing but zeros")
    if data.startswith(_OLE):
        return _compound_kind(data)
    if data.startswith(_BARE_STREAMS):
        return "xls"
    if data.startswith(b"PK"):
        return "zip"
    for start, other in _OTHERS.items():
        if data.startswith(start):
            raise RefusedError(f"this is {other}, not a spreadsheet", "save the table as an Excel workbook (.xlsx)")
    return _text_kind(data[:4096], suffix.casefold())


def _compound_kind(data: bytes) -> str:
    """What lies in a compound file, by the names in its directory."""
    for name, kind in _STREAMS.items():
        if name.encode("utf-16-le") in data:
            if name == "EncryptedPackage":
                raise RefusedError("the workbook is protected by a password", WITHOUT_PASSWORD)
            if kind == "xls":
                return kind
            raise RefusedError(f"this is {kind}, not a spreadsheet", "save the table as an Excel workbook (.xlsx)")
    raise RefusedError("the workbook is damaged, or this is not a spreadsheet", SAVE_AS)


def _text_kind(start: bytes, suffix: str) -> str:
    """Text that is marked up as something else than a table is refused."""
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    folded = text.lower()
    if folded.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")) or b"<html" in folded[:1024]:
        raise RefusedError("this is a web page (HTML) under another name", SAVE_AS)
    if folded.startswith(b"mime-version:"):
        raise RefusedError("this is a web page (MHTML) under another name", SAVE_AS)
    if b"urn:schemas-microsoft-com:office:spreadsheet" in folded:
        raise RefusedError("this is an XML spreadsheet of 2003", SAVE_AS)
    if b"urn:oasis:names:tc:opendocument" in folded:
        raise RefusedError("this is a flat OpenDocument file (.fods)", "save it as .ods or .xlsx")
    if folded.startswith((b"<?xml", b"<")):
        raise RefusedError("this is an XML document, not a spreadsheet", SAVE_AS)
    if folded.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        raise RefusedError("this is a JSON document, not a spreadsheet", SAVE_AS)
    if suffix in _PACKAGE_SUFFIXES:
        raise RefusedError(f"this is plain text, not a workbook ({suffix})", "if it is a table in text, name it .csv")
    if suffix not in _TABLE_SUFFIXES:
        raise RefusedError(f"files of this kind ({suffix}) are not read", "tables in text are read as .csv, .tsv or .txt")
    return "text"


def refuse_prose(book: BookReadout, suffix: str) -> None:
    """A text without columns that is named like a workbook is no table."""
    if suffix.casefold() == ".xls" and all(max(cells) == 1 for sheet in book.sheets for cells in sheet.grid.rows.values()):
        raise RefusedError("this is a text without columns, not a spreadsheet", SAVE_AS)


def package_kind(package: Package) -> str:
    """ "ods", or "ooxml" for a package that says itself what its main part is."""
    if package.has("mimetype") and not package.has("[Content_Types].xml"):
        mimetype = package.read("mimetype")[:200].decode("ascii", "replace").strip()
        if mimetype.removesuffix("-template") == ODS_MIMETYPE:
            return "ods"
        if mimetype.startswith("application/vnd.oasis.opendocument"):
            raise RefusedError("this is an OpenDocument file, but not a spreadsheet", SAVE_AS)
    if package.has("content.xml") and package.has("META-INF/manifest.xml"):
        return "ods"
    for folder, other in _FOLDERS.items():
        if any(name.startswith(folder) for name in package.names) and not any(name.startswith("xl/") for name in package.names):
            raise RefusedError(f"this is {other}, not a spreadsheet", SAVE_AS)
    return "ooxml"
