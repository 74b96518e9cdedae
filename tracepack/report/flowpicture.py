"""Where a lot's bio-based mass comes from: feedstock sources, delivered lots and the lot, joined by ribbons drawn to scale.

Each ribbon is as wide as the dry mass that it carries.  What of it is bio-based for certain is filled, what may be is hatched,
the rest is pale: differences that no colour is needed for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tracepack.report.boxes import INK, QUIET
from tracepack.report.drawntext import lines_within, text_lines
from tracepack.report.fonts import LATIN_FAMILY, Fonts
from tracepack.report.paper import is_readable, paper_of
from tracepack.report.wording import Wording, visible

_COLUMN, _GAP, _MARGIN, _WHOLE = 236.0, 120.0, 14.0, 320.0
_SPACE, _SIZE, _LINE, _PAD = 8.0, 10.5, 13.0, 6.0
#: So many boxes stand in a column; the smallest of more are one grey box.
MOST = 14
_BIO, _PALE, _BORDER, _REST = "#1f6f4a", "#dfe4e8", "#57606a", "#eef0f2"


@dataclass(frozen=True, slots=True)
class Part:
    """One delivered lot's part: names to stand in a box of each column, its share of the dry mass, its bio-based mass 0..1 of the whole.

    ``grouped`` is what stands in its place where there are too many lots; "" names are what nobody knows.
    """

    source: str
    lot: str
    grouped: str
    share: float
    low: float
    high: float


@dataclass(slots=True)
class _Box:
    name: str
    lines: list[str]
    grey: bool
    share: float = 0.0
    low: float = 0.0
    high: float = 0.0
    bold: int = 0
    top: float = 0.0
    height: float = 0.0

    def take(self, part: Part) -> None:
        self.share, self.low, self.high = self.share + part.share, self.low + part.low, self.high + part.high


@dataclass(frozen=True, slots=True)
class FlowSheet:
    """What a flow picture is drawn from: the parts, the lot's own lines, what stands above it, and the dry mass in kg (None: unknown)."""

    title: str
    says: tuple[str, ...]
    parts: tuple[Part, ...]
    product: str
    dry_kg: float | None
    date: str


def flow_svg(sheet: FlowSheet, w: Wording, fonts: Fonts) -> str:
    """The picture; the same parts in any order give the same text."""
    ordered = sorted(sheet.parts, key=lambda p: (not p.lot, -round(p.share, 9), p.source, p.lot))
    keys = [p.lot for p in ordered] if len({p.lot for p in ordered}) <= MOST else _folded(ordered, lambda p: p.grouped)
    sources = _folded(ordered, lambda p: p.source)
    left, middle = _boxes(ordered, sources, sheet, w, fonts), _boxes(ordered, keys, sheet, w, fonts)
    product = _Box(sheet.product, [], grey=False)
    for part in ordered:
        product.take(part)
    _write(product, sheet.product, sheet, w, fonts)
    # Lots stand in the order of their sources, so that ribbons cross as little as they can.
    rank = {name: place for place, name in enumerate(left)}
    first = {key: min(rank[s] for s, k in zip(sources, keys, strict=True) if k == key) for key in middle}
    middle = dict(sorted(middle.items(), key=lambda item: (first[item[0]], item[1].grey, -round(item[1].share, 9), item[0])))
    head = _head(sheet, fonts)
    columns = [list(left.values()), list(middle.values()), [product]]
    height = max(_stacked(column) for column in columns)
    for column in columns:
        _place(column, len(head) * _LINE + 2 * _MARGIN + 26, height)
    between = _edges(ordered, sources, keys)
    into = {(key, ""): _Box(key, [], box.grey, box.share, box.low, box.high) for key, box in middle.items()}
    body = [*_ribbons(between, left, middle, 0), *_ribbons(into, middle, {"": product}, 1)]
    body += [_box(box, place) for place, column in enumerate(columns) for box in column]
    whole = 3 * _COLUMN + 2 * _GAP + 2 * _MARGIN, len(head) * _LINE + 3 * _MARGIN + 26 + height
    return _page(sheet, whole, head, body, w)


