"""The lineage picture's data downstream: the asked lot, the runs it went into, what they made, and who received that."""

from __future__ import annotations

from collections.abc import Mapping

from tracepack.core.ledger import LotKey, Run, Shipment
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import kg_text
from tracepack.core.trace import Trace
from tracepack.report.answers import LineageAnswer, LineageEdge, LineageNode
from tracepack.report.build import lot_node, lot_shares, node_id


def downward_answer(mixture: Mixture, found: Trace) -> LineageAnswer:
    """Lots, runs and shipments downstream with whole masses; ``mixture`` must hold everything upstream of the lots found.

    A return is a link from its shipment back to the lot.
    """
    shares = lot_shares(mixture, found.lots)
    masses: dict[tuple[str, str], int | None] = {}
    nodes = [lot_node(mixture, lot, 2 * depth, shares) for lot, depth in found.lots.items()]
    for run in found.scope.runs:
        nodes.append(_run_node(mixture, found, run, masses))
    for number, shipment in enumerate(found.shipments):
        nodes.append(_shipment_node(mixture, found, shipment, number, masses))
    edges = [
        LineageEdge(**{"from": a}, to=b, mass_kg=None if mass is None else kg_text(mass), attributed=False)
        for (a, b), mass in masses.items()
    ]
    return LineageAnswer(nodes=sorted(nodes, key=lambda n: (n.depth, n.id)), edges=sorted(edges, key=lambda e: (e.from_, e.to)))


def _run_node(mixture: Mixture, found: Trace, run: Run, masses: dict[tuple[str, str], int | None]) -> LineageNode:
    flow = mixture.lineage.flow(run)
    own = node_id(("run", flow.run.key))
    depths = []
    for group_no, group in enumerate(flow.groups):
        for item in (*group.inputs, *(group.shared if group_no == 0 else ())):
            if item.lot in found.lots:
                _add(masses, node_id(("lot", item.lot)), own, item.mass_mg)
                depths.append(found.lots[item.lot])
        for output in group.outputs:
            if output.lot in found.lots:
                _add(masses, own, node_id(("lot", output.lot)), output.mass_mg)
    return LineageNode(
        id=own,
        kind="run",
        owner=flow.run.key.site,
        number=flow.run.key.number,
        name=flow.run.kind or "",
        date=flow.run.date.isoformat(),
        mass_kg=None if flow.in_mg is None else kg_text(flow.in_mg),
        depth=1 + 2 * min(depths, default=0),
    )


def _shipment_node(
    mixture: Mixture, found: Trace, shipment: Shipment, number: int, masses: dict[tuple[str, str], int | None]
) -> LineageNode:
    lot = mixture.lineage.canonical(shipment.lot)
    own, held = node_id(("shipment", shipment.shipment_no, str(number))), node_id(("lot", lot))
    mass = mixture.lineage.shipment_mg(shipment)
    _add(masses, *((own, held) if shipment.is_return else (held, own)), mass)
    return LineageNode(
        id=own,
        kind="shipment",
        number=shipment.shipment_no,
        name=shipment.customer,
        category="return" if shipment.is_return else shipment.kind,
        date=shipment.date.isoformat(),
        mass_kg=None if mass is None else kg_text(mass),
        depth=1 + 2 * _depth(found.lots, lot),
    )


def _depth(lots: Mapping[LotKey, int], lot: LotKey) -> int:
    return lots.get(lot, 0)


def _add(masses: dict[tuple[str, str], int | None], start: str, end: str, mass: int | None) -> None:
    """Add to a link; a mass that is not known makes the sum unknown."""
    before = masses.get((start, end), 0)
    masses[start, end] = None if before is None or mass is None else before + mass
