"""What stands in a box of the lineage picture: of one node, or of a fold of many.

Labels are Graphviz's HTML-like ones with every datum escaped, so that no lot number is ever read as markup or as one of
its backslash escapes.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tracepack.core.folding import BEYOND, CHAIN, Flow, Fold
from tracepack.core.quantity import kg_text
from tracepack.report.answers import FigureAnswer, LineageNode
from tracepack.report.colour import category_colour, ink_on, share_colour
from tracepack.report.folds import Balance, milligrams
from tracepack.report.fonts import Fonts, text_width
from tracepack.report.wording import Wording, display_width, visible

WRAP = 30
INK = "#1b1f24"
QUIET = "#57606a"
ALARM = "#b3400a"
#: By kind: Graphviz shape, border colour, border width, fill.  Shape, border and caption differ, so colour is never needed.
LOOKS: Mapping[str, tuple[str, str, str, str]] = {
    "source": ("cds", "#007a58", "1.6", "#eef8f4"),
    "delivered": ("note", "#0062a3", "1.6", "#ffffff"),
    "run": ("ellipse", "#57606a", "1.2", "#eef0f2"),
    "own": ("box", "#1b1f24", "1.8", "#ffffff"),
    "unknown": ("octagon", ALARM, "3", "#fff1e8"),
    "shipment": ("house", "#7a3e9d", "1.6", "#f7f1fa"),
}
#: Of folds that are not of one kind.
MIXED: Mapping[str, tuple[str, str, str, str]] = {
    CHAIN: ("box", "#1b1f24", "1.8", "#f6f8fa"),
    BEYOND: ("box", "#6e7781", "1.6", "#eef0f2"),
}
#: Inches between label and outline, where the outline is no rectangle.
MARGINS = {"source": "0.2,0.1", "run": "0,0", "unknown": "0,0", "shipment": "0.12,0.05"}
#: Milligrams below which a difference between in and out is the rounding of what the picture shows.
_SHOWN = 1_000
_PARTS_SHOWN = 3

#: Parts of a lot's mass by name: feedstock and country, or chain-of-custody model; each 0..1.
Parts = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Box:
    """One box: how it looks, and its lines.  ``bands`` are coloured cells (text, colour), a row of them each."""

    look: tuple[str, str, str, str]
    margin: str
    caption: str
    title: str
    lines: tuple[str, ...] = ()
    bands: tuple[tuple[tuple[str, str], ...], ...] = ()
    asked: bool = False
    weak: bool = False
    folded: bool = False
    grey: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Shading:
    """What colours a box: ``by`` content, mass, origin or custody; ``heaviest`` mass in mg, ``parts`` by node id."""

    by: str
    heaviest: int
    parts: Mapping[str, Parts]
    names: Sequence[str] = ()


def node_box(node: LineageNode, balance: Balance, shading: Shading, weak: bool, w: Wording) -> Box:
    """The box of one node."""
    asked = node.kind in ("own", "delivered", "unknown") and node.depth == 0
    said = "returned" if node.category == "return" else node.kind
    caption = w("diagram.asked") if asked else w(f"diagram.{said}", owner=node.owner, name=node.name)
    lines = [text for text in (node.material, *_details(node, w), *_rest(node, balance, w)) if text]
    bands = _bands(node.share, milligrams(node.mass_kg), [node.id], shading, w) if node.kind not in ("source", "run", "shipment") else ()
    return Box(
        LOOKS[node.kind],
        MARGINS.get(node.kind, "0.08,0.05"),
        caption,
        node.number or node.name,
        tuple(lines),
        bands,
        asked=asked,
        weak=weak,
        unknown=node.kind == "unknown",
    )


def fold_box(one: Fold, kinds: Mapping[str, int], balance: Balance, shading: Shading, weak: bool, w: Wording) -> Box:
    """The box of a fold; ``kinds`` counts its members by kind."""
    kind = one.keys[0]
    look = LOOKS.get(kind) or MIXED[kind]
    if one.remainder:
        look = (look[0] if kind != BEYOND else "box", *MIXED[BEYOND][1:])
    share = FigureAnswer(low=one.low, high=one.high, evidence="calculated") if one.low is not None else None
    lines = [text for text in (*_sums(one, kinds, w), *_fold_rest(kind, balance, w), w("diagram.unfold", name=one.name)) if text]
    bands = _bands(share, one.mass_mg if not one.unweighed else None, one.members, shading, w) if kind not in ("source", "shipment") else ()
    title = fold_title(one, w) or w("diagram.not_named")
    margin = MARGINS.get(kind, "0.08,0.05") if look[0] != "box" else "0.08,0.05"
    return Box(look, margin, fold_caption(one, kinds, w), title, tuple(lines), bands, weak=weak, folded=True, grey=one.remainder)


def fold_caption(one: Fold, kinds: Mapping[str, int], w: Wording) -> str:
    """How many of what a fold holds, as "412 delivered lots"."""
    counted = ", ".join(w(f"diagram.many.{kind}", count=count) for kind, count in kinds.items())
    if one.remainder:
        return w("diagram.remainder", held=counted)
    return w("diagram.chain", held=counted) if one.keys[0] == CHAIN else counted


def fold_title(one: Fold, w: Wording) -> str:
    """What the members of a fold have in common: material and supplier, run kind and week."""
    keys = one.keys[1:] if one.keys[0] != BEYOND else one.keys[2:]
    if one.keys[0] == CHAIN:
        return keys[1].lstrip("0") and w("diagram.part", number=keys[1].lstrip("0")) if len(keys) > 1 else w("diagram.chained")
    kind = one.keys[1] if one.keys[0] == BEYOND and len(one.keys) > 1 else one.keys[0]
    if one.keys[0] == BEYOND and not keys:
        return w("diagram.beyond")
    if kind == "source":
        return keys[1] if len(keys) > 1 else w.term("category", keys[0]) if keys else ""
    if kind in ("run", "own") and len(keys) > 2:
        keys = (keys[0], keys[2])  # the week says the month
    return " · ".join(key for key in keys if key)


def _sums(one: Fold, kinds: Mapping[str, int], w: Wording) -> list[str]:
    """A fold's mass, where it is one kind of thing, and what is not weighed of it."""
    if len(kinds) > 1:
        return []
    lines = [] if one.unweighed == len(one.members) else [w.kg(to_grams(one.mass_mg))]
    return [*lines, w("diagram.unweighed", count=one.unweighed)] if one.unweighed else lines


