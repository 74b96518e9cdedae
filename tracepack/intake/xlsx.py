"""Office Open XML workbooks (.xlsx, .xlsm): the parts around the worksheets."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracepack.core.limits import Limits
from tracepack.intake.formats import format_of, serial_reader
from tracepack.intake.package import SAVE_AS, Package, RefusedError, ignore, local, part_path
from tracepack.intake.readout import MAX_SHEETS, BookReadout, SheetReadout
from tracepack.intake.rowshapes import RowShapes
from tracepack.intake.sheetxml import Format, Grid, SheetReader, StruckText, is_on, read_shared_strings
from tracepack.intake.sieve import Sieve

#: The name that `template` defines in a workbook: its bare numbers under a % header are percentages.
PERCENT_MARKER = "tracepack_shares_are_percent"
#: Relationship id -> (last word of its type, part name).
Targets = dict[str, tuple[str, str]]


def read_xlsx(package: Package, main: str, limits: Limits) -> BookReadout:
    """All worksheets of the workbook part ``main``; chart sheets have no cells and are left out."""
    targets = read_relationships(package, main)
    book = _book(package, main)
    parts = {kind: part for kind, part in targets.values() if package.has(part)}
    strings = read_shared_strings(package, parts["sharedStrings"]) if "sharedStrings" in parts else []
    styles, struck = _styles(package, parts["styles"]) if "styles" in parts else ([], frozenset())
    struck_texts = any(isinstance(text, StruckText) for text in strings)
    readout = BookReadout(percent_marked=book.percent_marked)
    budget = limits.most_cells
    for title, relation, hidden in book.sheets:
        kind, part = targets.get(relation, ("", ""))
        if kind == "worksheet":
            reader = SheetReader(strings, styles, serial_reader(mac_dates=book.mac_dates), budget, struck)
            package.parse(part, reader.start, reader.end, reader.text, Sieve(RowShapes(reader)).feed)
            budget -= reader.cells
            if struck_texts:
                _find_struck_texts(reader.grid)
            readout.sheets.append(SheetReadout(title, reader.grid, hidden))
    if not book.sheets:
        raise RefusedError("the workbook has no worksheet")
    return readout


def main_part(package: Package) -> str:
    """The workbook part, by the package's own relationships."""
    for kind, part in read_relationships(package, "").values():
        if kind == "officeDocument":
            return part
    raise _no_workbook()


def read_relationships(package: Package, part: str) -> Targets:
    """The relationships of a part.  Strict and transitional files differ only in the type's host."""
    folder, _, base = part.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if not package.has(rels):
        raise _no_workbook()
    found: Targets = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, part_path(part, attributes["Target"]))

    package.parse(rels, start, ignore, ignore)
    return found


def _no_workbook() -> RefusedError:
    return RefusedError("this is a zip archive, but not a workbook", SAVE_AS)


@dataclass(slots=True)
class _Book:
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    mac_dates: bool = False
    percent_marked: bool = False


def _book(package: Package, part: str) -> _Book:
    """The workbook part: sheet names in order with their relationship and whether hidden, date system, our marker."""
    book = _Book()

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "sheet":
            if len(book.sheets) >= MAX_SHEETS:
                raise RefusedError("the workbook has too many worksheets")
            relation = next((value for key, value in attributes.items() if key != "sheetId" and local(key) == "id"), "")
            book.sheets.append((attributes["name"], relation, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr":
            # An extension repeats the element's name without this attribute.
            book.mac_dates |= attributes.get("date1904", "0") in {"1", "true", "on"}
        elif tag == "definedName" and attributes.get("name") == PERCENT_MARKER:
            book.percent_marked = True

    package.parse(part, start, ignore, ignore)
    return book


def _find_struck_texts(grid: Grid) -> None:
    """Note the cells whose shared text is struck through in part, and let them be plain texts again."""
    for row, cells in grid.rows.items():
        for column, content in cells.items():
            if isinstance(content, StruckText):
                grid.struck.add((row, column))
                cells[column] = str(content)


@dataclass(slots=True)
class _StylesReader:
    """Handlers of the events of the part that describes cell formats; fonts count from 0 in the order of the file."""

    codes: dict[int, str] = field(default_factory=dict)
    used: list[tuple[int, int]] = field(default_factory=list)
    struck_fonts: set[int] = field(default_factory=set)
    _inside: str = ""
    _fonts: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            self.codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag in {"cellXfs", "fonts"}:
            self._inside = tag
        elif self._inside == "cellXfs" and tag == "xf":
            self.used.append((int(attributes.get("numFmtId", "0")), int(attributes.get("fontId", "0"))))
        elif self._inside == "fonts" and tag == "font":
            self._fonts += 1
        elif self._inside == "fonts" and tag == "strike" and is_on(attributes):
            self.struck_fonts.add(self._fonts - 1)

    def end(self, name: str) -> None:
        if local(name) in {"cellXfs", "fonts"}:
            self._inside = ""


def _styles(package: Package, part: str) -> tuple[list[Format | None], frozenset[int]]:
    """What each cell format means for reading, by index (None for General and text), and those that strike through."""
    styles = _StylesReader()
    package.parse(part, styles.start, styles.end, ignore)
    struck = frozenset(index for index, (_, font) in enumerate(styles.used) if font in styles.struck_fonts)
    return [format_of(number, styles.codes) for number, _ in styles.used], struck
