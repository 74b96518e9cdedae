"""What the folds of a lineage picture hold, for a page that opens them: as a table that is read without a script, and as data.

All text and all widths are made here, so that the page only places what it is given; every part of a fold is a row with its
own mass, and the masses of a fold's rows add up to the fold's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

from tracepack.core.folding import Fold
from tracepack.report.answers import LineageAnswer, LineageNode
from tracepack.report.boxes import fold_caption, fold_title, to_grams, wrapped
from tracepack.report.document import Table, table
from tracepack.report.folds import LIMIT, Foldable, graph_names, kinds_in, lineage_parts, milligrams
from tracepack.report.fonts import Fonts, fonts_in_reach, text_width
from tracepack.report.wording import Wording, visible, wording

#: So many rows open at once; more come in parts of as many, named by their first and last.
_AT_ONCE = 40
#: Keys of such a part.
_STRETCH = ("stretch",)
#: Points: the size of a row's text, and how far the rows of a part stand in from the part's own.
_SIZE, INDENT = 10.0, 14.0
#: A lot's name, what it is, its mass, its bounds, what the picture shows entering and leaving it.
_NAME, _WHAT = 0, 1
#: Longer than any number, so that letters come after it.
_NO_NUMBER = 1 << 30
_SHARELESS = ("source", "run", "shipment")

#: The width in points of a line, bold or not.
Measure = Callable[[str, bool], float]


@dataclass(frozen=True, slots=True)
class Unfolding:
    """A picture's folds: ``table`` lists each with all that it holds; ``data`` is JSON for the page's script.

    ``data``: "heads" of the columns; "boxes" by the picture's own names, a number (which node it is) or {"says", "widths",
    "rows"}; each row its cells and last the number of a node, or rows; "links" start, end, start, end ... of the physical links
    by those numbers, and "attributed" of the others.
    """

    table: Table
    data: str


@dataclass(slots=True)
class _Row:
    """A part of a fold with its own parts; ``number`` is unique in the picture.  ``around`` are the keys of its fold, which
    says them itself."""

    one: Fold
    number: int
    around: frozenset[str] = frozenset()
    parts: list[_Row] = field(default_factory=list)


@dataclass(slots=True)
class _Through:
    """The physical mass in mg that enters or leaves a row, and how many of its links have none."""

    mass_mg: int = 0
    weighed: int = 0
    unweighed: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What the rows are told with."""

    nodes: Mapping[str, LineageNode]
    into: Mapping[int, _Through]
    out: Mapping[int, _Through]
    w: Wording


def unfolding(lineage: LineageAnswer, lang: str = "en", *, limit: int = LIMIT, fonts: Fonts | None = None) -> Unfolding | None:
    """What the folds of a picture of at most ``limit`` boxes hold; None where nothing is folded."""
    folded = Foldable(lineage).folded(limit=limit)
    if all(one.single for one in folded.folds):
        return None
    numbers = iter(range(len(lineage.nodes) * 4))
    parts = lineage_parts(lineage, limit=limit)
    tops = [_row(one, parts, numbers, frozenset()) for one in folded.folds]
    told = _told(lineage, tops, wording(lang))
    return Unfolding(_table(tops, told), _data(lineage, tops, graph_names(folded), told, fonts or fonts_in_reach()))


# --- the rows


def _row(one: Fold, parts: Mapping[str, tuple[Fold, ...]], numbers: Iterator[int], around: frozenset[str]) -> _Row:
    row = _Row(one, next(numbers), around)
    held = sorted(parts.get(one.name, ()), key=lambda part: (part.single, part.keys, part.depth, _counted(part.name), part.name))
    row.parts = _stretches([_row(part, parts, numbers, around or frozenset(one.keys)) for part in held], numbers)
    return row


def _counted(name: str) -> list[tuple[int, str]]:
    """A name to order by as a reader counts, LOT-9 before LOT-10; a number of any length is ordered by its length and digits."""
    parts = re.findall("[0-9]+|[^0-9]+", name)
    return [(len(part.lstrip("0")), part.lstrip("0")) if part[0] in "0123456789" else (_NO_NUMBER, part) for part in parts]


def _stretches(rows: list[_Row], numbers: Iterator[int]) -> list[_Row]:
    """Rows that open at once: as they are, or where there are many in parts of so many."""
    while len(rows) > _AT_ONCE:
        held = iter(rows)
        rows = []
        while some := list(islice(held, _AT_ONCE)):
            rows.append(_Row(_together([row.one for row in some]), next(numbers), some[0].around, some) if len(some) > 1 else some[0])
    return rows


