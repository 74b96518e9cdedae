"""Payloads are written out piece by piece; the pieces are the JSON that the values have as a whole."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

from chain_facts import FILE, US, delivery
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.facts import encode_value
from tracepack.core.ledger import LotKey, Row, SourceRow, Value
from tracepack.core.quantity import Interval
from tracepack.store import Store
from tracepack.store.database import connect, database_url, transaction
from tracepack.store.payload import PayloadWriter, key_text
from tracepack.store.schema import create_schema

_texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(['"', "\\", "\u2028", "é\n\t", "料"]))
_values = st.one_of(
    _texts,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.tuples(st.floats(0, 0.5), st.floats(0.5, 1)).map(lambda ends: Interval(*ends)),
    st.sampled_from([Decimal("1.0"), Decimal(1), dt.date(2026, 1, 1), Interval(1, 1), Interval(1.0, 1.0)]),
)
_columns = {"lot_no": "A"}


def _row(values: dict[str, Value], number: int) -> Row:
    return Row(sheet="Deliveries", values=values, source=SourceRow(FILE.file, FILE.sha256, "Deliveries", number, _columns))


@given(st.lists(st.dictionaries(st.sampled_from(["lot_no", "unit", "quantity", "remark"]), _values), min_size=1, max_size=5))
def test_a_payload_is_its_values_as_json(tables: list[dict[str, Value]]) -> None:
    rows = [_row(values, number) for number, values in enumerate(tables, 2)]
    with transaction(connect(database_url("sqlite://")), writing=True) as connection:
        create_schema(connection, US, "S1")
        written = PayloadWriter(connection).payload(rows)
    whole = [[1, row.source.row, {key: encode_value(value) for key, value in row.values.items()}] for row in rows]
    assert written == json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


@given(st.lists(_texts))
def test_a_key_is_its_parts_as_json(parts: list[str]) -> None:
    assert key_text(parts) == json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def test_thousands_of_facts_are_stored_as_one_by_one(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "many.db", US, "S1")
    given_facts = [delivery(f"L{number}", kg=str(number + 1), row=number + 2) for number in range(5_003)]
    assert store.record_import([FILE], given_facts) == 1
    stored = store.existing_facts((fact.sheet, fact.key) for fact in given_facts)
    assert [stored[fact.sheet, fact.key].rows for fact in given_facts] == [fact.rows for fact in given_facts]
    assert store.find_lot("L5002") == [LotKey("ACME", "L5002")]
