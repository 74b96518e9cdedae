"""What a lineage picture says in words: how much is bio-based, where it comes from, and where least is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.report.answers import ContentAnswer, LineageAnswer, LineageNode, OriginAnswer
from tracepack.report.boxes import to_grams
from tracepack.report.folds import milligrams
from tracepack.report.wording import Wording

_ORIGINS_SHOWN = 4
_PLACES_SHOWN = 3
#: A place that cannot move the figure by this (0.05 points) is no weak spot.
_STEP = 0.0005


@dataclass(frozen=True, slots=True)
class Headline:
    """Sentences for above the picture, and the ids of the nodes where least is known."""

    says: tuple[str, ...]
    weak: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What the answers do not tell of a lineage: the pool (owner, number) in which each lot that was poured together with others is drawn,
    and the runs (by number) and lots of which it is not known how much of each input is in what came of them."""

    pools: Mapping[tuple[str, str], tuple[str, str]]
    runs: frozenset[str]
    lots: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Place:
    """What of the asked lot's dry mass one material of one supplier is, how far its content is open, and its lots."""

    share: float
    open: float
    nodes: list[LineageNode]
    unsourced: float = 0.0


def headline(content: ContentAnswer, lineage: LineageAnswer, unrecorded: Unrecorded, w: Wording) -> Headline:
    """The sentences about the asked lot."""
    figure = content.content.bio_carbon_toc
    mass = w.kg(to_grams(milligrams(content.mass_kg)))
    what = w("diagram.mass_of", mass=mass, material=content.lot.material) if content.lot.material else mass
    span = w.span(figure.low, figure.high)
    known = figure.low is not None
    first = w("diagram.says_lot", what=what, share=span, evidence=w.term("evidence", figure.evidence) if known else "–")
    says = [first] if known else [w("diagram.says_no_carbon", what=what)]
    mixed = _mixed(content, lineage, unrecorded)
    if content.origins:
        says.append(w("diagram.says_mixed_from" if mixed else "diagram.says_from", origins=origins_text(content.origins, w)))
    weak, nodes = _weak(content, lineage, unrecorded, mixed, w)
    return Headline((*says, weak), frozenset(node.id for node in nodes))


def origin_name(origin: OriginAnswer, w: Wording) -> str:
    """Feedstock and country of an origin, or that nobody stated a source."""
    if origin.source is None:
        return w("text.source_none") if origin.lot else w("text.lot_unknown")
    return ", ".join(part for part in (origin.feedstock or origin.source, origin.country) if part)


def origins_text(origins: Iterable[OriginAnswer], w: Wording) -> str:
    """The largest origins by dry mass with their shares; the shares of all that is shown add up to the whole."""
    held: dict[str, float] = {}
    for origin in origins:
        name = origin_name(origin, w)
        held[name] = held.get(name, 0.0) + origin.mass_share
    ordered = sorted(held.items(), key=lambda item: (-round(item[1], 9), item[0]))
    shown = ordered if len(ordered) <= _ORIGINS_SHOWN + 1 else ordered[:_ORIGINS_SHOWN]
    texts = [f"{w.percent(share)} {name}" for name, share in shown]
    if len(shown) < len(ordered):
        rest = sum(share for _, share in ordered[len(shown) :])
        texts.append(w("diagram.says_more", share=w.percent(rest), count=len(ordered) - len(shown)))
    return "; ".join(texts)


def _mixed(content: ContentAnswer, lineage: LineageAnswer, unrecorded: Unrecorded) -> list[LineageNode]:
    """The nodes of which it is not known how much of each input is in them, where that leaves the figure open; else []."""
    figure = content.content.bio_carbon_toc
    if figure.low is None or figure.high is None or figure.high - figure.low < _STEP:
        return []
    return [n for n in lineage.nodes if (n.kind == "run" and n.number in unrecorded.runs) or (n.owner, n.number) in unrecorded.lots]


def _weak(
    content: ContentAnswer, lineage: LineageAnswer, unrecorded: Unrecorded, mixed: Sequence[LineageNode], w: Wording
) -> tuple[str, Sequence[LineageNode]]:
    """Where the figure is most open; else where it is not known how much of each went in; else where most mass has no source; else
    that there is no such place."""
    lots = {(n.owner, n.number): n for n in lineage.nodes if n.kind in ("own", "delivered", "unknown")}
    drawn = {name: lots[pool] for name, pool in unrecorded.pools.items() if pool in lots}
    places = _places(content.origins, drawn | lots, unrecorded.lots)
    for key, place in sorted(places.items(), key=lambda item: (-round(item[1].open, 9), item[0])):
        if place.open >= _STEP:
            spans = [(n.share.low, n.share.high) for n in place.nodes if n.share and n.share.low is not None and n.share.high is not None]
            low, high = min((s[0] for s in spans), default=0.0), max((s[1] for s in spans), default=1.0)
            says = w("diagram.says_weak", place=_named(key, place, w), share=w.percent(place.share), span=w.span(low, high))
            return says, place.nodes
    if mixed:
        return w("diagram.says_mixed", places=_listed(mixed, w)), mixed
    for key, place in sorted(places.items(), key=lambda item: (-round(item[1].unsourced, 9), item[0])):
        if place.unsourced >= _STEP:
            says = w("diagram.says_unsourced", place=_named(key, place, w), share=w.percent(place.unsourced))
            return says, place.nodes
    figure = content.content.bio_carbon_toc
    return w("diagram.says_strong", evidence=w.term("evidence", figure.evidence)), ()


def _listed(nodes: Sequence[LineageNode], w: Wording) -> str:
    """The first of some runs and lots by name, and how many more there are."""
    names = [w("text.through_run", run=n.number) if n.kind == "run" else _lot_name(n, w) for n in nodes]
    more = [w("diagram.more_places", count=len(names) - _PLACES_SHOWN)] if len(names) > _PLACES_SHOWN else []
    return "; ".join([*names[:_PLACES_SHOWN], *more])


def _places(
    origins: Sequence[OriginAnswer], lots: Mapping[tuple[str, str], LineageNode], mixed: Collection[tuple[str, str]]
) -> dict[tuple[str, str], _Place]:
    """Places by material and supplier; a pool in which it is not known how much there is of each says nothing of what was poured in."""
    places: dict[tuple[str, str], _Place] = {}
    placed: set[tuple[tuple[str, str], str]] = set()
    for origin in origins:
        node = lots.get((origin.owner or "", origin.lot or ""))
        share = None if node is None else node.share
        width = 1.0 if share is None else 0.0 if share.low is None or share.high is None else share.high - share.low
        width = 0.0 if node is not None and (node.owner, node.number) in mixed else width
        key = (origin.material or "", origin.owner or "")
        place = places.setdefault(key, _Place(0.0, 0.0, []))
        place.share += origin.mass_share
        place.open += origin.mass_share * width
        place.unsourced += origin.mass_share if origin.source is None else 0.0
        if node is not None and (key, node.id) not in placed:
            placed.add((key, node.id))
            place.nodes.append(node)
    return places


def _named(key: tuple[str, str], place: _Place, w: Wording) -> str:
    """A lot by its number, several by what they have in common."""
    if not place.nodes:
        return w("text.lot_unknown")
    first = _lot_name(place.nodes[0], w)
    if len(place.nodes) == 1:
        return first
    common = " · ".join(part for part in key if part)
    return w("diagram.several_lots", count=len(place.nodes), common=common or first)


def _lot_name(node: LineageNode, w: Wording) -> str:
    return w("diagram.one_lot", lot=f"{node.number} ({node.owner})" if node.owner else node.number)
