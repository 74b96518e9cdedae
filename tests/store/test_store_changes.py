"""What is recorded stays recorded: supersession, withdrawal, and the workspace as it was known after an import."""

from decimal import Decimal
from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracepack.core.facts import ledger_from_facts
from tracepack.core.ledger import Fact, LotKey
from tracepack.core.quantity import Interval
from tracepack.errors import UnknownImport
from tracepack.store import ImportedFile, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "w.db", US, "PLANT")


def kilograms(store: Store, as_of: int | None = None) -> list[Decimal]:
    return [delivery.quantity for delivery in store.load_ledger(as_of=as_of).deliveries]


def test_a_new_workspace_knows_nothing(store: Store) -> None:
    assert store.latest_import() == 0
    assert store.load_ledger().deliveries == ()
    assert store.log() == []


_quantities = st.decimals(min_value=0, max_value=10**9, places=6)
_shares = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda ends: Interval(min(ends), max(ends)))


@given(
    st.lists(
        st.tuples(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])), _quantities, _shares), unique_by=lambda r: r[0]
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_loaded_is_what_was_saved(tmp_path_factory: pytest.TempPathFactory, lots: list[tuple[str, Decimal, Interval]]) -> None:
    store = Store.create(tmp_path_factory.mktemp("w") / "w.db", US, "PLANT")
    saved = [delivery(lot, str(kg), row=n, biobased_carbon=share) for n, (lot, kg, share) in enumerate(lots, start=2)]
    saved.append(run("R1", [("ACME", lot) for lot, _, _ in lots], [(US, "F1")]))
    store.record_import([FILE], saved)
    numbered = [Fact(sheet=f.sheet, key=f.key, rows=f.rows, fact_id=n) for n, f in enumerate(saved, start=1)]
    loaded = store.load_ledger()
    assert loaded == ledger_from_facts(numbered, organisation=US, site="PLANT")
    assert [d.source.ref("quantity") for d in loaded.deliveries] == [f.rows[0].source.ref("quantity") for f in saved[:-1]]


def test_the_original_bytes_are_kept_once(store: Store) -> None:
    store.record_import([FILE], [delivery("A")])
    store.record_import([FILE, ImportedFile("copy.xlsx", FILE.sha256, FILE.data)], [delivery("B")])
    assert store.file_data(FILE.sha256) == b"the original bytes"
    assert [[ref.file for ref in entry.files] for entry in store.log()] == [["march.xlsx"], ["march.xlsx", "copy.xlsx"]]


def test_a_replaced_value_stays_visible(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100"), delivery("B", "1")])
    store.record_import([FILE], [], [delivery("A", "120")])
    assert sorted(kilograms(store)) == [1, 120]
    assert sorted(kilograms(store, as_of=1)) == [1, 100]
    assert kilograms(store, as_of=0) == []
    (change,) = store.log()[1].changes
    assert (change.action, change.old.rows[0].values["quantity"], change.new.rows[0].values["quantity"]) == ("superseded", 100, 120)


def test_two_current_facts_of_one_key_cannot_be_stored(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100")])
    with pytest.raises(Exception, match="UNIQUE"):
        store.record_import([FILE], [delivery("B"), delivery("A", "120")])
    assert (kilograms(store), store.latest_import()) == ([100], 1)


def test_withdrawing_an_import_takes_back_what_it_recorded(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100")])
    store.record_import([FILE], [delivery("B", "200"), delivery("C", "300")])
    assert store.withdraw_import(2, "sent by mistake") == 3
    assert kilograms(store) == [100]
    assert kilograms(store, as_of=2) == [100, 200, 300]
    entry = store.log()[2]
    assert (entry.kind, entry.why, entry.withdrawn) == ("withdrawal", "sent by mistake", 2)


def test_withdrawing_a_replacement_brings_the_old_value_back(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100")])
    store.record_import([FILE], [], [delivery("A", "120")])
    store.withdraw_import(2, "the first figure was right")
    assert [kilograms(store, n) for n in (1, 2, 3)] == [[100], [120], [100]]
    assert store.load_ledger([LotKey("ACME", "A")]).deliveries[0].quantity == 100, "the restored fact is found by its lot"
    (change,) = store.log()[2].changes
    assert (change.action, change.old.fact_id, change.new.fact_id) == ("withdrawn", 2, 3)


def test_a_value_that_was_withdrawn_itself_does_not_come_back(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100")])
    store.record_import([FILE], [delivery("B", "1")], [delivery("A", "120")])
    store.record_import([FILE], [], [delivery("A", "140")])
    store.withdraw_import(2, "wrong sheet")
    assert kilograms(store) == [140]
    assert [change.old.key[1] for change in store.log()[3].changes] == ["B"], "nothing of A stood, so nothing of A changed"
    store.withdraw_import(3, "wrong, too")
    assert kilograms(store) == [100]


def test_withdrawing_one_fact_leaves_the_rest_of_its_import(store: Store) -> None:
    store.record_import([FILE], [delivery("A", "100"), delivery("B", "200")])
    store.withdraw_fact(1, "never arrived")
    assert kilograms(store) == [200]
    with pytest.raises(UnknownImport, match="does not hold any more"):
        store.withdraw_fact(1, "again")


def test_a_withdrawn_delivery_may_be_recorded_and_withdrawn_again(store: Store) -> None:
    for number in (1, 3):
        store.record_import([FILE], [delivery("A", "100")])
        store.withdraw_import(number, "not ours")
    assert kilograms(store) == []


@pytest.mark.parametrize(("number", "says"), [(9, "no import 9"), (2, "is a withdrawal"), (1, "nothing of import 1 is left")])
def test_what_cannot_be_withdrawn(store: Store, number: int, says: str) -> None:
    store.record_import([FILE], [delivery("A")])
    store.withdraw_import(1, "once")
    with pytest.raises(UnknownImport, match=says):
        store.withdraw_import(number, "twice")
    assert store.latest_import() == 2, "a refused withdrawal leaves no trace"


def test_a_rehearsal_sees_its_own_import_and_leaves_nothing(store: Store) -> None:
    with store.rehearsing():
        store.record_import([FILE], [delivery("A", "100")])
        assert kilograms(store) == [100]
    assert (kilograms(store), store.latest_import()) == ([], 0)


def test_the_log_of_one_import_lists_all_it_recorded(store: Store) -> None:
    store.record_import([FILE], [delivery("A"), run("R1", [("ACME", "A")], [(US, "F")])])
    (entry,) = store.log(1)
    assert [(change.action, change.new.sheet, change.new.fact_id) for change in entry.changes] == [
        ("recorded", "Deliveries", 1),
        ("recorded", "Production", 2),
    ]
    assert store.log()[0].changes == (), "the whole log only lists what was replaced or taken back"
    assert store.log(5) == []
