"""A number as its cell shows it: the number formats that columns of lot numbers have.

What cannot be shown for sure (fractions, exponents, conditions, dates, hidden numbers) is None, never a guess.  Marks are
those of the format code itself: a decimal point and commas between thousands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<skipped>_.|\*.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)|(?P<digit>[0#?])'
    r"|(?P<point>\.)|(?P<comma>,)|(?P<literal>[-+$ ():!^&'~{}<>=€£¥]|[^\x00-\x7f])",
    re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d{1,2}", re.IGNORECASE)
_CURRENCY = re.compile(r"\$(?P<sign>[^-]*)(?:-[0-9A-Fa-f]+)?")


class _Section(NamedTuple):
    """One section of a format: what stands before and after the point (digit placeholders and literal texts), and how."""

    whole: tuple[str, ...]
    fraction: tuple[str, ...]
    point: bool
    grouped: bool
    general: bool


#: Placeholders are these characters; literal texts are kept with this mark before them.
_LITERAL = "\0"


def shown(number: Decimal, code: str) -> str | None:
    """How a cell with this number format shows a number, without space at the ends; None where that cannot be told."""
    sections = _sections(code)
    if sections is None:
        return None
    chosen, minus = _choose(number, sections)
    if chosen is None:
        return None
    text = _general(abs(number), chosen) if chosen.general else _placed(abs(number), chosen)
    return f"{'-' if minus else ''}{text}".strip()


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section | None, ...] | None:
    """The sections of a format code, each None where it hides the number; None where the code says more than this reads."""
    sections: list[_Section | None] = []
    for part in _split(code)[:3]:
        tokens = _tokens(part)
        if tokens is None:
            return None
        sections.append(_section(tokens))
    return tuple(sections)


def _split(code: str) -> list[str]:
    """The code at its semicolons, those in quotes, brackets and behind a backslash left alone."""
    return re.findall(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*)(?:;|$)', code, re.DOTALL)[: code.count(";") + 1]


def _tokens(part: str) -> list[tuple[str, str]] | None:
    """Kind and text of each token of a section, or None where one is not understood."""
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(part):
        match = _TOKEN.match(part, place)
        if match is None or match.lastgroup is None:
            return None
        place = match.end()
        kind, text = match.lastgroup, match[match.lastgroup]
        if kind == "bracket":
            currency = _CURRENCY.fullmatch(text)
            if currency is None and not _COLOUR.fullmatch(text):
                return None
            kind, text = "quoted", currency["sign"] if currency else ""
        if kind != "skipped":
            found.append((kind, text))
    return found


def _section(tokens: Sequence[tuple[str, str]]) -> _Section | None:
    """A section sorted out; None where it shows no digit of the number, or shows it divided by a thousand."""
    general = any(kind == "general" for kind, _ in tokens)
    digits = [index for index, (kind, _) in enumerate(tokens) if kind == "digit"]
    if not (digits or general) or (digits and general):
        return None
    points = [index for index, (kind, _) in enumerate(tokens) if kind == "point"]
    commas = [index for index, (kind, _) in enumerate(tokens) if kind == "comma"]
    end = points[0] if points else len(tokens)
    if len(points) > 1 or any(not (digits and digits[0] < comma < digits[-1] and comma < end) for comma in commas):
        return None
    if commas and not any(commas[-1] < digit < end for digit in digits):
        return None
    kept = [
        (index, text if kind in {"digit", "general"} else _LITERAL + text)
        for index, (kind, text) in enumerate(tokens)
        if kind not in {"point", "comma"}
    ]
    whole = tuple(text for index, text in kept if index < end)
    fraction = tuple(text for index, text in kept if index > end)
    return _Section(whole, fraction, bool(points), bool(commas), general)


def _choose(number: Decimal, sections: tuple[_Section | None, ...]) -> tuple[_Section | None, bool]:
    """The section that shows the number, and whether a minus stands before it."""
    if number < 0 and len(sections) > 1:
        return sections[1], False
    if number == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], number < 0


def _general(number: Decimal, section: _Section) -> str:
    digits = f"{number:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "".join(text[1:] if text.startswith(_LITERAL) else digits for text in section.whole)


def _placed(number: Decimal, section: _Section) -> str:
    """The number's digits in their places."""
    places = sum(not text.startswith(_LITERAL) for text in section.fraction)
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    text = _whole(whole.lstrip("0"), section)
    return text + "." + _fraction(fraction, section.fraction) if section.point else text


def _whole(digits: str, section: _Section) -> str:
    """Digits filled in from the right; those without a place of their own stand in the first one."""
    left = list(digits)
    shown: list[str] = []
    count = 0
    first = next((index for index, text in enumerate(section.whole) if not text.startswith(_LITERAL)), None)

    def put(digit: str) -> None:
        nonlocal count
        if section.grouped and count and count % 3 == 0:
            shown.append(",")
        shown.append(digit)
        count += 1

    for index in range(len(section.whole) - 1, -1, -1):
        text = section.whole[index]
        if text.startswith(_LITERAL):
            shown.append(text[:0:-1])
        elif left:
            put(left.pop())
        elif text != "#":
            put("0" if text == "0" else " ")
        while index == first and left:
            put(left.pop())
    return "".join(shown)[::-1]


def _fraction(digits: str, places: Sequence[str]) -> str:
    """Digits filled in from the left; zeros at the end are dropped where a place may stay empty."""
    kept = digits.rstrip("0")
    shown = ""
    index = 0
    for text in places:
        if text.startswith(_LITERAL):
            shown += text[1:]
            continue
        digit = kept[index] if index < len(kept) else "" if text == "#" else "0" if text == "0" else " "
        shown += digit
        index += 1
    return shown
