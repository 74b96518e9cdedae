"""Folding a lineage that is too large for a picture: which of its nodes are drawn as one, and what then flows between them.

Every node has a path of keys, coarse to fine ("delivered", material, supplier, month); nodes with the same first keys can
be one fold.  From the coarsest folds on, those are opened that give the fewest parts, as long as no more than a limit is
drawn.  Every node is in exactly one fold, and every link either between two folds or inside one: nothing is left out, what
has no room of its own is in a fold marked as remainder.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

Path = tuple[str, ...]
#: First keys of folds that are not a node's own: a row of steps one after the other, and what lies beyond a depth.
CHAIN, BEYOND = "chain", "beyond"
#: So many nodes in a row, each made from the one before and from nothing else, are a chain; opened, it comes in parts.
_LONG_CHAIN, _CHAIN_PART = 8, 20
#: So many of the heaviest parts stand beside the remainder of a fold that cannot be opened whole.
_HEAVIEST = 8
#: A fold of so few opens by itself where there is room.
_FEW = 3
_FIRST_NAME = 4


@dataclass(frozen=True, slots=True)
class Member:
    """A node of the lineage.  ``mass_mg`` None: not known (or not weighed: sources); ``low`` and ``high`` are the bounds of its
    bio-based share, None where it has none.  ``path`` is what it folds by, () never.  A fold of ``grain`` keys opens by itself
    only into a few; of one with fewer keys than ``ranked`` the heaviest parts may stand beside a remainder."""

    id: str
    path: Path
    mass_mg: int | None = None
    low: float | None = None
    high: float | None = None
    depth: int = 0
    grain: int = 9
    ranked: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """A link between two nodes, or between two folds: then the sum of ``links``, of which ``unweighed`` have no mass."""

    start: str
    end: str
    mass_mg: int | None
    attributed: bool = False
    links: int = 1
    unweighed: int = 0


@dataclass(frozen=True, slots=True)
class Fold:
    """Nodes drawn as one; a node by itself has its own id as name and ``keys`` ().

    ``mass_mg`` is the sum of the known masses, ``unweighed`` counts the others; ``low`` and ``high`` hold every member's
    bounds.  ``inside`` are the links between its own members.
    """

    name: str
    keys: Path
    members: tuple[str, ...]
    mass_mg: int
    unweighed: int
    low: float | None
    high: float | None
    depth: int
    remainder: bool = False
    inside: tuple[Flow, ...] = ()

    @property
    def single(self) -> bool:
        """Whether it is one node as it is."""
        return not self.keys


@dataclass(frozen=True, slots=True)
class Folded:
    """Folds by depth then name, and what flows between them; ``names`` are those that can be opened, with what they hold."""

    folds: tuple[Fold, ...]
    flows: tuple[Flow, ...]
    names: Mapping[str, int]


@dataclass(slots=True)
class _Group:
    """A fold that could be drawn, and its parts, finer folds or single nodes."""

    keys: Path
    members: list[Member]
    parts: list[_Group] = field(default_factory=list)
    name: str = ""
    remainder: bool = False

    @property
    def weight(self) -> int:
        return sum(m.mass_mg or 0 for m in self.members)


def fold(
    members: Iterable[Member], flows: Iterable[Flow], *, limit: int = 60, opened: Collection[str] = (), depth: int | None = None
) -> Folded:
    """Fold a lineage to about ``limit`` nodes; a lineage that is not larger stays as it is.

    ``opened`` are names of folds to open into their parts, whatever the limit; a name that nothing has changes nothing
    (`Folded.names` are those there are).  What is deeper than ``depth`` becomes one remainder.
    """
    shown, links, names = _shown(*_in_order(members, flows), limit, opened, depth)
    return _folded(shown, links, names)


def fold_parts(members: Iterable[Member], flows: Iterable[Flow], *, limit: int = 60) -> dict[str, tuple[Fold, ...]]:
    """The parts, finer folds or nodes by depth then name, of each fold that `fold` draws or that lies within one that it draws."""
    shown, links, _ = _shown(*_in_order(members, flows), limit, (), None)
    place = {m.id: number for number, group in enumerate(shown) for m in group.members}
    inside: list[list[Flow]] = [[] for _ in shown]
    for flow in links:
        if place[flow.start] == place[flow.end]:
            inside[place[flow.start]].append(flow)
    found: dict[str, tuple[Fold, ...]] = {}
    for group, held in zip(shown, inside, strict=True):
        _part(group, held, found)
    return found


def _shown(
    ordered: list[Member], links: list[Flow], limit: int, opened: Collection[str], depth: int | None
) -> tuple[list[_Group], list[Flow], dict[str, int]]:
    """The groups to draw, the links in order, and how many each group holds that could be opened."""
    if depth is not None:
        ordered = [replace(m, path=(BEYOND, *m.path)) if m.depth > depth else m for m in ordered]
    if len(ordered) > limit:
        ordered = _with_chains(ordered, links, limit // 4)
    tops = _grouped(ordered, ())
    groups = [g for g in _walk(tops) if len(g.members) > 1]
    _name(groups)
    shown = _fitting(tops, limit if len(ordered) > limit else None)
    shown = _opened(shown, {g.name for g in groups} & set(opened))
    return shown, links, {g.name: len(g.members) for g in groups}


def _in_order(members: Iterable[Member], flows: Iterable[Flow]) -> tuple[list[Member], list[Flow]]:
    """By depth and name, so that the order in which rows came in means nothing."""
    return sorted(members, key=lambda m: (m.depth, m.id)), sorted(flows, key=lambda f: (f.start, f.end, f.attributed, f.mass_mg or -1))


# --- chains


def _with_chains(members: Sequence[Member], flows: Sequence[Flow], most: int) -> list[Member]:
    """The members, those of long chains with the chain as their path; where there are very many chains, other keys say more."""
    made_from: dict[str, list[str]] = {}
    goes_to: dict[str, list[str]] = {}
    for flow in flows:
        made_from.setdefault(flow.end, []).append(flow.start)
        goes_to.setdefault(flow.start, []).append(flow.end)
    known = {m.id: m for m in members if m.path and m.path[0] != BEYOND}
    inner = {name for name in known if len(made_from.get(name, ())) == 1 == len(goes_to.get(name, ()))}
    chains = [chain for chain in _chains(inner, made_from, goes_to) if len(chain) >= _LONG_CHAIN]
    if len(chains) > max(1, most):
        return list(members)
    paths: dict[str, Path] = {}
    for chain in chains:
        whole = f"{chain[0]} .. {chain[-1]}"
        for place, name in enumerate(chain):
            paths[name] = (CHAIN, whole, *((f"{place // _CHAIN_PART + 1:06}",) if len(chain) > 2 * _CHAIN_PART else ()))
    return [replace(m, path=paths[m.id]) if m.id in paths else m for m in members]


def _chains(inner: set[str], made_from: Mapping[str, Sequence[str]], goes_to: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Longest rows of inner nodes, each from its first; a ring has none."""
    for name in sorted(inner):
        if made_from[name][0] in inner:
            continue
        chain = [name]
        while (following := goes_to[chain[-1]][0]) in inner:
            chain.append(following)
        yield chain


