"""What a picture of 20,000 lots costs beside a plain reading of the same rows into a graph.  Ratios within one run."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import networkx
import pytest

from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.store import ImportedFile, Store
from tracepack.workspace import Workspace

US, SITE = "CONVERTER", "S1"
FILE = ImportedFile("benchmark.xlsx", "d1a6", b"made for the benchmark")
COLUMNS = {"lot_no": "A", "quantity": "B"}
DAY = dt.date(2026, 1, 1)
LOTS = 20_000
#: Deliveries in each blend; each blend is one film, and all films are one laminate.
RESINS = 4
MATERIALS = ("PLA", "PBAT", "PBS", "Bio-PE", "Talc")
#: A picture's seconds over those of reading the rows from JSON, building the graph and walking it, ten times; twice what it takes.
LIMIT = 6.0
TIMES = 10


def _fact(sheet: str, key: tuple[str, ...], *rows: dict[str, Value]) -> Fact:
    made = (Row(sheet=sheet, values=v, source=SourceRow(FILE.file, FILE.sha256, sheet, 2 + i, COLUMNS)) for i, v in enumerate(rows))
    return Fact(sheet=sheet, key=key, rows=tuple(made))


def _delivery(lot: str, maker: str, material: str, day: dt.date) -> Fact:
    stated: dict[str, Value] = {"material": material, "quantity": Decimal(25), "unit": "kg", "delivery_date": day, "delivery_note": "N"}
    return _fact("Deliveries", (maker, lot, day.isoformat(), "N"), {"lot_no": lot, "supplier": maker, **stated})


def _run(number: str, kind: str, day: dt.date, takes: list[tuple[str, str, int]], makes: tuple[str, str, int]) -> Fact:
    head: dict[str, Value] = {"run_no": number, "date": day, "site": SITE, "unit": "kg", "kind": kind}
    legs = [("in", owner, lot, Decimal(kg), None) for owner, lot, kg in takes] + [("out", US, makes[0], Decimal(makes[2]), makes[1])]
    rows = (
        {**head, "direction": w, "supplier": o, "lot_no": n, "quantity": kg, **({"material": m} if m else {})} for w, o, n, kg, m in legs
    )
    return _fact("Production", (SITE, number), *rows)


def quarter(lots: int) -> Iterator[Fact]:
    """LAMINATE, of ``lots`` lots delivered and made within 90 days."""
    films = lots // (RESINS + 2)
    for i in range(films):
        day = DAY + dt.timedelta(days=20 + i * 90 // films)
        for k in range(RESINS):
            yield _delivery(f"R-{i}-{k}", f"MAKER-{k}", MATERIALS[(i + k) % len(MATERIALS)], day - dt.timedelta(days=20))
        yield _run(f"MIX-{i}", "compounding", day, [(f"MAKER-{k}", f"R-{i}-{k}", 16) for k in range(RESINS)], (f"BLEND-{i}", "Blend", 64))
        yield _run(f"EX-{i}", "extrusion", day, [(US, f"BLEND-{i}", 64)], (f"FILM-{i}", f"Film {20 + i % 4 * 10} µm", 62))
    takes = [(US, f"FILM-{i}", 62) for i in range(films)]
    yield _run("LAM-1", "lamination", DAY + dt.timedelta(days=120), takes, ("LAMINATE", "Laminate", 62 * films))


def plain_rows(facts: Iterator[Fact]) -> str:
    return json.dumps([[{name: str(v) for name, v in row.values.items()} for row in fact.rows] for fact in facts])


def read_and_walk(text: str) -> int:
    """The rows as a graph, the asked lot's ancestors, and the mass between them."""
    graph = networkx.DiGraph()
    for rows in json.loads(text):
        for row in rows:
            lot = ("lot", row["supplier"], row["lot_no"])
            if "run_no" not in row:
                graph.add_node(lot, kg=Decimal(row["quantity"]))
                continue
            run = ("run", row["site"], row["run_no"])
            graph.add_edge(*((lot, run) if row["direction"] == "in" else (run, lot)), kg=Decimal(row["quantity"]))
    found = networkx.ancestors(graph, ("lot", US, "LAMINATE"))
    part = graph.subgraph(found)
    assert sum(data["kg"] for _, _, data in part.edges(data=True)) > 0
    return len(found)


@pytest.mark.benchmark
@pytest.mark.slow
@pytest.mark.parametrize(("by", "whole"), [("content", False), ("origin", False), ("custody", False), ("content", True)])
def test_a_picture_of_twenty_thousand_lots_costs_little_more_than_reading_their_rows(
    tmp_path: Path, by: str, whole: bool, record_property: pytest.RecordProperty
) -> None:
    Store.create(tmp_path / "w.db", US, SITE).record_import([FILE], list(quarter(LOTS)))
    text = plain_rows(quarter(LOTS))
    start = time.perf_counter()
    picture = Workspace.open(tmp_path / "w.db").picture("LAMINATE", by=by, whole=whole)  # type: ignore[arg-type]
    drawn = time.perf_counter() - start
    start = time.perf_counter()
    walked = {read_and_walk(text) for _ in range(TIMES)}
    plain = time.perf_counter() - start
    assert walked == {(LOTS // (RESINS + 2)) * (RESINS + 4) + 1}
    assert bool(picture.folds) != whole
    record_property("ratio", drawn / plain)
    print(f"picture {'of every node ' if whole else ''}by {by} {drawn:.1f} s / {TIMES} plain readings {plain:.1f} s = {drawn / plain:.2f}")  # noqa: T201
    assert drawn <= LIMIT * plain
