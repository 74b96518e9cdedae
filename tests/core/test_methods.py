"""A Method cell decides what a bio-based share is a share of."""

from __future__ import annotations

import pytest

from tracepack.core.methods import method_basis


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        (None, "toc"),
        ("  ", "toc"),
        ("ASTM D6866", "toc"),
        ("astm d 6866-22, method B", "toc"),
        ("ASTM-D-6866", "toc"),
        ("GB/T 29649-2013", "toc"),
        ("GB/T 39514", "toc"),
        ("EN 16640", "tc"),
        ("DIN EN 16640:2017", "tc"),
        ("ISO 16620-2", "carbon_mass"),
        ("ISO 16620-2:2019", "carbon_mass"),
        ("GB/T 39715.2-2021", "carbon_mass"),
        ("EN 16785-1", "mass"),
        ("ISO 16620-4:2016", "mass"),
        ("GB/T 39715.4", "mass"),
        ("EN 16785-2", "mass"),
        ("EN 16785-2 (mass balance)", "mass"),
        ("ＥＮ　１６７８５－１", "mass"),
        ("mass balance", "attributed"),
        ("Mass-Balance (ISCC PLUS)", "attributed"),
        ("质量平衡", "attributed"),
        ("Massenbilanz", "attributed"),
        ("ISO 16620", None),
        ("ISO 16620-3", None),
        ("ISO 16620-25", None),
        ("our own calculation", None),
        ("ASTM D6866 / EN 16640", None),
    ],
)
def test_method_states_basis(text: str | None, basis: str | None) -> None:
    assert method_basis(text) == basis
