"""What is looked at once for many alike cells and rows is what looking at each would say."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack import data
from tracepack.core.dates import read_dates
from tracepack.core.numerals import Cell, PercentNumber
from tracepack.core.quantity import Interval
from tracepack.core.shares import read_shares
from tracepack.intake.alike import SoundRows, each_once
from tracepack.intake.celltext import read_text
from tracepack.intake.quantities import read_quantities
from tracepack.intake.rowchecks import check_row
from tracepack.intake.schema import row_model

_decimals = st.sampled_from(["1", "1.0", "0.5", "0", "45", "-3", "20260131"]).map(Decimal)
_texts = st.sampled_from(["1", "1,234", "1.5", "0,5 %", "<5", "3/4/2026", "13/4/2026", "2026-01-31", "25 kg", "2 x 25 kg", "PLA", ""])
_cells = st.one_of(_decimals, _decimals.map(PercentNumber), _texts, st.booleans(), st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)))


@given(st.lists(_cells, max_size=8), st.lists(st.integers(0, 7), max_size=20))
@pytest.mark.parametrize("read", [read_dates, read_shares, read_quantities, lambda cells: list(map(read_text, cells))])
def test_a_column_reads_the_same_when_each_distinct_cell_is_read_once(read: Any, distinct: list[Cell], order: list[int]) -> None:
    cells = [distinct[index % len(distinct)] for index in order] if distinct else []
    assert list(map(repr, each_once(read, cells))) == list(map(repr, read(cells)))


class _Watched(Mapping[str, Any]):
    """A row that remembers whose values were asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _some(column: data.Column) -> st.SearchStrategy[Any]:
    if column.vocabulary:
        return st.sampled_from(data.layout().vocabularies[column.vocabulary])
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "share": st.sampled_from([Interval(0.0, 0.1), Interval(0.5, 0.5), Interval(0.9, 1.0)]),
        "date": st.sampled_from([dt.date(2026, 1, 1), dt.date(2025, 1, 1), dt.datetime(2026, 1, 1, 1)]),
        "decimal": st.sampled_from([Decimal(1), Decimal(0), Decimal(-1), Decimal("NaN")]),
        "number": st.sampled_from([1.0, 0.0, 55.5, -2.0]),
        "method": st.sampled_from(["ASTM D6866", "EN 16785-1", "mass balance", "guessed"]),
    }
    return kinds.get(column.type, st.sampled_from(["A", "", "料", "\ud800", "x\x07"]))


@st.composite
def rows(draw: st.DrawFn, layout: data.Sheet) -> dict[str, Any]:
    chosen = [column for column in layout.columns if column.required or draw(st.booleans())]
    return {column.key: draw(_some(column)) for column in chosen if draw(st.integers(0, 9))}


def _is_sound(layout: data.Sheet, values: dict[str, Any]) -> bool:
    try:
        row_model(layout.name).model_validate(values)
    except ValueError:
        return False
    return not list(check_row(layout, values))


@pytest.mark.parametrize("name", list(data.layout().sheets))
@given(st.data())
def test_a_row_like_a_sound_row_is_sound(name: str, drawn: st.DataObject) -> None:
    layout = data.layout().sheets[name]
    tables = drawn.draw(st.lists(rows(layout), max_size=12))
    names = [column.key for column in layout.columns if column.type in {"text", "lot", "unit", "date"}]
    for values in list(tables):  # the same row under other names and days
        tables.append(values | {key: drawn.draw(_some(layout.column(key))) for key in names if key in values})
    sound = SoundRows(layout)
    for values in tables:
        if (sign := sound.sign(values)) in sound:
            assert _is_sound(layout, values)
        elif _is_sound(layout, values):
            sound.add(sign)


@pytest.mark.parametrize("name", list(data.layout().sheets))
@given(st.data())
def test_the_checks_of_a_row_weigh_no_other_values(name: str, drawn: st.DataObject) -> None:
    layout = data.layout().sheets[name]
    watched = _Watched(drawn.draw(rows(layout)))
    list(check_row(layout, watched))
    weighed = {column.key for column in layout.columns if column.type != "decimal"} & watched.asked
    assert weighed <= SoundRows(layout).weighed
