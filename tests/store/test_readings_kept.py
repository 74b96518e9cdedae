"""How files were read is kept with their import; a workspace of an older tracepack says that it is not known."""

from __future__ import annotations

import json
from pathlib import Path

from chain_facts import FILE, US, delivery
from sqlalchemy import text

from tracepack import Workspace
from tracepack.layoutanswers import LayoutAnswers
from tracepack.store import Store
from tracepack.store.database import connect, database_url, transaction

HEADERS = "Lot No;Material;Quantity;Unit;Delivery Date\nL1;PLA;1000;kg;2026-01-05\n"


def test_what_was_told_about_a_file_is_kept_with_its_import(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADERS, encoding="utf-8")
    workspace = Workspace.create(tmp_path / "w.db", "ME", "S1")
    layout = LayoutAnswers(read_as=["Deliveries"], date_order="dm", delimiter=";")
    workspace.import_files([tmp_path / "list.csv"], supplier="SUP", replace=True, layout=layout)
    told = json.loads(Store.open(tmp_path / "w.db").told_of()[1])
    assert (told["supplier"], told["replace"], told["read_as"], told["date_order"], told["delimiter"]) == (
        "SUP",
        True,
        ["Deliveries"],
        "dm",
        ";",
    )


def test_an_older_workspace_is_brought_up_and_says_nothing_of_its_imports(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    Store.create(path, US, "PLANT").record_import([FILE], [delivery("A", "100")], told="{}")
    with transaction(connect(database_url(path)), writing=True) as connection:
        connection.execute(text("DROP TABLE readings"))
        connection.execute(text("UPDATE workspace SET schema_version = 2"))
    store = Store.open(path)
    assert store.told_of() == {}
    assert store.record_import([FILE], [delivery("B", "100")], told="{}") == 2
    assert store.told_of() == {2: "{}"}


def test_a_withdrawal_is_done_again_elsewhere_by_the_names_of_its_facts(tmp_path: Path) -> None:
    stores = [Store.create(tmp_path / f"{name}.db", US, "PLANT") for name in ("here", "there")]
    for store in stores:
        store.record_import([FILE], [delivery("A", "100")])
        store.record_import([FILE], [], [delivery("A", "120")])
    here, there = stores
    here.withdraw_import(2, "wrong")
    there.withdraw_again([name for name, _ in here.withdrawn_facts(3)], "wrong")
    assert there.load_ledger() == here.load_ledger()
    assert [d.quantity for d in there.load_ledger().deliveries] == [100]
