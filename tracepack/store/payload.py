"""Facts as rows of the database and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from tracepack.core.facts import decode_value, encode_value
from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.store.schema import facts, origins

#: (file, sha256, sheet, columns as JSON)
_Origin = tuple[str, str, str, str]
#: (file, sha256, sheet, columns)
_Place = tuple[str, str, str, Mapping[str, str]]

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


def decode_facts(connection: Connection, stored: Iterable[Sequence[Any]]) -> list[Fact]:
    """Facts from rows of the table `facts` (its FACT_COLUMNS first), in the order of their ids."""
    read = sorted((row[:5] for row in stored), key=itemgetter(0))
    payloads, keys = _texts([row[3] for row in read]), _texts([row[2] for row in read])
    places = _origins(connection, {origin for payload in payloads for origin, _, _ in payload})
    return [
        Fact(
            sheet=sheet,
            key=tuple(key),
            rows=tuple([_row(sheet, values, number, places[origin]) for origin, number, values in payload]),
            fact_id=fact_id,
            import_id=import_id,
        )
        for (fact_id, sheet, _, _, import_id), key, payload in zip(read, keys, payloads, strict=True)
    ]


def _texts(stored: Sequence[str]) -> list[Any]:
    """Many JSON texts, read as one: a text of its own costs more to begin with than to read."""
    found: list[Any] = json.loads(f"[{','.join(stored)}]")
    return found


def _row(sheet: str, values: dict[str, Any], number: int, place: _Place) -> Row:
    file, sha256, source_sheet, columns = place
    read = {key: value if type(value) is str else decode_value(value) for key, value in values.items()}
    return Row(sheet=sheet, values=read, source=SourceRow(file, sha256, source_sheet, number, columns))


def _origins(connection: Connection, ids: Iterable[int]) -> dict[int, _Place]:
    """The places by id; a few a file, so one by one is cheap."""
    found = {}
    for number in sorted(ids):
        row = connection.execute(select(origins).where(origins.c.id == number)).one()
        found[number] = (row.file, row.sha256, row.sheet, json.loads(row.columns))
    return found


FACT_COLUMNS = (facts.c.id, facts.c.sheet, facts.c.key, facts.c.payload, facts.c.import_id)
