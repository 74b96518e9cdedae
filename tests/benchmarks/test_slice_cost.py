"""A lot's answer costs what its own lineage costs, not what the workspace holds.  Ratios of medians within one run."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.store import ImportedFile, Store
from tracepack.workspace import Workspace

US, SITE = "CONVERTER", "S1"
FILE = ImportedFile("benchmark.xlsx", "be9c", b"made for the benchmark")
COLUMNS = {"lot_no": "A", "quantity": "B"}
#: A line: one film lot with 40 ancestors (20 deliveries, 20 intermediate lots) and as many runs.
STEPS = 20
ROUNDS = 15
LIMIT = 1.5


def line(number: int) -> Iterator[Fact]:
    """The facts of one line: each run adds a delivery to the lot before."""
    for step in range(STEPS):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=step)
        resin = f"RESIN-{number}-{step}"
        yield _fact("Deliveries", ("SUP", resin, day.isoformat(), "N"), [_delivery(resin, step, day)])
        takes = [("SUP", resin)] + ([(US, f"LOT-{number}-{step - 1}")] if step else [])
        yield _fact("Production", (SITE, f"RUN-{number}-{step}"), _run(f"RUN-{number}-{step}", day, takes, f"LOT-{number}-{step}"))
    yield _fact("Production", (SITE, f"LAST-{number}"), _run(f"LAST-{number}", day, [(US, f"LOT-{number}-{STEPS - 1}")], f"FILM-{number}"))


def _fact(sheet: str, key: tuple[str, ...], rows: list[dict[str, Value]]) -> Fact:
    return Fact(
        sheet=sheet,
        key=key,
        rows=tuple(Row(sheet=sheet, values=v, source=SourceRow(FILE.file, FILE.sha256, sheet, 2 + i, COLUMNS)) for i, v in enumerate(rows)),
    )


def _delivery(lot: str, step: int, day: dt.date) -> dict[str, Value]:
    share = {"material": "PLA" if step % 2 else "PBAT", "biobased_carbon": None}
    values: dict[str, Value] = {
        "lot_no": lot,
        "supplier": "SUP",
        "quantity": Decimal(100),
        "unit": "kg",
        "delivery_date": day,
        "delivery_note": "N",
        **share,
    }
    return {k: v for k, v in values.items() if v is not None}


def _run(run: str, day: dt.date, takes: list[tuple[str, str]], makes: str) -> list[dict[str, Value]]:
    legs = [("in", *lot) for lot in takes] + [("out", US, makes)]
    mass = Decimal(100) / len(takes)
    return [
        {
            "run_no": run,
            "date": day,
            "direction": way,
            "supplier": owner,
            "lot_no": lot,
            "site": SITE,
            "quantity": mass if way == "in" else Decimal(100),
            "unit": "kg",
        }
        for way, owner, lot in legs
    ]


def workspace_of(path: Path, lots: int) -> Workspace:
    """A workspace of about that many lots."""
    store = Store.create(path, US, SITE)
    facts = [fact for number in range(lots // (2 * STEPS + 1) + 1) for fact in line(number)]
    store.record_import([FILE], facts)
    return Workspace.open(path)


@pytest.mark.benchmark
def test_content_in_a_large_workspace_costs_what_it_costs_in_a_small_one(tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    spaces = {size: workspace_of(tmp_path / f"{size}.db", size) for size in (1_000, 100_000)}
    times: dict[int, list[float]] = {size: [] for size in spaces}
    for _ in range(ROUNDS):
        for size, workspace in spaces.items():
            start = time.perf_counter()
            answer = workspace.content("FILM-7")
            times[size].append(time.perf_counter() - start)
            assert len(answer.origins) == STEPS
    small, large = (statistics.median(times[size]) for size in sorted(times))
    record_property("ratio", large / small)
    print(f"content: 100,000 lots / 1,000 lots = {large / small:.2f} ({large * 1000:.1f} ms / {small * 1000:.1f} ms)")  # noqa: T201
    assert large / small <= LIMIT
