"""Plain-text tables whose columns line up in a terminal, East Asian text included."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.report.wording import display_width, visible


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "  ") -> list[str]:
    """Lines of a table: headers, then rows; columns in ``right`` are flush right; a column that is blank throughout is left out."""
    cells = [[visible(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(headers)) if any(row[i] for row in cells)]
    lines = [[headers[i] for i in kept], *([row[i] for i in kept] for row in cells)]
    widths = [max(display_width(line[k]) for line in lines) for k in range(len(kept))]
    flush = {k for k, i in enumerate(kept) if i in right}
    return [indent + "  ".join(_padded(cell, widths[k], k in flush) for k, cell in enumerate(line)).rstrip() for line in lines]


def _padded(cell: str, width: int, right: bool) -> str:
    space = " " * (width - display_width(cell))
    return space + cell if right else cell + space
