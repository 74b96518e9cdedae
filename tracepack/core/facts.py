"""Facts to records, and cell values to plain JSON and back, without loss."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tracepack.core.ledger import (
    Attribution,
    BalancePeriod,
    Certificate,
    CompositionRow,
    ConversionFactor,
    CreditTransfer,
    Declaration,
    Delivery,
    Fact,
    FeedstockSource,
    LabTest,
    Ledger,
    LotSource,
    Material,
    OpeningBalance,
    Party,
    Record,
    Row,
    Run,
    RunKey,
    RunRow,
    SchemeSetting,
    Settings,
    Shipment,
    SiteRecord,
    StockCount,
    Value,
)
from tracepack.core.quantity import Interval

#: What a value looks like in JSON: text and floats as they are, the rest tagged.
JsonValue = str | float | list[float] | dict[str, str] | None

#: Sheet -> the ledger's field and the record of one row.  Production and Settings are built apart.
_RECORDS: dict[str, tuple[str, type[Record]]] = {
    "Parties": ("parties", Party),
    "Certificates": ("certificates", Certificate),
    "Feedstock Sources": ("sources", FeedstockSource),
    "Materials": ("materials", Material),
    "Compositions": ("compositions", CompositionRow),
    "Deliveries": ("deliveries", Delivery),
    "Opening Stock": ("deliveries", Delivery),
    "Lot Sources": ("lot_sources", LotSource),
    "Lab Tests": ("lab_tests", LabTest),
    "Shipments": ("shipments", Shipment),
    "Stock Counts": ("stock_counts", StockCount),
    "Records": ("records", SiteRecord),
    "Balance Periods": ("periods", BalancePeriod),
    "Opening Balances": ("opening_balances", OpeningBalance),
    "Conversion Factors": ("conversion_factors", ConversionFactor),
    "Attributions": ("attributions", Attribution),
    "Credit Transfers": ("transfers", CreditTransfer),
    "Declarations": ("declarations", Declaration),
}
#: On these sheets a blank Supplier beside a lot number means an own lot.
_OWN_WHERE_BLANK = frozenset({"Opening Stock", "Production", "Lab Tests", "Shipments", "Stock Counts"})


def encode_value(value: Value) -> JsonValue:
    """A cell's value as JSON: an Interval is ``[low, high]``, a date ``{"d": iso}``, a Decimal ``{"n": text}``."""
    if isinstance(value, Interval):
        return [value.low, value.high]
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return value


def decode_value(value: JsonValue) -> Value:
    """The value that `encode_value` wrote."""
    if isinstance(value, list):
        low, high = value
        return Interval(float(low), float(high))
    if isinstance(value, dict):
        ((tag, text),) = value.items()
        return _day(text) if tag == "d" else Decimal(text)
    return value


#: Rows share their days.
_day = lru_cache(maxsize=4096)(dt.date.fromisoformat)


_BARE_LIMIT = Decimal("0.1")


def setting_value(text: str) -> float | None:
    """A Settings cell as a share 0..1 ("2 %" and "0.02" are the same), or None where it is no such number.

    A bare number above 0.1 is None too: 0.5 may be meant as 0.5 % or as 50 %.
    """
    cleaned = text.strip().replace("％", "%")
    percent = cleaned.endswith("%")
    try:
        number = Decimal(cleaned.removesuffix("%").strip()) / (100 if percent else 1)
    except ArithmeticError:
        return None
    limit = 1 if percent else _BARE_LIMIT
    return float(number) if number.is_finite() and 0 <= number <= limit else None


def ledger_from_facts(facts: Iterable[Fact], *, organisation: str, site: str, settings: Settings | None = None) -> Ledger:
    """The records of some facts, in the order given.

    Opening Stock rows become deliveries with ``opening=True`` on their date; a blank owner beside a lot is the
    ``organisation``, a run's blank site the ``site``; Settings rows override ``settings`` (later ones win).
    """
    records: dict[str, list[Any]] = defaultdict(list)
    chosen: dict[str, float] = {}
    for fact in facts:
        if fact.sheet == "Settings":
            chosen.update(_setting(row) for row in fact.rows)
            records["scheme_settings"].extend(_scheme_settings(fact.rows))
        elif fact.sheet == "Production":
            records["runs"].append(_run(fact, organisation, site))
        else:
            name, kind = _RECORDS[fact.sheet]
            records[name].extend(kind(source=row.source, fact_id=fact.fact_id, **_values(row, organisation)) for row in fact.rows)
    known = {field.name for field in fields(Settings)}
    overrides = {name: value for name, value in chosen.items() if name in known}
    return Ledger(
        organisation=organisation,
        site=site,
        settings=replace(settings or Settings(), **overrides),
        **{name: tuple(rows) for name, rows in records.items()},
    )


def _values(row: Row, organisation: str) -> dict[str, Any]:
    """A row's stated values as its record's arguments."""
    values: dict[str, Any] = {key: value for key, value in row.values.items() if value is not None}
    if row.sheet in _OWN_WHERE_BLANK and "lot_no" in values:
        values.setdefault("supplier", organisation)
    if row.sheet == "Opening Stock":
        values["delivery_date"] = values.pop("date")
        values["opening"] = True
    return values


def delivery_of(row: Row, organisation: str) -> Delivery:
    """The delivery that a row of Deliveries states, before it is stored."""
    return Delivery(source=row.source, **_values(row, organisation))


def _run(fact: Fact, organisation: str, site: str) -> Run:
    """A run from its rows; date and kind are those of the first row that states them."""
    rows = tuple(RunRow(source=row.source, fact_id=fact.fact_id, **_values(row, organisation)) for row in fact.rows)
    where = next((row.site for row in rows if row.site), site)
    kind = next((row.kind for row in rows if row.kind), None)
    return Run(key=RunKey(where, rows[0].run_no), date=rows[0].date, kind=kind, rows=rows, fact_id=fact.fact_id)


def _setting(row: Row) -> tuple[str, float]:
    """Name and value of a Settings row; intake has refused what is none."""
    name, text = str(row.values["name"]), str(row.values["value"])
    value = setting_value(text)
    return setting_name(name), 0.0 if value is None else value


def _scheme_settings(rows: Iterable[Row]) -> list[SchemeSetting]:
    """The rows that set a rule of one scheme's books."""
    read = (SchemeSetting.read(str(row.values["name"]), str(row.values["value"]), row.source) for row in rows)
    return [setting for setting in read if setting is not None]


def setting_name(text: str) -> str:
    """A setting's name as it is written in `Settings` ("Weighing tolerance" is ``weighing_tolerance``)."""
    return "_".join(text.replace("-", " ").replace("_", " ").casefold().split())


def changed_values(old: Fact, new: Fact) -> Mapping[str, tuple[Value, Value]]:
    """What differs between two facts of one key: ``field`` (``field (row n)`` in a grouped fact, n from 1) -> old, new."""
    changes: dict[str, tuple[Value, Value]] = {}
    count = max(len(old.rows), len(new.rows))
    for index in range(count):
        before = old.rows[index].values if index < len(old.rows) else {}
        after = new.rows[index].values if index < len(new.rows) else {}
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                name = key if count == 1 else f"{key} (row {index + 1})"
                changes[name] = (before.get(key), after.get(key))
    return changes
