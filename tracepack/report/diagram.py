"""The lineage picture: sources on the left, the asked lot on the right, the mass on every link.

Graphviz lays out and draws; labels are its HTML-like ones with every datum escaped, so that no lot number is ever
read as markup or as one of Graphviz's backslash escapes.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import graphviz
import pygraphviz

from tracepack.report.answers import FigureAnswer, LineageAnswer, LineageEdge, LineageNode
from tracepack.report.colour import ink_on, share_colour
from tracepack.report.fonts import Fonts, font_face_css, fontconfig, fonts_in_reach, require_glyphs, text_width
from tracepack.report.layered import place_in_columns, point, straight_line
from tracepack.report.pdf import picture_to_pdf, picture_to_png
from tracepack.report.wording import Wording, display_width, visible, wording

Format = Literal["svg", "pdf", "png", "dot"]

#: Above this, `dot` takes too long: the picture is laid out in plain columns, and says so.
LARGE = 250
WRAP = 30
INK = "#1b1f24"
QUIET = "#57606a"
#: By kind: Graphviz shape, border colour, border width, fill.  Shape, border and caption differ, so colour is never needed.
LOOKS: Mapping[str, tuple[str, str, str, str]] = {
    "source": ("cds", "#007a58", "1.6", "#eef8f4"),
    "delivered": ("note", "#0062a3", "1.6", "#ffffff"),
    "run": ("ellipse", "#57606a", "1.2", "#eef0f2"),
    "own": ("box", "#1b1f24", "1.8", "#ffffff"),
    "unknown": ("octagon", "#b3400a", "3", "#fff1e8"),
}
#: Inches between label and outline, where the outline is no rectangle.
MARGINS = {"source": "0.2,0.1", "run": "0,0", "unknown": "0,0"}


def diagram_dot(lineage: LineageAnswer, *, title: str = "", lang: str = "en", fonts: Fonts | None = None) -> str:
    """The picture as DOT source: the same answer gives the same text."""
    w = wording(lang)
    fonts = fonts or fonts_in_reach()
    large = len(lineage.nodes) > LARGE
    graph = graphviz.Digraph(
        "lineage",
        graph_attr=_graph_attributes(lineage, title, large, w, fonts),
        node_attr={"fontname": fonts.families, "fontsize": "11", "fontcolor": INK},
        edge_attr={"fontname": fonts.families, "fontsize": "10", "fontcolor": INK, "color": "#8c959f", "arrowsize": "0.7"},
    )
    names = node_names(lineage)
    heaviest = max((_kilograms(edge.mass_kg) for edge in lineage.edges), default=0.0)
    places = place_in_columns(lineage) if large else {}
    for node in lineage.nodes:
        fixed = {"pos": point(places[node.id])} if large else {}
        graph.node(names[node.id], **_node_attributes(node, w, fonts), **fixed)
    for edge in lineage.edges:
        line = straight_line(places[edge.from_], places[edge.to]) if large else ("", "")
        fixed = {"pos": line[0], "lp": line[1]} if large else {}
        graph.edge(names[edge.from_], names[edge.to], **_edge_attributes(edge, heaviest, w), **fixed)
    return str(graph.source)


def render_diagram(lineage: LineageAnswer, fmt: Format, *, title: str = "", lang: str = "en", fonts: Fonts | None = None) -> bytes:
    """The picture in one of four formats; SVG carries its font, PDF and PNG are made from that SVG.

    PDF and PNG raise `MissingFont` for text that no font in reach can draw; SVG and DOT are written all the same.
    """
    fonts = fonts or fonts_in_reach()
    dot = diagram_dot(lineage, title=title, lang=lang, fonts=fonts)
    if fmt == "dot":
        return dot.encode()
    svg = _svg(dot, lineage, title, fonts)
    if fmt == "svg":
        return _with_fonts(svg, fonts).encode()
    require_glyphs(_text_of(svg), fonts)
    return picture_to_pdf(svg, fonts) if fmt == "pdf" else picture_to_png(svg, fonts)


def node_names(lineage: LineageAnswer) -> dict[str, str]:
    """Graphviz names by node id: n1, n2 ... in the answer's order (a number is data and may hold anything)."""
    return {node.id: f"n{place}" for place, node in enumerate(lineage.nodes, start=1)}


