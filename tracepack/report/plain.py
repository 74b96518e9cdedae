"""A document as plain text for a terminal or a file."""

from __future__ import annotations

from tracepack.report.document import Block, Bullets, Document, Heading, Paragraph, Table
from tracepack.report.table import text_table
from tracepack.report.wording import visible


def render_plain(document: Document) -> str:
    """The document's titles, tables and paragraphs; lines without a last newline."""
    parts = [visible(document.title)]
    for section in document.sections:
        parts.append("\n".join([visible(section.title), *(line for block in section.blocks for line in _lines(block))]))
    return "\n\n".join([*parts, visible(document.subtitle)])


def _lines(block: Block) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Bullets):
        return [f"  - {visible(item)}" for item in block.items]
    return [f"  {visible(block.text)}"] if isinstance(block, Heading | Paragraph) else []


def _table(table: Table) -> list[str]:
    lines = text_table(table.headers, [[cell.text for cell in row] for row in table.rows], right=sorted(table.right))
    return lines if any(table.headers) else lines[1:]
