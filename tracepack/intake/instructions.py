"""What a user tells about a file before it is read: on the command line, or in a profile."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tracepack import data
from tracepack.errors import UsageProblem
from tracepack.intake.columns import Rules
from tracepack.intake.headers import fold
from tracepack.intake.layouts import Told, recognise_sheet
from tracepack.intake.profiles import Profile, field_of, named_like
from tracepack.intake.readout import DIALECT_AS_SHOWN, Dialect
from tracepack.intake.statements import Stated

#: "column C", folded.
_LETTER = re.compile("column[a-z]{1,3}")


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to read files: whose lots a blank Supplier means, and what was told about their layout.

    ``read_as``: sheet of the contract by sheet name (``*`` for any text); ``told``: meanings of headers; ``fixed``: values
    by (sheet of the contract, field) for rows that state none; ``profiles``: those that a file may be read with, of which
    ``profile`` names the one to use (None: the one whose layout is there); ``text``: how text files are written;
    ``materials``: names of materials that are known, which a sheet may be named after.
    """

    supplier: str | None = None
    read_as: Mapping[str, data.Sheet] = field(default_factory=dict)
    told: Told = field(default_factory=Told)
    fixed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    profiles: tuple[Profile, ...] = ()
    profile: str | None = None
    text: Dialect = DIALECT_AS_SHOWN
    materials: frozenset[str] = frozenset()

    @property
    def dialect(self) -> Dialect:
        """How text files are written: as was told, else as the profile states that was named or is the only one of the supplier."""
        own = [p for p in self.profiles if p.name == self.profile or (self.supplier and p.supplier == self.supplier)]
        kept = Dialect(own[0].encoding, own[0].delimiter) if len(own) == 1 else DIALECT_AS_SHOWN
        return Dialect(self.text.encoding or kept.encoding, self.text.delimiter or kept.delimiter)

    def layout_of(self, sheet_name: str) -> data.Sheet | None:
        """The layout that was told for a sheet, or None."""
        return next((layout for pattern, layout in self.read_as.items() if named_like(sheet_name, pattern)), None)

    def fixed_in(self, layout: data.Sheet, sheet_name: str) -> tuple[Stated, ...]:
        """The values told for every row of a sheet, ``{sheet}`` its name; no cell states them."""
        told = {key: value for (name, key), value in self.fixed.items() if name == layout.name}
        return tuple(Stated(key, value.replace("{sheet}", sheet_name), "") for key, value in told.items())

    def material_named(self, sheet_name: str) -> str | None:
        """The known material that a sheet is named after (one sheet a product), or None."""
        found = [name for name in self.materials if fold(name) == fold(sheet_name)]
        return found[0] if len(found) == 1 else None

    def known(self) -> frozenset[str]:
        """Fields that need no column whatever the table is."""
        by_letter = {key for _, text, key in self.told.columns if _LETTER.fullmatch(text)}
        return frozenset({key for _, key in self.fixed} | by_letter | ({"supplier"} if self.supplier else set()))


def _halves(text: str, option: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip() or not value.strip():
        raise UsageProblem(f"{option} {text!r} has no two halves", f"write it as {option} 'NAME=VALUE'")
    return name.strip(), value.strip()


def _fields(name: str, option: str) -> list[tuple[data.Sheet, str]]:
    """The fields that a name means, "Quantity" in every sheet that has it, "Deliveries.Quantity" in one."""
    sheet_name, dot, column = name.partition(".")
    only = recognise_sheet(sheet_name) if dot else None
    layouts = [only] if only else list(data.layout().sheets.values())
    found = [(layout, key) for layout in layouts if (key := field_of(layout, column if only else name))]
    if not found:
        raise UsageProblem(
            f"{option}: {name!r} is no column of any sheet", "the README lists the columns; a sheet may stand before: Deliveries.Quantity"
        )
    return found


def told_columns(texts: Iterable[str]) -> Told:
    """`--column 'Quantity=Menge netto'`: the headers of fields; raises UsageProblem."""
    pairs = [_halves(text, "--column") for text in texts]
    return Told(frozenset((layout.name, fold(header), key) for name, header in pairs for layout, key in _fields(name, "--column")))


def fixed_values(texts: Iterable[str]) -> dict[tuple[str, str], str]:
    """`--fixed 'Unit=kg'`: values that a file does not state; raises UsageProblem."""
    pairs = [_halves(text, "--fixed") for text in texts]
    return {(layout.name, key): value for name, value in pairs for layout, key in _fields(name, "--fixed")}


def sheets_read_as(texts: Iterable[str]) -> dict[str, data.Sheet]:
    """`--read-as 'Tabelle1=Deliveries'`, or one sheet of the contract for all: what sheets hold; raises UsageProblem."""
    found: dict[str, data.Sheet] = {}
    for text in texts:
        name, mark, value = text.rpartition("=")
        layout = recognise_sheet(value.strip())
        if layout is None:
            known = ", ".join(data.layout().sheets)
            raise UsageProblem(f"--read-as: {value.strip()!r} is none of the sheets", f"one of: {known}")
        found[name.strip() if mark else "*"] = layout
    return found


def text_dialect(encoding: str, delimiter: str) -> Dialect:
    """`--encoding gb18030 --delimiter tab`; raises UsageProblem for an encoding that there is not."""
    try:
        name = codecs.lookup(encoding).name if encoding else ""
    except LookupError as problem:
        raise UsageProblem(f"there is no encoding {encoding!r}", "as utf-8, gb18030, shift_jis, cp1252, utf-16") from problem
    return Dialect(name, delimiter)
