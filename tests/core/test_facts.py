"""Facts become records, and their values survive JSON."""

import datetime as dt
import json
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack import data
from tracepack.core.facts import _RECORDS, changed_values, decode_value, encode_value, ledger_from_facts, setting_value
from tracepack.core.ledger import Fact, Row, RunKey, RunRow, Settings, SourceRow, Value
from tracepack.core.quantity import Interval

_finite = st.floats(allow_nan=False, allow_infinity=False)
_intervals = st.tuples(_finite, _finite).map(lambda ends: Interval(min(ends), max(ends)))
values = st.one_of(st.none(), st.text(), st.dates(), st.decimals(allow_nan=False, allow_infinity=False), _finite, _intervals)


def a_fact(sheet: str, *rows: dict[str, Value]) -> Fact:
    made = tuple(Row(sheet=sheet, values=row, source=SourceRow("a.xlsx", "ab", sheet, n, {})) for n, row in enumerate(rows, start=2))
    return Fact(sheet=sheet, key=("k",), rows=made, fact_id=7)


@given(values)
def test_a_value_survives_being_stored(value: Value) -> None:
    back = decode_value(json.loads(json.dumps(encode_value(value))))
    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value), "1.50 kg stays 1.50 kg"


@pytest.mark.parametrize("sheet", [name for name in data.layout().sheets if name not in {"Settings"}])
def test_every_column_of_a_sheet_is_a_field_of_its_record(sheet: str) -> None:
    record = RunRow if sheet == "Production" else _RECORDS[sheet][1]
    columns = {column.key for column in data.layout().sheets[sheet].columns}
    if sheet == "Opening Stock":
        columns = columns - {"date"} | {"delivery_date"}
    assert columns <= {field.name for field in fields(record)}


def test_opening_stock_is_a_delivery_of_our_own_on_its_date() -> None:
    day = dt.date(2026, 1, 1)
    opening = a_fact("Opening Stock", {"lot_no": "S-1", "material": "PLA", "quantity": Decimal(5), "unit": "t", "date": day})
    (delivery,) = ledger_from_facts([opening], organisation="US", site="PLANT").deliveries
    assert (delivery.opening, delivery.delivery_date, delivery.supplier, delivery.fact_id) == (True, day, "US", 7)


def test_a_run_keeps_its_rows_in_order_and_its_site() -> None:
    day = dt.date(2026, 1, 1)
    rows = [{"run_no": "R1", "date": day, "direction": d, "lot_no": n} for d, n in (("in", "A"), ("out", "B"))]
    rows[1]["kind"] = "blown film"
    (run,) = ledger_from_facts([a_fact("Production", *rows)], organisation="US", site="PLANT").runs
    assert (run.key, run.kind, [row.lot for row in run.rows]) == (RunKey("PLANT", "R1"), "blown film", [("US", "A"), ("US", "B")])


@pytest.mark.parametrize(("text", "share"), [("2 %", 0.02), ("0.02", 0.02), (" 0.5％", 0.005), ("0", 0.0), ("2", None), ("much", None)])
def test_a_setting_is_a_share(text: str, share: float | None) -> None:
    assert setting_value(text) == share


def test_a_settings_row_overrides_the_default_and_leaves_the_others() -> None:
    settings = ledger_from_facts(
        [a_fact("Settings", {"name": "Weighing tolerance", "value": "1 %"})], organisation="US", site="PLANT"
    ).settings
    assert settings == Settings(weighing_tolerance=0.01)


def test_what_changed_between_two_facts_of_a_key() -> None:
    old = a_fact("Production", {"lot_no": "A", "quantity": Decimal(1)}, {"lot_no": "B"})
    new = a_fact("Production", {"lot_no": "A", "quantity": Decimal(2)})
    assert changed_values(old, new) == {"quantity (row 1)": (Decimal(1), Decimal(2)), "lot_no (row 2)": ("B", None)}
