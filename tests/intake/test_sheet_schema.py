"""The JSON Schema of each sheet says what a row may hold."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tracepack import data
from tracepack.intake.schema import sheet_schema

SHEETS = list(data.layout().sheets)
DELIVERY = {"lot_no": "L", "supplier": "ACME", "material": "PLA", "quantity": 10, "unit": "kg", "delivery_date": "2026-01-05"}


@pytest.mark.parametrize("name", SHEETS)
def test_schema_is_one_and_names_every_column(name: str) -> None:
    schema = sheet_schema(name)
    Draft202012Validator.check_schema(schema)
    layout = data.layout().sheets[name]
    assert list(schema["properties"]) == [column.key for column in layout.columns]
    assert schema.get("required", []) == [column.key for column in layout.columns if column.required]
    assert [schema["properties"][column.key]["title"] for column in layout.columns] == [column.header for column in layout.columns]


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"biobased_carbon": 45}, True),
        ({"biobased_carbon": ">=80 %"}, True),
        ({"biobased_carbon": "30-35"}, True),
        ({"biobased_carbon": 145}, False),
        ({"biobased_carbon": "a lot"}, False),
        ({"quantity": -1}, False),
        ({"quantity": 0}, False),
        ({"mass_basis": "residue"}, True),
        ({"mass_basis": "by eye"}, False),
        ({"mood": "good"}, False),
        ({"lot_no": ""}, False),
    ],
)
def test_delivery(change: dict[str, Any], valid: bool) -> None:
    assert Draft202012Validator(sheet_schema("Deliveries")).is_valid(DELIVERY | change) is valid
