"""One workspace's database, as the use-cases see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from tracepack.core.closing import Closing
from tracepack.core.facts import ledger_from_facts
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, Ledger, LotKey, Settings
from tracepack.core.limits import Limits, limits_from_facts
from tracepack.errors import UnknownImport, UsageProblem
from tracepack.store import between, changes, closings, forward, history, lookup, replays, slices
from tracepack.store.database import create_database, open_database, transaction
from tracepack.store.schema import blobs, workspace


class Store:
    """An open workspace.

    Every method is one transaction, unless it is called inside ``reading()`` or ``writing()``: then it is part of
    that one.  Raises WorkspaceError where the database cannot be used.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ongoing: Connection | None = None
        self._as_of: int | None = None
        with self._transaction(writing=False) as connection:
            row = connection.execute(select(workspace.c.organisation, workspace.c.site)).one()
        #: Party ID of ourselves; the owner of own lots.
        self.organisation: str = row.organisation
        #: What a blank Site means.
        self.site: str = row.site

    @classmethod
    def open(cls, where: str | Path) -> Store:
        """Open an existing workspace: a SQLite file or a database URL."""
        return cls(open_database(where))

    @classmethod
    def create(cls, where: str | Path, organisation: str, site: str) -> Store:
        """Create a workspace; WorkspaceError where there is one already."""
        create_database(where, organisation, site)
        return cls.open(where)

    def at(self, import_id: int) -> Store:
        """The workspace as it was known after an import (or withdrawal, or closing); it can be read, not changed.

        Raises UnknownImport, naming the range there is.
        """
        latest = self.latest_import()
        if not 1 <= import_id <= latest:
            known = f"the log runs from 1 to {latest}" if latest else "nothing was imported yet"
            raise UnknownImport(f"there is no import {import_id}: {known}", "`tracepack log` lists them")
        past = copy(self)
        past._ongoing, past._as_of = None, import_id
        return past

    # ---- transactions

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One state of the workspace for all calls inside."""
        with self._transaction(writing=False):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All calls inside see and make one state, alone; an exception undoes them all."""
        with self._transaction(writing=True):
            yield

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """As ``writing()``, but everything is undone at the end."""
        with self._transaction(writing=True) as connection:
            yield
            connection.rollback()

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        if self._ongoing is not None:
            yield self._ongoing
            return
        if writing and self._as_of is not None:
            raise UsageProblem("what was known in the past is not changed", "leave --as-of out")
        with transaction(self._engine, writing=writing) as connection:
            self._ongoing = connection
            try:
                yield connection
            finally:
                self._ongoing = None

    # ---- reading

    def latest_import(self) -> int:
        """The number of the newest import, withdrawal or closing; 0 in a new workspace.  In a past state the one it was taken after."""
        if self._as_of is not None:
            return self._as_of
        with self._transaction(writing=False) as connection:
            return history.latest_import(connection)

    def latest_change(self, as_of: int) -> int:
        """The newest import or withdrawal up to number ``as_of``: what was known after both is the same."""
        with self._transaction(writing=False) as connection:
            return history.latest_change(connection, as_of)

    def closings(self) -> tuple[Closing, ...]:
        """The balance periods that were closed, the first one first."""
        with self._transaction(writing=False) as connection:
            return tuple(c for c in closings.read_closings(connection) if self._as_of is None or c.number <= self._as_of)

    def load_ledger(self, around: Iterable[LotKey] | None = None, direction: slices.Direction = "up", as_of: int | None = None) -> Ledger:
        """The records that a question about some lots needs, in stored order; ``around=None`` loads everything.

        The walk goes ``"up"`` to what the lots were made from, ``"down"`` to what was made from them, ``"both"`` ways,
        or not at all (``"here"``).  Every fact that touches a lot met on the walk is loaded, runs whole; what else
        those runs took or made is not walked further.  ``as_of`` N shows what was known after import N.
        """
        found = self.load_facts(around, direction, as_of)
        return ledger_from_facts(found, organisation=self.organisation, site=self.site)

    def load_facts(
        self, around: Iterable[LotKey] | None = None, direction: slices.Direction = "up", as_of: int | None = None
    ) -> list[Fact]:
        """The facts behind `load_ledger`, in stored order."""
        as_of = self._as_of if as_of is None else as_of
        with self._transaction(writing=False) as connection:
            if around is None:
                return slices.facts_of_sheets(connection, None, as_of)
            return slices.slice_facts(connection, around, direction, self.organisation, as_of, self.site)

    def reached(self, lots: Iterable[LotKey], direction: slices.Direction) -> set[LotKey]:
        """The lots that the walk from some lots meets, those included."""
        with self._transaction(writing=False) as connection:
            return slices.reached_lots(connection, lots, direction, self._as_of)

    def facts_unlike(self, other: int) -> list[Fact]:
        """The facts that hold in this state and not after import ``other``, in stored order."""
        with self._transaction(writing=False) as connection:
            return between.facts_of_one(connection, self.latest_import(), other)

    def touched(self, changed: Sequence[Fact]) -> list[frozenset[LotKey] | None]:
        """For each fact the lots whose own rows it is, or that name what it describes; None: it may concern every lot."""
        with self._transaction(writing=False) as connection:
            return between.touched_lots(connection, changed, self.organisation, self.site, self._as_of)

    def facts_before(self, import_id: int) -> list[Fact]:
        """The facts that hold and that an earlier import gave, in stored order."""
        with self._transaction(writing=False) as connection:
            return slices.facts_of_sheets(connection, None, None, before=import_id)

    def limits(self) -> Limits:
        """How much of a file is read, by the Settings rows."""
        with self._transaction(writing=False) as connection:
            return limits_from_facts(slices.facts_of_sheets(connection, {"Settings"}, self._as_of))

    def settings(self) -> Settings:
        """The tolerances that hold now."""
        return self.load_ledger(around=()).settings

    def find_lot(self, number: str, owner: str | None = None) -> list[LotKey]:
        """The lots of a number, by owner; an Own Lot No is found too, but not beside the delivered lot of that number."""
        with self._transaction(writing=False) as connection:
            if owner is not None:
                return lookup.lot_of_owner(connection, LotKey(owner, number), self._as_of)
            return lookup.lots_of_number(connection, number, self._as_of)

    def lots(self, text: str = "") -> list[LotKey]:
        """The lots that may match a text in number, owner or material, by owner and number; all for ""."""
        with self._transaction(writing=False) as connection:
            return lookup.search_lots(connection, text, self._as_of)

    def existing_facts(self, keys: Iterable[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, tuple[str, ...]], Fact]:
        """The facts that hold now for some (sheet, key), where there are any."""
        with self._transaction(writing=False) as connection:
            return lookup.current_facts(connection, keys)

    def newest_facts(self, sheets: Collection[str], text: str, limit: int) -> list[Fact]:
        """The facts of some sheets that hold now and may hold a text ("" for all), ``limit`` a sheet, the last recorded first."""
        with self._transaction(writing=False) as connection:
            return lookup.newest_facts(connection, sheets, text, limit)

    def facts_of(self, sheets: Collection[str]) -> list[Fact]:
        """The facts of some sheets that hold, in stored order."""
        with self._transaction(writing=False) as connection:
            return slices.facts_of_sheets(connection, sheets, self._as_of)

    def facts_holding(self, sheets: Collection[str], texts: Collection[str]) -> list[Fact]:
        """The facts of some sheets that hold and that may hold any of some texts, in stored order."""
        with self._transaction(writing=False) as connection:
            return forward.facts_holding(connection, sheets, texts, self._as_of)

    def material_counts(self) -> list[Fact]:
        """The stock counts of whole materials that hold, in stored order."""
        with self._transaction(writing=False) as connection:
            return forward.material_counts(connection, self._as_of)

    def naming_facts(self, lots: Iterable[LotKey]) -> list[Fact]:
        """What brought some lots, and describes that; nothing of what became of them; in stored order."""
        with self._transaction(writing=False) as connection:
            return forward.naming_facts(connection, lots, self.organisation, self._as_of)

    def known(self, names: Collection[str]) -> Known:
        """What is known of the lots, parties and materials of some names."""
        with self._transaction(writing=False) as connection:
            return lookup.known_of(connection, names, self.organisation)

    def log(self, only: int | None = None) -> list[history.ImportRecord]:
        """Every import, withdrawal and closing, oldest first; ``only`` one of them with all it recorded (empty if there is none)."""
        with self._transaction(writing=False) as connection:
            return [r for r in history.history(connection, only) if self._as_of is None or r.import_id <= self._as_of]

    def file_data(self, sha256: str) -> bytes | None:
        """The original bytes of an imported file, or None."""
        with self._transaction(writing=False) as connection:
            data: bytes | None = connection.execute(select(blobs.c.data).where(blobs.c.sha256 == sha256)).scalar()
        return data

    def told_of(self) -> dict[int, str]:
        """What was told about the files of each import, as JSON text; an import of an older tracepack is not there."""
        with self._transaction(writing=False) as connection:
            return replays.told_of(connection)

    def withdrawn_facts(self, import_id: int) -> list[tuple[replays.FactName, Fact]]:
        """The facts that a withdrawal took back, in stored order."""
        with self._transaction(writing=False) as connection:
            return replays.withdrawn_facts(connection, import_id)

    def facts_around(self, lots: Iterable[LotKey]) -> list[Fact]:
        """The facts that a question about what some lots are made of rests on: those of `load_ledger`, with their rows."""
        with self._transaction(writing=False) as connection:
            return slices.slice_facts(connection, lots, "up", self.organisation, self._as_of, self.site)

    # ---- changing

    def record_import(
        self, files: Sequence[changes.ImportedFile], record: Sequence[Fact], supersede: Sequence[Fact] = (), why: str = "", told: str = ""
    ) -> int:
        """Keep an import's files and facts; ``supersede`` are new facts that replace those of their keys, ``told`` (JSON) says how
        the files were read.

        Returns the import's number.
        """
        with self._transaction(writing=True) as connection:
            import_id = changes.record_import(connection, files, record, supersede, self.organisation, why)
            if told:
                replays.keep_reading(connection, import_id, told)
            return import_id

    def record_closing(self, closing: Closing) -> int:
        """Close a balance period for good.  Returns the number that the closing has in the log, whatever it says itself."""
        with self._transaction(writing=True) as connection:
            return closings.record_closing(connection, closing)

    def withdraw_again(self, facts: Iterable[replays.FactName], why: str) -> None:
        """Do a withdrawal of another workspace again; facts that are not here are passed over."""
        with self._transaction(writing=True) as connection:
            replays.withdraw_again(connection, facts, why)

    def withdraw_import(self, import_id: int, why: str) -> int:
        """Take back all an import recorded; what it had replaced holds again.  Returns the withdrawal's number."""
        with self._transaction(writing=True) as connection:
            return changes.withdraw_import(connection, import_id, why)

    def withdraw_fact(self, fact_id: int, why: str) -> int:
        """Take back one fact; what it had replaced holds again.  Returns the withdrawal's number."""
        with self._transaction(writing=True) as connection:
            return changes.withdraw_fact(connection, fact_id, why)
