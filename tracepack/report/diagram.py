"""The lineage picture: sources on the left, the asked lot on the right, the mass on every link.

Graphviz lays out and draws.  What is too large for a picture is folded first (`tracepack.core.folding`): each fold shows
how many it holds, their mass and bounds, and every link that is not drawn by itself is part of one that is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import graphviz
import pygraphviz

from tracepack.core.folding import Flow, Fold, Folded
from tracepack.errors import UsageProblem
from tracepack.report.answers import LineageAnswer, LineageNode
from tracepack.report.boxes import (
    INK,
    LOOKS,
    QUIET,
    Box,
    Parts,
    Shading,
    band_cell,
    box_attributes,
    colour_of,
    fold_box,
    fold_caption,
    fold_title,
    link_look,
    markup,
    node_box,
)
from tracepack.report.colour import share_colour
from tracepack.report.folds import LIMIT, Balance, Foldable, balances, graph_names, kinds_in
from tracepack.report.fonts import Fonts, font_face_css, fontconfig, fonts_in_reach, require_glyphs
from tracepack.report.largepicture import Line, Plain, Shown, plain_picture
from tracepack.report.layered import place_in_columns, point, straight_line
from tracepack.report.paper import is_readable, paper_of
from tracepack.report.pdf import picture_size, picture_to_pdf, picture_to_png
from tracepack.report.wording import Wording, visible, wording

__all__ = ["LOOKS", "Drawing", "FoldName", "Format", "diagram_dot", "fold_names", "render_diagram"]

Format = Literal["svg", "pdf", "png", "dot"]
#: What is drawn of a lot.
Kind = Literal["lineage", "flow", "layers"]
By = Literal["content", "mass", "origin", "custody"]

#: Above this, `dot` takes too long: the picture is laid out in plain columns, and says so.
LARGE = 250
#: Above this, text on the largest page that a PDF may have cannot be read at any zoom.
MOST_ON_A_PAGE = 5_000
#: The paper a picture is drawn for before its size is known; the note has the same length for each.
_PAPERS = ("A4", "A3")
#: So many names have a colour of their own, and a place in the legend.
_NAMED = 6
#: So many boxes are tried, until the picture can be read on A3.
_LIMITS = (LIMIT, 48, 38, 30, 24, 19, 15, 12)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a lineage is drawn.

    ``opened`` are names of folds to open, ``whole`` folds nothing, ``depth`` counts runs from the asked lot.  ``parts`` are
    each lot's parts by node id, for ``by`` origin or custody.  ``says`` stands above the picture: what it shows in words,
    its date; ``weak`` are the ids of the nodes where least is known.  ``limit`` None: as many boxes as can be read on A3.
    ``foldable`` is the lineage itself, where several pictures of it are tried.
    """

    opened: tuple[str, ...] = ()
    whole: bool = False
    depth: int | None = None
    by: By = "content"
    down: bool = False
    says: tuple[str, ...] = ()
    weak: frozenset[str] = frozenset()
    parts: Mapping[str, Parts] = field(default_factory=dict)
    limit: int | None = None
    foldable: Foldable | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FoldName:
    """A fold that a picture shows: its name for ``--unfold``, what it holds, its kg (None: nothing of it is weighed)."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything a picture is drawn from."""

    lineage: LineageAnswer
    folded: Folded
    nodes: Mapping[str, LineageNode]
    drawing: Drawing
    w: Wording
    fonts: Fonts

    @property
    def large(self) -> bool:
        return len(self.folded.folds) > LARGE


def _scene(lineage: LineageAnswer, drawing: Drawing, lang: str, fonts: Fonts | None) -> _Scene:
    limit = drawing.limit or fitted(lineage, drawing, lang=lang, fonts=fonts).limit or LIMIT
    foldable = drawing.foldable or Foldable(lineage)
    folded = foldable.folded(opened=drawing.opened, depth=drawing.depth, whole=drawing.whole, limit=limit)
    nodes = {node.id: node for node in lineage.nodes}
    return _Scene(lineage, folded, nodes, drawing, wording(lang), fonts or fonts_in_reach())


_PLAIN = Drawing()


def diagram_dot(lineage: LineageAnswer, *, title: str = "", lang: str = "en", fonts: Fonts | None = None, drawing: Drawing = _PLAIN) -> str:
    """The picture as DOT source: the same answer gives the same text."""
    scene = _scene(lineage, drawing, lang, fonts)
    svg = _plain_svg(scene, title) if scene.large else _drawn(_dot(scene, title, _PAPERS[0]), scene)
    return _dot(scene, title, _paper(svg))


