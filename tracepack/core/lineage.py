"""The lineage of lots: a networkx graph of feedstock sources, lots and runs, and the index of what touches each lot.

Nodes are ("lot", LotKey), ("run", RunKey) and ("source", party, source id); an edge carries ``mass_mg`` (None where not
known) and ``attributed``.  Sources stand upstream of the delivered lots that name them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import networkx as nx

from tracepack.core.catalogue import Catalogue, catalogue_of
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import (
    Attribution,
    Delivery,
    FeedstockSource,
    LabTest,
    Ledger,
    LotKey,
    LotSource,
    Material,
    Run,
    RunKey,
    RunRow,
    Shipment,
)
from tracepack.core.library import Library, says_regrind
from tracepack.core.quantity import mass_mg
from tracepack.core.runs import RunFlow, RunWorld, resolve_run, row_mass

_N = TypeVar("_N", bound=Hashable)
BOOKKEPT = ("mass balance", "book and claim")


@dataclass(frozen=True)
class Lineage:
    """A ledger indexed by lot.  Keys are canonical: our own number of a delivered lot stands for that lot."""

    ledger: Ledger
    catalogue: Catalogue
    aliases: Mapping[LotKey, LotKey]
    pooled: Mapping[LotKey, tuple[LotKey, ...]]
    deliveries: Mapping[LotKey, list[Delivery]]
    makers: Mapping[LotKey, list[Run]]
    takers: Mapping[LotKey, list[Run]]
    shipments: Mapping[LotKey, list[Shipment]]
    lab_tests: Mapping[LotKey, list[LabTest]]
    lot_sources: Mapping[LotKey, list[LotSource]]
    attributions: Mapping[LotKey, list[Attribution]]
    sources: Mapping[tuple[str, str], FeedstockSource]
    _flows: dict[RunKey, RunFlow] = field(default_factory=dict)
    _sent: dict[int, tuple[Shipment, int | None]] = field(default_factory=dict, repr=False, compare=False)
    _draws: dict[RunKey, dict[LotKey, list[tuple[int | None, RunRow]]]] = field(default_factory=dict, repr=False, compare=False)

    def canonical(self, lot: LotKey) -> LotKey:
        """The lot a key stands for."""
        return self.aliases.get(lot, lot)

    def delivered(self, lot: LotKey) -> list[Delivery]:
        """What was delivered into a lot: under its own name, or under the names of lots that share it as their own number."""
        return [d for name in (lot, *self.pooled.get(lot, ())) for d in self.deliveries.get(name, ())]

    def lots(self) -> list[LotKey]:
        """Every canonical lot that anything mentions, sorted."""
        return sorted({*self.deliveries, *self.pooled, *self.makers, *self.takers, *self.shipments, *self.lab_tests})

    def material(self, lot: LotKey) -> str:
        """The lot's material as its delivery or run states it; "" where none does."""
        delivered = next((d.material for d in self.delivered(lot)), None)
        return self._stated_materials.get(lot, "") if delivered is None else delivered

    @cached_property
    def _stated_materials(self) -> Mapping[LotKey, str]:
        """The material that the runs state of each lot: the first run that makes it, else the first that takes it."""
        found: dict[LotKey, str] = {}
        taken: dict[LotKey, str] = {}
        for run in sorted(self.ledger.runs, key=lambda r: (r.date, r.key)):
            for row in run.rows:
                if row.material and row.lot is not None:
                    (found if row.direction == "out" else taken).setdefault(self.canonical(row.lot), row.material)
        return taken | found

    def is_regrind(self, lot: LotKey) -> bool:
        """Whether a canonical lot is regrind: by its material's ID or name, or by the kind of a run that made it."""
        material = self.material(lot)
        described = self.catalogue.material(lot.owner, material, None) if material else None
        names = (material, described.name if described else None, *(run.kind for run in self.makers.get(lot, ())))
        return any(says_regrind(name) for name in names if name)

    def draws_on(self, run: Run, lot: LotKey) -> Sequence[tuple[int | None, RunRow]]:
        """A run's draws on a canonical lot (milligrams, None where not stated, and the row that says so), sorted out once."""
        found = self._draws.get(run.key)
        if found is None:
            found = self._draws[run.key] = {}
            for taken, mass, row in self.flow(run).draws:
                found.setdefault(taken, []).append((mass, row))
        return found.get(lot, ())

    def flow(self, run: Run) -> RunFlow:
        """A run's masses, resolved once."""
        found = self._flows.get(run.key)
        if found is None:
            found = self._flows[run.key] = resolve_run(run, self._world())
        return found

    def delivery_mg(self, delivery: Delivery) -> int | None:
        """A delivery's as-is mass in mg, None where its unit cannot be turned into mass."""
        geometry = self.catalogue.material(delivery.supplier, delivery.material, delivery.delivery_date)
        return mass_mg(delivery.quantity, delivery.unit, geometry)

    def shipment_mg(self, shipment: Shipment) -> int | None:
        """A shipment's as-is mass in mg, resolved once; what the lot is made of is asked for only where its unit is no mass."""
        if id(shipment) not in self._sent:
            self._sent[id(shipment)] = shipment, self._shipment_mg(shipment)
        return self._sent[id(shipment)][1]

    def _shipment_mg(self, shipment: Shipment) -> int | None:
        plain = mass_mg(shipment.quantity, shipment.unit)
        if plain is not None:
            return plain
        lot = self.canonical(shipment.lot)
        return mass_mg(shipment.quantity, shipment.unit, self.catalogue.material(lot.owner, self.material(lot), shipment.date))

    @cached_property
    def shipped_as(self) -> Mapping[str, tuple[Shipment, ...]]:
        """The rows of each shipment number, in stored order."""
        found: dict[str, list[Shipment]] = {}
        for shipment in self.ledger.shipments:
            found.setdefault(shipment.shipment_no, []).append(shipment)
        return {number: tuple(rows) for number, rows in found.items()}

    def source_of(self, delivery: Delivery, source_id: str) -> FeedstockSource | None:
        """A feedstock source by the supplier's ID, else by ours."""
        own = self.sources.get((delivery.supplier, source_id))
        return own or self.sources.get((self.ledger.organisation, source_id))

    def source_shares(self, delivery: Delivery) -> list[tuple[str, float]]:
        """The delivery's feedstock sources with their shares of its dry mass; [] where it names none."""
        if delivery.feedstock_source:
            return [(delivery.feedstock_source, 1.0)]
        rows = self.lot_sources.get(self.canonical(delivery.lot), [])
        mine = [r for r in rows if r.lot == delivery.lot]
        whole = sum((r.share.low + r.share.high) / 2 for r in mine)
        return [(r.source_id, (r.share.low + r.share.high) / 2 / whole) for r in mine] if whole > 0 else []

    def row_material(self, row: RunRow) -> Material | None:
        """The Materials row that describes what a run's row moves, None where there is none."""
        return self.catalogue.material(self._row_owner(row), self._row_material(row), row.date)

    def _world(self) -> RunWorld:
        def mass(row: RunRow) -> int | None:
            return row_mass(row, self.row_material(row))

        def density(row: RunRow) -> float | None:
            return row.density or self.catalogue.density(self._row_owner(row), self._row_material(row), row.date)

        def volatile(row: RunRow) -> bool:
            return row.lot is None and self.catalogue.is_volatile(self._row_owner(row), row.material, row.date)

        return RunWorld(self.canonical, mass, density, volatile, self.ledger.settings.structure_tolerance)

    def _row_owner(self, row: RunRow) -> str:
        return self.canonical(row.lot).owner if row.lot is not None else self.ledger.organisation

    def _row_material(self, row: RunRow) -> str | None:
        if row.material or row.lot is None:
            return row.material
        return self.material(self.canonical(row.lot)) or None


