"""A question loads its own lineage and nothing else."""

import sqlite3
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from chain_facts import DAY, FILE, US, delivery, fact, run
from sqlalchemy import event

from tracepack.core.ledger import Fact, Ledger, LotKey, Row
from tracepack.core.quantity import Interval
from tracepack.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "w.db", US, "PLANT")


def own(*numbers: str) -> list[tuple[str, str]]:
    return [(US, number) for number in numbers]


def lots_of(ledger: Ledger) -> set[str]:
    rows = [row.lot_no for run in ledger.runs for row in run.rows]
    return {*(d.lot_no for d in ledger.deliveries), *(number for number in rows if number)}


def runs_of(ledger: Ledger) -> set[str]:
    return {run.key.number for run in ledger.runs}


def chain(store: Store, extra: Iterable[Fact] = ()) -> None:
    """RESIN -> MIX -> FILM -> BAG; the resin feeds a second mix of another delivery's; OTHER is nobody's business."""
    store.record_import(
        [FILE],
        [
            delivery("RESIN"),
            delivery("CHALK"),
            delivery("OTHER"),
            run("R-MIX", [("ACME", "RESIN")], own("MIX")),
            run("R-MIX2", [("ACME", "RESIN"), ("ACME", "CHALK")], own("MIX2")),
            run("R-FILM", own("MIX"), own("FILM")),
            run("R-BAG", own("FILM"), own("BAG")),
            run("R-OTHER", [("ACME", "OTHER")], own("OTHER-FILM")),
            *extra,
        ],
    )


def test_up_from_a_lot_loads_its_ancestors_and_every_draw_on_them(store: Store) -> None:
    chain(store)
    ledger = store.load_ledger([LotKey(US, "FILM")], "up")
    assert runs_of(ledger) == {"R-MIX", "R-FILM", "R-BAG", "R-MIX2"}, "R-MIX2 draws on RESIN, R-BAG on FILM"
    assert {d.lot_no for d in ledger.deliveries} == {"RESIN"}, "the other input of R-MIX2 is not upstream of FILM"


def test_down_from_a_lot_loads_what_was_made_of_it_and_where_it_went(store: Store) -> None:
    shipped = fact("Shipments", "S1", US, "BAG", shipment_no="S1", date=DAY, customer="SHOP", lot_no="BAG", quantity=Decimal(9), unit="kg")
    chain(store, [shipped])
    ledger = store.load_ledger([LotKey("ACME", "RESIN")], "down")
    assert runs_of(ledger) == {"R-MIX", "R-MIX2", "R-FILM", "R-BAG"}
    assert [s.shipment_no for s in ledger.shipments] == ["S1"]


def test_an_unrelated_lot_is_never_loaded(store: Store) -> None:
    chain(store)
    for direction in ("up", "down", "both", "here"):
        assert not lots_of(store.load_ledger([LotKey(US, "FILM")], direction)) & {"OTHER", "OTHER-FILM"}


def test_here_loads_the_lot_alone(store: Store) -> None:
    chain(store)
    assert runs_of(store.load_ledger([LotKey(US, "MIX")], "here")) == {"R-MIX", "R-FILM"}


def test_our_own_number_of_a_delivered_lot_leads_to_it_both_ways(store: Store) -> None:
    chain(
        store, [delivery("V-77", supplier="VEGA", own_lot_no="0815"), run("R9", own("0815"), own("F9")), delivery("0815", supplier="ZETA")]
    )
    for lot in (LotKey(US, "F9"), LotKey(US, "0815"), LotKey("VEGA", "V-77")):
        ledger = store.load_ledger([lot], "up")
        assert ([d.supplier for d in ledger.deliveries], runs_of(ledger)) == (["VEGA"], {"R9"})


def test_a_loop_ends_where_it_began(store: Store) -> None:
    store.record_import([FILE], [run("R1", own("A", "TRIM"), own("B", "TRIM")), run("R2", own("B"), own("A"))])
    assert runs_of(store.load_ledger([LotKey(US, "B")], "up")) == {"R1", "R2"}


def test_the_slice_is_that_of_the_asked_day(store: Store) -> None:
    store.record_import([FILE], [delivery("RESIN"), delivery("WRONG"), run("R1", [("ACME", "WRONG")], own("FILM"))])
    store.record_import([FILE], [], [run("R1", [("ACME", "RESIN")], own("FILM"))])
    film = [LotKey(US, "FILM")]
    assert lots_of(store.load_ledger(film, "up")) == {"FILM", "RESIN"}
    assert lots_of(store.load_ledger(film, "up", as_of=1)) == {"FILM", "WRONG"}


