"""Files that are made to break what opens them: a name, the bytes, and what the refusal says."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator

import xlwt
from openpyxl import Workbook

MIB = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"
NESTED = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
EXTERNAL = b"<!DOCTYPE x SYSTEM 'file:///etc/hostname' [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def sound_xlsx() -> bytes:
    """A workbook that also has a table of shared texts, which not every writer makes."""
    book = Workbook()
    book.worksheets[0].append(["Lot No", 1, 0.5])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    relation = f'<Relationship Id="shared" Type="{OFFICE}/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    parts |= {rels: parts[rels].replace(b"</Relationships>", relation.encode()), "xl/sharedStrings.xml": b"<sst/>"}
    return zipped(parts)


def sound_xls(rows: int = 300) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    for row in range(rows):
        sheet.write(row, 0, f"text {row}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx_with(name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    """The sound workbook with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(sound_xlsx())) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    parts[name] = content if isinstance(content, bytes) else content(parts[name])
    return zipped(parts)


def xlsx_with_twice(name: str) -> bytes:
    """The sound workbook with one part a second time."""
    out = io.BytesIO(xlsx_with(name, b"<worksheet/>"))
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo(name)
        archive.filelist.append(info)  # so that the archive takes a second part of one name without a warning
        archive.NameToInfo.pop(name)
        archive.filelist.remove(info)
        archive.writestr(info, b"<worksheet/>")
    return out.getvalue()


def streamed(name: str, size: int) -> bytes:
    """The sound workbook with a part of as many blanks, written in pieces."""
    out = io.BytesIO(sound_xlsx())
    renamed = io.BytesIO()
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(renamed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        opening, closing = (b"<sst><si><t>", b"</t></si></sst>") if "shared" in name else (b"<worksheet>", b"</worksheet>")
        with target.open(name, "w") as stream:
            stream.write(opening)
            for _ in range(size // MIB):
                stream.write((b"a" if "shared" in name else b" ") * MIB)
            stream.write(closing)
    return renamed.getvalue()


def ods(table: str, **parts: bytes) -> bytes:
    """An OpenDocument spreadsheet of one table; ``parts`` replace others (a dot as __)."""
    content = (
        f"<office:document-content><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    )
    named = {name.replace("__", "."): body for name, body in parts.items()}
    return zipped({"mimetype": MIMETYPE.encode(), "content.xml": content.encode(), **named})


def declared(doctype: bytes) -> Callable[[bytes], bytes]:
    """Put a DOCTYPE before the root of an XML part."""

    def put(part: bytes) -> bytes:
        if not part.startswith(b"<?xml"):
            return doctype + part
        head, end, rest = part.partition(b"?>")
        return head + end + doctype + rest

    return put


def protected_xls() -> bytes:
    """An old workbook whose stream says, after its first record, that the rest is encrypted."""
    data = bytearray(sound_xls())
    at = data.index(struct.pack("<HHHH", 0x0809, 16, 0x0600, 0x0005)) + 20
    data[at : at + 2] = struct.pack("<H", 0x2F)
    return bytes(data)


CELL = "<table:table-cell {} office:value-type='string'><text:p>x</text:p></table:table-cell>"
ROW = "<table:table table:name='T'><table:table-row {}>{}</table:table-row></table:table>"
MANY = "='1000000000'"


def small_bombs() -> Iterator[tuple[str, bytes, str]]:
    """The bombs that are quickly made."""
    for kind, doctype in (("nested", NESTED), ("external", EXTERNAL)):
        for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"):
            yield f"{kind}-{part.replace('/', '-')}.xlsx", xlsx_with(part, declared(doctype)), "entities"
        for part in ("content__xml", "styles__xml"):
            yield f"{kind}-{part}.ods", ods("", **{part: doctype + b"<x/>"}), "entities"
        manifest = {"META-INF/manifest.xml": doctype + b"<x/>", "mimetype": MIMETYPE.encode(), "content.xml": b"<x/>"}
        yield f"{kind}-manifest.ods", zipped(manifest), "entities"
    yield "twice.xlsx", xlsx_with_twice(SHEET), "two parts of one name"
    yield "climbing.xlsx", xlsx_with("xl/../../../climbing.xml", b"<x/>"), "lies outside of it"
    yield "climbing-backwards.xlsx", xlsx_with("xl\\..\\..\\climbing.xml", b"<x/>"), "lies outside of it"
    yield "rows.ods", ods(ROW.format("table:number-rows-repeated" + MANY, CELL.format(""))), "outside the grid"
    yield "columns.ods", ods(ROW.format("", CELL.format("table:number-columns-repeated" + MANY))), "outside the grid"
    yield (
        "block.ods",
        ods(ROW.format("table:number-rows-repeated='1000000'", CELL.format("table:number-columns-repeated='16000'"))),
        "too many cells",
    )
    protected = {"META-INF/manifest.xml": b"<m:x><m:encryption-data/></m:x>", "mimetype": MIMETYPE.encode(), "content.xml": b"?"}
    yield "protected.ods", zipped(protected), "password"
    yield "protected.xls", protected_xls(), "password"
    whole = sound_xls()
    for part in (100, 600, 2000, len(whole) // 2):
        yield f"cut-{part}.xls", whole[:part], "damaged"
    yield "tag.xlsx", xlsx_with(SHEET, b"<worksheet a='" + b"a" * 12 * MIB + b"'/>"), "no end"
    yield "number.xlsx", xlsx_with(SHEET, b"<worksheet><c r='A1'><v>" + b"9" * 400 + b"</v></c></worksheet>"), "damaged"
    yield "zeros.csv", b"\0" * 1000, "zeros"
    yield "zero-inside.csv", b"a,b\n1,\0\n", "zero bytes"
    yield "quote.csv", b'a,b\n"' + b"open\n" * MIB, "never closed"
    yield "commas.csv", b"," * 5 * MIB, "a row is longer"
    yield "letter.docx", zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>", "_rels/.rels": b"<x/>"}), "a Word document"


def large_bombs() -> Iterator[tuple[str, bytes, str]]:
    """The bombs whose making takes seconds."""
    yield "blanks.xlsx", streamed(SHEET, 512 * MIB), "too large when unpacked"
    yield "one-text.xlsx", streamed("xl/sharedStrings.xml", 256 * MIB), "too much text"
    yield "one-line.csv", b"a" * 190 * MIB, "a row is longer"
    yield "line-ends.csv", b"a\n" * 90 * MIB, "more rows than a worksheet"
    endless = b"<worksheet><c r='A1' t='inlineStr'><is><t>" + random.Random(1).randbytes(MIB).hex().encode() * 20
    yield "endless-text.xlsx", xlsx_with(SHEET, endless), "too much text"
    spaces = "<text:s text:c='1000'/>" * 20_000
    yield (
        "spaces.ods",
        ods(ROW.format("", f"<table:table-cell office:value-type='string'><text:p>{spaces}</text:p></table:table-cell>")),
        "too much text",
    )
    flood = b"<worksheet><row r='1'>" + b"<c r='A1'/><c r='B7' s='1'/>" * 700_000
    yield "flood.xlsx", xlsx_with(SHEET, flood), "damaged"