def build_lineage(ledger: Ledger, library: Library) -> tuple[Lineage, tuple[Finding, ...]]:
    """Index a ledger by lot; the findings are those of shared own lot numbers."""
    aliases, pooled, findings = _aliases(ledger)

    def canonical(lot: LotKey) -> LotKey:
        return aliases.get(lot, lot)

    makers: dict[LotKey, list[Run]] = {}
    takers: dict[LotKey, list[Run]] = {}
    for run in sorted(ledger.runs, key=lambda r: (r.date, r.key)):
        made = {canonical(r.lot) for r in run.rows if r.direction == "out" and r.lot is not None}
        taken = {canonical(r.lot) for r in run.rows if r.direction != "out" and r.lot is not None}
        for lot in made:
            makers.setdefault(lot, []).append(run)
        for lot in taken:
            takers.setdefault(lot, []).append(run)
    deliveries = _by_lot(sorted(ledger.deliveries, key=lambda d: (d.delivery_date, d.supplier, d.lot_no, d.source.row)), canonical)
    lineage = Lineage(
        ledger=ledger,
        catalogue=catalogue_of(ledger, library),
        aliases=aliases,
        pooled=pooled,
        deliveries=deliveries,
        makers=makers,
        takers=takers,
        shipments=_by_lot(sorted(ledger.shipments, key=lambda s: (s.date, s.shipment_no)), canonical),
        lab_tests=_by_lot(sorted(ledger.lab_tests, key=lambda t: (t.report_date, t.report_no)), canonical),
        lot_sources=_by_lot(sorted(ledger.lot_sources, key=lambda s: s.source_id), canonical),
        attributions=_attributions(ledger, canonical),
        sources={(s.supplier or ledger.organisation, s.source_id): s for s in ledger.sources},
    )
    return lineage, tuple(findings)


