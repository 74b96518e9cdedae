"""Closed periods in the store: kept for good, numbered in the log, and known to workspaces from before there were any."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tracepack.core.closing import Closing
from tracepack.errors import UnknownImport
from tracepack.store import Store
from tracepack.store.database import connect, database_url, transaction
from tracepack.store.schema import metadata

CLOSING = Closing(0, 1, "S1", "Q1", dt.date(2026, 1, 1), dt.date(2026, 3, 31), "ab" * 32)

#: What a workspace of the first version had.
FIRST_TABLES = {"workspace", "imports", "blobs", "import_files", "origins", "facts", "links"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "work.db"
    Store.create(where, US, "S1").record_import([FILE], [delivery("A", "100")])
    return where


def test_a_closing_comes_back_as_it_was_kept(path: Path) -> None:
    assert Store.open(path).record_closing(CLOSING) == 2
    store = Store.open(path)
    assert store.closings() == (replace(CLOSING, number=2),)
    (entry,) = store.log(2)
    assert (entry.kind, entry.closing) == ("closing", replace(CLOSING, number=2))


def test_a_closing_changes_no_fact(path: Path) -> None:
    store = Store.open(path)
    before = store.load_ledger()
    store.record_closing(CLOSING)
    assert store.load_ledger() == before
    assert (store.latest_import(), store.latest_change(2), store.latest_change(1)) == (2, 1, 1)


def test_a_period_is_kept_once(path: Path) -> None:
    store = Store.open(path)
    store.record_closing(CLOSING)
    with pytest.raises(IntegrityError):
        store.record_closing(replace(CLOSING, digest="cd" * 32))
    assert (len(store.closings()), store.latest_import()) == (1, 2)


def test_a_closing_is_not_withdrawn(path: Path) -> None:
    store = Store.open(path)
    store.record_closing(CLOSING)
    with pytest.raises(UnknownImport, match="stays closed"):
        store.withdraw_import(2, "by mistake")


def test_a_workspace_from_before_can_be_closed(path: Path) -> None:
    with transaction(connect(database_url(path)), writing=True) as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in FIRST_TABLES:
                connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("UPDATE workspace SET schema_version = 1"))
    store = Store.open(path)
    assert store.closings() == ()
    assert store.record_closing(CLOSING) == 2
    assert Store.open(path).closings() == (replace(CLOSING, number=2),)