def _folded(parts: Sequence[Part], key: Callable[[Part], str]) -> list[str]:
    """Each part's box by name; where there are too many the smallest share one, whose name no other can have."""
    shares: dict[str, float] = {}
    for part in parts:
        shares[key(part)] = shares.get(key(part), 0.0) + part.share
    if len(shares) <= MOST:
        return [key(part) for part in parts]
    kept = set(sorted(shares, key=lambda name: (not name, -round(shares[name], 9), name))[: MOST - 1 - ("" in shares)]) | {""}
    return [key(part) if key(part) in kept else f"\0{len(shares.keys() - kept)}" for part in parts]


def _boxes(parts: Sequence[Part], keys: Sequence[str], sheet: FlowSheet, w: Wording, fonts: Fonts) -> dict[str, _Box]:
    """The boxes of a column by name, largest first, what is not known and what was put together last."""
    found: dict[str, _Box] = {}
    for part, key in zip(parts, keys, strict=True):
        found.setdefault(key, _Box(key, [], grey=not key or key.startswith("\0"))).take(part)
    for key, box in found.items():
        name = w("flow.more", count=key[1:]) if key.startswith("\0") else key or w("flow.unknown")
        _write(box, name, sheet, w, fonts)
    return dict(sorted(found.items(), key=lambda item: (item[1].grey, -round(item[1].share, 9), item[0])))


def _write(box: _Box, name: str, sheet: FlowSheet, w: Wording, fonts: Fonts) -> None:
    """Name, mass and share, bio-based mass with its bounds; the height follows."""
    room = _COLUMN - 2 * _PAD
    mass = w.percent(box.share) if sheet.dry_kg is None else w("flow.mass", mass=_kg(box.share, sheet, w), share=w.percent(box.share))
    if sheet.dry_kg is None:
        bio = w.span(box.low, box.high)
    else:
        low, high = _kg(box.low, sheet, w), _kg(box.high, sheet, w)
        bio = low if low == high else w("number.range", low=low, high=high)
    named = lines_within(visible(name), _SIZE, room, fonts, bold=True)
    box.bold = len(named)
    box.lines = [*named, *lines_within(mass, _SIZE, room, fonts), *lines_within(w("flow.bio", bio=bio), _SIZE, room, fonts)]
    box.height = max(len(box.lines) * _LINE + 2 * _PAD, box.share * _WHOLE)


def _kg(share: float, sheet: FlowSheet, w: Wording) -> str:
    mass = share * (sheet.dry_kg or 0.0)
    return w.kg(f"{mass:.0f}" if mass >= 100 else f"{mass:.1f}" if mass >= 1 else f"{mass:.3g}")


def _stacked(column: Sequence[_Box]) -> float:
    return sum(box.height for box in column) + _SPACE * (len(column) - 1)


def _place(column: Sequence[_Box], top: float, height: float) -> None:
    at = top + (height - _stacked(column)) / 2
    for box in column:
        box.top = at
        at += box.height + _SPACE


def _edges(parts: Sequence[Part], sources: Sequence[str], lots: Sequence[str]) -> dict[tuple[str, str], _Box]:
    found: dict[tuple[str, str], _Box] = {}
    for part, source, lot in zip(parts, sources, lots, strict=True):
        found.setdefault((source, lot), _Box("", [], grey=not part.lot)).take(part)
    return found


def _ribbons(edges: Mapping[tuple[str, str], _Box], left: Mapping[str, _Box], right: Mapping[str, _Box], column: int) -> list[str]:
    """Every ribbon between two columns, each end in its box's scaled middle, in the order of the boxes on the other side."""
    out, into = ({name: box.top + (box.height - box.share * _WHOLE) / 2 for name, box in side.items()} for side in (left, right))
    starts: dict[tuple[str, str], float] = {}
    for source in left:
        for target in right:
            if (source, target) in edges:
                starts[source, target] = out[source]
                out[source] += edges[source, target].share * _WHOLE
    drawn: list[str] = []
    x0 = _MARGIN + column * (_COLUMN + _GAP) + _COLUMN
    for target in right:
        for source in left:
            if (source, target) in edges:
                edge = edges[source, target]
                drawn += _ribbon(edge, x0, starts[source, target], into[target])
                into[target] += edge.share * _WHOLE
    return drawn


def _ribbon(edge: _Box, x0: float, y0: float, y1: float) -> list[str]:
    """Certain, possible and not bio-based mass, one above the other."""
    rest = _REST if edge.grey else _PALE
    bands = [(edge.low, _BIO), (max(0.0, edge.high - edge.low), "url(#open)"), (max(0.0, edge.share - edge.high), rest)]
    drawn: list[str] = []
    done = 0.0
    for size, fill in bands:
        if size * _WHOLE > 0.005:
            drawn.append(_band(x0, y0 + done * _WHOLE, y1 + done * _WHOLE, size * _WHOLE, fill))
        done += size
    return drawn