def _by_lot(records: Iterable[Any], canonical: Any) -> dict[LotKey, list[Any]]:
    result: dict[LotKey, list[Any]] = {}
    for record in records:
        result.setdefault(canonical(record.lot), []).append(record)
    return result


def _attributions(ledger: Ledger, canonical: Callable[[LotKey], LotKey]) -> dict[LotKey, list[Attribution]]:
    """The attributions of each lot that one names, by number."""
    result: dict[LotKey, list[Attribution]] = {}
    for row in sorted(ledger.attributions, key=lambda a: a.attribution_no):
        named = row.lot(ledger.organisation)
        if named is not None:
            result.setdefault(canonical(named), []).append(row)
    return result


def _aliases(ledger: Ledger) -> tuple[dict[LotKey, LotKey], dict[LotKey, tuple[LotKey, ...]], list[Finding]]:
    """Own lot numbers of delivered lots.  One delivered lot: the number stands for it.  Several: the number is a pool of them,
    while a row that names the supplier's lot still means that lot."""
    named: dict[LotKey, dict[LotKey, Delivery]] = {}
    made = {r.lot for run in ledger.runs for r in run.rows if r.direction == "out"}
    for delivery in ledger.deliveries:
        own = LotKey(ledger.organisation, delivery.own_lot_no) if delivery.own_lot_no else None
        if own is not None and own != delivery.lot:
            named.setdefault(own, {})[delivery.lot] = delivery
    aliases: dict[LotKey, LotKey] = {}
    pooled: dict[LotKey, tuple[LotKey, ...]] = {}
    findings: list[Finding] = []
    for own, lots in sorted(named.items()):
        if len(lots) == 1 and own not in made:
            aliases[own] = next(iter(lots))
            continue
        pooled[own] = tuple(sorted(lots))
        findings.append(_shared_number(own, lots))
    return aliases, pooled, findings


def _shared_number(own: LotKey, lots: Mapping[LotKey, Delivery]) -> Finding:
    names = ", ".join(str(lot) for lot in sorted(lots))
    return Finding(
        "own-lot-shared",
        Severity.NOTE,
        f"Own lot {own.number} is also the number of {names}. Rows that name it draw from all of that as one pool.",
        "Give each delivered lot an own number of its own if they were kept apart.",
        tuple(lots[lot].source.ref("own_lot_no") for lot in sorted(lots)),
    )


def upstream(lineage: Lineage, lots: Iterable[LotKey]) -> dict[LotKey, int]:
    """Every lot that any of the given lots is made from, the given ones included (0), with the number of runs between."""
    return _walk(lots, lambda lot: [flow_lot for run in lineage.makers.get(lot, ()) for flow_lot in _inputs(lineage, run)])


