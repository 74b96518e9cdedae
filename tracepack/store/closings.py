"""Closed balance periods in the store: written once, never changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select

from tracepack.core.closing import Closing
from tracepack.store.changes import begin
from tracepack.store.schema import closings


def read_closings(connection: Connection) -> tuple[Closing, ...]:
    """Every closing, the first one first."""
    rows = connection.execute(select(closings).order_by(closings.c.import_id))
    return tuple(
        Closing(
            number=row.import_id,
            known_after=row.known_after,
            site=row.site,
            period=row.period,
            start=dt.date.fromisoformat(row.start),
            end=dt.date.fromisoformat(row.end),
            digest=row.digest,
        )
        for row in rows
    )


def record_closing(connection: Connection, closing: Closing) -> int:
    """Keep a closing; it takes the next number of the log, which is returned."""
    number = begin(connection, "closing", "")
    days = {"start": closing.start.isoformat(), "end": closing.end.isoformat()}
    row = {"known_after": closing.known_after, "site": closing.site, "period": closing.period, "digest": closing.digest}
    connection.execute(insert(closings).values(import_id=number, **row, **days))
    return number
