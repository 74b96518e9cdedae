"""Rows of known shapes never reach the XML parser; what is read is exactly what the parser alone would read."""

import datetime as dt
from decimal import Decimal
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracepack.core.numerals import Cell
from tracepack.intake.package import RefusedError
from tracepack.intake.rowshapes import RowShapes
from tracepack.intake.sheetxml import Format, SharedStrings, SheetReader
from tracepack.intake.sieve import Sieve

STRINGS = ["PLA", "", "x_x000D_y", "料"]
FORMATS = [None, Format("0%", True, False), Format("yyyy", False, True), Format("0.00", False, False)]
HEAD = b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="m"><cols><col min="1"/></cols><sheetData>'
TAIL = b'</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'


def _serial(number: Decimal) -> Cell:
    return dt.datetime(1900, 1, 1) if number < 100_000 else number


def parsed(reader: Any, data: bytes, size: int, sieve: Sieve | None) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    for start in range(0, len(data), size):
        chunk = data[start : start + size]
        if sieve is None:
            parser.Parse(chunk, False)
        else:
            sieve.feed(parser, chunk)
    if sieve is not None:
        sieve.feed(parser, b"")
    parser.Parse(b"", True)


def grid(data: bytes, size: int, *, sieved: bool, budget: int = 10_000) -> object:
    """Everything a worksheet gives, or why it is refused (a damaged one: however it was noticed)."""
    reader = SheetReader(STRINGS, FORMATS, _serial, budget)
    try:
        parsed(reader, data, size, Sieve(RowShapes(reader)) if sieved else None)
    except RefusedError as refusal:
        return refusal.reason
    except (expat.ExpatError, ValueError):
        return "damaged"
    rows = [(row, list(map(typed, sorted(cells.items())))) for row, cells in reader.grid.rows.items()]
    return rows, sorted(reader.grid.formats.items()), reader.grid.merged, reader.cells


def typed(cell: tuple[int, object]) -> tuple[int, str, str]:
    """Decimals of equal value may differ in their digits."""
    return cell[0], type(cell[1]).__name__, repr(cell[1])


_words = st.sampled_from(
    ["PLA", "A &amp; B", "&lt;5", "", " ", "x_x000D_y", "料 Ä", "a>b", "&#65;", "two\nlines", "n/a", "\ufffe", "&quot;&amp;lt;"]
)
_numbers = st.sampled_from(["1", "0.30", "45292", "1E5", "-7", "12345678901234567890", " 5 ", "none", "NaN", "1e500", "&#49;", ""])


@st.composite
def cells(draw: st.DrawFn, place: str) -> str:
    style = draw(st.sampled_from(["", ' s="1"', ' s="2"', ' s="3"', ' s="9"']))
    formula = draw(
        st.sampled_from(["", "", "<f>B2*2</f>", "<f>A1&amp;B1</f>", '<f t="shared" si="0"/>', "<f/>", '<f t="array" ref="A1">1</f>'])
    )
    number, word = draw(_numbers), draw(_words)
    return draw(
        st.sampled_from(
            [
                f'<c r="{place}"{style}><v>{number}</v></c>',
                f'<c r="{place}"{style} t="n">{formula}<v>{number}</v></c>',
                f'<c r="{place}"{style} t="s"><v>{draw(st.sampled_from("01239"))}</v></c>',
                f'<c r="{place}" t="inlineStr"><is><t>{word}</t></is></c>',
                f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{word}</t></is></c>',
                f'<c r="{place}" t="inlineStr"><is><r><t>{word}</t></r><rPh><t>{word}</t></rPh></is></c>',
                f'<c r="{place}" t="str">{formula}<v>{word}</v></c>',
                f'<c r="{place}" t="e"><v>#N/A</v></c>',
                f'<c r="{place}" t="b"><v>{draw(st.sampled_from("01"))}</v></c>',
                f'<c r="{place}" t="d"><v>2026-01-31</v></c>',
                f'<c r="{place}"{style}/>',
                f'<c t="s" r="{place}"><v>0</v></c>',
                f'<c r="{place}"{style}>{formula}</c>',
                f"<c><v>{number}</v></c>",
                f'<x:c r="{place}"><x:v>{number}</x:v></x:c>',
                f'<c r="{place}"><!-- <v>5</v> --><v>{number}</v></c>',
                f'<c r="{place}" t="str"><v><![CDATA[{word}]]></v></c>',
            ]
        )
    )


