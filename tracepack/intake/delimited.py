"""Tables in text (.csv, .tsv): encoding and delimiter by evidence, then every record as a row of text cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracepack import data as rulebook
from tracepack.core.limits import Limits
from tracepack.intake.charsets import decodes, encoding_of
from tracepack.intake.headers import match_header
from tracepack.intake.package import RAISE, Deadline, RefusedError
from tracepack.intake.readout import BookReadout, Dialect, SheetReadout
from tracepack.intake.sheetxml import MAX_COLUMN, MAX_ROW, Content, Grid

#: One record, with the lines inside its quotes; no cell of a spreadsheet holds a fraction of it.
MAX_RECORD = 4 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 200
#: A header stands among the first rows of a table.
_HEADER_RECORDS = 30
_ASK = "state the delimiter (--delimiter, or in a profile), or save the table as an Excel workbook (.xlsx)"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def read_delimited(data: bytes, title: str, dialect: Dialect, limits: Limits) -> BookReadout:
    """The one sheet of a text file.

    Row numbers are those that a spreadsheet program shows: records, blank ones too.  A first line ``sep=;`` states the
    delimiter and is no row.  Raises `RefusedError` where the encoding or the delimiter cannot be told.
    """
    encoding = _stated_encoding(data, dialect.encoding) if dialect.encoding else encoding_of(data, _known_headers)
    lines = _Lines(data, encoding, limits)
    stated = _separator_line(lines)
    delimiter = _stated_delimiter(dialect.delimiter) or stated or _delimiter(_sample(data, encoding, limits, skip=bool(stated)))
    if not stated:
        lines = _Lines(data, encoding, limits)
    grid = _read_grid(lines, delimiter, limits)
    return BookReadout([SheetReadout(title, grid)], dialect=Dialect(encoding, delimiter))


def _stated_encoding(data: bytes, encoding: str) -> str:
    try:
        fits = decodes(data, encoding)
    except LookupError:
        raise RefusedError(f"there is no encoding {encoding!r}", "name one such as utf-8, gb18030, cp932 or cp1252") from None
    if not fits:
        raise RefusedError(f"the text is not written in {encoding}, as was stated", "correct the stated encoding, or leave it out")
    return encoding


def _stated_delimiter(stated: str) -> str:
    """A delimiter by itself or by its name."""
    delimiter = next((mark for mark, name in _NAMES.items() if stated.casefold() == name), stated)
    if len(delimiter) > 1 or delimiter in {'"', "\r", "\n"}:
        raise RefusedError(f"{stated!r} divides no columns", f"state one character, or one of: {', '.join(_NAMES.values())}")
    return delimiter


class _Lines:
    """The lines of a text, decoded as they are read; ``pending`` counts the characters since it was set to 0."""

    def __init__(self, data: bytes, encoding: str, limits: Limits) -> None:
        self._stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
        self._deadline = Deadline(limits)
        self.pending = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.readline():
            yield line

    def readline(self) -> str:
        """The next line with its end; "" after the last."""
        line = self._stream.readline(MAX_RECORD)
        self.pending += len(line)
        if self.pending >= MAX_RECORD:
            raise RefusedError(f"a row is longer than {MAX_RECORD} characters (is there a quote that is never closed?)")
        return line

    def check(self) -> None:
        """Refuse where the time is up."""
        self._deadline.check()


def _separator_line(lines: _Lines) -> str:
    """The delimiter that the first line states ("sep=;"), or ""."""
    first = lines.readline().lstrip("\ufeff").rstrip("\r\n").strip('"')
    return first[4] if len(first) == 5 and first.casefold().startswith("sep=") else ""


def _records(lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    """The records of the text; a quote that swallows rows is refused, since it hides what they hold."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width, line = 0, 1
    for record in reader:
        lines.pending = 0
        width = width or (len(record) if len(record) > 1 else 0)
        if reader.line_num > line and _swallows(record, delimiter, width, reader.line_num - line + 1):
            raise RefusedError(_OPEN_QUOTE.format(line=line), _CLOSE_QUOTE)
        line = reader.line_num + 1
        yield record


_OPEN_QUOTE = "a quote that opens in line {line} takes in the rows that follow"
_CLOSE_QUOTE = 'close the quote where its cell ends, or write "" for a quote inside a cell'


def _swallows(record: Sequence[str], delimiter: str, width: int, lines: int) -> bool:
    """Whether a record of several lines has the delimiters of as many rows: a remark of two lines has those of one."""
    inside = sum(text.count(delimiter) for text in record if "\n" in text or "\r" in text)
    return width > 2 and inside + len(record) - 1 >= lines * (width - 1)


#: How programs write a text that looks like a number into a text file: ="00712", or an apostrophe before it.
_AS_TEXT = re.compile(r'="([^"]*)"|\'(?=[\d=+@-])(.*)', re.DOTALL)


def _plain_text(text: str) -> str:
    """A cell without the signs that only keep it a text."""
    if text[0] in "='" and (match := _AS_TEXT.fullmatch(text)):
        return match[1] if match[1] is not None else match[2]
    return text


