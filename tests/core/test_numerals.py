"""Numerals, dates and percentages: whatever a locale writes reads back, and what could be two things is never guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.dates import day_month_order, read_dates
from tracepack.core.numerals import (
    Cell,
    PercentNumber,
    Unread,
    decimal_mark,
    is_not_available,
    plain_numbers,
    read_numbers,
    read_numeral,
    spreadsheet_number,
)
from tracepack.core.quantity import Interval
from tracepack.core.shares import ShareRead, read_shares

NUMBERS = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=3)
POSITIVE = st.integers(0, 100_000).map(lambda n: Decimal(n) / 1000)


def written(number: Decimal, group: str, mark: str) -> str:
    """A number as a locale writes it."""
    return f"{number:,.3f}".replace(",", "G").replace(".", mark).replace("G", group)


@given(st.lists(NUMBERS, min_size=1), st.sampled_from([(",", "."), (".", ","), ("'", "."), ("’", ","), ("\u2009", ","), ("\u00a0", ".")]))
def test_a_column_that_proves_its_mark_reads_back(numbers: list[Decimal], locale: tuple[str, str]) -> None:
    group, mark = locale
    proof = f"0{mark}5"
    texts = [*(written(number, group, mark) for number in numbers), proof]
    assert decimal_mark(texts) == mark
    assert read_numbers(texts) == [*numbers, Decimal("0.5")]


@given(NUMBERS, NUMBERS, st.sampled_from(".,"))
def test_a_reading_is_never_off_by_a_thousand(one: Decimal, other: Decimal, mark: str) -> None:
    """Whatever the column holds, a numeral is read right or asked about."""
    group = "," if mark == "." else "."
    texts = [written(one, group, mark), written(other, group, mark)]
    for number, read in zip([one, other], read_numbers(texts), strict=True):
        assert read == number or (isinstance(read, Unread) and read.name == "number-ambiguous")


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_problem(text: str) -> None:
    assert isinstance(read_numeral(text, None), Decimal | Unread)
    assert isinstance(read_shares([text])[0], ShareRead | Unread)
    assert isinstance(read_dates([text])[0], dt.date | Unread)


@given(st.lists(st.from_regex(r"[0-9]{1,5}([.,][0-9]{1,5})?\n?", fullmatch=True), min_size=1), st.sampled_from([None, ".", ","]))
def test_a_column_of_plain_numerals_is_read_as_one_by_one(texts: list[str], mark: str | None) -> None:
    fast = plain_numbers(texts, mark)
    column = mark or decimal_mark(texts)
    assert fast is None or fast == [read_numeral(text, column, stated=mark is not None) for text in texts]


def test_numeric_cells_need_no_evidence() -> None:
    assert read_numbers([Decimal("1.234"), Decimal(1234)]) == [Decimal("1.234"), Decimal(1234)]


def test_one_cell_is_the_evidence_for_another() -> None:
    assert read_numbers(["1,234", "13,75"]) == [Decimal("1.234"), Decimal("13.75")]
    assert read_numbers(["1,234", "13.75"]) == [Decimal(1234), Decimal("13.75")]


def test_evidence_for_both_marks_is_none() -> None:
    found = read_numbers(["1,234", "13,75", "13.75"])
    assert [read.name if isinstance(read, Unread) else read for read in found] == ["number-ambiguous", Decimal("13.75"), Decimal("13.75")]


@pytest.mark.parametrize("text", ["n/a", "N/A", "-", "–", "／", "无", "k.A.", "keine Angabe", " n/a ", "unbekannt"])
def test_words_for_not_known(text: str) -> None:
    assert is_not_available(text)


@pytest.mark.parametrize("text", ["NA", "ND", "none", "unknown"])
def test_names_that_look_like_not_known_stay_names(text: str) -> None:
    assert not is_not_available(text, name=True)


DATES = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))
FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日", "%Y%m%d", "%d %b %Y", "%Y-%m-%dT08:30:00"]


@given(DATES, st.sampled_from(FORMS))
def test_certain_dates_read_back(date: dt.date, form: str) -> None:
    assert read_dates([date.strftime(form)]) == [date]


@given(st.lists(DATES, min_size=1), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_slashed_dates_are_right_or_asked_about(dates: list[dt.date], form: str) -> None:
    for date, read in zip(dates, read_dates([date.strftime(form) for date in dates]), strict=True):
        assert read == date or (isinstance(read, Unread) and read.name == "date-ambiguous")


def test_contradicting_orders_prove_nothing() -> None:
    assert day_month_order(["13/01/2026", "01/13/2026"]) is None


@given(st.lists(POSITIVE, min_size=1))
def test_shares_with_a_sign_or_a_format_are_as_seen(percents: list[Decimal]) -> None:
    signed: list[Cell] = [f"{percent} %" for percent in percents]
    formatted: list[Cell] = [PercentNumber(percent / 100) for percent in percents]
    expected = [ShareRead(Interval.point(float(percent / 100))) for percent in percents]
    assert read_shares(signed) == expected
    assert read_shares(formatted) == expected


@given(st.lists(POSITIVE, min_size=1))
def test_bare_shares_are_percent_or_asked_about(percents: list[Decimal]) -> None:
    cells: list[Cell] = list(percents)
    fractions_possible = max(percents) <= 1 and any(0 < percent < 1 for percent in percents)
    for percent, read in zip(percents, read_shares(cells), strict=True):
        if fractions_possible and percent:
            assert isinstance(read, Unread)
            assert read.name == "share-ambiguous"
        else:
            assert read == ShareRead(Interval.point(float(percent / 100)))
    assert read_shares(cells, percent_marked=True) == [ShareRead(Interval.point(float(percent / 100))) for percent in percents]


def told(read: object) -> object:
    """What was read, or the name of why not."""
    return read.name if isinstance(read, Unread) else read


def test_a_stated_decimal_mark_decides_what_is_open_and_never_overrides_a_cell() -> None:
    assert read_numbers(["1,234", "2.000"], mark=",") == [Decimal("1.234"), Decimal(2000)]
    assert read_numbers(["1,234", "2.000"], mark=".") == [Decimal(1234), Decimal(2)]
    assert [told(read) for read in read_numbers(["13,75", "13.75"], mark=",")] == [Decimal("13.75"), "profile-contradicted"]


def test_a_stated_order_decides_what_is_open_and_never_overrides_a_cell() -> None:
    assert read_dates(["05/03/2026"], order="md") == [dt.date(2026, 5, 3)]
    assert read_dates(["05/03/2026"], order="dm") == [dt.date(2026, 3, 5)]
    assert [told(read) for read in read_dates(["03/13/2026", "2026-03-05"], order="dm")] == ["profile-contradicted", dt.date(2026, 3, 5)]


def test_a_stated_scale_decides_what_is_open_and_never_overrides_a_cell() -> None:
    cells: list[Cell] = [Decimal("0.3"), "0.45", "12 %", PercentNumber("0.2"), Decimal(1)]
    percents = [0.003, 0.0045, 0.12, 0.2, 0.01]
    fractions = [0.3, 0.45, 0.12, 0.2, 1]
    assert read_shares(cells, scale="percent") == [ShareRead(Interval.point(value)) for value in percents]
    assert read_shares(cells, scale="fraction") == [ShareRead(Interval.point(value)) for value in fractions]
    assert [told(read) for read in read_shares([Decimal(45)], scale="fraction")] == ["profile-contradicted"]
    assert [told(read) for read in read_shares([Decimal("0.3")], scale="fraction", percent_marked=True)] == ["profile-contradicted"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("9.199999999999999", "9.2"),
        ("0.30000000000000004", "0.3"),
        ("999.9999999999999999", "1000"),
        ("12345678901234567890", "12345678901234600000"),
        ("9.20", "9.20"),
    ],
)
def test_what_rounding_to_a_spreadsheets_digits_leaves_has_no_zeros_that_nobody_typed(stored: str, shown: str):
    assert str(spreadsheet_number(Decimal(stored))) == shown
