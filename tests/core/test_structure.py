"""Layers by thickness and density, or by grammage, and what they make of inputs without a quantity."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tracepack.core.ledger import RunRow, SourceRow
from tracepack.core.quantity import Interval
from tracepack.core.structure import derived_masses, disagreement, layers_of

MASTERBATCH = 1.65


def row(lot: str, **values: Any) -> RunRow:
    source = SourceRow("test.xlsx", "0", "Production", 2)
    share = values.pop("share", None)
    layer_share = None if share is None else Interval.point(share)
    return RunRow(source=source, run_no="R", date=dt.date(2026, 1, 1), direction="in", lot_no=lot, layer_share=layer_share, **values)


def density_of(r: RunRow) -> float | None:
    """As the catalogue would say: the row's, else the masterbatch's or polyethylene's."""
    return r.density or (MASTERBATCH if r.lot_no == "MB" else 0.92)


def areals(rows: list[RunRow]) -> list[float | None]:
    return [layer.areal for layer in layers_of(rows, [None] * len(rows), density_of)]


def test_a_micrometre_of_one_gram_per_cubic_centimetre_is_one_gram_per_square_metre() -> None:
    assert areals([row("A", thickness=15.0, density=0.918)]) == [pytest.approx(13.77)]


def test_a_structure_row_without_a_layer_is_one_of_its_own() -> None:
    assert areals([row("A", grammage=20.0), row("A", grammage=20.0)]) == [20.0, 20.0]


def test_a_density_on_one_row_of_a_layer_is_the_layers() -> None:
    rows = [row("A", layer="core", share=0.9, thickness=30.0, density=0.96), row("MB", layer="core", share=0.1)]
    assert areals(rows) == [pytest.approx(30 * 0.96)]


def test_densities_of_a_layers_materials_add_by_volume() -> None:
    rows = [row("A", layer="core", share=0.9, thickness=30.0), row("MB", layer="core", share=0.1)]
    assert areals(rows) == [pytest.approx(30 / (0.9 / 0.92 + 0.1 / MASTERBATCH))]


def test_outputs_and_losses_are_shared_out_by_the_structure() -> None:
    rows = [row("A", thickness=15.0, density=0.918), row("B", thickness=50.0, density=0.925), row("A", thickness=15.0, density=0.918)]
    masses: list[int | None] = [None, None, None]
    derived = derived_masses(masses, layers_of(rows, masses, density_of), 73_790_000)
    assert derived == {0: 13_770_000, 1: 46_250_000, 2: 13_770_000}


def test_a_layer_with_a_quantity_fixes_the_others() -> None:
    rows = [row("FILM", grammage=50.0), row("GLUE", grammage=2.0)]
    masses = [100_000_000, None]
    assert derived_masses(masses, layers_of(rows, masses, density_of), None) == {1: 4_000_000}


def test_the_blank_share_of_a_layer_takes_the_rest() -> None:
    rows = [row("A", layer="core", grammage=10.0), row("MB", layer="core", share=0.04)]
    masses: list[int | None] = [None, None]
    assert derived_masses(masses, layers_of(rows, masses, density_of), 100) == {0: 96, 1: 4}


def test_a_layer_that_cannot_be_split_gives_no_masses() -> None:
    rows = [row("A", layer="core", grammage=10.0), row("B", layer="core")]
    masses: list[int | None] = [None, None]
    assert derived_masses(masses, layers_of(rows, masses, density_of), 100) == {}


def test_quantities_are_compared_with_the_structure() -> None:
    rows = [row("A", grammage=10.0), row("B", grammage=10.0)]
    masses: list[int | None] = [100, 120]
    layers = layers_of(rows, masses, density_of)
    assert disagreement(masses, layers) == pytest.approx(0.1)
    assert derived_masses(masses, layers, 220) == {}


def test_layer_shares_that_do_not_add_up_give_no_masses() -> None:
    rows = [row("A", layer="core", share=0.6, grammage=40.0), row("B", layer="core", share=0.3)]
    masses: list[int | None] = [None, None]
    assert derived_masses(masses, layers_of(rows, masses, density_of), 90) == {}
