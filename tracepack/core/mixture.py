"""From pools and runs to one mixture: every state, group and product of some lots' lineage as shares of one another and of roots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from tracepack.core.conversion import Feed, convert
from tracepack.core.damp import Damp, damp_nodes
from tracepack.core.deciding import Options, gathered
from tracepack.core.dry import DryGroup, dry_group
from tracepack.core.figures import part_props
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import Delivery, LotKey, Run, RunKey
from tracepack.core.lineage import Lineage, upstream
from tracepack.core.mixing import Node, NodeKey, Order, Root, composition, order_nodes, self_fed
from tracepack.core.pools import Inflow, Pool, State, pool_of
from tracepack.core.properties import Part, RootMatter, delivered_matter, tested_matter
from tracepack.core.quantity import kg_text
from tracepack.core.region import UNKNOWN, Props
from tracepack.core.runs import Input, RunFlow

_LOOP_ROUNDS = 200
_SETTLED = 1e-13


@dataclass
class Mixture:
    """The nodes of some lots' lineage, ordered sources first, and what was found on the way.

    ``volatile`` is each node's volatile share of its as-is mass; ``matter`` what is known of each delivery; ``options`` the
    materials that each node may hold, where there are choices.
    """

    lineage: Lineage
    pools: dict[LotKey, Pool]
    flows: dict[RunKey, RunFlow]
    nodes: dict[NodeKey, Node] = field(default_factory=dict)
    volatile: dict[NodeKey, float] = field(default_factory=dict)
    matter: dict[int, RootMatter] = field(default_factory=dict)
    delivery_roots: dict[int, Root] = field(default_factory=dict)
    product_volatile: dict[tuple[RunKey, int, int], float] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    assumptions: list[tuple[RunKey, str]] = field(default_factory=list)
    findings: list[tuple[object, Finding]] = field(default_factory=list)
    order: Order = field(default_factory=lambda: Order((), {}))
    drys: dict[NodeKey, DryGroup] = field(default_factory=dict)
    edges: dict[NodeKey, list[NodeKey]] = field(default_factory=dict)
    has_choices: bool = False
    options: dict[NodeKey, Options] = field(default_factory=dict)
    unexplained: dict[RunKey, str] = field(default_factory=dict)
    self_fed: dict[LotKey, str] = field(default_factory=dict)
    damp: Damp = field(default_factory=Damp)

    def state(self, lot: LotKey, run: Run) -> NodeKey:
        """The state of a lot that a run drew."""
        return ("state", lot, self.pools[lot].state_on(run.date))


def mix_lots(lineage: Lineage, lots: Iterable[LotKey]) -> Mixture:
    """Build the mixture of the given lots and everything upstream of them."""
    scope = upstream(lineage, lots)
    pools = {lot: pool_of(lineage, lot) for lot in sorted(scope)}
    runs = {run.key: lineage.flow(run) for lot in sorted(scope) for run in lineage.makers.get(lot, ())}
    mixture = Mixture(lineage, pools, runs)
    _describe_deliveries(mixture)
    mixture.edges = _edges(mixture)
    mixture.order = order_nodes(mixture.edges)
    for group in mixture.order.groups:
        _settle_volatiles(mixture, group)
    mixture.damp = damp_nodes(pools, runs, mixture.volatile, partial(_inflow_volatile, mixture), mixture.order)
    for node in mixture.edges:
        mixture.nodes[node] = _node(mixture, node)
    mixture.has_choices = any(root.kind == "choice" for node in mixture.nodes.values() for root, _ in node.roots)
    for group in mixture.order.groups:
        _settle_products(mixture, group)
        _settle_choices(mixture, group)
        mixture.self_fed.update(self_fed(group, mixture.nodes))
    return mixture


def _describe_deliveries(mixture: Mixture) -> None:
    for pool in mixture.pools.values():
        for inflow in pool.inflows:
            if inflow.delivery is not None:
                _describe(mixture, pool.lot, inflow.delivery)


def _describe(mixture: Mixture, lot: LotKey, delivery: Delivery) -> None:
    if id(delivery) in mixture.matter:
        return
    names = (mixture.lineage.canonical(delivery.lot), lot)
    tests = [t for name in dict.fromkeys(names) for t in mixture.lineage.lab_tests.get(name, ())]
    matter = delivered_matter(delivery, tests, mixture.lineage.catalogue)
    mixture.matter[id(delivery)] = matter
    parts = matter.parts or (Part(1.0, (UNKNOWN,)),)
    mixture.delivery_roots[id(delivery)] = Root("delivery", str(delivery.lot), delivery.lot, delivery, parts, recipe=matter.recipe)
    if not matter.consistent:
        mixture.findings.append((id(delivery), contradiction(delivery)))


def contradiction(delivery: Delivery) -> Finding:
    """`content-inconsistent`: what a delivery states cannot all be true."""
    stated = [f for f in ("biobased_carbon", "biobased_mass", "organic_carbon") if getattr(delivery, f) is not None]
    return Finding(
        "content-inconsistent",
        Severity.WARNING,
        f"Lot {delivery.lot}: the stated bio-based shares and carbon fractions cannot all be true.",
        "Check Biobased Carbon %, Biobased Mass % and Organic Carbon % with the supplier.",
        tuple(delivery.source.ref(f) for f in stated or ["lot_no"]),
    )


def _edges(mixture: Mixture) -> dict[NodeKey, list[NodeKey]]:
    """What each node is made of, before any share is known."""
    edges: dict[NodeKey, list[NodeKey]] = {}
    for lot, pool in mixture.pools.items():
        for number, state in enumerate(pool.states):
            before: list[NodeKey] = [("state", lot, number - 1)] if state.before_mg > 0 and number else []
            edges[("state", lot, number)] = before + [_inflow_node(mixture, f) for f in state.inflows if f.run is not None]
    for key, flow in mixture.flows.items():
        for group_no, group in enumerate(flow.groups):
            made_of = [mixture.state(i.lot, flow.run) for i in (*group.inputs, *group.shared)]
            edges[("group", key, group_no)] = made_of
            if flow.chemical:
                for output_no in range(len(group.outputs)):
                    edges[("product", key, (group_no, output_no))] = made_of
    return edges


def _inflow_node(mixture: Mixture, inflow: Inflow) -> NodeKey:
    assert inflow.run is not None
    if mixture.flows[inflow.run.key].chemical:
        return ("product", inflow.run.key, inflow.place)
    return ("group", inflow.run.key, inflow.place[0])


# --- volatiles


def _settle_volatiles(mixture: Mixture, group: tuple[NodeKey, ...]) -> None:
    """Each node's volatile share; in a loop by repetition until it no longer changes."""
    for node in group:
        mixture.volatile.setdefault(node, 0.0)
    for _ in range(_LOOP_ROUNDS if len(group) > 1 else 1):
        change = 0.0
        for node in group:
            value = _volatile(mixture, node)
            change = max(change, abs(value - mixture.volatile[node]))
            mixture.volatile[node] = value
        if change < _SETTLED:
            return


