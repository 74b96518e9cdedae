"""Writers of every format that tracepack reads, for tables made in the tests: one sheet, its rows of cells, bytes out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import xlwt
from openpyxl import Workbook
from sheets import Formatted, put

#: A cell as a test means it: text, a number, a date, one of these with a number format, or blank.
Content = str | int | float | Decimal | dt.date | Formatted | None
Rows = Sequence[Sequence[Content]]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def parts(content: Content) -> tuple[str | int | float | Decimal | dt.date | None, str]:
    """A cell's value and its number format."""
    if isinstance(content, Formatted):
        return content.value, content.code
    return content, "yyyy-mm-dd" if isinstance(content, dt.date) else "General"


def shown(content: Content) -> str:
    """A cell as a spreadsheet program writes it into a text file."""
    value, code = parts(content)
    if value is None:
        return ""
    if "%" in code:
        return f"{Decimal(str(value)) * 100:.2f}%"
    if code.strip("0") == "":
        return str(value).zfill(len(code))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def xlsx(sheet: str, rows: Rows) -> bytes:
    """By openpyxl."""
    book = Workbook()
    worksheet = book.worksheets[0]
    worksheet.title = sheet
    for number, row in enumerate(rows, 1):
        for column, content in enumerate(row, 1):
            if content is not None:
                put(worksheet.cell(number, column), content)
                if isinstance(content, str):
                    worksheet.cell(number, column).data_type = "s"
    return saved(book.save)


def xlsm(sheet: str, rows: Rows) -> bytes:
    """A workbook that says it may hold macros."""
    plain, macro = b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
    office = b"vnd.openxmlformats-officedocument."
    return rezipped(xlsx(sheet, rows), lambda body: body.replace(office + plain, b"vnd.ms-excel." + macro))


def xls(sheet: str, rows: Rows) -> bytes:
    """BIFF8 by xlwt."""
    book = xlwt.Workbook(encoding="utf-8")
    worksheet = book.add_sheet(sheet)
    for number, row in enumerate(rows):
        for column, content in enumerate(row):
            value, code = parts(content)
            if value is not None:
                worksheet.write(number, column, value, xlwt.easyxf(num_format_str=code))
    return saved(book.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a writer saves to a file."""
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def rezipped(package: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A zip package with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member.filename, change(source.read(member)))
    return out.getvalue()


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip package of some parts, the first one stored as it is (as ODF wants its mimetype)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for number, (name, body) in enumerate(members.items()):
            target.writestr(name, body, zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED)
    return out.getvalue()


# ---- OpenDocument

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(f'xmlns:{short}="{_ODF}{long}:1.0"' for short, long in (("office", "office"), ("table", "table"), ("text", "text")))


def ods(sheet: str, rows: Rows) -> bytes:
    """A flat table in content.xml: values typed, texts in paragraphs."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    table = f"<table:table table:name={quoteattr(sheet)}>{lines}</table:table>"
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    document = f'<office:document-content {_NAMESPACES} office:version="1.2">{body}</office:document-content>'
    content = f'<?xml version="1.0" encoding="UTF-8"?>{document}'
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_MIME}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zipped({"mimetype": _ODS_MIME, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(content: Content) -> str:
    value, code = parts(content)
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, dt.date):
        attributes = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, str):
        attributes = 'office:value-type="string"'
    else:
        attributes = f'office:value-type="{"percentage" if "%" in code else "float"}" office:value="{value}"'
    return f"<table:table-cell {attributes}><text:p>{_ods_text(shown(content))}</text:p></table:table-cell>"


def _ods_text(text: str) -> str:
    """Runs of spaces are counted in ODF, since XML readers fold them."""
    return escape(text).replace("  ", ' <text:s text:c="1"/>')


# ---- binary workbooks (xlsb): the records of [MS-XLSB] that a plain table needs

_XLSB_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>'
    '<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _rels(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for number, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
    )


def _record(kind: int, body: bytes = b"") -> bytes:
    """A record: its type in one or two bytes, its length in up to four, seven bits each."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0xFF, kind >> 8])
    length = len(body)
    size = b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def _wide(text: str) -> bytes:
    coded = text.encode("utf-16-le")
    return struct.pack("<I", len(coded) // 2) + coded


def _type(number: int) -> int:
    """The two bytes that spell a record's number from 128 on."""
    return number if number < 0x80 else (number & 0x7F | 0x80) | (number >> 7) << 8


def xlsb(sheet: str, rows: Rows) -> bytes:
    """Inline strings, real numbers, and one cell format for each number format used."""
    codes = list(dict.fromkeys(["General", *(parts(content)[1] for row in rows for content in row)]))
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet)
    book = _record(_type(131)) + _record(_type(143)) + _record(_type(156), bundle) + _record(_type(144)) + _record(_type(132))
    width = max(map(len, rows))
    cells = _record(_type(129)) + _record(_type(148), struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)) + _record(_type(145))
    for number, row in enumerate(rows):
        header = struct.pack("<IIHBBB", number, 0, 300, 0, 0, 0) + struct.pack("<III", 1, 0, width - 1)
        cells += _record(0, header)
        for column, content in enumerate(row):
            cells += _xlsb_cell(column, content, codes)
    cells += _record(_type(146)) + _record(_type(130))
    return zipped(
        {
            "[Content_Types].xml": _XLSB_TYPES,
            "_rels/.rels": _rels(("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _rels(("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin")),
            "xl/styles.bin": _xlsb_styles(codes),
            "xl/worksheets/sheet1.bin": cells,
        }
    )


def _xlsb_cell(column: int, content: Content, codes: Sequence[str]) -> bytes:
    value, code = parts(content)
    if value is None:
        return b""
    place = struct.pack("<II", column, codes.index(code))
    if isinstance(value, str):
        return _record(6, place + _wide(value))
    number = (value - dt.date(1899, 12, 30)).days if isinstance(value, dt.date) else value
    return _record(5, place + struct.pack("<d", float(number)))


def _xlsb_styles(codes: Sequence[str]) -> bytes:
    formats = b"".join(_record(44, struct.pack("<H", 164 + number) + _wide(code)) for number, code in enumerate(codes))
    uses = b"".join(_record(47, struct.pack("<HHHHHBBHBB", 0, 164 + number, 0, 0, 0, 0, 0, 0, 0, 0)) for number in range(len(codes)))
    count = struct.pack("<I", len(codes))
    styles = _record(_type(278)) + _record(_type(615), count) + formats + _record(_type(616))
    return styles + _record(_type(617), count) + uses + _record(_type(618)) + _record(_type(279))


# ---- text


def text(rows: Rows, delimiter: str, encoding: str) -> bytes:
    """Separated values, quoted where they must be; "utf-8-sig" and "utf-16" begin with a byte order mark."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([[shown(content) for content in row] for row in rows])
    return out.getvalue().encode(encoding)


WORKBOOKS: dict[str, Callable[[str, Rows], bytes]] = {"xlsx": xlsx, "xlsm": xlsm, "xls": xls, "ods": ods, "xlsb": xlsb}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "shift_jis", "cp1252")
