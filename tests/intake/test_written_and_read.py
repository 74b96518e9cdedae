"""Whatever deliveries a person writes down, in whatever order of columns, read back the same with their cells."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sheets import Formatted, names, save

from tracepack import data
from tracepack.core.quantity import Interval
from tracepack.intake.reading import read_file

LAYOUT = data.layout().sheets["Deliveries"]
LANGUAGES = st.sampled_from(["en", "zh", "de", "ja"])
NUMBERS = st.from_regex(r"[A-H0-9][A-H0-9 ./-]{0,10}[A-H0-9]", fullmatch=True)
POINTS = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)


def shown(point: Decimal, way: str) -> Any:
    """A percentage as one of the ways to write it."""
    return {"text": f"{point} %", "format": Formatted(float(point / 100), "0.00%"), "comma": f"{point} %".replace(".", ",")}[way]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, st.integers(1, 10**9), POINTS, st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1))), min_size=1, max_size=6),
    st.sampled_from(["text", "format", "comma"]),
    LANGUAGES,
    st.randoms(use_true_random=False),
)
def test_deliveries_read_back(
    tmp_path_factory: pytest.TempPathFactory, facts: list[tuple[str, int, Decimal, dt.date]], way: str, lang: str, order: Any
) -> None:
    keys = ["lot_no", "supplier", "material", "quantity", "unit", "delivery_date", "biobased_carbon", "method"]
    order.shuffle(keys)
    headers = [LAYOUT.column(key).synonyms[lang][0] for key in keys]
    table = [
        dict(
            zip(
                ["lot_no", "supplier", "material", "quantity", "unit", "delivery_date", "biobased_carbon", "method"],
                [lot, "ACME", "PLA", mg / 1000, "kg", day, shown(point, way), "ASTM D6866"],
                strict=True,
            )
        )
        for lot, mg, point, day in facts
    ]
    path = save(tmp_path_factory.mktemp("book") / "book.xlsx", {"Deliveries": [headers, *([row[key] for key in keys] for row in table)]})
    reading = read_file(path)
    assert names(reading.findings) == set()
    found = [
        (row.values["lot_no"], row.values["quantity"], row.values["biobased_carbon"], row.values["delivery_date"]) for row in reading.rows
    ]
    assert found == [(lot, Decimal(mg) / 1000, Interval.point(float(point / 100)), day) for lot, mg, point, day in facts]
    sheet = load_workbook(path)["Deliveries"]
    for row, (lot, *_) in zip(reading.rows, facts, strict=True):
        assert sheet[row.source.ref("lot_no").cell].value == lot
