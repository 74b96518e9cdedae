"""Text inside drawings that no layout engine makes: lines that fit a width, and those lines as SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from tracepack.report.boxes import INK
from tracepack.report.fonts import Fonts, text_width


def lines_within(text: str, size: float, width: float, fonts: Fonts, *, bold: bool = False) -> list[str]:
    """A text as lines of at most ``width`` points, broken at spaces where there are any; nothing is dropped."""
    lines = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        if lines[-1] and text_width(lines[-1] + word.rstrip(), size, fonts, bold=bold) > width:
            lines.append("")
        for character in word:
            if lines[-1] and text_width(lines[-1] + character.strip(), size, fonts, bold=bold) > width:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


def text_lines(lines: Sequence[str], x: float, top: float, size: float, step: float, bold: int = 0) -> str:
    """Lines below one another, the first ``bold`` of them in bold."""
    drawn = []
    for place, line in enumerate(lines):
        weight = ' font-weight="bold"' if place < bold else ""
        y = top + (place + 0.8) * step
        drawn.append(f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}"{weight} fill="{INK}">{escape(line)}</text>')
    return "".join(drawn)
