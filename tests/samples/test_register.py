"""The register of evidence is whole: no cell outside it moves a figure, and each of its rows says what its cell holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracepack import cli, reporting
from tracepack.core.content import content_in
from tracepack.core.figures import FIGURES
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Ledger, LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.quantity import Interval
from tracepack.questions import view_of
from tracepack.report.dossier import Dossier
from tracepack.rulebook import material_library
from tracepack.store import Store

CHAIN = Path(__file__).parents[2] / "samples" / "chain"
LOTS = ("FILM-2603-07", "OPP-2602", "COEX-2602-02", "ECF-2603-01", "HM-PLA-A0301", "PVT-2602")
#: What names a thing or a unit: the register lists the number beside it, or under it.
NAMES = frozenset(
    {
        *("source", "fact_id", "lot_no", "supplier", "run_no", "material", "material_id", "direction", "material_or_lot", "component"),
        *("site", "opening", "unit", "layer", "own_lot_no", "recipient", "output_group", "source_id"),
    }
)
TABLES = ("deliveries", "materials", "compositions", "lot_sources", "lab_tests", "sources", "attributions", "certificates")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("register") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted(CHAIN.glob("*.xlsx")))]) == 0
    yield Store.open(path)


def figures(ledger: Ledger, lot: LotKey) -> dict[str, Any]:
    lineage, _ = build_lineage(ledger, material_library())
    content = content_in(mix_lots(lineage, [lineage.canonical(lot)]), lot)
    return {
        **{f"/content/content/{name}": (content.figures[name].low, content.figures[name].high) for name in (*FIGURES, "attributed")},
        "/content/mass_kg": content.mass_mg,
        "/content/dry_mass_kg": content.dry_mg,
        **{f"origin {o.source} {o.lot}": round(o.mass_share, 9) for o in content.origins},
    }


def others(value: Any) -> list[Any]:
    """What a cell might hold instead: some other value, nothing, anything."""
    match value:
        case Interval(low=low):
            return [Interval.point(low * 0.7 if low > 0 else 0.2), Interval(0.0, 1.0)]
        case Decimal() | float():
            return [value * type(value)("0.9")]
        case str():
            return ["something else", None]
    return []


def changed(ledger: Ledger) -> Iterator[tuple[SourceRef, Ledger]]:
    """The ledger with one cell changed, and that cell; every cell in turn."""
    for table in TABLES:
        rows = getattr(ledger, table)
        for place, row in enumerate(rows):
            for ref, new in altered(row):
                yield ref, dataclasses.replace(ledger, **{table: (*rows[:place], new, *rows[place + 1 :])})
    for place, run in enumerate(ledger.runs):
        for number, row in enumerate(run.rows):
            for ref, new in altered(row):
                other = dataclasses.replace(run, rows=(*run.rows[:number], new, *run.rows[number + 1 :]))
                yield ref, dataclasses.replace(ledger, runs=(*ledger.runs[:place], other, *ledger.runs[place + 1 :]))


def altered(row: Any) -> Iterator[tuple[SourceRef, Any]]:
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        if field.name not in NAMES and value is not None:
            for new in others(value):
                if new is not None or field.default is not dataclasses.MISSING:
                    yield row.source.ref(field.name), dataclasses.replace(row, **{field.name: new})


def cells_of(dossier: Dossier, figure: str) -> set[tuple[str, str, str]]:
    """The cells that a figure rests on, by way of everything that its set names."""
    cells = {row.id: (row.ref.file, row.ref.sheet, row.ref.cell) for row in dossier.evidence}
    sets = {s.id: s for s in dossier.rests_on}
    waiting, found = [s.id for s in dossier.rests_on if figure in s.figures], set()
    while waiting:
        found |= {cells[name] for name in sets[waiting[0]].evidence}
        waiting += sets[waiting.pop(0)].also
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", LOTS)
def test_no_cell_outside_what_a_figure_rests_on_moves_it(store: Store, number: str) -> None:
    dossier = reporting.dossier(store, number, None)
    view = view_of(store, number, None)
    as_it_is = figures(view.ledger, view.lot)
    pointers = {
        f"origin {o.source} {LotKey(o.owner or '', o.lot or '')}": f"/content/origins/{n}" for n, o in enumerate(dossier.content.origins)
    }
    known = {name: cells_of(dossier, pointers.get(name, name)) for name in as_it_is}
    moved = 0
    for ref, ledger in changed(view.ledger):
        now = figures(ledger, view.lot)
        for name, value in as_it_is.items():
            if now.get(name) != value:
                moved += 1
                assert (ref.file, ref.sheet, ref.cell) in known[name], (name, ref)
    assert moved
