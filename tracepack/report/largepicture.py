"""A lineage picture of more boxes than Graphviz lays out in useful time: boxes in columns, straight lines, drawn as they stand."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tracepack.report.boxes import ALARM, INK, Box, Text, texts_of
from tracepack.report.colour import ink_on
from tracepack.report.fonts import Fonts, text_width
from tracepack.report.layered import COLUMN, ROW, Place
from tracepack.report.wording import Wording, visible

#: Room around the whole, beside and above text in a box, in a coloured cell; the size of text on lines and in cells; in points.
_PAD, _BESIDE, _ABOVE, _CELL, _TEXT = 14.4, 6.0, 4.0, 3.0, 10.0
#: Between the tops of two lines of text, in parts of their size, and what each has above itself.
_LEADING, _LEAD = 1.2, 3.0
_POINT, _ROOF, _CORNER, _HEAD, _TWICE = 12.0, 12.0, 10.0, 7.0, 4.0
#: Where along a line its label stands: nearer the start, where lines into one box are furthest apart.
_BEFORE = 0.4
#: The most that a label is lifted off a steep line; room between boxes beside and above one another.
_LIFT, _BETWEEN = 16.0, (120.0, 20.0)


class Shown(NamedTuple):
    """A box at its place (its middle; y upwards): its id, and what it is in words."""

    id: str
    said: str
    box: Box
    place: Place


class Line(NamedTuple):
    """A link between two boxes by their ids: what it is in words, its label, and its look as Graphviz names it."""

    start: str
    end: str
    said: str
    text: str
    look: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A box with its lines of text, the width and height that these need, and half of its own width and height."""

    shown: Shown
    texts: tuple[Text, ...]
    height: float
    half: tuple[float, float]
    middle: tuple[float, float]


class Plain(NamedTuple):
    """A drawn picture: its elements, and its width and height in points."""

    elements: str
    width: float
    height: float


def plain_picture(boxes: Sequence[Shown], lines: Sequence[Line], header: Plain, w: Wording, fonts: Fonts) -> Plain:
    """Boxes and lines below a header; lines first, so that boxes stand on them."""
    sized = _spread([_sized(one, w, fonts) for one in boxes])
    left = min((one.shown.place[0] - one.half[0] for one in sized), default=0.0)
    right = max((one.shown.place[0] + one.half[0] for one in sized), default=0.0)
    top = max((one.shown.place[1] + one.half[1] for one in sized), default=0.0)
    bottom = min((one.shown.place[1] - one.half[1] for one in sized), default=0.0)
    down = header.height + _PAD + top
    drawn = {one.shown.id: _moved(one, _PAD - left, down) for one in sized}
    elements = [
        f'<svg x="0" y="0" width="{header.width:.2f}" height="{header.height:.2f}">{header.elements}</svg>',
        f'<g font-family="{html.escape(fonts.families)}" text-anchor="middle">',
        *(_line(number, line, drawn[line.start], drawn[line.end]) for number, line in enumerate(lines, 1)),
        *(_box(number, one, fonts) for number, one in enumerate(drawn.values(), 1)),
        "</g>",
    ]
    return Plain("\n".join(elements), max(header.width, right - left + 2 * _PAD), down - bottom + _PAD)


def _sized(shown: Shown, w: Wording, fonts: Fonts) -> _Drawn:
    """A box as wide as its widest line, as high as all of them, and what its shape needs around that."""
    texts = tuple(texts_of(shown.box, w))
    widths = [text_width(visible(t.text), t.size, fonts, bold=t.bold) for t in texts]
    widths += [sum(text_width(visible(text), _TEXT, fonts) + 2 * _CELL for text, _ in cells) for cells in shown.box.bands]
    height = sum(t.size * _LEADING + _LEAD for t in texts) + len(shown.box.bands) * _band_height()
    wide, high = max(widths, default=0.0) / 2 + _BESIDE, height / 2 + _ABOVE
    shape = shown.box.look[0]
    if shape == "ellipse":
        wide, high = (wide - _BESIDE) * math.sqrt(2) + 2, (high - _ABOVE) * math.sqrt(2) + 2
    elif shape != "box":
        wide, high = wide + _POINT, high + (_ROOF if shape == "house" else 0.0)
    around = _TWICE if shown.box.folded else 0.0
    return _Drawn(shown, texts, height, (wide + around, high + around), (0.0, 0.0))


def _spread(sized: Sequence[_Drawn]) -> list[_Drawn]:
    """Boxes with columns and rows as far apart as the largest needs."""
    wide = max([1.0, *((2 * one.half[0] + _BETWEEN[0]) / COLUMN for one in sized)])
    high = max([1.0, *((2 * one.half[1] + _BETWEEN[1]) / ROW for one in sized)])
    places = [(one.shown.place[0] * wide, one.shown.place[1] * high) for one in sized]
    return [replace(one, shown=one.shown._replace(place=place)) for one, place in zip(sized, places, strict=True)]


def _band_height() -> float:
    return _TEXT * _LEADING + 2 * _CELL


def _moved(one: _Drawn, right: float, down: float) -> _Drawn:
    return replace(one, middle=(one.shown.place[0] + right, down - one.shown.place[1]))


# --- boxes


def _box(number: int, one: _Drawn, fonts: Fonts) -> str:
    said = html.escape(visible(one.shown.said))
    return (
        f'<g id="node{number}" class="node" data-ends="{one.shown.id}">\n<title>{said}</title>\n'
        f"{_outline(one)}\n{''.join(_texts(one, fonts))}\n</g>"
    )