def render_diagram(
    lineage: LineageAnswer, fmt: Format, *, title: str = "", lang: str = "en", fonts: Fonts | None = None, drawing: Drawing = _PLAIN
) -> bytes:
    """The picture in one of four formats; SVG carries its font, PDF and PNG are made from that SVG.

    PDF and PNG raise `MissingFont` for text that no font in reach can draw, and `UsageProblem` for so many boxes that no page shows
    them; SVG and DOT are written all the same.
    """
    if fmt == "dot":
        return diagram_dot(lineage, title=title, lang=lang, fonts=fonts, drawing=drawing).encode()
    scene = _scene(lineage, drawing, lang, fonts)
    if fmt != "svg" and len(scene.folded.folds) > MOST_ON_A_PAGE:
        problem = f"{len(scene.folded.folds)} boxes cannot be read on one page, however large it is"
        raise UsageProblem(problem, "write the picture as .svg, leave out --all, or use --depth")
    svg = _svg(scene, title)
    if fmt == "svg":
        return with_fonts(svg, scene.fonts).encode()
    require_glyphs(text_of(svg), scene.fonts)
    return picture_to_pdf(svg, scene.fonts) if fmt == "pdf" else picture_to_png(svg, scene.fonts)


def fitted(lineage: LineageAnswer, drawing: Drawing, *, lang: str = "en", fonts: Fonts | None = None) -> Drawing:
    """The drawing with the largest limit at which all can be read on A3, before any fold is opened by name; 60 for the whole."""
    if drawing.whole:
        return replace(drawing, limit=LIMIT)

    def readable(limit: int) -> bool:
        scene = _scene(lineage, replace(drawing, limit=limit, opened=()), lang, fonts)
        return not scene.large and is_readable(*picture_size(_drawn(_dot(scene, "-", _PAPERS[0]), scene)))

    if len(lineage.nodes) <= LIMIT and readable(LIMIT):
        return replace(drawing, limit=LIMIT)
    least, most = 0, len(_LIMITS) - 1  # the first of the falling limits that is readable, by halving
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if readable(_LIMITS[middle]) else (middle + 1, most)
    return replace(drawing, limit=_LIMITS[least])


def fold_names(lineage: LineageAnswer, *, lang: str = "en", drawing: Drawing = _PLAIN) -> tuple[list[FoldName], frozenset[str]]:
    """The folds that a picture shows, heaviest first, and every name that could be opened."""
    scene = _scene(lineage, drawing, lang, None)
    shown = sorted((one for one in scene.folded.folds if not one.single), key=lambda f: (-f.mass_mg, f.name))
    lines = [
        FoldName(one.name, ", ".join(t for t in (fold_caption(one, kinds_in(one, scene.nodes), scene.w), fold_title(one, scene.w)) if t))
        for one in shown
    ]
    return lines, frozenset(scene.folded.names)


# --- the document


def _dot(scene: _Scene, title: str, paper: str) -> str:
    families = scene.fonts.families
    graph = graphviz.Digraph(
        "lineage",
        graph_attr=_graph_attributes(scene, title, paper),
        node_attr={"fontname": families, "fontsize": "11", "fontcolor": INK},
        edge_attr={"fontname": families, "fontsize": "10", "fontcolor": INK, "color": "#8c959f", "arrowsize": "0.7"},
    )
    names, sums = graph_names(scene.folded), balances(scene.folded, scene.nodes)
    places = place_in_columns(scene.folded, scene.drawing.down) if scene.large else {}
    shading = _shading(scene)
    for one in scene.folded.folds:
        fixed = {"pos": point(places[one.name])} if scene.large else {}
        graph.node(names[one.name], **box_attributes(_box(one, scene, sums[one.name], shading), scene.w, scene.fonts), **fixed)
    heaviest = max((flow.mass_mg or 0 for flow in scene.folded.flows), default=0)
    grey = {one.name for one in scene.folded.folds if one.remainder}
    for flow in scene.folded.flows:
        line = straight_line(places[flow.start], places[flow.end]) if scene.large else ("", "")
        fixed = {"pos": line[0], "lp": line[1]} if scene.large else {}
        attributes = _edge_attributes(flow, heaviest, sums[flow.end], bool({flow.start, flow.end} & grey), scene.w)
        graph.edge(names[flow.start], names[flow.end], **attributes, **fixed)
    return str(graph.source)


def _box(one: Fold, scene: _Scene, balance: Balance, shading: Shading) -> Box:
    weak = not scene.drawing.weak.isdisjoint(one.members)
    if one.single:
        return node_box(scene.nodes[one.name], balance, shading, weak, scene.w)
    return fold_box(one, kinds_in(one, scene.nodes), balance, shading, weak, scene.w)


def _shading(scene: _Scene) -> Shading:
    lots = [one.mass_mg for one in scene.folded.folds if scene.nodes[one.members[0]].kind not in ("source", "run", "shipment")]
    return Shading(scene.drawing.by, max(lots, default=0), scene.drawing.parts, _part_names(scene.drawing))