def _together(folds: Sequence[Fold]) -> Fold:
    """Folds one after the other as one."""
    lows, highs = [f.low for f in folds if f.low is not None], [f.high for f in folds if f.high is not None]
    return replace(
        folds[0],
        name="",
        keys=_STRETCH,
        members=tuple(member for f in folds for member in f.members),
        mass_mg=sum(f.mass_mg for f in folds),
        unweighed=sum(f.unweighed for f in folds),
        low=min(lows, default=None),
        high=max(highs, default=None),
        inside=(),
    )


def _told(lineage: LineageAnswer, tops: Sequence[_Row], w: Wording) -> _Told:
    """What enters and leaves each row: the links of which one end is in it and the other is not."""
    within: dict[str, frozenset[int]] = {}
    for top in tops:
        _within(top, frozenset(), within)
    into: dict[int, _Through] = {}
    out: dict[int, _Through] = {}
    for edge in lineage.edges:
        if edge.attributed:
            continue
        start, end, mass = within[edge.from_], within[edge.to], milligrams(edge.mass_kg)
        for number in end - start:
            _add(into.setdefault(number, _Through()), mass)
        for number in start - end:
            _add(out.setdefault(number, _Through()), mass)
    return _Told({node.id: node for node in lineage.nodes}, into, out, w)


def _within(row: _Row, around: frozenset[int], found: dict[str, frozenset[int]]) -> None:
    """The numbers of all rows that hold each node."""
    numbers = around | {row.number}
    if row.one.single:
        found[row.one.name] = numbers
    for part in row.parts:
        _within(part, numbers, found)


def _add(through: _Through, mass: int | None) -> None:
    if mass is None:
        through.unweighed += 1
    else:
        through.mass_mg += mass
        through.weighed += 1


# --- what they say


def _cells(row: _Row, told: _Told) -> tuple[str, ...]:
    """Name, what it is, mass, bounds, in, out; "" where there is nothing to say."""
    name, what = _leaf_name(told.nodes[row.one.name], told.w, row.around) if row.one.single else _part_name(row, told)
    masses = (
        _mass(row.one, told),
        _share(row.one, told),
        _flows(told.into.get(row.number), told.w),
        _flows(told.out.get(row.number), told.w),
    )
    return tuple(visible(text) for text in (name, what, *masses))


def _leaf_name(node: LineageNode, w: Wording, around: frozenset[str] = frozenset()) -> tuple[str, str]:
    """Its number, and what it is beside what its fold says."""
    if node.kind == "source":
        what = [node.name, w.term("category", node.category) if node.category else "", node.country, node.owner]
    elif node.kind in ("run", "shipment"):
        what = [node.name, node.date]
    else:
        what = [node.material, node.owner if node.kind == "delivered" else "", node.date]
    return node.number or node.name, " · ".join(text for text in what if text and text not in around)


def _part_name(row: _Row, told: _Told) -> tuple[str, str]:
    caption = fold_caption(row.one, kinds_in(row.one, told.nodes), told.w)
    if row.one.keys != _STRETCH:
        return _part_title(row, told) or told.w("diagram.not_named"), caption
    first, last = (_part_end(row, which, told) for which in (0, -1))
    return f"{first} … {last}", caption


def _part_end(row: _Row, which: int, told: _Told) -> str:
    """The name of the first or the last that a stretch holds."""
    while row.one.keys == _STRETCH:
        row = row.parts[which]
    return _leaf_name(told.nodes[row.one.name], told.w)[0] if row.one.single else _part_title(row, told)


def _part_title(row: _Row, told: _Told) -> str:
    """What the members of a part have in common beside what its fold says."""
    title = fold_title(row.one, told.w)
    return " · ".join(text for text in title.split(" · ") if text not in row.around) or title


def _mass(one: Fold, told: _Told) -> str:
    """The mass, where all is of one kind: lots and the runs between them have no sum."""
    if len(kinds_in(one, told.nodes)) > 1:
        return ""
    if one.unweighed == len(one.members):
        return told.w.kg(None)
    mass = told.w.kg(to_grams(one.mass_mg))
    return told.w("diagram.and_unweighed", mass=mass, count=one.unweighed) if one.unweighed else mass


