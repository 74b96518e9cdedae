"""Lineages of the shapes that plants have, small and large, as the picture's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tracepack.report.answers import FigureAnswer, LineageAnswer, LineageEdge, LineageNode

START = dt.date(2026, 1, 5)
RESINS = (("PLA", 0.98), ("PBAT", 0.0), ("PBS", 0.45), ("Bio-PE", 0.93), ("Talc", None), ("Masterbatch white", 0.3), ("Slip agent", 0.6))
FEEDSTOCKS = ("corn", "sugarcane", "cassava", "used cooking oil", "wood")


def share(value: float | None, width: float = 0.0) -> FigureAnswer:
    """Bounds around a share; None: no carbon."""
    if value is None:
        return FigureAnswer(low=None, high=None, evidence="calculated")
    return FigureAnswer(low=max(0.0, value - width), high=min(1.0, value + width), evidence="calculated")


class Shape:
    """A lineage in the making; the first lot is the asked one."""

    def __init__(self) -> None:
        self.nodes: dict[str, LineageNode] = {}
        self.edges: dict[tuple[str, str], int] = {}
        self.attributed: set[tuple[str, str]] = set()

    def lot(
        self,
        number: str,
        depth: int,
        material: str,
        kg: int | None,
        bio: FigureAnswer | None,
        *,
        owner: str = "CONVERTER",
        kind: str = "own",
        day: int = 0,
    ) -> str:
        node = f"lot:{owner}:{number}"
        self.nodes[node] = LineageNode(
            id=node,
            kind=kind,  # type: ignore[arg-type]
            owner=owner,
            number=number,
            material=material,
            mass_kg=None if kg is None else str(kg),
            share=bio,
            date=(START + dt.timedelta(days=day)).isoformat(),
            depth=2 * depth,
        )
        return node

    def run(self, number: str, depth: int, kind: str, kg: int, day: int = 0) -> str:
        node = f"run:S1:{number}"
        date = (START + dt.timedelta(days=day)).isoformat()
        self.nodes[node] = LineageNode(
            id=node, kind="run", owner="S1", number=number, name=kind, date=date, mass_kg=str(kg), depth=2 * depth + 1
        )
        return node

    def source(self, number: str, depth: int, feedstock: str, country: str, owner: str = "SUPPLIER") -> str:
        node = f"source:{owner}:{number}"
        self.nodes[node] = LineageNode(
            id=node, kind="source", owner=owner, number=number, name=feedstock, country=country, category="crop", depth=2 * depth + 1
        )
        return node

    def link(self, start: str, end: str, kg: int, *, attributed: bool = False) -> None:
        self.edges[start, end] = self.edges.get((start, end), 0) + kg
        if attributed:
            self.attributed.add((start, end))

    def answer(self) -> LineageAnswer:
        edges = [
            LineageEdge(**{"from": a}, to=b, mass_kg=str(kg), attributed=(a, b) in self.attributed)
            for (a, b), kg in sorted(self.edges.items())
        ]
        return LineageAnswer(nodes=sorted(self.nodes.values(), key=lambda n: (n.depth, n.id)), edges=edges)


def blend(
    count: int, *, name: Callable[[int], str] = lambda i: f"RESIN-{i:03}", material: str = "", maker: str = "SUPPLIER"
) -> LineageAnswer:
    """A film of ``count`` deliveries in one run, each with its source."""
    s = Shape()
    film = s.lot("FILM-1", 0, "Blown film", 100 * count, share(0.5, 0.1))
    run = s.run("RUN-1", 0, "extrusion", 100 * count)
    s.link(run, film, 98 * count)
    for i in range(count):
        resin, bio = RESINS[i % len(RESINS)]
        bounds = share(bio, 0.2 if i % 11 == 3 else 0.0)
        lot = s.lot(name(i), 1, material or resin, 500, bounds, owner=f"{maker}-{i % 5}", kind="delivered", day=i)
        s.link(lot, run, 100)
        if i % 4:
            s.link(s.source(f"FIELD-{i % 9}", 1, FEEDSTOCKS[i % 5], ("US", "BR", "TH")[i % 3], f"{maker}-{i % 5}"), lot, 500)
    return s.answer()


def chain(steps: int) -> LineageAnswer:
    """One lot made from the other, ``steps`` times, from one delivery."""
    s = Shape()
    before = s.lot("FILM-1", 0, "Film", 1_000, share(0.8))
    for step in range(steps):
        run = s.run(f"RUN-{step:03}", step, "regranulation", 1_000, day=-step)
        last = step == steps - 1
        number, kind, owner = ("RESIN-1", "delivered", "SUPPLIER") if last else (f"LOT-{step + 1:03}", "own", "CONVERTER")
        lot = s.lot(number, step + 1, "Regranulate", 1_000, share(0.8), kind=kind, owner=owner, day=-step)
        s.link(run, before, 1_000)
        s.link(lot, run, 1_000)
        before = lot
    s.link(s.source("FIELD-1", steps, "sugarcane", "BR"), before, 1_000)
    return s.answer()


def fan(count: int) -> LineageAnswer:
    """A delivery in ``count`` rolls and their ``count`` shipments."""
    s = Shape()
    asked = s.lot("RESIN-1", 0, "PLA", 100 * count, share(0.98), owner="SUPPLIER", kind="delivered")
    for i in range(count):
        run = s.run(f"RUN-{i:03}", 0, "extrusion", 100, day=i // 8)
        roll = s.lot(f"ROLL-{i:03}", 1, f"Film {20 + 10 * (i % 3)} µm", 99, share(0.98), day=i // 8)
        s.link(asked, run, 100)
        s.link(run, roll, 99)
        node = f"shipment:S-{i:03}"
        date = (START + dt.timedelta(days=i // 8)).isoformat()
        customer = f"Shop {i % 12}"
        s.nodes[node] = LineageNode(
            id=node, kind="shipment", number=f"S-{i:03}", name=customer, date=date, mass_kg="99", depth=3, category="sale"
        )
        s.link(roll, node, 99)
    return s.answer()


def loops(count: int) -> LineageAnswer:
    """Edge trim back into its own run, ``count`` times on the way."""
    s = Shape()
    before = s.lot("FILM-1", 0, "Film", 900, share(0.55, 0.02))
    for i in range(count):
        run = s.run(f"RUN-{i}", i, "extrusion", 1_000, day=-i)
        trim = s.lot(f"TRIM-{i}", i + 1, "Edge trim", 80, share(0.55, 0.05), day=-i)
        s.link(run, before, 900)
        s.link(run, trim, 80)
        s.link(trim, run, 75)
        last = i == count - 1
        lot = s.lot(f"BLEND-{i}", i + 1, "Blend", 950, share(0.55, 0.02), kind="unknown" if last else "own", day=-i)
        s.link(lot, run, 925)
        before = lot
    return s.answer()


def layers(count: int) -> LineageAnswer:
    """A film of ``count`` layers, each of a run of its own with two resins, one of them in every layer."""
    s = Shape()
    film = s.lot("FILM-1", 0, "Coextruded film", 100 * count, share(0.4, 0.03))
    run = s.run("COEX-1", 0, "coextrusion", 100 * count)
    s.link(run, film, 100 * count)
    common = s.lot("PLA-COMMON", 2, "PLA", 50 * count, share(0.98), owner="SUPPLIER", kind="delivered")
    for i in range(count):
        layer = s.lot(f"LAYER-{i:02}", 1, f"Compound {i}", 100, share(0.1 * (i % 10), 0.03))
        mixing = s.run(f"MIX-{i:02}", 1, "compounding", 100, day=-i)
        resin = s.lot(f"RESIN-{i:02}", 2, RESINS[i % 7][0], 50, share(RESINS[i % 7][1]), owner=f"MAKER-{i % 3}", kind="delivered", day=-i)
        s.link(layer, run, 100)
        s.link(mixing, layer, 100)
        s.link(resin, mixing, 50)
        s.link(common, mixing, 50)
    s.link(s.source("FIELD-1", 2, "corn", "US"), common, 50 * count)
    return s.answer()


def quarter(lots: int, per_run: int = 4) -> LineageAnswer:
    """``lots`` lots over a quarter: deliveries blended, blends into films, films into the asked one."""
    s = Shape()
    asked = s.lot("LAMINATE-1", 0, "Laminate", 10 * lots, share(0.62, 0.08))
    last = s.run("LAM-1", 0, "lamination", 10 * lots, day=90)
    s.link(last, asked, 10 * lots)
    for i in range(lots // (per_run + 2)):
        day = i * 90 * (per_run + 2) // lots
        film = s.lot(f"FILM-{i:05}", 1, f"Film {20 + i % 4 * 10} µm", 60, share(0.6, 0.05), day=day)
        extrusion = s.run(f"EX-{i:05}", 1, "extrusion", 62, day=day)
        compound = s.lot(f"BLEND-{i:05}", 2, "Blend", 62, share(0.6, 0.05), day=day)
        mixing = s.run(f"MIX-{i:05}", 2, "compounding", 64, day=day)
        s.link(film, last, 60)
        s.link(extrusion, film, 60)
        s.link(compound, extrusion, 62)
        s.link(mixing, compound, 62)
        for k in range(per_run):
            resin, bio = RESINS[(i + k) % 7]
            lot = s.lot(f"R-{i:05}-{k}", 3, resin, 25, share(bio, 0.1 * (i % 9 == 0)), owner=f"MAKER-{k}", kind="delivered", day=day - 20)
            s.link(lot, mixing, 16)
            s.link(s.source(f"FIELD-{k}", 3, FEEDSTOCKS[k % 5], ("US", "BR", "TH")[k % 3], f"MAKER-{k}"), lot, 25)
    return s.answer()


def attributed(count: int) -> LineageAnswer:
    """Fossil deliveries with bio-based sources attributed by bookkeeping."""
    s = Shape()
    film = s.lot("FILM-1", 0, "PE film", 100 * count, share(0.0))
    run = s.run("RUN-1", 0, "extrusion", 100 * count)
    s.link(run, film, 100 * count)
    for i in range(count):
        lot = s.lot(f"PE-{i:02}", 1, "PE", 100, share(0.0), owner="CRACKER", kind="delivered")
        s.link(lot, run, 100)
        s.link(s.source(f"UCO-{i % 3}", 1, "used cooking oil", "NL", "CRACKER"), lot, 60, attributed=True)
    return s.answer()


def lone() -> LineageAnswer:
    """A lot of which nothing is known."""
    s = Shape()
    s.lot("LOT-1", 0, "", None, None, kind="unknown")
    return s.answer()


HOSTILE = ("</text><script>alert(1)</script>", r"\N\G\l", "a|{b}", '"><svg onload=x>', "&lt;&#10;", "\u202eA\x07", "=1+1", "%41:n1")

#: Twenty shapes by name.
SHAPES: dict[str, Callable[[], LineageAnswer]] = {
    "a lone lot": lone,
    "blend of 3": lambda: blend(3),
    "blend of 20": lambda: blend(20),
    "blend of 80": lambda: blend(80),
    "chain of 5": lambda: chain(5),
    "chain of 300": lambda: chain(300),
    "fan of 10": lambda: fan(10),
    "fan of 500": lambda: fan(500),
    "a loop": lambda: loops(1),
    "three loops": lambda: loops(3),
    "twelve layers": lambda: layers(12),
    "thirty layers": lambda: layers(30),
    "120 lots over a quarter": lambda: quarter(120),
    "2,000 lots over a quarter": lambda: quarter(2_000),
    "attributed": lambda: attributed(6),
    "attributed, many": lambda: attributed(120),
    "Chinese names": lambda: blend(12, name=lambda i: f"批次{i:03}", material="聚乳酸（食品包装用可降解材料）", maker="绿源新材料有限公司"),
    "very long names": lambda: blend(
        6, name=lambda i: f"CHARGE-{i}-" + "0123456789" * 7, material="Dreischichtverbundfolie " * 5, maker="M" * 60
    ),
    "hostile names": lambda: blend(8, name=lambda i: HOSTILE[i % 8] + str(i), material=HOSTILE[0], maker=HOSTILE[3]),
    "hostile names, folded": lambda: blend(90, name=lambda i: HOSTILE[i % 8] + str(i), material=HOSTILE[0], maker=HOSTILE[3]),
}