def _to_grams(mass_kg: str | None) -> str | None:
    """A mass as the picture shows it: to the gram, where the answers keep milligrams."""
    if mass_kg is None:
        return None
    rounded = Decimal(mass_kg).quantize(Decimal("0.001"))
    return f"{rounded:f}".rstrip("0").rstrip(".") if rounded else mass_kg


def _kilograms(mass_kg: str | None) -> float:
    return float(Decimal(mass_kg)) if mass_kg is not None else 0.0


def _graph_attributes(lineage: LineageAnswer, title: str, large: bool, w: Wording, fonts: Fonts) -> dict[str, str]:
    return {
        "rankdir": "LR",
        "bgcolor": "#ffffff",
        "fontname": fonts.families,
        "fontsize": "11",
        "fontcolor": INK,
        "label": _header(lineage, title, large, w),
        "labelloc": "t",
        "labeljust": "l",
        "nodesep": "0.22",
        "ranksep": "0.5",
        "pad": "0.2",
        "splines": "line" if large else "spline",
        "outputorder": "edgesfirst",
    }


def _header(lineage: LineageAnswer, title: str, large: bool, w: Wording) -> str:
    """Title, colour scale, and what lines mean, as one HTML-like table."""
    cells = "".join(_band_cell(w.percent(share, 0), share) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    notes = [w("diagram.reading")]
    notes += [w("diagram.attributed_note")] if any(edge.attributed for edge in lineage.edges) else []
    notes += [w("diagram.large", count=len(lineage.nodes))] if large else []
    rows = [f'<TR><TD COLSPAN="8" ALIGN="LEFT"><FONT POINT-SIZE="15"><B>{_text(title)}</B></FONT></TD></TR>'] if title.strip() else []
    rows.append(f'<TR><TD ALIGN="LEFT">{_text(w("diagram.scale"))}</TD>{cells}<TD></TD></TR>')
    rows += [f'<TR><TD COLSPAN="8" ALIGN="LEFT"><FONT COLOR="{QUIET}">{_text(note)}</FONT></TD></TR>' for note in notes]
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'


def _text(text: str) -> str:
    """Data as text inside an HTML-like label: Graphviz reads its own backslash escapes there too, and refuses empty text."""
    return html.escape(visible(text)).replace("\\", "\\\\") or " "


def _node_attributes(node: LineageNode, w: Wording, fonts: Fonts) -> dict[str, str]:
    shape, border, width, fill = LOOKS[node.kind]
    asked = node.kind in ("own", "delivered") and node.depth == 0
    style = "filled,dashed,bold" if node.kind == "unknown" else "filled"
    attributes = {
        "label": _node_label(node, asked, w, fonts),
        "shape": shape,
        "color": border,
        "penwidth": "3.5" if asked else width,
        "fillcolor": fill,
        "style": style,
    }
    return {**attributes, "margin": MARGINS.get(node.kind, "0.08,0.05")}


def _node_label(node: LineageNode, asked: bool, w: Wording, fonts: Fonts) -> str:
    lines = [line for text in (node.material, *_details(node, w)) if text for line in _wrapped(text)[:3]]
    number = _wrapped(node.number or node.name)
    caption = w("diagram.asked") if asked else w(f"diagram.{node.kind}", owner=node.owner, name=node.name)
    rows = [_row(caption, 9, fonts, colour=LOOKS[node.kind][1])]
    rows += [_row(line, 12, fonts, bold=True) for line in number]
    rows += [_row(line, 10.5, fonts) for line in lines]
    rows += [_band(node.share, w)] if node.share is not None else []
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1.5">{"".join(rows)}</TABLE>>'


def _details(node: LineageNode, w: Wording) -> list[str]:
    """What a node says below its number and material."""
    if node.kind == "source":
        return [node.name, ", ".join(part for part in (w.term("category", node.category), node.country) if part)]
    if node.kind == "run":
        return [node.date]
    return [w.kg(_to_grams(node.mass_kg))]


def _wrapped(text: str) -> list[str]:
    """Lines of at most `WRAP` columns, broken at spaces where there are any; nothing is dropped."""
    lines = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        if lines[-1] and display_width(lines[-1] + word.rstrip()) > WRAP:
            lines.append("")
        for character in word:
            if display_width(lines[-1] + character.strip()) > WRAP:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


def _row(text: str, size: float, fonts: Fonts, *, bold: bool = False, colour: str = INK) -> str:
    """One line of a node; its least width is our own measure, so that it fits even where the layout's font lacks the glyphs."""
    shown = visible(text)
    width = math.ceil(text_width(shown, size, fonts, bold=bold)) + 4
    body = f"<B>{_text(text)}</B>" if bold else _text(text)
    font = f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{body}</FONT>'
    return f'<TR><TD COLSPAN="2" WIDTH="{width}">{font}</TD></TR>'


def _band(share: FigureAnswer, w: Wording) -> str:
    """The share on its colour: one cell where it is known, two (least and greatest) where it is a range."""
    if share.low is None or share.high is None:
        return f'<TR><TD COLSPAN="2" BGCOLOR="#d0d7de"><FONT POINT-SIZE="10">{_text(w("diagram.no_carbon"))}</FONT></TD></TR>'
    if w.percent(share.low) == w.percent(share.high):
        return f"<TR>{_band_cell(w('diagram.share', share=w.percent(share.low)), share.low, span=2)}</TR>"
    low, high = f"≥ {w.percent(share.low)}", f"≤ {w.percent(share.high)}"
    return f"<TR>{_band_cell(low, share.low)}{_band_cell(high, share.high)}</TR>"


def _band_cell(text: str, share: float, span: int = 1) -> str:
    colour = share_colour(share)
    body = f'<FONT POINT-SIZE="10" COLOR="{ink_on(colour)}">{_text(text)}</FONT>'
    return f'<TD COLSPAN="{span}" BGCOLOR="{colour}" CELLPADDING="3">{body}</TD>'


def _edge_attributes(edge: LineageEdge, heaviest: float, w: Wording) -> dict[str, str]:
    """Mass as label and, by its square root, as width; attributed edges are dashed, named, and never pull the layout."""
    mass = w.kg(_to_grams(edge.mass_kg))
    if edge.attributed:
        label = _edge_label(w("diagram.attributed", mass=mass))
        return {"label": label, "style": "dashed", "color": "#7a3e9d", "fontcolor": "#7a3e9d", "penwidth": "1.5"}
    width = 1 + 5 * math.sqrt(_kilograms(edge.mass_kg) / heaviest) if heaviest > 0 else 1.0
    return {"label": _edge_label(mass), "penwidth": f"{width:.2f}"}


def _edge_label(text: str) -> str:
    """A label with room around it, so that it stands clear of a thick line."""
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4"><TR><TD>{_text(text)}</TD></TR></TABLE>>'


def _svg(dot: str, lineage: LineageAnswer, title: str, fonts: Fonts) -> str:
    """The SVG as Graphviz draws it, its generic titles replaced by what nodes and links are."""
    with fontconfig(fonts):
        graph = pygraphviz.AGraph(string=dot)
        graph.has_layout = len(lineage.nodes) > LARGE  # positions are given: draw, do not lay out
        raw = graph.draw(format="svg", prog=None if graph.has_layout else "dot")
    svg = raw.decode() if isinstance(raw, bytes) else str(raw)
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)  # comments name the engine's version and build
    svg = re.sub(r"<!DOCTYPE[^>]*>\n?", "", svg)
    return _titled(svg, lineage, title)


def _titled(svg: str, lineage: LineageAnswer, title: str) -> str:
    says = {name: node for node, name in zip(lineage.nodes, node_names(lineage).values(), strict=True)}

    def words(match: re.Match[str]) -> str:
        ends = html.unescape(match[1]).split("->")
        if ends == ["lineage"]:
            return f"<title>{html.escape(visible(title))}</title>"
        return f"<title>{html.escape(' → '.join(_said(says[end]) for end in ends if end in says))}</title>"

    return re.sub(r"<title>([^<]*)</title>", words, svg)


def _said(node: LineageNode) -> str:
    owner = f" ({node.owner})" if node.owner else ""
    return visible(f"{node.number or node.name}{owner}")


def _text_of(svg: str) -> str:
    return "".join(html.unescape(part) for part in re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def _with_fonts(svg: str, fonts: Fonts) -> str:
    """The SVG with the glyphs it uses embedded, so that it looks the same on every machine."""
    style = f"<defs><style>{font_face_css(_text_of(svg), fonts)}</style></defs>"
    return re.sub(r"(<svg[^>]*>)", lambda match: match[1] + "\n" + style, svg, count=1)