def downstream(lineage: Lineage, lots: Iterable[LotKey]) -> dict[LotKey, int]:
    """Every lot that holds any of the given lots, the given ones included (0), with the number of runs between."""
    return _walk(lots, lambda lot: [made for run in lineage.takers.get(lot, ()) for made in _outputs(lineage, run, lot)])


def _inputs(lineage: Lineage, run: Run) -> list[LotKey]:
    return [lineage.canonical(r.lot) for r in run.rows if r.direction == "in" and r.lot is not None]


def _outputs(lineage: Lineage, run: Run, lot: LotKey) -> list[LotKey]:
    went_in = lot in _inputs(lineage, run)
    return [lineage.canonical(r.lot) for r in run.rows if r.direction == "out" and r.lot is not None] if went_in else []


def _walk(starts: Iterable[LotKey], following: Any) -> dict[LotKey, int]:
    """Breadth first, so that the depth is the least number of runs; no recursion, no cap."""
    depths = dict.fromkeys(starts, 0)
    frontier = list(depths)
    while frontier:
        reached: list[LotKey] = []
        for lot in frontier:
            for other in following(lot):
                if other not in depths:
                    depths[other] = depths[lot] + 1
                    reached.append(other)
        frontier = reached
    return depths


def lineage_graph(lineage: Lineage, lots: Iterable[LotKey]) -> nx.DiGraph[Any]:
    """The graph of some lots, the runs that made them, what went into those runs, and the sources of delivered lots."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for lot in lots:
        graph.add_node(("lot", lot))
        for run in lineage.makers.get(lot, ()):
            _add_run(graph, lineage, run, lot)
        for delivery in lineage.delivered(lot):
            _add_sources(graph, lineage, delivery, lot)
    return graph


def _add_mass(graph: nx.DiGraph[Any], start: Any, end: Any, mass: int | None, attributed: bool = False) -> None:
    """Add a link, or its mass to one that is there; an unknown mass makes the sum unknown."""
    if graph.has_edge(start, end):
        known = graph.edges[start, end]["mass_mg"]
        mass = None if known is None or mass is None else known + mass
    graph.add_edge(start, end, mass_mg=mass, attributed=attributed)


def _add_run(graph: nx.DiGraph[Any], lineage: Lineage, run: Run, lot: LotKey) -> None:
    flow = lineage.flow(run)
    node = ("run", run.key)
    if node not in graph:
        for group in flow.groups[:1]:
            for item in (*group.inputs, *group.shared):
                _add_mass(graph, ("lot", item.lot), node, item.mass_mg)
        for group in flow.groups[1:]:
            for item in group.inputs:
                _add_mass(graph, ("lot", item.lot), node, item.mass_mg)
    for group in flow.groups:
        for output in group.outputs:
            if output.lot == lot:
                _add_mass(graph, node, ("lot", lot), output.mass_mg)


def _add_sources(graph: nx.DiGraph[Any], lineage: Lineage, delivery: Delivery, lot: LotKey) -> None:
    mass = lineage.delivery_mg(delivery)
    attributed = delivery.chain_of_custody in BOOKKEPT
    for source_id, share in lineage.source_shares(delivery):
        source = lineage.source_of(delivery, source_id)
        party = (source.supplier or lineage.ledger.organisation) if source else delivery.supplier
        part = None if mass is None else round(mass * share)
        _add_mass(graph, ("source", party, source_id), ("lot", lot), part, attributed)


def sources_first(nodes: Iterable[_N], made_of: Mapping[_N, Sequence[_N]]) -> Iterator[list[_N]]:
    """Group nodes so that each group comes after everything it is made of; a group of several nodes is a loop.

    ``made_of`` maps a node to what it is made of.  Iterative (Tarjan by networkx), so that depth is no limit.
    """
    graph: nx.DiGraph[_N] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((node, other) for node, others in made_of.items() for other in others)
    for component in nx.strongly_connected_components(graph):
        yield sorted(component, key=repr) if len(component) > 1 else list(component)
