"""Quantities with units in their cells: whatever a locale writes is read right or asked about, and nothing is dropped."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.numerals import Unread
from tracepack.core.quantity import is_known_unit, mass_mg, same_unit
from tracepack.intake.quantities import Quantity, read_quantities

UNITS = st.sampled_from(["kg", "KG", "t", "公斤", "lb", "m2", "pcs"])
MASSES = st.decimals(min_value=0, max_value=10_000_000, places=3)


@given(MASSES, UNITS, st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u2009", ",")]), st.sampled_from(["", " ", "\u00a0"]))
def test_a_quantity_is_read_with_its_unit_or_asked_about(mass: Decimal, unit: str, locale: tuple[str, str], gap: str) -> None:
    group, mark = locale
    text = f"{mass:,.3f}".replace(",", "G").replace(".", mark).replace("G", group) + gap + unit
    (read,) = read_quantities([text])
    assert read == Quantity(mass, unit) or (isinstance(read, Unread) and read.name == "number-ambiguous")
    assert read_quantities([text], mark=mark) == [Quantity(mass, unit)]


@given(st.integers(1, 9999), st.integers(1, 2000), st.sampled_from(["x", " x ", " × ", "*", " @ ", " à ", " bags x ", "袋*", " Säcke à "]))
def test_packages_times_a_mass_are_the_mass_in_all(count: int, mass: int, times: str) -> None:
    (read,) = read_quantities([f"{count}{times}{mass} kg"])
    assert isinstance(read, Quantity)
    assert (read.value, read.unit) == (count * mass, "kg")
    assert str(count * mass) in read.product


@given(st.text(alphabet="019 .,x*-kgtbas%àm2/()€", max_size=14))
def test_a_cell_that_multiplies_never_gives_its_first_number(text: str) -> None:
    (read,) = read_quantities([text])
    if isinstance(read, Decimal):
        assert not set(text) & set("x*kgtbasàm/€%")
    elif isinstance(read, Quantity):
        assert is_known_unit(read.unit)


@pytest.mark.parametrize(("one", "other"), [("kg", "KGM"), ("kg", "公斤"), ("t", "TNE"), ("m", "lfm"), ("bags", "Bags")])
def test_units_are_the_same_by_what_they_mean(one: str, other: str) -> None:
    assert same_unit(one, other)


@pytest.mark.parametrize(("one", "other"), [("kg", "t"), ("kg", "m"), ("kg", "bags"), ("kg", "lb")])
def test_units_that_differ_are_not_the_same(one: str, other: str) -> None:
    assert not same_unit(one, other)


@pytest.mark.parametrize("unit", ["Mg", "MG", "kg/m", "g/t"])
def test_a_spelling_that_may_mean_something_else_is_no_unit_of_mass(unit: str) -> None:
    assert mass_mg(Decimal(1), unit) is None
