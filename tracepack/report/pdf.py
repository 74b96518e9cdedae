"""Pages and bitmaps from typst, which draws with the fonts it is given and no others.

Text reaches typst as data, never as markup.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import typst

from tracepack import data
from tracepack.report.document import Block, Bullets, Cell, Document, Paragraph, Picture, Table, shown
from tracepack.report.fonts import Fonts, font_folder, require_glyphs
from tracepack.report.wording import display_width, visible

Standard = Literal["a-3a", "ua-1"]
#: Documents carry no clock: every PDF is stamped with this day.
STAMP = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
#: PDF pages end at 200 inches; larger pictures are scaled down to fit.
LARGEST_PAGE = 14_000.0
PNG_DPI = 144.0
LARGEST_PNG = 12_000.0


def picture_to_pdf(svg: str, fonts: Fonts) -> bytes:
    """One page of the picture's own size."""
    width, height = picture_size(svg)
    factor = min(1.0, LARGEST_PAGE / max(width, height))
    return _compiled(svg, fonts, width * factor, height * factor, "pdf", None)


def picture_to_png(svg: str, fonts: Fonts) -> bytes:
    """A bitmap at 144 dpi, less where a side would pass 12,000 pixels."""
    width, height = picture_size(svg)
    return _compiled(svg, fonts, width, height, "png", min(PNG_DPI, LARGEST_PNG / max(width, height) * 72))


def picture_size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG in points, from its first tag."""
    match = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if match is None:
        raise ValueError("the picture states no size in points")
    return float(match[1]), float(match[2])


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a report carries besides its pages: the heading of its table of contents, and the data file attached to it.

    ``date`` is the document's, ISO 8601, "" where no fact has one.
    """

    contents: str
    name: str
    data: str
    date: str = ""


def document_to_pdf(document: Document, fonts: Fonts, *, stamp: str = "", enclosed: Enclosed | None = None) -> bytes:
    """A document on tagged A4 pages (landscape where a table is wide), with a word across every page or none.

    With something enclosed it is PDF/A-3 with the file attached and a table of contents.  Raises MissingFont where a
    character cannot be drawn.
    """
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    given = {
        "lang": document.lang,
        "title": visible(document.title) or _EMPTY,
        "heading": _breakable(document.title) or _EMPTY,
        "subtitle": visible(document.subtitle),
        "stamp": visible(stamp),
        "contents": enclosed.contents if enclosed else "",
        "attachment": enclosed.name if enclosed else "",
        "date": [int(part) for part in enclosed.date.split("-")] if enclosed and enclosed.date else [],
        "fonts": [face.family for face in (fonts.regular, fonts.cjk) if face],
        "landscape": any(len(table.headers) > _PORTRAIT_COLUMNS for table in tables),
        "places": [name for table in tables for name in table.ids if name] + [f"section-{s.id}" for s in document.sections],
        "sections": [
            {"id": s.id, "title": visible(s.title) or _EMPTY, "blocks": [_block(block) for block in s.blocks]} for s in document.sections
        ],
    }
    text = json.dumps(given, ensure_ascii=False)
    require_glyphs(text.replace(_BREAK, ""), fonts)
    inputs = {"document": text, "attached": enclosed.data if enclosed else ""}
    standards = _ARCHIVED if enclosed else _ACCESSIBLE
    return _compile(data.read_text("templates/document.typ"), fonts, "pdf", None, inputs, standards)