def test_what_the_lineage_names_is_loaded_and_only_that(store: Store) -> None:
    share = Interval.point(1.0)
    described = [
        fact("Materials", "ACME", "PLA", "", material_id="PLA", supplier="ACME"),
        fact("Materials", US, "PLA", "", material_id="P L A"),
        fact("Materials", "ZETA", "PLA", "", material_id="PLA", supplier="ZETA"),
        fact("Materials", US, "STEEL", "", material_id="STEEL"),
        fact("Compositions", "ACME", "PLA", material_or_lot="PLA", supplier="ACME", component="BASE", share=share),
        fact("Compositions", US, "BASE", material_or_lot="BASE", component="DEEP", share=share),
        fact("Compositions", US, "FILM", material_or_lot="FILM", component="SKIN", share=share),
        fact("Materials", US, "DEEP", "", material_id="DEEP"),
        fact("Parties", "ACME", party_id="ACME", name="Acme", role="supplier"),
        fact("Parties", US, party_id=US, name="Ourselves", role="site"),
        fact("Parties", "ZETA", party_id="ZETA", name="Zeta", role="supplier"),
        fact(
            "Feedstock Sources",
            "ACME",
            "CANE",
            source_id="CANE",
            supplier="ACME",
            feedstock="sugarcane",
            category="bio",
            certificate_no="C-1",
        ),
        fact("Certificates", "SCHEME", "C-1", certificate_no="C-1", scheme="SCHEME", holder="ACME", valid_from=DAY, valid_until=DAY),
        fact("Certificates", "SCHEME", "C-2", certificate_no="C-2", scheme="SCHEME", holder="ZETA", valid_from=DAY, valid_until=DAY),
        fact("Lot Sources", "ACME", "RESIN", "CANE", lot_no="RESIN", supplier="ACME", source_id="CANE", share=share),
        fact("Lab Tests", "", "L-1", report_no="L-1", lot_no="FILM", supplier=US, method="ASTM D6866", report_date=DAY),
        fact("Records", "E-1", record_no="E-1", kind="energy log", run_no="R-FILM"),
        fact("Records", "E-2", record_no="E-2", kind="energy log", run_no="R-OTHER"),
        fact("Records", "W-1", record_no="W-1", kind="weighbridge ticket", lot_no="RESIN"),
        fact("Settings", "weighing_tolerance", name="weighing_tolerance", value="1 %"),
    ]
    chain(store, described)
    ledger = store.load_ledger([LotKey(US, "FILM")], "up")
    assert [(m.supplier, m.material_id) for m in ledger.materials] == [("ACME", "PLA"), (None, "P L A"), (None, "DEEP")]
    assert [c.material_or_lot for c in ledger.compositions] == ["PLA", "BASE", "FILM"]
    assert [p.party_id for p in ledger.parties] == ["ACME", US]
    assert [c.certificate_no for c in ledger.certificates] == ["C-1"]
    assert [s.source_id for s in ledger.sources] == ["CANE"]
    assert [s.source_id for s in ledger.lot_sources] == ["CANE"]
    assert [t.report_no for t in ledger.lab_tests] == ["L-1"]
    assert [r.record_no for r in ledger.records] == ["E-1", "W-1"]
    assert ledger.settings.weighing_tolerance == 0.01


def test_a_material_is_looked_up_at_the_supplier_behind_our_own_number(store: Store) -> None:
    taken = run("R9", own("0815"), own("F9"))
    named = Row(sheet="Production", values={**taken.rows[0].values, "material": "PLA 40"}, source=taken.rows[0].source)
    described = fact("Materials", "VEGA", "PLA 40", "", material_id="PLA 40", supplier="VEGA")
    facts = [delivery("V-77", supplier="VEGA", own_lot_no="0815"), Fact(sheet="Production", key=taken.key, rows=(named, taken.rows[1]))]
    store.record_import([FILE], [*facts, described])
    assert [m.supplier for m in store.load_ledger([LotKey(US, "F9")], "up").materials] == ["VEGA"]


def test_many_lots_at_once_need_no_giant_statement(store: Store) -> None:
    lots = [f"L{n:04}" for n in range(1500)]
    store.record_import([FILE], [delivery(lot) for lot in lots])
    assert len(store.load_ledger([LotKey("ACME", lot) for lot in lots], "up").deliveries) == 1500


def test_a_chain_of_ten_thousand_runs_is_one_question(store: Store) -> None:
    store.record_import([FILE], [run(f"R{n}", own(f"F{n}"), own(f"F{n + 1}")) for n in range(10_000)])
    assert len(store.load_ledger([LotKey(US, "F10000")], "up").runs) == 10_000
    assert len(store.load_ledger([LotKey(US, "F10")], "up").runs) == 11


def test_no_question_reads_a_whole_table(store: Store) -> None:
    """The cost of a slice must not grow with the workspace: the query planner finds everything by index."""
    chain(store, [fact("Materials", US, "PLA", "", material_id="PLA")])
    plans: list[str] = []

    @event.listens_for(store._engine, "before_cursor_execute")
    def explain(_connection, cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        if statement.startswith(("SELECT", "WITH")) and "sheet IN" not in statement:
            plans.extend(
                row[3] for row in sqlite3.Cursor.execute(cursor.connection.cursor(), f"EXPLAIN QUERY PLAN {statement}", parameters)
            )

    store.load_ledger([LotKey(US, "FILM"), LotKey(US, "MIX")], "both")
    store.find_lot("FILM")
    store.known({"RESIN", "PLA"})
    store.existing_facts([("Production", ("PLANT", "R-MIX"))])
    assert len(plans) > 10
    assert [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in {"links", "facts", "near", "far", "origins"}] == []
