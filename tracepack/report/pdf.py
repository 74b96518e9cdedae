"""Pages and bitmaps from typst, which draws with the fonts it is given and no others.

Text reaches typst as data, never as markup.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, Literal

import typst

from tracepack import data
from tracepack.report.document import Block, Bullets, Document, Paragraph, Picture, Table
from tracepack.report.fonts import Fonts, font_folder, require_glyphs
from tracepack.report.wording import display_width, visible

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


def document_to_pdf(document: Document, fonts: Fonts, *, stamp: str = "") -> bytes:
    """A document on A4 pages (landscape where a table is wide), with a word across every page or none.

    Raises MissingFont where a character cannot be drawn.
    """
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    given = {
        "lang": document.lang,
        "title": visible(document.title),
        "subtitle": visible(document.subtitle),
        "stamp": visible(stamp),
        "fonts": [face.family for face in (fonts.regular, fonts.cjk) if face],
        "landscape": any(len(table.headers) > _PORTRAIT_COLUMNS for table in tables),
        "sections": [{"title": visible(s.title), "blocks": [_block(block) for block in s.blocks]} for s in document.sections],
    }
    text = json.dumps(given, ensure_ascii=False)
    require_glyphs(text.replace(_BREAK, ""), fonts)
    return _compile(data.read_text("templates/document.typ"), fonts, "pdf", None, {"document": text})


#: More columns than this are set on pages on their side.
_PORTRAIT_COLUMNS = 6
#: Where a long word may be broken.
_BREAK = "\u200b"
_LONGEST_WORD = 14


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        rows = [[_breakable(cell.text) for cell in row] for row in block.rows]
        if not any(block.headers):
            return {"kind": "pairs", "rows": rows}
        headers = [_breakable(header) for header in block.headers]
        columns = [[display_width(line[i]) for line in (headers, *rows)] for i in range(len(headers))]
        widths = [min(max(*column, 6), 30) for column in columns]
        return {"kind": "table", "headers": headers, "rows": rows, "right": sorted(block.right), "widths": widths}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": [_breakable(item) for item in block.items]}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _breakable(block.text), "tone": block.tone}
    return {"kind": "paragraph" if isinstance(block, Picture) else "heading", "text": _breakable(block.text), "tone": "quiet"}


def _breakable(text: str) -> str:
    """Text whose long words may be broken, so that none leaves its column."""
    return re.sub(rf"\S{{{_LONGEST_WORD}}}(?=\S)", lambda match: match[0] + _BREAK, visible(text))


def _compiled(svg: str, fonts: Fonts, width: float, height: float, fmt: Literal["pdf", "png"], ppi: float | None) -> bytes:
    page = (
        f"#set page(width: {width:.2f}pt, height: {height:.2f}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%)\n'
    )
    return _compile(page, fonts, fmt, ppi, {"picture": svg})


def _compile(page: str, fonts: Fonts, fmt: Literal["pdf", "png"], ppi: float | None, inputs: dict[str, str]) -> bytes:
    made = typst.compile(
        page.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder(fonts)]),
        format=fmt,
        ppi=ppi,
        sys_inputs=inputs,
        timestamp=STAMP,
    )
    return bytes(made) if not isinstance(made, list) else bytes(made[0])
