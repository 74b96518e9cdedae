"""Lots by number and text, and what a reading must know."""

from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery, fact, run

from tracepack.core.ledger import LotKey
from tracepack.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "w.db", US, "PLANT")
    facts = [
        delivery("4711", supplier="ACME"),
        delivery("4711", supplier="ZETA"),
        delivery("V-1", supplier="VEGA", own_lot_no="0815"),
        delivery("SAME", supplier="VEGA", own_lot_no="SAME"),
        run("R1", [("ACME", "4711")], [(US, "FILM-1")]),
        fact("Parties", "ACME", party_id="ACME", name="Acme", role="supplier"),
        fact("Materials", "ACME", "PLA", "", material_id="PLA", supplier="ACME"),
        fact("Materials", US, "PLA", "", material_id="PLA"),
    ]
    store.record_import([FILE], facts)
    return store


def test_a_number_that_two_parties_use_has_two_lots(store: Store) -> None:
    assert store.find_lot("4711") == [LotKey("ACME", "4711"), LotKey("ZETA", "4711")]
    assert store.find_lot("4711", "ZETA") == [LotKey("ZETA", "4711")]
    assert store.find_lot("4711", "VEGA") == []


def test_our_own_number_finds_the_delivered_lot(store: Store) -> None:
    assert store.find_lot("0815") == [LotKey(US, "0815")]
    assert store.find_lot("V-1") == [LotKey("VEGA", "V-1")]
    assert len(store.find_lot("SAME")) == 1, "one pool under two owners' equal numbers is no ambiguity"


def test_a_lot_number_is_found_exactly(store: Store) -> None:
    assert store.find_lot("film-1") == store.find_lot("FILM") == []


def test_search_goes_by_number_owner_and_contents(store: Store) -> None:
    assert LotKey(US, "FILM-1") in store.lots("film")
    assert not {lot.number for lot in store.lots("film")} & {"0815", "V-1", "SAME"}
    assert LotKey("ZETA", "4711") in store.lots("zeta")
    assert LotKey("ACME", "4711") in store.lots("pla")
    assert store.lots("%") == [], "a percent sign is no wildcard"
    assert len(store.lots()) == 7


def test_withdrawn_lots_are_not_found(store: Store) -> None:
    store.withdraw_import(1, "all wrong")
    assert (store.find_lot("4711"), store.lots()) == ([], [])


def test_what_a_reading_must_know(store: Store) -> None:
    known = store.known({"4711", "0815", "V-1", "FILM-1", "PLA", "ACME"})
    assert known.own_lots == {"FILM-1"}
    assert known.aliases == {"0815": (LotKey("VEGA", "V-1"),)}
    assert known.delivered == {"4711": (LotKey("ACME", "4711"), LotKey("ZETA", "4711")), "V-1": (LotKey("VEGA", "V-1"),)}
    assert set(known.deliveries) == {LotKey("ACME", "4711"), LotKey("ZETA", "4711"), LotKey("VEGA", "V-1")}
    assert (known.parties, known.materials) == ({"ACME"}, {("ACME", "pla"), (US, "pla")})


def test_nothing_is_known_of_names_that_nobody_asked_for(store: Store) -> None:
    known = store.known({"SAME"})
    assert (known.parties, known.materials, set(known.delivered)) == (set(), set(), {"SAME"})


def test_existing_facts_by_key(store: Store) -> None:
    known, unknown = delivery("4711", supplier="ZETA"), delivery("9999")
    found = store.existing_facts([(known.sheet, known.key), (unknown.sheet, unknown.key)])
    assert {key: found_fact.rows for key, found_fact in found.items()} == {(known.sheet, known.key): known.rows}
