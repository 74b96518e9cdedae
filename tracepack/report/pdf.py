"""Pages and bitmaps from typst, which draws with the fonts it is given and no others."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import typst

from tracepack.report.fonts import Fonts, font_folder

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


def _compiled(svg: str, fonts: Fonts, width: float, height: float, fmt: Literal["pdf", "png"], ppi: float | None) -> bytes:
    page = (
        f"#set page(width: {width:.2f}pt, height: {height:.2f}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%)\n'
    )
    data = typst.compile(
        page.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder(fonts)]),
        format=fmt,
        ppi=ppi,
        sys_inputs={"picture": svg},
        timestamp=STAMP,
    )
    return bytes(data) if not isinstance(data, list) else bytes(data[0])