def _part_names(drawing: Drawing) -> list[str]:
    """The names of the parts that there is most of: those have a colour, and a place in the legend."""
    held: dict[str, float] = {}
    for parts in drawing.parts.values():
        for name, share in parts:
            held[name] = held.get(name, 0.0) + share
    return sorted(held, key=lambda name: (-round(held[name], 6), name))[:_NAMED]


def _graph_attributes(scene: _Scene, title: str, paper: str) -> dict[str, str]:
    return {
        "rankdir": "LR",
        "bgcolor": "#ffffff",
        "fontname": scene.fonts.families,
        "fontsize": "11",
        "fontcolor": INK,
        "label": _header(scene, title, paper),
        "labelloc": "t",
        "labeljust": "l",
        "nodesep": "0.22",
        "ranksep": "0.5",
        "pad": "0.2",
        "splines": "line" if scene.large else "spline",
        "outputorder": "edgesfirst",
    }


def _header(scene: _Scene, title: str, paper: str) -> str:
    """Title, what the picture says in words, colour scale, and what lines mean, as one HTML-like table."""
    rows = [f'<TR><TD COLSPAN="8" ALIGN="LEFT"><FONT POINT-SIZE="15"><B>{markup(title)}</B></FONT></TD></TR>'] if title.strip() else []
    rows += [f'<TR><TD COLSPAN="8" ALIGN="LEFT"><FONT POINT-SIZE="12">{markup(text)}</FONT></TD></TR>' for text in scene.drawing.says]
    rows.append(_legend(scene))
    notes = _notes(scene, paper)
    rows += [f'<TR><TD COLSPAN="8" ALIGN="LEFT"><FONT COLOR="{QUIET}">{markup(note)}</FONT></TD></TR>' for note in notes]
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>>'


def _legend(scene: _Scene) -> str:
    """What the colours say: a scale, or names."""
    w, by = scene.w, scene.drawing.by
    if by in ("content", "mass"):
        cells = "".join(band_cell(w.percent(share, 0), share_colour(share)) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        return f'<TR><TD ALIGN="LEFT">{markup(w(f"diagram_scale.{by}"))}</TD>{cells}<TD></TD></TR>'
    names = _part_names(scene.drawing)
    cells = "".join(band_cell(name, colour_of(name, names)) for name in names)
    return f'<TR><TD ALIGN="LEFT">{markup(w(f"diagram_scale.{by}"))}</TD>{cells}<TD COLSPAN="{7 - len(names)}"></TD></TR>'


def _notes(scene: _Scene, paper: str) -> list[str]:
    w, folded = scene.w, scene.folded
    notes = [w("diagram.reading_down" if scene.drawing.down else "diagram.reading")]
    notes += [w("diagram.attributed_note")] if any(flow.attributed for flow in folded.flows) else []
    if any(not one.single for one in folded.folds):
        notes.append(w("diagram.folded", nodes=len(scene.nodes), boxes=len(folded.folds)))
    notes += [w("diagram.remainder_note")] if any(one.remainder for one in folded.folds) else []
    notes += [w("diagram.large", count=len(folded.folds))] if scene.large else []
    newest = max((node.date for node in scene.lineage.nodes), default="")
    dated = [w("diagram.dated", date=newest)] if newest else []
    return [*notes, " ".join([*dated, _paper_note(paper, w)])]


def _paper_note(paper: str, w: Wording) -> str:
    return w("diagram.paper", paper=paper) if paper else w("diagram.no_paper")


def _edge_attributes(flow: Flow, heaviest: int, target: Balance, grey: bool, w: Wording) -> dict[str, str]:
    text, look = link_look(flow, heaviest, target, grey, w)
    return {"label": _edge_label(text), **look}


def _edge_label(text: str) -> str:
    """A label with room around it, so that it stands clear of a thick line."""
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4"><TR><TD>{markup(text)}</TD></TR></TABLE>>'


# --- the picture


def _svg(scene: _Scene, title: str) -> str:
    """The SVG as Graphviz draws it, its generic titles replaced by what nodes and links are, and the paper it fits named."""
    if scene.large:
        return _plain_svg(scene, title)
    svg = _drawn(_dot(scene, title, _PAPERS[0]), scene)
    paper = _paper(svg)
    if paper != _PAPERS[0]:
        before, after = (html.escape(_paper_note(name, scene.w)) for name in (_PAPERS[0], paper))
        svg = svg.replace(before, after)
    return _titled(_bare(svg), scene, title)


def _bare(svg: str) -> str:
    """An SVG without comments, which name the engine's version and build."""
    return re.sub(r"<!DOCTYPE[^>]*>\n?", "", re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL))