def _volatile(mixture: Mixture, node: NodeKey) -> float:
    if node[0] == "state":
        weights = _state_weights(mixture, node[1], node[2])
        whole = sum(mass for mass, _ in weights)
        return sum(mass * share for mass, share in weights) / whole if whole > 0 else 0.0
    flow = mixture.flows[node[1]]
    if flow.chemical:
        return 0.0
    settings = mixture.lineage.ledger.settings
    group_no = node[2] if isinstance(node[2], int) else node[2][0]

    def moist(item: Input) -> float:
        return mixture.volatile.get(mixture.state(item.lot, flow.run), 0.0)

    dry = dry_group(flow.groups[group_no], moist, settings.weighing_tolerance, settings.unaccounted_tolerance)
    mixture.drys[node] = dry
    for output_no, share in enumerate(dry.volatile):
        mixture.product_volatile[(flow.run.key, group_no, output_no)] = share
    return 0.0


def _state_weights(mixture: Mixture, lot: LotKey, number: int) -> list[tuple[float, float]]:
    """(as-is mass, volatile share) of everything in a state."""
    state = mixture.pools[lot].states[number]
    weights = [(float(state.unknown_mg), 0.0)]
    if state.before_mg > 0 and number:
        weights.append((float(state.before_mg), mixture.volatile.get(("state", lot, number - 1), 0.0)))
    equal = mixture.pools[lot].mass_unknown
    weights.extend((1.0 if equal else float(f.mass_mg or 0), _inflow_volatile(mixture, f)) for f in state.inflows)
    return weights