def _details(node: LineageNode, w: Wording) -> list[str]:
    """What a node says below its number and material."""
    if node.kind == "source":
        return [node.name, ", ".join(part for part in (w.term("category", node.category), node.country) if part)]
    if node.kind == "run":
        return [node.date]
    if node.kind == "shipment":
        return [node.date, w.kg(to_grams(milligrams(node.mass_kg)))]
    return [w.kg(to_grams(milligrams(node.mass_kg)))]


def _rest(node: LineageNode, balance: Balance, w: Wording) -> list[str]:
    """What is not drawn of a node: of a run what became neither of the lots here, of a lot what went elsewhere."""
    if node.kind == "run":
        return _fold_rest("run", balance, w)
    mass = milligrams(node.mass_kg)
    if node.kind not in ("delivered", "own") or mass is None or not balance.leaving or node.depth == 0:
        return []
    return [w("diagram.elsewhere", mass=w.kg(to_grams(mass - balance.leaving)))] if mass - balance.leaving >= _SHOWN else []


def _fold_rest(kind: str, balance: Balance, w: Wording) -> list[str]:
    """Of runs: what went in and is not drawn, and what became of it that is not drawn."""
    if kind != "run" or not balance.whole or balance.entering is None or balance.leaving is None:
        return []
    lines = []
    others, rest = balance.whole - balance.entering, balance.whole - balance.leaving
    if others >= _SHOWN:
        lines.append(w("diagram.others_in", mass=w.kg(to_grams(others))))
    if balance.links_out and abs(rest) >= _SHOWN:
        lines.append(w("diagram.rest" if rest > 0 else "diagram.more_out", mass=w.kg(to_grams(abs(rest)))))
    return lines


