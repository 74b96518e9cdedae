"""A report in two languages side by side: every heading and sentence in both, every figure once.

Both documents are made of the same dossier and so have the same blocks; figures are written alike in both
(`tracepack.report.wording.wordings`), so that what reads the same in both is no sentence and stands once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tracepack.report.document import Block, Bullets, Cell, Document, Heading, Paragraph, Picture, Section, Table
from tracepack.report.dossier import Dossier
from tracepack.report.localised import localised
from tracepack.report.sections import compose
from tracepack.report.wording import both, wordings

_TAGS = re.compile(r"(<[^>]*>)")


def composed(dossier: Dossier, lang: str, lineage_svg: str = "", digest: str = "") -> Document:
    """The report in one language, or in two ("en,zh") side by side; the program's own sentences in the dossier are translated."""
    said = [compose(localised(dossier, w.lang), w, lineage_svg, digest) for w in wordings(lang)]
    return said[0] if len(said) == 1 else side_by_side(*said)


def side_by_side(first: Document, second: Document) -> Document:
    """One document of two that say the same in two languages; the first language leads."""
    sections = tuple(_section(one, other, second.lang) for one, other in zip(first.sections, second.sections, strict=True))
    title, subtitle = both(first.title, second.title), both(first.subtitle, second.subtitle)
    return Document(first.lang, title, subtitle, sections, beside=second.lang)


def _section(one: Section, other: Section, lang: str) -> Section:
    pairs = zip(one.blocks, other.blocks, strict=True)
    return Section(one.id, both(one.title, other.title), tuple(block for pair in pairs for block in _blocks(*pair, lang)))


def _blocks(one: Block, other: Block, lang: str) -> Iterator[Block]:
    """A sentence is a paragraph in each language, ``lang`` the other's; everything else is one block with the words of both."""
    if isinstance(one, Table) and isinstance(other, Table):
        yield _table(one, other)
    elif isinstance(one, Heading) and isinstance(other, Heading):
        yield Heading(both(one.text, other.text))
    elif isinstance(one, Bullets) and isinstance(other, Bullets):
        yield Bullets(tuple(both(*pair) for pair in zip(one.items, other.items, strict=True)))
    elif isinstance(one, Picture) and isinstance(other, Picture):
        yield replace(one, text=both(one.text, other.text), svg=_picture(one.svg, other.svg))
    elif isinstance(one, Paragraph) and isinstance(other, Paragraph):
        yield one
        if other.text != one.text:
            yield replace(other, lang=lang)
    else:
        raise TypeError(f"{type(one).__name__} beside {type(other).__name__}")


def _table(one: Table, other: Table) -> Table:
    headers = tuple(both(*pair) for pair in zip(one.headers, other.headers, strict=True))
    rows = (tuple(_cell(*cells) for cells in zip(*pair, strict=True)) for pair in zip(one.rows, other.rows, strict=True))
    return replace(one, headers=headers, rows=tuple(rows))


def _cell(one: Cell, other: Cell) -> Cell:
    if one == other:
        return one
    text = both(one.text, other.text)
    links = tuple((both(mine, its), to) for (mine, to), (its, _) in zip(one.links, other.links, strict=True))
    return replace(one, text=text, links=links)


def _picture(one: str, other: str) -> str:
    """A picture with the words of both: what stands between the tags of one is held against the other's."""
    if one == other:
        return one
    parts = zip(_TAGS.split(one), _TAGS.split(other), strict=True)
    return "".join(mine if mine.startswith("<") else both(mine, its) for mine, its in parts)