_between = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        "\n  ",
        "<!-- <row r='9'><c r='A9'><v>1</v></c></row> -->",
        "<?p </row>?>",
        '<row r="77"/>',
        "<row><c/></row>",
        "<foo>",
    ]
)


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """Rows of a few templates, now and then something odd in or between them."""
    templates = draw(st.lists(st.lists(st.sampled_from("ABCZ"), max_size=4), min_size=1, max_size=3))
    made = [[draw(cells(f"{letters}@")) for letters in template] for template in templates]
    attributes = draw(st.sampled_from(["", ' spans="1:4"', ' ht="12.5" x="&lt;"', ' r="1"']))
    pieces: list[str] = []
    for number in draw(st.lists(st.integers(0, 12), max_size=12)):
        row = "".join(draw(st.sampled_from(made)))
        at = draw(st.sampled_from([str(number)] * 8 + ["1048577", "99999999", f"{number}x"]))
        pieces.append(f'<row r="{at}"{attributes}>{row.replace("@", at)}</row>{draw(_between)}')
    data = HEAD + "".join(pieces).encode() + TAIL
    return draw(st.sampled_from([data] * 6 + [data[:-40], data.replace(b"UTF-8", b"latin-1"), data.replace(b"PLA", b"PL\xff")]))


def rows(*numbers: int) -> bytes:
    """Rows of one shape, one cell each that holds the row's number."""
    return b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in numbers)


@given(sheets(), st.integers(1, 400))
@settings(max_examples=600)
@example(HEAD + rows(1, 1, 1) + TAIL, 1000)
@example(HEAD + rows(1, 2) + b"<!--" + rows(6, 7, 8) + b"-->" + rows(9) + TAIL, 1000)
@example(HEAD + rows(1, 2) + b"<row/><!-- </row>" + rows(6, 7, 8) + b"-->" + rows(9) + TAIL, 1000)
@example(HEAD + rows(1, 2) + b"<?p " + rows(6, 7, 8) + b"?>" + rows(9) + TAIL, 1000)
@example(HEAD + rows(1, 2) + b"<row><c><v><![CDATA[" + rows(6, 7, 8) + b"]]></v></c></row>" + rows(9) + TAIL, 1000)
@example(HEAD + rows(1, 2) + b'<row r="5"><c r="A5" t="str"><v>x' + rows(6, 7) + b"</v></c></row>" + rows(9) + TAIL, 1000)
@example(HEAD.replace(b"<sheetData>", b"<!-- <sheetData>" + rows(3, 4) + b"--><sheetData>") + rows(1) + TAIL, 1000)
def test_sieved_rows_are_what_the_parser_reads(data: bytes, size: int) -> None:
    assert grid(data, size, sieved=True) == grid(data, len(data), sieved=False)


@pytest.mark.parametrize("budget", [0, 5, 11, 12, 40])
def test_the_limit_of_cells_holds_for_sieved_rows(budget: int) -> None:
    data = HEAD + rows(*range(1, 13)) + TAIL
    plain = grid(data, 10_000, sieved=False, budget=budget)
    assert grid(data, 10_000, sieved=True, budget=budget) == plain
    assert isinstance(plain, str) == (budget < 12)


def test_all_rows_but_the_first_are_sieved() -> None:
    reader = SheetReader(STRINGS, FORMATS, _serial, 10_000)
    parsed(reader, HEAD + rows(*range(1, 1001)) + TAIL, 4096, Sieve(RowShapes(reader)))
    assert len(reader.grid.rows) == 1000
    assert reader.rows_closed == 1


_items = st.sampled_from(
    [
        "<si><t>PLA</t></si>",
        '<si><t xml:space="preserve"> a &amp; b </t></si>',
        "<si><t/></si>",
        "<si><t></t></si>",
        "<si><t>x_x000D_</t></si>",
        "<si><r><t>P</t></r><r><t>LA</t></r></si>",
        "<si><t>料</t><rPh><t>liao</t></rPh></si>",
        "<!-- <si><t>no</t></si> -->",
        "<si/>",
        "\n",
        "<si>",
    ]
)


_heads = st.sampled_from(["", "", '<!-- <sst x="1"><si><t>no</t></si> -->', '<?xml version="1.0" encoding="latin-1"?>'])


@given(_heads, st.lists(_items, max_size=12), st.integers(1, 200))
def test_sieved_texts_are_what_the_parser_reads(head: str, items: list[str], size: int) -> None:
    data = f'{head}<sst xmlns="m" count="3">{"".join(items)}</sst>'.encode()

    def texts(*, sieved: bool) -> object:
        reader = SharedStrings()
        try:
            parsed(reader, data, size if sieved else len(data), Sieve(reader) if sieved else None)
        except expat.ExpatError:
            return "damaged"
        return reader.texts

    assert texts(sieved=True) == texts(sieved=False)
