"""What a row of each sheet may hold, as pydantic models made from the layout: one source for validation and JSON Schema."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, WithJsonSchema, create_model

from tracepack import data
from tracepack.core.quantity import Interval

#: A number that measures something is never negative; these may be zero, a scale, a yield or a density may not.
MAY_BE_ZERO = frozenset({("Production", "quantity"), ("Stock Counts", "quantity"), ("Lab Tests", "pmc"), ("Lab Tests", "pmc_uncertainty")})
#: A reading of a log may be anything.
MAY_BE_NEGATIVE = frozenset({("Records", "value")})
#: The greatest conversion factor: hydrogen in, methanol or ammonia out, is below 10.
MOST_FACTOR = 10
#: Lists in which an unknown value is kept as `other`, with a warning.
OPEN_LISTS = frozenset({"material_kind", "shipment_kind", "record_kind"})

_SHARE_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": r"^\s*(<=?|>=?|~)?\s*\d+([.,]\d+)?\s*(-\s*\d+([.,]\d+)?)?\s*%?\s*$"},
    ]
}
_MODEL = ConfigDict(extra="forbid", frozen=True)


def allowed_values(vocabulary: str) -> tuple[str, ...]:
    """The values a list column stores; an open list stores `other` for what it does not know."""
    values = data.layout().vocabularies[vocabulary]
    return values if vocabulary not in OPEN_LISTS or "other" in values else (*values, "other")


def _type_of(sheet: str, column: data.Column) -> Any:
    """The annotated type of a column's values."""
    if column.vocabulary:
        return Literal[allowed_values(column.vocabulary)]
    if column.type == "share":
        return Annotated[InstanceOf[Interval], WithJsonSchema(_SHARE_SCHEMA)]
    if column.type == "date":
        return dt.date
    if column.type in {"decimal", "number"}:
        return _number_type(sheet, column)
    return Annotated[str, Field(min_length=1)]


def _number_type(sheet: str, column: data.Column) -> Any:
    kind: Any = Decimal if column.type == "decimal" else float
    schema: dict[str, Any] = {"type": "number"}
    place = (sheet, column.key)
    if place == ("Conversion Factors", "factor"):
        schema["maximum"] = MOST_FACTOR
    if place in MAY_BE_NEGATIVE:
        return Annotated[kind, WithJsonSchema(schema)]
    if place in MAY_BE_ZERO:
        return Annotated[kind, Field(ge=0), WithJsonSchema({**schema, "minimum": 0})]
    return Annotated[kind, Field(gt=0), WithJsonSchema({**schema, "exclusiveMinimum": 0})]


@cache
def row_model(sheet: str) -> type[BaseModel]:
    """The model of one row of a sheet: fields by column key, titles the English headers."""
    fields: dict[str, Any] = {}
    for column in data.layout().sheets[sheet].columns:
        kind = _type_of(sheet, column)
        about = Field(title=column.header, description=f"blank: {column.blank}" if column.blank else None)
        if column.required:
            fields[column.key] = (Annotated[kind, about], ...)
        else:
            fields[column.key] = (Annotated[kind | None, about], None)
    return create_model(sheet.replace(" ", "") + "Row", __config__=_MODEL, **fields)


def sheet_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one row of a sheet, as people fill it in: percentages are numbers of 0..100 or bounds."""
    schema = row_model(name).model_json_schema()
    schema["title"] = name
    schema["description"] = f"One row of the sheet {name}; key: {', '.join(data.layout().sheets[name].key)}."
    return schema
