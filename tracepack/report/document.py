"""The report's sections as tables and paragraphs, before any markup: what every page format renders.

Text in blocks is data as it stands; escaping is the renderer's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracepack.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, or several texts that are links within the page; ``share`` draws a bar beside it.

    A link leads to a named row ("E5") or to several below one another ("E5:E9").  ``rests`` names the row that a figure
    rests on; it is printed beside the figure.  ``number`` is what the text says where it is a number: a spreadsheet holds it as one.
    """

    text: str
    links: tuple[tuple[str, str], ...] = ()
    code: bool = False
    share: tuple[float, float] | None = None
    number: float | None = None
    rests: str = ""


def shown(cell: Cell) -> str:
    """What a cell says as plain text, with what its figure rests on in brackets."""
    if not cell.text:
        return ", ".join(text for text, _ in cell.links)
    return f"{cell.text} [{cell.rests}]" if cell.rests else cell.text


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows; columns in ``right`` are numbers; ``ids`` names the rows that links go to ("" for none).

    The last ``sums`` rows add up those above, and stay below them however a reader sorts.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    ids: tuple[str, ...] = ()
    sums: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``tone`` is "", "good", "bad" or "quiet"; ``lang`` is its language where that is not the document's."""

    text: str
    tone: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own making; ``text`` says what it shows, and stands in where a format has none;
    a large one ``zooms`` on pages that can.
    """

    text: str
    svg: str = ""
    zooms: bool = False


Block = Table | Paragraph | Heading | Bullets | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the report; ``id`` is what links go to."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report in one language, or in two with ``beside`` as the second."""

    lang: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    beside: str = ""

    @property
    def languages(self) -> str:
        """What `wording` takes: "en", or "en,zh"."""
        return f"{self.lang},{self.beside}" if self.beside else self.lang


def table(
    w: Wording, columns: Sequence[str], rows: Sequence[Sequence[str | Cell]], right: Sequence[str] = (), ids: Sequence[str] = ()
) -> Table:
    """A table whose headers are ``column.*`` wording; columns that are blank in every row are left out."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(columns)) if any(row[i].text or row[i].links for row in cells)]
    return Table(
        headers=tuple(w(f"column.{columns[i]}") for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in cells),
        right=frozenset(place for place, i in enumerate(kept) if columns[i] in right),
        ids=tuple(ids),
    )
