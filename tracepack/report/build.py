"""From the core's results to the published answers: names, rounding to what is printed, and nothing computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracepack.core.content import DatedState, LabComparison, LotContent, Origin, Scope
from tracepack.core.figures import FIGURES, Figure, bio_range
from tracepack.core.findings import Finding, sort_findings
from tracepack.core.ledger import LotKey, RunKey
from tracepack.core.lineage import Lineage, lineage_graph
from tracepack.core.mixing import Node, NodeKey, Root, compositions
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import kg_text, rounded_share
from tracepack.core.trace import Trace
from tracepack.report.answers import (
    CheckAnswer,
    ContentAnswer,
    ContentFigures,
    CustodyAnswer,
    FigureAnswer,
    FindingAnswer,
    LabAnswer,
    LineageAnswer,
    LineageEdge,
    LineageNode,
    LotAnswer,
    OpenEnd,
    OriginAnswer,
    StateAnswer,
    TraceAnswer,
    TraceLink,
    TraceLot,
    TraceShipment,
    finding_answer,
    ref_answer,
)
from tracepack.report.statements import statements


@dataclass(frozen=True, slots=True)
class TraceCustody:
    """The asked lot's chain of custody, and the models of the lots that it is made of."""

    answer: CustodyAnswer
    models: Mapping[LotKey, str]


def finding_answers(findings: Iterable[Finding]) -> list[FindingAnswer]:
    """Findings sorted, each once."""
    return [finding_answer(f) for f in sort_findings(findings)]


def _kg(mass_mg: int | None) -> str | None:
    return None if mass_mg is None else kg_text(mass_mg)


def figure_answer(figure: Figure) -> FigureAnswer:
    """A figure as it is published."""
    return FigureAnswer(low=figure.low, high=figure.high, evidence=figure.evidence)  # type: ignore[arg-type]


def _figures(figures: Mapping[str, Figure], attributed: Figure) -> ContentFigures:
    return ContentFigures(**{name: figure_answer(figures[name]) for name in FIGURES}, attributed=figure_answer(attributed))


def content_answer(
    content: LotContent, lineage: Lineage, findings: Iterable[Finding], as_known_after: int, custody: CustodyAnswer | None = None
) -> ContentAnswer:
    """`content LOT`."""
    attributed = content.figures["attributed"]
    return ContentAnswer(
        lot=LotAnswer(owner=content.lot.owner, number=content.lot.number, material=content.material),
        mass_kg=_kg(content.mass_mg),
        dry_mass_kg=_kg(content.dry_mg),
        content=_figures(content.figures, attributed),
        origins=[_origin(o, lineage) for o in content.origins],
        attributed_origins=[_origin(o, lineage) for o in content.attributed_origins],
        states=[_state(s) for s in content.states],
        lab_tests=[_lab(c) for c in content.lab_tests],
        statements=statements(content.scope, lineage),
        assumptions=list(content.assumptions),
        chain_of_custody=custody,
        as_known_after_import=as_known_after,
        findings=finding_answers([*findings, *content.findings]),
    )


def _state(state: DatedState) -> StateAnswer:
    nothing = Figure(None, None, "not-applicable")
    return StateAnswer(date=state.date.isoformat(), mass_kg=kg_text(state.mass_mg), content=_figures(state.figures, nothing))


def _origin(origin: Origin, lineage: Lineage) -> OriginAnswer:
    source = lineage.source_of(origin.delivery, origin.source) if origin.delivery is not None and origin.source else None
    bio = origin.bio_carbon
    low = None if bio is None else rounded_share(bio.low)
    high = None if bio is None else rounded_share(bio.high)
    delivery = origin.delivery
    refs = [] if delivery is None else [ref_answer(delivery.source.ref("feedstock_source" if delivery.feedstock_source else "lot_no"))]
    return OriginAnswer(
        source=origin.source,
        feedstock=source.feedstock if source else None,
        category=source.category if source else None,
        country=source.country_of_origin if source else None,
        owner=origin.lot.owner if origin.lot else None,
        lot=origin.lot.number if origin.lot else None,
        material=delivery.material if delivery else None,
        mass_share=rounded_share(origin.mass_share),
        bio_carbon_share=low if low == high else None,
        bio_carbon_share_low=low,
        bio_carbon_share_high=high,
        refs=refs,
    )


