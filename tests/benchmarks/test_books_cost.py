"""Books of 100,000 deliveries and 100,000 attributions over 8 periods against loading their rows.  Ratios within one run."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from tracepack.bookkeeping import audited
from tracepack.collecting import without_collecting
from tracepack.core.bookaudit import BookAudit
from tracepack.core.closing import Closing, closing_digest, closing_text
from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.core.lineage import build_lineage
from tracepack.core.quantity import Interval
from tracepack.rulebook import material_library
from tracepack.store import ImportedFile, Store

ROWS = 100_000
PERIODS = 8
FILMS = 1_000
US, SITE = "CONVERTER", "S1"
FILE = ImportedFile("books.xlsx", "b00c", b"made for the benchmark")
FEEDSTOCKS = ("tall oil", "used cooking oil", "tallow", "pine residue")
#: On a quiet machine 0.8 to 1.0, since loading became faster; a wall behind that, for a busy one.
LIMIT = 1.4
#: With closed periods each entry is written out once more, for the digests: 0.9 to 1.1 on a quiet machine.
LIMIT_CLOSED = 1.8
T = TypeVar("T")

#: The sheets' columns, in the order in which their fields stand in the rows below.
COLUMNS = {
    name: chr(65 + place) for place, name in enumerate(("lot_no", "quantity", "unit", "attributed_content", "certificate_no", "factor"))
}


def fact(sheet: str, number: int, key: tuple[str, ...], *rows: dict[str, Value]) -> Fact:
    read = (Row(sheet=sheet, values=row, source=SourceRow(FILE.file, FILE.sha256, sheet, number + 2, COLUMNS)) for row in rows)
    return Fact(sheet=sheet, key=key, rows=tuple(read))


def quarter(place: int) -> tuple[dt.date, dt.date]:
    """First and last day of a period."""
    start, after = (dt.date(2025 + n // 4, 1 + 3 * (n % 4), 1) for n in (place, place + 1))
    return start, after - dt.timedelta(days=1)


def described() -> Iterator[Fact]:
    """The supplier's papers, the factor, the periods, and the films that credits are used for."""
    valid: dict[str, Value] = {"valid_from": dt.date(2024, 12, 1), "valid_until": dt.date(2027, 12, 31)}
    paper: dict[str, Value] = {"certificate_no": "ISCC-PLUS-Cert-XX000-1", "scheme": "ISCC PLUS", "holder": "SUP"}
    yield fact("Certificates", 0, ("ISCC PLUS", "ISCC-PLUS-Cert-XX000-1"), paper | valid)
    for n, feedstock in enumerate(FEEDSTOCKS):
        source: dict[str, Value] = {
            "source_id": f"F{n}",
            "feedstock": feedstock,
            "category": "bio",
            "country_of_origin": "FI",
            "supplier": "SUP",
        }
        yield fact("Feedstock Sources", n, ("SUP", f"F{n}"), source)
    factor: dict[str, Value] = {"site": SITE, "input_material": "bio-PP", "output_material": "film", "factor": 0.92}
    yield fact("Conversion Factors", 0, (SITE, "bio-PP", "film", "2025-01-01"), factor | {"valid_from": dt.date(2025, 1, 1)})
    for n in range(PERIODS):
        start, end = quarter(n)
        yield fact("Balance Periods", n, (SITE, f"P{n}"), {"site": SITE, "period_id": f"P{n}", "start": start, "end": end})
    for n in range(FILMS):
        made: dict[str, Value] = {"run_no": f"R{n}", "date": dt.date(2025, 1, 2), "direction": "out", "lot_no": f"FILM-{n}", "supplier": US}
        yield fact("Production", n, (SITE, f"R{n}"), made | {"site": SITE, "material": "film", "quantity": Decimal(ROWS), "unit": "kg"})


def booked(first: int, last: int) -> Iterator[Fact]:
    """The deliveries and attributions from one number to another, those of each period one after the other."""
    for n in range(first, last):
        start, _ = quarter(n * PERIODS // ROWS)
        day, feedstock = start + dt.timedelta(days=n % 60), n % len(FEEDSTOCKS)
        credit: dict[str, Value] = {
            "lot_no": f"L{n}",
            "supplier": "SUP",
            "material": "bio-PP",
            "quantity": Decimal(1000 + n % 77),
            "unit": "kg",
        }
        credit |= {"delivery_date": day, "delivery_note": f"N{n}", "attributed_content": Interval.point(1.0)}
        credit |= {"chain_of_custody": "mass balance", "certificate_no": "ISCC-PLUS-Cert-XX000-1", "feedstock_source": f"F{feedstock}"}
        yield fact("Deliveries", n, ("SUP", f"L{n}", day.isoformat(), f"N{n}"), credit)
        use: dict[str, Value] = {
            "attribution_no": f"A{n}",
            "site": SITE,
            "date": day + dt.timedelta(days=20),
            "lot_no": f"FILM-{n % FILMS}",
        }
        use |= {"scheme": "ISCC PLUS", "feedstock": FEEDSTOCKS[feedstock], "category": "bio", "country_of_origin": "FI"}
        use |= {"input_material": "bio-PP", "quantity": Decimal(900 + n % 7), "unit": "kg"}
        yield fact("Attributions", n, (f"A{n}",), use)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    start = time.process_time()
    done = work()
    return time.process_time() - start, done


@without_collecting()
def ratio(store: Store) -> tuple[float, BookAudit, str]:
    """The books' time in parts of that of loading, both as the command does them."""
    loading, ledger = timed(lambda: store.load_ledger(None))
    books, audit = timed(lambda: audited(store, build_lineage(ledger, material_library())[0]))
    return books / loading, audit, f"{books / loading:.2f} ({books:.1f} s / {loading:.1f} s)"


def close(store: Store, audit: BookAudit) -> None:
    """Close all periods but the last, as known after the one import."""
    for n in range(PERIODS - 1):
        draft = Closing(0, 1, SITE, f"P{n}", *quarter(n), digest="")
        store.record_closing(replace(draft, digest=closing_digest(closing_text(draft, audit.statements, audit.books))))


@pytest.mark.benchmark
def test_the_books_cost_at_most_what_loading_their_rows_costs(tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    store = Store.create(tmp_path / "books.db", US, SITE)
    store.record_import([FILE], [*described(), *booked(0, ROWS)])
    found, audit, shown = ratio(store)
    assert [f.name for f in audit.findings if f.severity == "error"] == []
    assert sum(len(s.entries) for s in audit.statements) == 2 * ROWS
    record_property("books", found)
    print(f"books: {shown} of loading their rows")  # noqa: T201
    close(store, audit)
    closed, audit, shown = ratio(store)
    assert [judged.agrees for judged in audit.closings] == [True] * (PERIODS - 1)
    record_property("books, 7 of 8 periods closed", closed)
    print(f"books, 7 of 8 periods closed: {shown} of loading their rows")  # noqa: T201
    assert found <= LIMIT
    assert closed <= LIMIT_CLOSED