def _band(x0: float, y0: float, y1: float, height: float, fill: str) -> str:
    x1, bend = x0 + _GAP, x0 + _GAP / 2
    path = f"M{x0:.2f} {y0:.2f}C{bend:.2f} {y0:.2f} {bend:.2f} {y1:.2f} {x1:.2f} {y1:.2f}v{height:.2f}"
    path += f"C{bend:.2f} {y1 + height:.2f} {bend:.2f} {y0 + height:.2f} {x0:.2f} {y0 + height:.2f}z"
    return f'<path d="{path}" fill="{fill}" stroke="{_BORDER}" stroke-width="0.3"/>'


def _box(box: _Box, column: int) -> str:
    """A box with its lines in the middle; a grey one is the remainder, or what nobody knows."""
    x = _MARGIN + column * (_COLUMN + _GAP)
    look = f'fill="{_REST}" stroke="{_BORDER}" stroke-dasharray="4 3"' if box.grey else f'fill="#ffffff" stroke="{_BORDER}"'
    rect = f'<rect x="{x:.2f}" y="{box.top:.2f}" width="{_COLUMN:g}" height="{box.height:.2f}" rx="3" {look}/>'
    top = box.top + (box.height - len(box.lines) * _LINE) / 2
    title = f"<title>{escape(' '.join(box.lines))}</title>"
    return f"<g>{title}{rect}{text_lines(box.lines, x + _PAD, top, _SIZE, _LINE, bold=box.bold)}</g>"


def _head(sheet: FlowSheet, fonts: Fonts) -> list[tuple[str, float]]:
    """What stands above the picture, line by line with its size."""
    room = 3 * _COLUMN + 2 * _GAP
    lines = [(line, 13.0) for line in lines_within(visible(sheet.title), 13.0, room, fonts, bold=True)]
    return lines + [(line, _SIZE) for text in sheet.says for line in lines_within(visible(text), _SIZE, room, fonts)]


def _page(sheet: FlowSheet, size: tuple[float, float], head: Sequence[tuple[str, float]], body: Sequence[str], w: Wording) -> str:
    width, height = size
    height += _LINE
    paper = paper_of(width, height).name if is_readable(width, height) else ""
    notes = [w("diagram.dated", date=sheet.date)] if sheet.date else []
    notes.append(w("diagram.paper", paper=paper) if paper else w("diagram.no_paper"))
    parts = []
    for place, (line, points) in enumerate(head):
        y = _MARGIN + (place + 0.8) * _LINE
        weight = ' font-weight="bold"' if points > _SIZE else ""
        parts.append(f'<text x="{_MARGIN:g}" y="{y:.2f}" font-size="{points:g}"{weight} fill="{INK}">{escape(line)}</text>')
    at = _MARGIN + len(head) * _LINE + 6
    for place, (fill, key) in enumerate(((_BIO, "sure"), ("url(#open)", "open"), (_PALE, "rest"))):
        x = _MARGIN + place * 240
        parts.append(f'<rect x="{x:g}" y="{at:.2f}" width="22" height="10" fill="{fill}" stroke="{_BORDER}" stroke-width="0.5"/>')
        parts.append(f'<text x="{x + 28:g}" y="{at + 9:.2f}" font-size="10" fill="{INK}">{escape(w(f"flow.{key}"))}</text>')
    parts.append(f'<text x="{_MARGIN:g}" y="{height - 8:.2f}" font-size="10" fill="{QUIET}">{escape(" ".join(notes))}</text>')
    hatch = (
        f'<defs><pattern id="open" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#ffffff"/>'
        f'<path d="M0 5L5 0" stroke="{_BIO}" stroke-width="1.4"/></pattern></defs>'
    )
    said = " ".join(text for text, _ in head)
    return (
        f'<svg width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" xmlns="http://www.w3.org/2000/svg" '
        f'role="graphics-document" font-family="{LATIN_FAMILY}, Noto Sans CJK SC, sans-serif">'
        f"<title>{escape(visible(sheet.title))}</title><desc>{escape(said)}</desc>"
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#ffffff"/>{hatch}{"".join(body)}{"".join(parts)}</svg>'
    )
