"""What the cell styles of an OpenDocument spreadsheet mean for reading, and which of its sheets they hide."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracepack.intake.package import RefusedError, local
from tracepack.intake.sheetxml import Format

_DEEPEST = 30
_MOST = 200_000
#: The attributes that strike a text through, and the value of each that does not.
_STRUCK = {"style:text-line-through-style": "none", "style:text-line-through-type": "none"}


@dataclass(slots=True)
class Styles:
    """The styles of a file as they are gathered: data styles, the cell styles that use them, hidden table styles.

    ``struck``: styles of cells or text, with whether they strike through; a style that does not say follows its parent.
    """

    shown: dict[str, Format] = field(default_factory=dict)
    data_of: dict[str, str] = field(default_factory=dict)
    parent_of: dict[str, str] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    struck: dict[str, bool] = field(default_factory=dict)
    _style: str = ""
    _data: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element of the styles opens; other elements mean nothing here."""
        tag = local(name)
        if name == "style:style":
            self._open_style(attributes)
        elif tag == "table-properties" and self._style and attributes.get("table:display") == "false":
            self.hidden_tables.add(self._style)
        elif tag == "text-properties" and self._style and _STRUCK.keys() & attributes.keys():
            self.struck[self._style] = any(attributes.get(key, off) not in {off, ""} for key, off in _STRUCK.items())
        elif name.startswith("number:"):
            self._open_data_style(tag, attributes)

    def _open_style(self, attributes: dict[str, str]) -> None:
        if len(self.parent_of) + len(self.shown) > _MOST:
            raise RefusedError("the workbook has too many cell styles")
        self._style = attributes.get("style:name", "")
        if attributes.get("style:family") == "table-cell":
            if "style:data-style-name" in attributes:
                self.data_of[self._style] = attributes["style:data-style-name"]
            self.parent_of[self._style] = attributes.get("style:parent-style-name", "")

    def _open_data_style(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("-style"):
            self._data = attributes.get("style:name", "")
            if tag == "percentage-style":
                self.shown[self._data] = Format("0%", percent=True, date=False)
            elif tag in {"date-style", "time-style"}:
                self.shown[self._data] = Format("yyyy-mm-dd", percent=False, date=True)
        elif tag == "number" and self._data not in self.shown:
            digits = attributes.get("number:min-integer-digits", "")
            if (
                digits.isascii()
                and digits.isdigit()
                and 2 <= int(digits[:3]) <= 100
                and not attributes.get("number:decimal-places", "0").strip("0")
            ):
                self.shown[self._data] = Format("0" * int(digits), percent=False, date=False)
        elif tag == "scientific-number":
            self.shown[self._data] = Format("0.00E+00", percent=False, date=False)

    def is_struck(self, style: str) -> bool:
        """Whether a style of cells or text strikes through, by itself or its parents."""
        for _ in range(_DEEPEST):
            if style in self.struck or not style:
                return self.struck.get(style, False)
            style = self.parent_of.get(style, "")
        return False

    def format_of(self, style: str) -> Format | None:
        """What a cell style shows; None where it is nothing that matters."""
        for _ in range(_DEEPEST):
            if style in self.data_of:
                return self.shown.get(self.data_of[style])
            if not style:
                return None
            style = self.parent_of.get(style, "")
        raise RefusedError("the workbook is damaged (its cell styles have no end)")