#: Every document is accessible; one that carries its data is also fit for the archive.
_ACCESSIBLE: tuple[Standard, ...] = ("ua-1",)
_ARCHIVED: tuple[Standard, ...] = ("a-3a", "ua-1")
#: More columns than this are set on pages on their side.
_PORTRAIT_COLUMNS = 6
#: Where a long word may be broken.
_BREAK = "\u200b"
_LONGEST_WORD = 14
#: A column of texts up to this long is as wide as they are, where such columns together leave room for others that want it.
_SHORT, _SHORT_TOGETHER, _LONG = 13, 60, 24
#: Narrow letters on a line of a page that stands upright; a table of up to so many lines is never split between pages.
_LINE, _KEPT_TOGETHER = 85, 20
#: What stands for a heading without text: the standard wants one.
_EMPTY = "–"


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": [_breakable(item) for item in block.items]}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _breakable(block.text), "tone": block.tone}
    if isinstance(block, Picture) and block.svg:
        width, height = picture_size(block.svg)
        return {"kind": "picture", "text": visible(block.text), "svg": block.svg, "width": width, "height": height}
    if isinstance(block, Picture):
        return {"kind": "paragraph", "text": _breakable(block.text), "tone": "quiet"}
    return {"kind": "heading", "text": _breakable(block.text) or _EMPTY}


def _table(table: Table) -> dict[str, Any]:
    ids = table.ids or ("",) * len(table.rows)
    rows = [[_cell(cell, name if not place else "") for place, cell in enumerate(row)] for row, name in zip(table.rows, ids, strict=True)]
    if not any(table.headers):
        return {"kind": "pairs", "rows": rows}
    headers = [_breakable(header) for header in table.headers]
    texts = [headers, *([shown(cell) for cell in row] for row in table.rows)]
    columns = [[display_width(line[i]) for line in texts] for i in range(len(headers))]
    widths = _widths([max(column) for column in columns])
    whole = _lines(columns, widths) <= _KEPT_TOGETHER
    return {"kind": "table", "headers": headers, "rows": rows, "right": sorted(table.right), "widths": widths, "whole": whole}


def _lines(columns: Sequence[Sequence[int]], widths: Sequence[int]) -> int:
    """About how many lines a table takes, rather too many, by the widths of its texts."""
    weights = [width or max(column) + 2 for width, column in zip(widths, columns, strict=True)]
    room = [max(1.0, _LINE * weight / sum(weights) - 3) for weight in weights]
    return sum(max(math.ceil(text / space) for text, space in zip(row, room, strict=True)) for row in zip(*columns, strict=True))


def _widths(longest: Sequence[int]) -> list[int]:
    """Parts of the page's width for columns by their longest texts; 0 is as wide as its text, so that no short one leaves its column."""
    short = [width <= _SHORT for width in longest]
    fitted = (
        any(short)
        and max(longest) >= _LONG
        and sum(width + 2 for width, fits in zip(longest, short, strict=True) if fits) <= _SHORT_TOGETHER
    )
    return [0 if fitted and fits else min(max(width, 6) + 2, 32) for width, fits in zip(longest, short, strict=True)]


def _cell(cell: Cell, name: str) -> dict[str, Any]:
    links = [(cell.text, target) for _, target in cell.links[:1]] if cell.text else cell.links
    ends = [[_breakable(text), target.partition(":")[0]] for text, target in links]
    return {"text": _breakable(cell.text), "links": ends, "rests": cell.rests if cell.text else "", "id": name}


def _breakable(text: str) -> str:
    """Text whose long words may be broken, so that none leaves its column."""
    return re.sub(rf"\S{{{_LONGEST_WORD}}}(?=\S)", lambda match: match[0] + _BREAK, visible(text))


def _compiled(svg: str, fonts: Fonts, width: float, height: float, fmt: Literal["pdf", "png"], ppi: float | None) -> bytes:
    page = (
        f"#set page(width: {width:.2f}pt, height: {height:.2f}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%)\n'
    )
    return _compile(page, fonts, fmt, ppi, {"picture": svg})


def _compile(
    page: str,
    fonts: Fonts,
    fmt: Literal["pdf", "png"],
    ppi: float | None,
    inputs: dict[str, str],
    standards: Sequence[Standard] = (),
) -> bytes:
    made = typst.compile(
        page.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder(fonts)]),
        format=fmt,
        ppi=ppi,
        sys_inputs=inputs,
        timestamp=STAMP,
        pdf_standards=list(standards),
    )
    return bytes(made) if not isinstance(made, list) else bytes(made[0])
