"""The report as Markdown (CommonMark with tables): every datum is escaped and reads as it was written."""

from __future__ import annotations

import re

from tracepack.report.bilingual import composed
from tracepack.report.document import Block, Bullets, Cell, Heading, Paragraph, Picture, Table, shown
from tracepack.report.dossier import Dossier
from tracepack.report.wording import printable


def render_markdown(dossier: Dossier, lang: str = "en", digest: str = "") -> str:
    """The report as Markdown text in "en", "zh" or "de", or in two of them ("en,zh")."""
    document = composed(dossier, lang, digest=digest)
    parts = [f"# {literal(document.title)}", literal(document.subtitle)]
    for section in document.sections:
        parts.append(f"## {literal(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def literal(text: str) -> str:
    """Text that Markdown shows as it stands inside a line: what could be markup is escaped, line breaks are made visible."""
    return re.sub(r"([\\`*_\[\]<>|~$&])", r"\\\1", printable(text))


def line(text: str) -> str:
    """Text that Markdown shows as it stands on a line of its own, where "#", "-", "1." and the like would begin a block."""
    return re.sub(r"^(\s*)(\d*)([#+.)=:-])", r"\1\2\\\3", literal(text))


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Heading):
        return f"### {literal(block.text)}"
    if isinstance(block, Bullets):
        return "\n".join(f"- {line(item)}" for item in block.items)
    if isinstance(block, Picture):
        return f"*{literal(block.text)}*"
    return _paragraph(block)


def _paragraph(block: Paragraph) -> str:
    text = line(block.text)
    return f"**{text}**" if block.tone in ("good", "bad") else text


def _table(table: Table) -> str:
    rule = ["---:" if place in table.right else "---" for place in range(len(table.headers))]
    rows = [[literal(header) for header in table.headers], rule, *([_cell(cell) for cell in row] for row in table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell) -> str:
    return literal(shown(cell))
