"""Taking back what was replaced, revived, and replaced again."""

from decimal import Decimal
from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery

from tracepack.errors import UnknownImport
from tracepack.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Import 1 says 100; import 2 replaces it by 120."""
    store = Store.create(tmp_path / "w.db", US, "PLANT")
    store.record_import([FILE], [delivery("A", "100")])
    store.record_import([FILE], [], [delivery("A", "120")])
    return store


def kilograms(store: Store) -> list[Decimal]:
    return [delivery.quantity for delivery in store.load_ledger().deliveries]


def test_a_revived_fact_goes_with_its_import(store: Store) -> None:
    store.withdraw_import(2, "wrong")
    assert kilograms(store) == [100]
    store.withdraw_import(1, "wrong, too")
    assert kilograms(store) == []
    (change,) = store.log()[3].changes
    assert (change.action, change.old.fact_id, change.new) == ("withdrawn", 3, None), "what stood is logged, once"
    with pytest.raises(UnknownImport, match=r"nothing of import 1 is left to take back$"):
        store.withdraw_import(1, "again")


def test_an_import_that_was_replaced_has_nothing_to_take_back(store: Store) -> None:
    with pytest.raises(UnknownImport, match="nothing of import 1 is left to take back: import 2 replaced it") as refused:
        store.withdraw_import(1, "wrong")
    assert "tracepack withdraw 2" in refused.value.hint
    assert (kilograms(store), store.latest_import()) == ([120], 2)


def test_a_revived_and_replaced_fact_names_the_import_that_holds(store: Store) -> None:
    store.withdraw_import(2, "wrong")
    store.record_import([FILE], [], [delivery("A", "140")])
    with pytest.raises(UnknownImport, match="import 4 replaced it"):
        store.withdraw_import(1, "wrong")
    store.withdraw_import(4, "wrong")
    assert kilograms(store) == [100]
    store.withdraw_import(1, "wrong, too")
    assert kilograms(store) == []


def test_a_revived_and_replaced_fact_of_a_withdrawn_import_stays_away(store: Store) -> None:
    store.record_import([FILE], [], [delivery("A", "130"), delivery("B", "1")])
    store.record_import([FILE], [], [delivery("A", "140")])
    store.withdraw_import(4, "wrong")
    store.record_import([FILE], [], [delivery("A", "150")])
    store.withdraw_import(3, "wrong: B stands, A was revived and replaced")
    assert kilograms(store) == [150]
    store.withdraw_import(6, "wrong")
    assert kilograms(store) == [120]


@pytest.mark.parametrize("fact_id", [None, 2, 4])
def test_taking_back_a_revived_replacement_brings_back_what_it_had_replaced(store: Store, fact_id: int | None) -> None:
    store.record_import([FILE], [], [delivery("A", "140")])
    store.withdraw_import(3, "wrong")
    assert kilograms(store) == [120]
    if fact_id is None:
        store.withdraw_import(2, "wrong")
    else:
        store.withdraw_fact(fact_id, "wrong")
    assert kilograms(store) == [100]
    store.withdraw_import(1, "wrong")
    assert kilograms(store) == []


def test_a_fact_is_taken_back_by_its_old_number_where_it_was_revived(store: Store) -> None:
    with pytest.raises(UnknownImport, match="fact 1 does not hold any more: it was replaced by import 2"):
        store.withdraw_fact(1, "wrong")
    store.withdraw_import(2, "wrong")
    store.withdraw_fact(1, "wrong")
    assert kilograms(store) == []
    assert [change.old.fact_id for change in store.log()[3].changes] == [3]
    with pytest.raises(UnknownImport, match="fact 1 does not hold any more: it was withdrawn by 4"):
        store.withdraw_fact(1, "again")