def _plain_svg(scene: _Scene, title: str) -> str:
    """The SVG of what is too large for Graphviz to lay out, which draws the words above it only."""
    names, sums = graph_names(scene.folded), balances(scene.folded, scene.nodes)
    places, shading = place_in_columns(scene.folded, scene.drawing.down), _shading(scene)
    said = {one.name: _said(one, scene) for one in scene.folded.folds}
    boxes = [Shown(names[f.name], said[f.name], _box(f, scene, sums[f.name], shading), places[f.name]) for f in scene.folded.folds]
    heaviest = max((flow.mass_mg or 0 for flow in scene.folded.flows), default=0)
    grey = {one.name for one in scene.folded.folds if one.remainder}
    lines = []
    for flow in scene.folded.flows:
        look = link_look(flow, heaviest, sums[flow.end], bool({flow.start, flow.end} & grey), scene.w)
        lines.append(Line(names[flow.start], names[flow.end], f"{said[flow.start]} → {said[flow.end]}", *look))
    picture = plain_picture(boxes, lines, _words_above(scene, title), scene.w, scene.fonts)
    size = f'width="{picture.width:.0f}pt" height="{picture.height:.0f}pt" viewBox="0 0 {picture.width:.0f} {picture.height:.0f}"'
    ground = f'<rect width="{picture.width:.0f}" height="{picture.height:.0f}" fill="#ffffff"/>'
    svg = f'<svg {size} xmlns="http://www.w3.org/2000/svg">\n{ground}\n{picture.elements}\n</svg>\n'
    return _described(svg, scene, title)


def _words_above(scene: _Scene, title: str) -> Plain:
    """What stands above a picture that is too large for any paper, by itself."""
    graph = graphviz.Digraph("lineage", graph_attr=_graph_attributes(scene, title, ""))
    svg = _bare(_drawn(str(graph.source), scene))
    inside = re.search(r"<svg[^>]*>(.*)</svg>", svg, flags=re.DOTALL)
    return Plain(re.sub(r"<title>[^<]*</title>\n?", "", inside[1] if inside else ""), *picture_size(svg))


def _paper(svg: str) -> str:
    """The paper that the picture is read on, "" where A3 is too small."""
    width, height = picture_size(svg)
    return paper_of(width, height).name if is_readable(width, height) else ""


def _drawn(dot: str, scene: _Scene) -> str:
    with fontconfig(scene.fonts):
        graph = pygraphviz.AGraph(string=dot)
        raw = graph.draw(format="svg", prog="dot")
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _titled(svg: str, scene: _Scene, title: str) -> str:
    """Every node and link with a title that names it, and the whole with a title and what it says in words."""
    names = graph_names(scene.folded)
    says = {names[one.name]: _said(one, scene) for one in scene.folded.folds}

    def words(match: re.Match[str]) -> str:
        ends = html.unescape(match[1]).split("->")
        if ends == ["lineage"]:
            return f"<title>{html.escape(visible(title))}</title>"
        return f"<title>{html.escape(' → '.join(says[end] for end in ends if end in says))}</title>"

    svg = re.sub(r'(<g id="(?:node|edge)\d+" class="(?:node|edge)")(>\s*<title>)([^<]*)', _ends, svg)
    return _described(re.sub(r"<title>([^<]*)</title>", words, svg), scene, title)


def _described(svg: str, scene: _Scene, title: str) -> str:
    """An SVG with its title and what it says in words."""
    spoken = html.escape(visible(" ".join([*scene.drawing.says, *_notes(scene, _paper(svg))])))
    described = f"<title>{html.escape(visible(title))}</title>\n<desc>{spoken}</desc>"
    return re.sub(r"<svg ([^>]*)>", lambda tag: f'<svg {tag[1]} role="graphics-document">\n{described}', svg, count=1)


def _ends(match: re.Match[str]) -> str:
    """A box or a link with the boxes it is or joins, by which a page finds what a box was made from."""
    return f'{match[1]} data-ends="{html.unescape(match[3]).replace("->", " ")}"{match[2]}{match[3]}'


def _said(one: Fold, scene: _Scene) -> str:
    if not one.single:
        said = (fold_caption(one, kinds_in(one, scene.nodes), scene.w), fold_title(one, scene.w))
        return visible(": ".join(text for text in said if text))
    node = scene.nodes[one.name]
    owner = f" ({node.owner})" if node.owner else ""
    return visible(f"{node.number or node.name}{owner}")


def text_of(svg: str) -> str:
    """Everything that a picture writes, for its fonts."""
    return "".join(html.unescape(part) for part in re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def with_fonts(svg: str, fonts: Fonts) -> str:
    """The SVG with the glyphs it uses embedded, so that it looks the same on every machine."""
    style = f"<defs><style>{font_face_css(text_of(svg), fonts)}</style></defs>"
    return re.sub(r"(<svg[^>]*>)", lambda match: match[1] + "\n" + style, svg, count=1)