def _inflow_volatile(mixture: Mixture, inflow: Inflow) -> float:
    if inflow.delivery is not None:
        return mixture.matter[id(inflow.delivery)].volatile
    assert inflow.run is not None
    flow = mixture.flows[inflow.run.key]
    if flow.chemical:
        return flow.groups[inflow.place[0]].outputs[inflow.place[1]].moisture or 0.0
    return mixture.product_volatile.get((inflow.run.key, *inflow.place), 0.0)


# --- shares


def _node(mixture: Mixture, key: NodeKey) -> Node:
    if key[0] == "state":
        return _state_node(mixture, key[1], mixture.pools[key[1]].states[key[2]], key[2])
    if key[0] == "group":
        flow = mixture.flows[key[1]]
        return Node() if flow.chemical else _group_node(mixture, flow, key[2], mixture.drys[key])
    return Node(roots=[(Root("product", f"run {key[1].number}"), 1.0)], origin=[])


def _state_node(mixture: Mixture, lot: LotKey, state: State, number: int) -> Node:
    pool = mixture.pools[lot]
    if pool.origin_missing:
        tested = tested_matter(mixture.lineage.lab_tests.get(lot, ()))
        root = Root("tested", str(lot), lot, parts=tested.parts) if tested else Root("unknown", f"lot {lot}", lot)
        return Node(roots=[(root, 1.0)])
    if pool.mass_unknown:
        return _unweighed_state(mixture, lot, state)
    loose = (state.open and number > 0) or ("state", lot, number) in mixture.damp.nodes
    return (_loosened if loose else _weighed_state)(mixture, lot, state, number)


def _weighed_state(mixture: Mixture, lot: LotKey, state: State, number: int) -> Node:
    """What a state is made of by its masses: what was left of the one before, what came in, what nobody recorded."""
    nodes: list[tuple[NodeKey, float]] = []
    roots: list[tuple[Root, float]] = [(Root("unknown", f"more taken from lot {lot} than it had"), float(state.unknown_mg))]
    if state.before_mg > 0 and number:
        before: NodeKey = ("state", lot, number - 1)
        nodes.append((before, state.before_mg * (1.0 - mixture.volatile[before])))
    for inflow in state.inflows:
        dry = float(inflow.mass_mg or 0) * (1.0 - _inflow_volatile(mixture, inflow))
        if inflow.delivery is not None:
            roots.append((mixture.delivery_roots[id(inflow.delivery)], dry))
        else:
            nodes.append((_inflow_node(mixture, inflow), dry))
    return _normalised(nodes, roots)


def _loosened(mixture: Mixture, lot: LotKey, state: State, number: int) -> Node:
    """A state that may have had less left of the one before than the recorded masses say: that part may be anything in it; all of it
    where nobody knows the dry masses either."""
    even = _weighed_state(mixture, lot, state, number)
    before: NodeKey = ("state", lot, number - 1)
    damp = ("state", lot, number) in mixture.damp.nodes
    free = [root for root, _ in even.roots if damp or root.kind == "unknown"]
    nodes = [node for node, _ in even.mix if damp or node == before]
    if (not nodes and not damp) or len(even.mix) + len(even.roots) == 1:
        return even
    mixture.loose.add(f"lot {lot}")
    choice = Root("choice", f"lot {lot}", members=tuple(n for n, _ in even.mix), member_roots=tuple(r for r, _ in even.roots))
    came = [(node, share) for node, share in even.mix if node not in nodes]
    roots = [(root, share) for root, share in even.roots if root not in free]
    return Node(came, [*roots, (choice, 1.0 - sum(x for _, x in came) - sum(x for _, x in roots))], origin=even.mix)