# --- groups


def _grouped(members: Sequence[Member], keys: Path) -> list[_Group]:
    """Groups of the members by their next key, each with its parts; a key that parts nothing is passed over."""
    level = len(keys)
    by_key: dict[str | None, list[Member]] = {}
    for member in members:
        by_key.setdefault(member.path[level] if len(member.path) > level else None, []).append(member)
    groups = [_Group((), [m]) for m in by_key.pop(None, [])]
    for key, held in sorted((k, v) for k, v in by_key.items() if k is not None):
        if len(held) == 1:
            groups.append(_Group((), held))
            continue
        deeper = (*keys, key)
        parts = _grouped(held, deeper)
        groups.append(parts[0] if len(parts) == 1 else _Group(deeper, held, parts))
    return groups


def _walk(groups: Iterable[_Group]) -> Iterator[_Group]:
    """Groups and all their parts, a group before its parts."""
    for group in groups:
        yield group
        yield from _walk(group.parts)


def _name(groups: Sequence[_Group]) -> None:
    """Short names made of the keys: the same fold has the same name whatever else the lineage holds (but for a rare clash)."""
    taken: set[str] = set()
    for group in sorted(groups, key=lambda g: g.keys):
        digest = hashlib.sha256("\x1f".join(group.keys).encode(errors="surrogatepass")).hexdigest()
        length = next(n for n in range(_FIRST_NAME, len(digest) + 1) if digest[:n] not in taken)
        group.name = digest[:length]
        taken.add(group.name)


def _fitting(tops: Sequence[_Group], limit: int | None) -> list[_Group]:
    """The groups to draw: the coarsest, and of those that open the ones with the fewest parts first; without a limit all open."""
    shown = {id(group): group for group in tops}
    by_id = {id(group): group for group in _walk(tops)}
    waiting: list[tuple[int, int, Path, int]] = []

    def queue(group: _Group) -> None:
        if group.parts and (_opens_by_itself(group) if limit is not None else group.keys[0] != BEYOND):
            heapq.heappush(waiting, (len(group.keys), len(group.parts), group.keys, id(group)))

    for group in tops:
        queue(group)
    too_many: list[_Group] = []
    while waiting:
        group = by_id[heapq.heappop(waiting)[-1]]
        if limit is not None and len(shown) - 1 + len(group.parts) > limit:
            too_many.append(group)
            continue
        del shown[id(group)]
        for part in group.parts:
            shown[id(part)] = part
            queue(part)
    result = list(shown.values())
    for group in sorted(too_many, key=lambda g: (-g.weight, g.keys)):
        result = _heaviest(result, group, (limit or 0) - len(result))
    return result