def _outline(one: _Drawn) -> str:
    """The shape of a box, twice where it holds many."""
    shape, border, width, fill = one.shown.box.look
    box = one.shown.box
    stroke = f'stroke="{border}" stroke-width="{width}"' if not (box.asked or box.weak) else f'stroke="{border}" stroke-width="3.5"'
    stroke = stroke.replace(border, ALARM, 1) if box.weak else stroke
    dashed = ' stroke-dasharray="5,2"' if box.unknown or box.grey else ""
    look = f'fill="{fill}" {stroke}{dashed}'
    around = _shape(shape, one.middle, one.half, look)
    return around + _shape(shape, one.middle, (one.half[0] - _TWICE, one.half[1] - _TWICE), look) if box.folded else around


def _shape(shape: str, middle: tuple[float, float], half: tuple[float, float], look: str) -> str:
    (x, y), (wide, high) = middle, half
    left, right, top, bottom = x - wide, x + wide, y - high, y + high
    if shape == "ellipse":
        return f'<ellipse {look} cx="{x:.2f}" cy="{y:.2f}" rx="{wide:.2f}" ry="{high:.2f}"/>'
    corner = min(_CORNER, high / 2)
    corners = {
        "cds": [(left, top), (right - _POINT, top), (right, y), (right - _POINT, bottom), (left, bottom)],
        "note": [(left, top), (right - corner, top), (right, top + corner), (right, bottom), (left, bottom)],
        "house": [(left, top + _ROOF), (x, top), (right, top + _ROOF), (right, bottom), (left, bottom)],
        "octagon": [
            *((left, top + corner), (left + corner, top), (right - corner, top), (right, top + corner)),
            *((right, bottom - corner), (right - corner, bottom), (left + corner, bottom), (left, bottom - corner)),
        ],
    }.get(shape, [(left, top), (right, top), (right, bottom), (left, bottom)])
    return f'<polygon {look} points="{" ".join(f"{a:.2f},{b:.2f}" for a, b in corners)}"/>'


def _texts(one: _Drawn, fonts: Fonts) -> list[str]:
    """The lines of a box from the top down, then its coloured cells side by side."""
    x, y = one.middle[0], one.middle[1] - one.height / 2 + (_ROOF / 2 if one.shown.box.look[0] == "house" else 0.0)
    drawn = []
    for text in one.texts:
        drawn.append(_words(text.text, x, y + _LEAD / 2 + text.size, text.size, text.colour, bold=text.bold))
        y += text.size * _LEADING + _LEAD
    for cells in one.shown.box.bands:
        drawn += _cells(cells, x, y, fonts)
        y += _band_height()
    return drawn


def _cells(cells: Sequence[tuple[str, str]], x: float, y: float, fonts: Fonts) -> list[str]:
    widths = [text_width(visible(text), _TEXT, fonts) + 2 * _CELL for text, _ in cells]
    left, drawn = x - sum(widths) / 2, []
    for (text, colour), width in zip(cells, widths, strict=True):
        place = f'x="{left:.2f}" y="{y:.2f}" width="{width:.2f}" height="{_band_height():.2f}"'
        drawn.append(f'<rect {place} fill="{colour}"/>')
        drawn.append(_words(text, left + width / 2, y + _CELL + _TEXT, _TEXT, ink_on(colour)))
        left += width
    return drawn


def _words(text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False, halo: bool = False) -> str:
    """A line of text around ``x``; with a halo it can be read on lines that cross it."""
    weight = ' font-weight="bold"' if bold else ""
    weight += ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if halo else ""
    words = html.escape(visible(text))
    return f'<text text-anchor="middle" x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}"{weight} fill="{colour}">{words}</text>'


# --- lines


def _line(number: int, line: Line, start: _Drawn, end: _Drawn) -> str:
    """An arrow from outline to outline; its label before its middle, above a line to the right, below one back to the left."""
    (x1, y1), (x2, y2) = _edge_of(start, end.middle), _edge_of(end, start.middle)
    width, colour = float(line.look.get("penwidth", "1")), line.look.get("color", "#8c959f")
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    along, across = ((x2 - x1) / length, (y2 - y1) / length), max(3.0, width * 0.9)
    foot = (x2 - along[0] * _HEAD, y2 - along[1] * _HEAD)
    sides = [(foot[0] - along[1] * across, foot[1] + along[0] * across), (foot[0] + along[1] * across, foot[1] - along[0] * across)]
    dashed = ' stroke-dasharray="5,2"' if line.look.get("style") == "dashed" else ""
    head = " ".join(f"{a:.2f},{b:.2f}" for a, b in ((x2, y2), *sides))
    slope = abs((y2 - y1) / (x2 - x1)) if x1 != x2 else 0.0
    clear = 3 + width / 2 + min(_LIFT, slope * len(line.text) * _TEXT / 4)
    beside = -clear if x1 <= x2 else 0.8 * _TEXT + clear
    place = x1 + (x2 - x1) * _BEFORE, y1 + (y2 - y1) * _BEFORE + beside
    return (
        f'<g id="edge{number}" class="edge" data-ends="{line.start} {line.end}">\n<title>{html.escape(visible(line.said))}</title>\n'
        f'<path fill="none" stroke="{colour}" stroke-width="{width:.2f}"{dashed} d="M{x1:.2f},{y1:.2f}L{foot[0]:.2f},{foot[1]:.2f}"/>'
        f'<polygon fill="{colour}" points="{head}"/>'
        f"{_words(line.text, *place, _TEXT, line.look.get('fontcolor', INK), halo=True)}\n</g>"
    )


def _edge_of(one: _Drawn, towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from a box's middle to a point leaves the box around it."""
    (x, y), (wide, high) = one.middle, one.half
    dx, dy = towards[0] - x, towards[1] - y
    steps = [size / abs(step) for size, step in ((wide, dx), (high, dy)) if step]
    part = min(1.0, *steps) if steps else 0.0
    return x + dx * part, y + dy * part
