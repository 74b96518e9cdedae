"""Facts as rows of the database and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from tracepack.core.facts import decode_value, encode_value
from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.store.schema import facts, origins

#: (file, sha256, sheet, columns as JSON)
_Origin = tuple[str, str, str, str]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
#: One text as JSON, exactly as `_encode` writes it.
_quoted = json.encoder.encode_basestring


def key_text(key: Sequence[str]) -> str:
    """A fact's key as it is stored and compared."""
    return f"[{','.join(map(_quoted, key))}]"


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
        found = self._ids.get(origin)
        if found is None:
            found = self._ids[origin] = self._find(origin) or self._add(origin)
        return found

    def _find(self, origin: _Origin) -> int | None:
        place = dict(zip(("file", "sha256", "sheet", "columns"), origin, strict=True))
        found = self._connection.execute(select(origins.c.id).filter_by(**place)).scalar()
        return None if found is None else int(found)

    def _add(self, origin: _Origin) -> int:
        number, self._next = self._next, self._next + 1
        file, sha256, sheet, columns = origin
        self._connection.execute(origins.insert().values(id=number, file=file, sha256=sha256, sheet=sheet, columns=columns))
        return number


class PayloadWriter:
    """Writes facts' rows as payloads: JSON lists of [origin id, row number, values].

    Values of one import repeat (a unit, a day, a share), and the reading gives repeated ones as one object: each such
    object is written out once.  The facts must outlive the writer, since objects are told apart by identity.
    """

    def __init__(self, connection: Connection) -> None:
        self._origin = OriginWriter(connection)
        self._values: dict[int, str] = {}

    def payload(self, rows: Sequence[Row]) -> str:
        """A fact's rows as they are stored."""
        return f"[{','.join(map(self._row, rows))}]"

    def _row(self, row: Row) -> str:
        source, known = row.source, self._values
        values = ",".join(
            [
                f'"{key}":{_quoted(value) if type(value) is str else known.get(id(value)) or self._value(value)}'
                for key, value in row.values.items()
            ]
        )
        return f"[{self._origin.number(source)},{source.row},{{{values}}}]"

    def _value(self, value: Value) -> str:
        return self._values.setdefault(id(value), _encode(encode_value(value)))


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