def _opens_by_itself(group: _Group) -> bool:
    """Chains and what is cut off never do; others as far as their grain, or where they hold next to nothing."""
    if group.keys[0] in (BEYOND, CHAIN):
        return group.keys == (CHAIN,)
    return len(group.parts) <= _FEW or len(group.keys) < min(m.grain for m in group.members)


def _heaviest(shown: list[_Group], group: _Group, room: int) -> list[_Group]:
    """A group that has no room, parted into its heaviest and a remainder, where it is ranked and some room is left."""
    most = min(room, _HEAVIEST)
    if most < 2 or len(group.parts) <= most + 1 or any(m.ranked <= len(group.keys) for m in group.members):
        return shown
    parts = sorted(group.parts, key=lambda p: (-p.weight, p.keys, p.members[0].id))
    left = [m for part in parts[most:] for m in part.members]
    rest = _Group(group.keys, left, parts[most:], group.name, remainder=True)
    return [*(g for g in shown if g is not group), *parts[:most], rest]


def _opened(shown: Sequence[_Group], names: Collection[str]) -> list[_Group]:
    """The groups with those opened that were asked for, or that hold one that was."""
    result: list[_Group] = []
    waiting = list(shown)
    while waiting:
        group = waiting.pop()
        if names and any(g.name in names for g in _walk([group]) if g.parts):
            waiting.extend(group.parts)
        else:
            result.append(group)
    return result


# --- what flows


def _folded(shown: Sequence[_Group], flows: Sequence[Flow], names: Mapping[str, int]) -> Folded:
    place: dict[str, str] = {}
    for group in shown:
        name = group.name if len(group.members) > 1 else group.members[0].id
        place.update((m.id, name) for m in group.members)
    inside: dict[str, list[Flow]] = {}
    between: dict[tuple[str, str, bool], list[Flow]] = {}
    for flow in flows:
        start, end = place[flow.start], place[flow.end]
        if start == end and start != flow.start:
            inside.setdefault(start, []).append(flow)
        else:
            between.setdefault((start, end, flow.attributed), []).append(flow)
    folds = [_fold_of(group, tuple(inside.get(group.name, ()))) for group in shown]
    summed = [_sum(start, end, attributed, held) for (start, end, attributed), held in sorted(between.items())]
    return Folded(tuple(sorted(folds, key=_place)), tuple(summed), dict(sorted(names.items())))


def _part(group: _Group, inside: Sequence[Flow], found: dict[str, tuple[Fold, ...]]) -> None:
    """Find the parts of a group and of its parts, with those of its links ``inside`` that a part keeps to itself."""
    if not group.parts:
        return
    place = {m.id: number for number, part in enumerate(group.parts) for m in part.members}
    kept: list[list[Flow]] = [[] for _ in group.parts]
    for flow in inside:
        if place[flow.start] == place[flow.end]:
            kept[place[flow.start]].append(flow)
    folds = [_fold_of(part, tuple(flows)) for part, flows in zip(group.parts, kept, strict=True)]
    found[group.name] = tuple(sorted(folds, key=_place))
    for part, flows in zip(group.parts, kept, strict=True):
        _part(part, flows, found)


def _place(one: Fold) -> tuple[int, str]:
    return one.depth, one.name


def _sum(start: str, end: str, attributed: bool, flows: Sequence[Flow]) -> Flow:
    """Links between the same two folds as one; its mass is that of the links that have one, None where none has."""
    known = [f.mass_mg for f in flows if f.mass_mg is not None]
    return Flow(start, end, sum(known) if known else None, attributed, len(flows), len(flows) - len(known))


def _fold_of(group: _Group, inside: tuple[Flow, ...]) -> Fold:
    members = sorted(group.members, key=lambda m: (m.depth, m.id))
    lows = [m.low for m in members if m.low is not None]
    highs = [m.high for m in members if m.high is not None]
    single = len(members) == 1
    return Fold(
        name=members[0].id if single else group.name,
        keys=() if single else group.keys,
        members=tuple(m.id for m in members),
        mass_mg=sum(m.mass_mg or 0 for m in members),
        unweighed=sum(1 for m in members if m.mass_mg is None),
        low=min(lows, default=None),
        high=max(highs, default=None),
        depth=min(m.depth for m in members),
        remainder=not single and (group.remainder or group.keys[0] == BEYOND),
        inside=inside,
    )
