"""Facts as rows of the database and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from tracepack.core.facts import decode_value, encode_value
from tracepack.core.ledger import Fact, Row, SourceRow
from tracepack.store.schema import facts, origins

#: (file, sha256, sheet, columns as JSON)
_Origin = tuple[str, str, str, str]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def key_text(key: Sequence[str]) -> str:
    """A fact's key as it is stored and compared."""
    return _encode(list(key))


class OriginWriter:
    """Numbers the places that rows come from; a sheet of a file is written once, whatever it holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[_Origin, int] = {}
        self._of_columns: dict[int, str] = {}
        self._next = (connection.execute(select(func.max(origins.c.id))).scalar() or 0) + 1

    def number(self, source: SourceRow) -> int:
        """The id of a row's sheet, new or known."""
        # Rows of one sheet share one mapping object: its identity saves writing it out 100,000 times.
        columns = self._of_columns.get(id(source.columns))
        if columns is None:
            columns = self._of_columns[id(source.columns)] = _encode(dict(source.columns))
        origin = (source.file, source.sha256, source.sheet, columns)
        if origin not in self._ids:
            self._ids[origin] = self._find(origin) or self._add(origin)
        return self._ids[origin]

    def _find(self, origin: _Origin) -> int | None:
        place = dict(zip(("file", "sha256", "sheet", "columns"), origin, strict=True))
        found = self._connection.execute(select(origins.c.id).filter_by(**place)).scalar()
        return None if found is None else int(found)

    def _add(self, origin: _Origin) -> int:
        number, self._next = self._next, self._next + 1
        file, sha256, sheet, columns = origin
        self._connection.execute(origins.insert().values(id=number, file=file, sha256=sha256, sheet=sheet, columns=columns))
        return number


def encode_rows(rows: Sequence[Row], origin: OriginWriter) -> str:
    """A fact's rows as the payload."""
    return _encode([[origin.number(row.source), row.source.row, {k: encode_value(v) for k, v in row.values.items()}] for row in rows])


def decode_facts(connection: Connection, stored: Iterable[RowMapping]) -> list[Fact]:
    """Facts from rows of the table `facts`, in the order of their ids."""
    read = sorted(((row, json.loads(row["payload"])) for row in stored), key=lambda pair: int(pair[0]["id"]))
    places = _origins(connection, {origin for _, payload in read for origin, _, _ in payload})
    return [_fact(row, payload, places) for row, payload in read]


def _fact(row: RowMapping, payload: list[Any], places: Mapping[int, tuple[str, str, str, Mapping[str, str]]]) -> Fact:
    return Fact(
        sheet=row["sheet"],
        key=tuple(json.loads(row["key"])),
        rows=tuple(
            Row(
                sheet=row["sheet"],
                values={key: decode_value(value) for key, value in values.items()},
                source=SourceRow(places[origin][0], places[origin][1], places[origin][2], number, places[origin][3]),
            )
            for origin, number, values in payload
        ),
        fact_id=row["id"],
        import_id=row["import_id"],
    )


def _origins(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str, str, Mapping[str, str]]]:
    """The places by id; a few a file, so one by one is cheap."""
    found = {}
    for number in sorted(ids):
        row = connection.execute(select(origins).where(origins.c.id == number)).one()
        found[number] = (row.file, row.sha256, row.sheet, json.loads(row.columns))
    return found


FACT_COLUMNS = (facts.c.id, facts.c.sheet, facts.c.key, facts.c.payload, facts.c.import_id)