def _share(one: Fold, told: _Told) -> str:
    held = [told.nodes[member] for member in one.members]
    if all(node.share is None or node.kind in _SHARELESS for node in held):
        return ""
    return told.w.span(one.low, one.high)


def _flows(through: _Through | None, w: Wording) -> str:
    if through is None:
        return ""
    if not through.weighed:
        return w.kg(None)
    mass = w.kg(to_grams(through.mass_mg))
    return w("diagram.and_unweighed", mass=mass, count=through.unweighed) if through.unweighed else mass


# --- as a table and as data


def _table(tops: Sequence[_Row], told: _Told) -> Table:
    """Each fold with the names of all that it holds, the heaviest first."""
    w = told.w
    rows = []
    for row in sorted((top for top in tops if not top.one.single), key=lambda top: (-top.one.mass_mg, top.one.name)):
        name, what, mass, share, _, _ = _cells(row, told)
        held = ", ".join(_leaf_name(told.nodes[member], w)[0] for member in _held(row))
        rows.append((what, name, mass, share, held))
    return table(w, ("kind", "name", "mass", "biobased_carbon", "holds"), rows, right=("mass", "biobased_carbon"))


def _held(row: _Row) -> Iterator[str]:
    """The nodes of a row in the order of its rows."""
    if row.one.single:
        yield row.one.name
    for part in row.parts:
        yield from _held(part)


def _data(lineage: LineageAnswer, tops: Sequence[_Row], names: Mapping[str, str], told: _Told, fonts: Fonts) -> str:
    measure = _measure(fonts)
    order = {name: place for place, name in enumerate(sorted(told.nodes, key=lambda name: (told.nodes[name].depth, name)))}
    w = told.w
    heads = ["", "", w("column.mass"), w("column.biobased_carbon"), w("run_sum.in"), w("run_sum.out")]
    boxes: dict[str, object] = {}
    for top in tops:
        name = names[top.one.name]
        boxes[name] = order[top.one.name] if top.one.single else _box(top, heads, order, told, measure)
    value = {
        "heads": heads,
        "boxes": boxes,
        "links": _links(lineage, order, attributed=False),
        "attributed": _links(lineage, order, attributed=True),
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _links(lineage: LineageAnswer, order: Mapping[str, int], *, attributed: bool) -> list[int]:
    ends = {(order[edge.from_], order[edge.to]) for edge in lineage.edges if edge.attributed == attributed}
    return [number for pair in sorted(ends) for number in pair]


def _box(top: _Row, heads: Sequence[str], order: Mapping[str, int], told: _Told, measure: Measure) -> dict[str, object]:
    widths = [0.0] * len(heads)
    rows = [_drawn(part, 0, widths, order, told, measure) for part in top.parts]
    widths = [width and max(width, _widest([head], measure)) for width, head in zip(widths, heads, strict=True)]
    name, what, mass, share, _, _ = _cells(top, told)
    says = ", ".join(text for text in (what, name, mass, share) if text)
    return {"says": says, "widths": [math.ceil(width) for width in widths], "rows": rows}


def _drawn(row: _Row, level: int, widths: list[float], order: Mapping[str, int], told: _Told, measure: Measure) -> list[object]:
    """A row's cells, then its parts or its node; ``widths`` grow to what they take.

    A name, or what it is, that takes several lines is the text and then its lines.
    """
    cells = _cells(row, told)
    name, what = wrapped(cells[_NAME]), wrapped(cells[_WHAT])
    bold = not row.one.single
    widths[_NAME] = max(widths[_NAME], _widest(name, measure, bold) + level * INDENT)
    widths[_WHAT] = max(widths[_WHAT], _widest(what, measure))
    for place, text in enumerate(cells[2:], start=2):
        widths[place] = max(widths[place], _widest([text], measure))
    parts = [_drawn(part, level + 1, widths, order, told, measure) for part in row.parts]
    lines = [cell if len(held) < 2 else [cell, *held] for cell, held in ((cells[_NAME], name), (cells[_WHAT], what))]
    return [*lines, *cells[2:], parts or order[row.one.name]]


def _widest(lines: Iterable[str], measure: Measure, bold: bool = False) -> float:
    return max((measure(line, bold) for line in lines if line), default=0.0)


def _measure(fonts: Fonts) -> Measure:
    """The width in points of a line, bold or not; most figures and dates come many times."""
    return cache(lambda line, bold: text_width(line, _SIZE, fonts, bold=bold))