def _read_grid(lines: _Lines, delimiter: str, limits: Limits) -> Grid:
    """All records as rows of cells that hold something."""
    limit = csv.field_size_limit(MAX_RECORD)
    try:
        return Grid(rows=_rows(lines, delimiter, limits))
    except csv.Error as error:
        hint = _CLOSE_QUOTE if "end of data" in str(error) or "expected after" in str(error) else ""
        raise RefusedError(f"the text is damaged ({error})", hint) from error
    finally:
        csv.field_size_limit(limit)


#: Equal cells are one text in memory, as far as they are found among so many texts.
_MOST_SHARED = 20_000


def _rows(lines: _Lines, delimiter: str, limits: Limits) -> dict[int, dict[int, Content]]:
    rows: dict[int, dict[int, Content]] = {}
    cells = 0
    shared: dict[str, str] = {}
    for number, record in enumerate(_records(lines, delimiter), 1):
        whole = "".join(record)
        if not whole:
            continue
        texts = map(shared.setdefault, record, record)
        kept: dict[int, Content] = dict(enumerate(texts, 1))
        if "" in record:
            kept = {column: text for column, text in kept.items() if text}
        if "=" in whole or "'" in whole:
            kept = {column: plain for column, text in kept.items() if (plain := _plain_text(str(text)))}
        if len(shared) > _MOST_SHARED:
            shared.clear()
        if number > MAX_ROW:
            raise RefusedError("the file has more rows than a worksheet", "split it")
        rows[number] = kept
        cells += len(kept)
        if cells > limits.most_cells:
            raise RefusedError("the file has too many cells", RAISE.format("most_cells"))
        if not number & 1023:
            lines.check()
        if len(record) > MAX_COLUMN and max(kept) > MAX_COLUMN:
            raise RefusedError("a cell lies outside the grid of a worksheet")
    return rows


def _sample(data: bytes, encoding: str, limits: Limits, *, skip: bool) -> list[str]:
    """The first lines of the text."""
    lines = _Lines(data, encoding, limits)
    if skip:
        lines.readline()
    sample: list[str] = []
    for line in lines:
        sample.append(line)
        if len(sample) >= _SAMPLE_RECORDS or lines.pending > MAX_RECORD // 2:
            break
    return sample


def _split(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    """The records of a sample that hold anything; a quote left open at its end is not looked into."""
    limit = csv.field_size_limit(MAX_RECORD)
    try:
        return [record for record in csv.reader(lines, delimiter=delimiter) if any(record)]
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(limit)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for a delimiter: headers known under it, the share of rows as wide as most, that width."""

    delimiter: str
    headers: int
    regular: float
    width: int


def _evidence(lines: Sequence[str], delimiter: str) -> _Evidence:
    records = _split(lines, delimiter)
    widths = Counter(len(record) for record in records)
    width, often = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return _Evidence(delimiter, _headers_in(records[:_HEADER_RECORDS]), often / max(1, len(records)), width)


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that the text shows; a text that none of them divides is one column."""
    found = [_evidence(lines, delimiter) for delimiter in _DELIMITERS if any(delimiter in line for line in lines)]
    dividing = [evidence for evidence in found if evidence.width > 1 or evidence.headers > 1]
    if not dividing:
        return _undivided(found)
    most = max(evidence.headers for evidence in dividing)
    known = [evidence for evidence in dividing if evidence.headers == most]
    if most > 1 and len(known) == 1:
        return known[0].delimiter
    regular = [evidence for evidence in known if evidence.regular >= 0.999]
    if len(regular) == 1:
        return regular[0].delimiter
    if len(known) == 1:
        return known[0].delimiter
    first, second, *_ = sorted(known, key=lambda evidence: -evidence.regular)
    if not regular and first.regular >= 0.5 and first.regular - second.regular >= 0.25:
        return first.delimiter
    doubtful = " or ".join(_NAMES[evidence.delimiter] for evidence in regular or known)
    raise RefusedError(f"the delimiter of the columns cannot be told ({doubtful})", _ASK)


def _undivided(found: Sequence[_Evidence]) -> str:
    """Most rows have no delimiter: one that stands in some of them all the same belongs to the table with a title above."""
    wide = [evidence for evidence in found if evidence.headers]
    return wide[0].delimiter if len(wide) == 1 else ","


def _headers_in(records: Sequence[Sequence[str]]) -> int:
    """The most headers known in one record, by any sheet of the contract."""
    layouts = tuple(rulebook.layout().sheets)
    return max((_known_in(record, layout) for record in records for layout in layouts), default=0)


def _known_in(record: Sequence[str], layout: str) -> int:
    return sum(1 for cell in record[:200] if cell and len(cell) <= 80 and match_header(layout, cell))


def _known_headers(text: str) -> int:
    """The most headers beyond ASCII that one record of a decoded text holds, under any delimiter."""
    lines = text.splitlines(keepends=True)[:_HEADER_RECORDS]
    records = [record for delimiter in _DELIMITERS for record in _split(lines, delimiter)]
    return _headers_in([[cell for cell in record if _has_letters_beyond_ascii(cell)] for record in records])


def _has_letters_beyond_ascii(cell: str) -> bool:
    """Whether a cell can tell encodings apart: signs are no part of a name ("LAB±¡" would be taken for a header)."""
    return not cell.isascii() and any(c.isalnum() for c in cell if not c.isascii())