def _lab(comparison: LabComparison) -> LabAnswer:
    test = comparison.test
    field = "pmc" if test.pmc is not None else "biobased_carbon"
    return LabAnswer(
        report_no=test.report_no,
        laboratory=test.laboratory or "",
        method=test.method,
        date=test.report_date.isoformat(),
        figure=comparison.figure,
        measured_low=rounded_share(comparison.measured.low),
        measured_high=rounded_share(comparison.measured.high),
        compared_low=comparison.compared.low,
        compared_high=comparison.compared.high,
        compared_with="calculated" if comparison.made else "declared",
        refs=[ref_answer(test.source.ref(field))],
    )


def check_answer(findings: Iterable[Finding], as_known_after: int) -> CheckAnswer:
    """`check [LOT]`."""
    return CheckAnswer(as_known_after_import=as_known_after, findings=finding_answers(findings))


def trace_answer(
    trace: Trace,
    lineage: Lineage,
    asked: LotKey,
    findings: Iterable[Finding],
    as_known_after: int,
    custody: TraceCustody | None = None,
) -> TraceAnswer:
    """`trace LOT`: up, with the models of its lots, or (without ``custody``) down."""
    named = lineage.canonical(asked)
    return TraceAnswer(
        lot=LotAnswer(owner=asked.owner, number=asked.number, material=lineage.material(named)),
        direction="up" if custody else "down",
        lots=_trace_lots(trace, lineage, custody.models if custody else {}),
        links=[
            TraceLink(
                **{"from": x.start if isinstance(x.start, str) else x.start.number},
                to=x.end.number,
                run=x.run.number if x.run else "",
                mass_kg=_kg(x.mass_mg),
                from_owner=None if isinstance(x.start, str) else x.start.owner,
                to_owner=x.end.owner,
            )
            for x in trace.links
        ],
        shipments=[
            TraceShipment(
                shipment=s.shipment_no,
                date=s.date.isoformat(),
                customer=s.customer,
                owner=lineage.canonical(s.lot).owner,
                number=lineage.canonical(s.lot).number,
                mass_kg=_kg(lineage.shipment_mg(s)),
            )
            for s in trace.shipments
        ],
        complete=trace.complete,
        open_ends=[OpenEnd(owner=e.lot.owner, number=e.lot.number, reason=e.reason, mass_kg=_kg(e.mass_mg)) for e in trace.open_ends],
        unaccounted_kg=kg_text(trace.unaccounted_mg),
        statement=_completeness(trace),
        chain_of_custody=custody.answer if custody else None,
        as_known_after_import=as_known_after,
        findings=finding_answers(findings),
    )


def _trace_lots(trace: Trace, lineage: Lineage, models: Mapping[LotKey, str]) -> list[TraceLot]:
    return [
        TraceLot(
            owner=lot.owner,
            number=lot.number,
            material=lineage.material(lot),
            mass_kg=_kg(trace.masses.get(lot)),
            depth=depth,
            chain_of_custody=models.get(lot),
        )
        for lot, depth in sorted(trace.lots.items(), key=lambda item: (item[1], item[0]))
    ]


def _completeness(trace: Trace) -> str:
    """One sentence: how far the trace went and what it did not find."""
    visited = f"{len(trace.lots)} lot(s) and {len(trace.scope.runs)} run(s) visited"
    if trace.complete:
        return f"Complete: {visited}, no open ends, no mass unaccounted for above tolerance."
    ends = f"{len(trace.open_ends)} open end(s)"
    return f"INCOMPLETE: {visited}, {ends}, {kg_text(trace.unaccounted_mg)} kg unaccounted for above tolerance."


def lineage_answer(mixture: Mixture, scope: Scope, depths: Mapping[LotKey, int]) -> LineageAnswer:
    """The lineage picture's data: sources, lots and runs with whole masses, each lot with its bio-based carbon content."""
    lineage = mixture.lineage
    runs = {run.key for run in scope.runs}
    graph = lineage_graph(lineage, scope.lots)
    graph.remove_nodes_from([n for n in graph if n[0] == "run" and n[1] not in runs])
    graph.remove_nodes_from([n for n in graph if n[0] == "lot" and n[1] not in scope.lots])
    shares = lot_shares(mixture, scope.lots)
    nodes = [_lineage_node(mixture, node, depths, shares, graph) for node in graph]
    edges = [
        LineageEdge(**{"from": node_id(a)}, to=node_id(b), mass_kg=_kg(data["mass_mg"]), attributed=data["attributed"])
        for a, b, data in graph.edges(data=True)
    ]
    return LineageAnswer(
        nodes=sorted(nodes, key=lambda n: (n.depth, n.id)),
        edges=sorted(edges, key=lambda e: (e.from_, e.to)),
    )