def _unweighed_state(mixture: Mixture, lot: LotKey, state: State) -> Node:
    """A lot with an inflow of unknown mass: its only inflow, or any mixture of several."""
    nodes: list[NodeKey] = [_inflow_node(mixture, f) for f in state.inflows if f.run is not None]
    roots = [mixture.delivery_roots[id(f.delivery)] for f in state.inflows if f.delivery is not None]
    if len(nodes) + len(roots) == 1:
        return Node(mix=[(n, 1.0) for n in nodes], roots=[(r, 1.0) for r in roots])
    mixture.loose.add(f"lot {lot}")
    choice = Root("choice", f"lot {lot}", members=tuple(nodes), member_roots=tuple(roots))
    even = 1.0 / (len(nodes) + len(roots))
    return Node(roots=[(choice, 1.0)], origin=[(n, even) for n in nodes])


def _normalised(nodes: list[tuple[NodeKey, float]], roots: list[tuple[Root, float]]) -> Node:
    whole = sum(x for _, x in nodes) + sum(x for _, x in roots)
    if whole <= 0:
        return Node()
    return Node([(n, x / whole) for n, x in nodes if x], [(r, x / whole) for r, x in roots if x])


def _group_node(mixture: Mixture, flow: RunFlow, number: int, dry: DryGroup) -> Node:
    """A group's outputs: its dry inputs less reaction water, plus an unknown gain; or, after an unexplained loss, what must
    be left of each input and a free rest."""
    states = [(mixture.state(item.lot, flow.run), mass) for item, mass in dry.inputs]
    name = f"run {flow.run.key.number}"
    if dry.gain > 0:
        mixture.unexplained[flow.run.key] = f"{kg_text(round(dry.gain))} kg more dry matter came out than went in"
    elif dry.missing > 0:
        mixture.unexplained[flow.run.key] = f"{kg_text(round(dry.missing))} kg went in and is neither output nor loss"
    damp = mixture.damp.inputs(flow.groups[number], lambda item: mixture.state(item.lot, flow.run))
    if dry.open_mix or ((dry.missing > 0 or damp) and len(states) > 1):
        return _open_group(mixture, name, states, dry, any_mix=dry.open_mix or damp)
    if dry.tolerated > 0 and len(states) > 1:
        mass = kg_text(round(dry.tolerated))
        text = f"Run {flow.run.key.number}: {mass} kg unaccounted for, within tolerance, taken as a loss in proportion."
        mixture.assumptions.append((flow.run.key, text))
    if dry.reaction_water > mixture.lineage.ledger.settings.weighing_tolerance * sum(m for _, m in states):
        mixture.findings.append((flow.run.key, _water_finding(flow, dry)))
    if sum(m for _, m in states) <= 0 and dry.gain <= 0:
        return Node()
    water = Root("water", name)
    gain = Root("unknown", f"more came out of {name} than went in")
    return _normalised(states, [(gain, dry.gain), (water, -dry.reaction_water)])


def _open_group(mixture: Mixture, name: str, states: list[tuple[NodeKey, float]], dry: DryGroup, *, any_mix: bool) -> Node:
    """The part of each input that must be in the output, and a choice among all inputs for the rest, or (``any_mix``) for all of it."""
    mixture.loose.add(name)
    whole = sum(m for _, m in states)
    origin = [(n, m / whole) for n, m in states] if whole > 0 else []
    left = whole - dry.reaction_water - dry.missing
    beyond = (Root("unknown", f"more came out of {name} than went in"),) if dry.gain > 0 else ()
    choice = Root("choice", name, members=tuple(dict.fromkeys(n for n, _ in states)), member_roots=beyond)
    if any_mix or left <= 0:
        return Node(roots=[(choice, 1.0)], origin=origin)
    mix = [(n, max(0.0, m - dry.missing) / left) for n, m in states if m > dry.missing]
    water = dry.reaction_water / left
    free = 1.0 - sum(x for _, x in mix) + water
    roots = [(choice, free)] + ([(Root("water", name), -water)] if water > 0 else [])
    return Node(mix=mix, roots=roots, origin=origin)