# --- bands


def _bands(
    share: FigureAnswer | None, mass: int | None, members: Sequence[str], shading: Shading, w: Wording
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The coloured cells of a box; the content stands in every box, whatever colours it."""
    if shading.by == "content":
        return (_content_band(share, w),) if share is not None else ()
    content = () if share is None else (((_content_text(share, w), "#ffffff"),),)
    if shading.by == "mass":
        if mass is None or not shading.heaviest:
            return content
        part = mass / shading.heaviest
        return (*content, ((w("diagram.of_heaviest", share=w.percent(part, 1)), share_colour(part)),))
    parts = _merged([shading.parts.get(name, ()) for name in members])
    cells = [(f"{name} {w.percent(part, 1)}" if part < 0.9995 else name, colour_of(name, shading.names)) for name, part in parts]
    return (*content, *((cell,) for cell in cells))


def _merged(parts: Sequence[Parts]) -> list[tuple[str, float]]:
    """The mean of several lots' parts, the largest first; what has no room is summed up under "…"."""
    held: dict[str, float] = {}
    live = [part for part in parts if part]
    for part in live:
        for name, share in part:
            held[name] = held.get(name, 0.0) + share / len(live)
    ordered = sorted(held.items(), key=lambda item: (-round(item[1], 9), item[0]))
    if len(ordered) <= _PARTS_SHOWN + 1:
        return ordered
    return [*ordered[:_PARTS_SHOWN], ("…", sum(share for _, share in ordered[_PARTS_SHOWN:]))]


def colour_of(name: str, names: Sequence[str]) -> str:
    """A colour for each name, the same in the legend and in every box."""
    return category_colour(names.index(name)) if name in names else "#d0d7de"


def _content_text(share: FigureAnswer, w: Wording) -> str:
    if share.low is None or share.high is None:
        return w("diagram.no_carbon")
    return w("diagram.share", share=w.span(share.low, share.high))


def _content_band(share: FigureAnswer, w: Wording) -> tuple[tuple[str, str], ...]:
    """The share on its colour: one cell where it is known, two (least and greatest) where it is a range."""
    if share.low is None or share.high is None:
        return ((w("diagram.no_carbon"), "#d0d7de"),)
    if w.percent(share.low) == w.percent(share.high):
        return ((w("diagram.share", share=w.percent(share.low)), share_colour(share.low)),)
    return (f"≥ {w.percent(share.low)}", share_colour(share.low)), (f"≤ {w.percent(share.high)}", share_colour(share.high))


# --- links


def link_look(flow: Flow, heaviest: int, target: Balance, grey: bool, w: Wording) -> tuple[str, dict[str, str]]:
    """A link's label and look: its mass, by its square root as width; attributed ones are dashed, named, and never pull the layout."""
    mass = _flow_mass(flow, w)
    if flow.attributed:
        text = w("diagram.attributed", mass=mass)
        return text, {"style": "dashed", "color": "#7a3e9d", "fontcolor": "#7a3e9d", "penwidth": "1.5"}
    whole = target.whole or 0
    if flow.mass_mg is not None and not flow.unweighed and 0 < flow.mass_mg < whole:
        mass = w("diagram.part_of", mass=mass, share=w.percent(flow.mass_mg / whole, 1))
    width = 1 + 5 * math.sqrt((flow.mass_mg or 0) / heaviest) if heaviest > 0 else 1.0
    look = {"color": "#afb8c1", "style": "dashed", "fontcolor": QUIET} if grey else {}
    return mass, {"penwidth": f"{width:.2f}", **look}


def _flow_mass(flow: Flow, w: Wording) -> str:
    mass = w.kg(to_grams(flow.mass_mg))
    if flow.unweighed and flow.mass_mg is not None:
        return w("diagram.and_unweighed", mass=mass, count=flow.unweighed)
    return mass


# --- markup


def box_attributes(box: Box, w: Wording, fonts: Fonts) -> dict[str, str]:
    """A box as Graphviz attributes."""
    shape, border, width, fill = box.look
    style = "filled,dashed,bold" if box.unknown else "filled,dashed" if box.grey else "filled"
    attributes = {
        "label": _label(box, w, fonts),
        "shape": shape,
        "color": ALARM if box.weak else border,
        "penwidth": "3.5" if box.asked or box.weak else width,
        "fillcolor": fill,
        "style": style,
        "margin": box.margin,
    }
    return {**attributes, "peripheries": "2"} if box.folded else attributes


class Text(NamedTuple):
    """A line of text in a box, its size in points."""

    text: str
    size: float
    colour: str = INK
    bold: bool = False


def texts_of(box: Box, w: Wording) -> list[Text]:
    """The lines of a box, from the top down."""
    texts = [Text(w("diagram.weak"), 10, ALARM, bold=True)] if box.weak else []
    texts += [Text(line, 9, box.look[1]) for line in wrapped(box.caption)]
    texts += [Text(line, 12, bold=True) for line in wrapped(box.title)]
    return [*texts, *(Text(line, 10.5) for text in box.lines for line in wrapped(text)[:3])]


def _label(box: Box, w: Wording, fonts: Fonts) -> str:
    rows = [row(t.text, t.size, fonts, bold=t.bold, colour=t.colour) for t in texts_of(box, w)]
    rows += [_band(cells) for cells in box.bands]
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1.5">{"".join(rows)}</TABLE>>'


def _band(cells: Sequence[tuple[str, str]]) -> str:
    span = 1 if len(cells) > 1 else 2
    return f"<TR>{''.join(band_cell(text, colour, span) for text, colour in cells)}</TR>"


def band_cell(text: str, colour: str, span: int = 1) -> str:
    """One coloured cell with its text in black or white."""
    body = f'<FONT POINT-SIZE="10" COLOR="{ink_on(colour)}">{markup(text)}</FONT>'
    return f'<TD COLSPAN="{span}" BGCOLOR="{colour}" CELLPADDING="3">{body}</TD>'


def row(text: str, size: float, fonts: Fonts, *, bold: bool = False, colour: str = INK) -> str:
    """One line of a box; its least width is our own measure, so that it fits even where the layout's font lacks the glyphs."""
    shown = visible(text)
    width = math.ceil(text_width(shown, size, fonts, bold=bold)) + 4
    body = f"<B>{markup(text)}</B>" if bold else markup(text)
    font = f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{body}</FONT>'
    return f'<TR><TD COLSPAN="2" WIDTH="{width}">{font}</TD></TR>'


def markup(text: str) -> str:
    """Data as text inside an HTML-like label: Graphviz reads its own backslash escapes there too, and refuses empty text."""
    return html.escape(visible(text)).replace("\\", "\\\\") or " "


def wrapped(text: str) -> list[str]:
    """Lines of at most `WRAP` columns, broken at spaces (but not between a number and kg) where there are any; nothing is dropped."""
    if 2 * len(text) <= WRAP:
        return [text.strip()] if text.strip() else []
    lines = [""]
    for word in re.findall(r"[\d.,]+ kg\S*\s*|\S+\s*|\s+", text):
        if lines[-1] and display_width(lines[-1] + word.rstrip()) > WRAP:
            lines.append("")
        for character in word:
            if display_width(lines[-1] + character.strip()) > WRAP:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


def to_grams(mass: int | None) -> str | None:
    """A mass in mg as the picture shows it in kg: to the gram, where the answers keep milligrams."""
    if mass is None:
        return None
    text = kg_text(mass)
    rounded = Decimal(text).quantize(Decimal("0.001"))
    if not rounded:
        return text
    shown = f"{rounded:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