def node_id(node: tuple[Any, ...]) -> str:
    """A node's kind and names joined by ":", which is escaped inside a name so that two nodes never share an id."""
    names = (str(part) for x in node[1:] for part in (x if isinstance(x, tuple) else (x,)))
    return ":".join([node[0], *(name.replace("%", "%25").replace(":", "%3A") if "%" in name or ":" in name else name for name in names)])


def lot_shares(mixture: Mixture, lots: Iterable[LotKey]) -> dict[LotKey, FigureAnswer]:
    """Bio-based carbon content of every lot's latest state, in one pass."""
    latest: dict[LotKey, NodeKey] = {lot: ("state", lot, len(mixture.pools[lot].states) - 1) for lot in lots}
    found = compositions(latest.values(), _alike(mixture.nodes), mixture.edges, mixture.order)
    known: dict[tuple[tuple[int, float], ...], FigureAnswer] = {}
    shares: dict[LotKey, FigureAnswer] = {}
    for lot, node in latest.items():
        same = (*((id(root), share) for root, share in found[node].items()), (0, mixture.volatile[node]))
        if same not in known:
            known[same] = _share(found[node], mixture.volatile[node])
        shares[lot] = known[same]
    return shares


def _alike(nodes: Mapping[NodeKey, Node]) -> dict[NodeKey, Node]:
    """The same nodes with one root for all that may be the same: bounds of a mixture need no more, and many lots are alike."""
    first: dict[tuple[Any, ...], Root] = {}

    def same(root: Root) -> Root:
        return first.setdefault((root.kind == "water", root.parts), root)

    return {key: Node(node.mix, [(same(root), share) for root, share in node.roots], node.origin) for key, node in nodes.items()}


def _share(matter: Mapping[Root, float], volatile: float) -> FigureAnswer:
    span = None if volatile >= 1.0 else bio_range(matter)
    if span is None:
        return FigureAnswer(low=None, high=None, evidence="not-applicable")
    ranks = {p.bio_rank for root, share in matter.items() if share > 0.0005 for part in root.parts for p in part.options}
    weakest = next((r for r in ("assumed", "declared", "calculated", "lab-tested") if r in ranks), "calculated")
    return FigureAnswer(low=rounded_share(span.low), high=rounded_share(span.high), evidence=weakest)  # type: ignore[arg-type]


def _lineage_node(
    mixture: Mixture, node: tuple[Any, ...], depths: Mapping[LotKey, int], shares: Mapping[LotKey, FigureAnswer], graph: Any
) -> LineageNode:
    lineage = mixture.lineage
    if node[0] == "lot":
        return lot_node(mixture, node[1], 2 * depths.get(node[1], 0), shares)
    if node[0] == "run":
        return _run_node(mixture, node[1], graph, depths)
    source = lineage.sources.get((node[1], node[2]))
    depth = 1 + max((2 * depths.get(lot[1], 0) for lot in graph.successors(node)), default=0)
    return LineageNode(
        id=node_id(node),
        kind="source",
        owner=node[1],
        number=node[2],
        name=source.feedstock if source else "",
        category=source.category if source else "unknown",
        country=(source.country_of_origin or "") if source else "",
        depth=depth,
    )


def lot_node(mixture: Mixture, lot: LotKey, depth: int, shares: Mapping[LotKey, FigureAnswer]) -> LineageNode:
    """A lot as a node of the picture, ``depth`` steps from the asked one."""
    lineage, pool = mixture.lineage, mixture.pools[lot]
    kind = "unknown" if pool.origin_missing else "own" if lineage.makers.get(lot) else "delivered"
    return LineageNode(
        id=node_id(("lot", lot)),
        kind=kind,  # type: ignore[arg-type]
        owner=lot.owner,
        number=lot.number,
        material=lineage.material(lot),
        date=pool.inflows[0].date.isoformat() if pool.inflows else "",
        mass_kg=_kg(pool.mass_mg),
        share=shares[lot],
        depth=depth,
    )


def _run_node(mixture: Mixture, key: RunKey, graph: Any, depths: Mapping[LotKey, int]) -> LineageNode:
    flow = mixture.flows[key]
    depth = 1 + max((2 * depths.get(lot[1], 0) for lot in graph.successors(("run", key))), default=0)
    return LineageNode(
        id=node_id(("run", key)),
        kind="run",
        owner=key.site,
        number=key.number,
        name=flow.run.kind or "",
        date=flow.run.date.isoformat(),
        mass_kg=_kg(flow.in_mg),
        depth=depth,
    )