def _water_finding(flow: RunFlow, dry: DryGroup) -> Finding:
    cells = tuple(r.source.ref("quantity") for r in flow.run.rows if r.direction == "loss")
    return Finding(
        "reaction-water",
        Severity.NOTE,
        f"Run {flow.run.key.number}: {kg_text(round(dry.reaction_water))} kg more water was lost than moisture was recorded.",
        "Record the Moisture % of the inputs if it was moisture; it is taken as reaction water: no carbon, bio-based mass not known.",
        cells,
    )


# --- conversions and choices


def _settle_products(mixture: Mixture, group: tuple[NodeKey, ...]) -> None:
    """What is known of each conversion product; in a loop by repetition from "anything", which only narrows."""
    products = [node for node in group if node[0] == "product"]
    if not products:
        return
    for node in products:
        mixture.loose.add(f"run {node[1].number}")
    for turn in range(_LOOP_ROUNDS if len(group) > 1 else 1):
        before = [mixture.nodes[n].roots[0][0].parts for n in products]
        _settle_choices(mixture, group)
        found: list[tuple[object, Finding]] = []
        for node in products:
            if node[0] == "product" and node[2][1] == 0:
                found.extend((node[1], f) for f in _convert(mixture, node[1], node[2][0]))
        if len(group) == 1 or _close(before, [mixture.nodes[n].roots[0][0].parts for n in products]) or turn == _LOOP_ROUNDS - 1:
            mixture.findings.extend(found)
            return


def _close(before: list[tuple[Part, ...]], after: list[tuple[Part, ...]]) -> bool:
    pairs = [(a, b) for x, y in zip(before, after, strict=True) for a, b in zip(part_props(x), part_props(y), strict=True)]
    return all(a.bio and b.bio and abs(a.bio.low - b.bio.low) + abs(a.bio.high - b.bio.high) < 1e-12 for a, b in pairs)


def _convert(mixture: Mixture, run: RunKey, group_no: int) -> tuple[Finding, ...]:
    flow = mixture.flows[run]
    group = flow.groups[group_no]
    feeds = [_feed(mixture, flow, item) for item in (*group.inputs, *group.shared)]
    dry_out = [None if o.mass_mg is None else o.mass_mg * (1.0 - (o.moisture or 0.0)) for o in group.outputs]
    outcome = convert(flow, group, feeds, dry_out, mixture.lineage.catalogue, mixture.lineage.ledger.settings.weighing_tolerance)
    origin = [(mixture.state(f.item.lot, flow.run), p) for f, p in zip(feeds, outcome.parts, strict=True) if p > 0]
    if outcome.findings:
        mixture.unexplained[run] = "more carbon came out than went in"
    for output_no, props in enumerate(outcome.products):
        node = mixture.nodes[("product", run, (group_no, output_no))]
        node.roots[0][0].parts = (Part(1.0, (props,)),)
        node.origin = origin
    return outcome.findings


def _feed(mixture: Mixture, flow: RunFlow, item: Input) -> Feed:
    state = mixture.state(item.lot, flow.run)
    moist = item.moisture if item.moisture is not None else mixture.volatile[state]
    unknown = item.net_mg is None or mixture.damp.drawn(item, state)
    dry = None if unknown else (item.net_mg or 0) * (1.0 - moist)
    matter = {} if moist >= 1.0 else composition(state, mixture.nodes, mixture.order)
    return Feed(item, dry, matter)


def _settle_choices(mixture: Mixture, group: tuple[NodeKey, ...]) -> None:
    """Give each choice of a group every material that any of its members may hold; what it is made of is settled before."""
    if not mixture.has_choices:
        return
    members = set(group)
    before = {id(o): o for n in group for m, _ in mixture.nodes[n].origin_mix if m not in members for o in (mixture.options[m],)}
    fresh: list[Props] = []
    for node in group:
        for root, _ in mixture.nodes[node].roots:
            fresh += part_props(root.parts) if root.kind not in ("choice", "water") else ()
            fresh += (p for r in root.member_roots for p in part_props(r.parts))
    options = gathered(list(before.values()), fresh if before or fresh else [UNKNOWN])
    choice = (Part(1.0, options.materials),)
    for node in group:
        mixture.options[node] = options
        for root, _ in mixture.nodes[node].roots:
            if root.kind == "choice":
                root.parts = choice
