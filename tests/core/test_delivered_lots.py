"""Lots that were only delivered are not mixed; what the audit tests say of them is what the mixture would say."""

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tracepack.core.arrivals import only_arrived
from tracepack.core.checks import check_lots, run_checks
from tracepack.core.delivered import matter_key, only_delivered
from tracepack.core.facts import delivery_of
from tracepack.core.findings import sort_findings
from tracepack.core.ledger import (
    Certificate,
    CompositionRow,
    Delivery,
    Fact,
    FeedstockSource,
    LabTest,
    Ledger,
    LotKey,
    LotSource,
    Material,
    Row,
    Run,
    RunKey,
    RunRow,
    Shipment,
    SourceRow,
)
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.properties import delivered_matter
from tracepack.core.quantity import Interval
from tracepack.rulebook import material_library

US = "CONVERTER"
_LOTS = ["A", "B", "C", "D"]
_days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 4))
_shares = st.sampled_from([None, None, Interval.point(0.0), Interval.point(0.2), Interval(0.3, 0.6), Interval.point(1.0)])
_suppliers = st.sampled_from(["ACME", "ZETA"])
_materials = st.sampled_from(["PLA", "Bio-PET", "MIX", "SOLVENT", "UNHEARD OF"])


def _source(number: int) -> SourceRow:
    return SourceRow("a.xlsx", "f00d", "Deliveries", number, {"lot_no": "A", "biobased_carbon": "F"})


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Delivery, ...]:
    def one(row: int) -> Delivery:
        return Delivery(
            source=_source(row),
            lot_no=draw(st.sampled_from(_LOTS)),
            supplier=draw(_suppliers),
            material=draw(_materials),
            quantity=Decimal(draw(st.integers(0, 20))),
            unit=draw(st.sampled_from(["kg", "kg", "t", "drums", "m2"])),
            delivery_date=draw(_days),
            own_lot_no=draw(st.sampled_from([None, None, None, "P", "A"])),
            biobased_carbon=draw(_shares),
            biobased_mass=draw(_shares),
            organic_carbon=draw(_shares),
            inorganic_carbon=draw(_shares),
            moisture=draw(st.sampled_from([None, Interval.point(0.1)])),
            method=draw(st.sampled_from([None, "ASTM D6866", "EN 16785-1", "mass balance"])),
            mass_basis=draw(st.sampled_from([None, "residue"])),
            chain_of_custody=draw(st.sampled_from([None, None, "mass balance"])),
            attributed_content=draw(_shares),
            certificate_no=draw(st.sampled_from([None, "C-1", "c1", "C-2"])),
            feedstock_source=draw(st.sampled_from([None, "CORN", "OIL", "NOWHERE"])),
        )

    return tuple(one(row) for row in range(2, 2 + draw(st.integers(1, 8))))


@st.composite
def worlds(draw: st.DrawFn) -> Ledger:
    """Deliveries with everything that may be said of them, and now and then a run, a test or a shipment of one of the lots."""
    day = dt.date(2026, 1, 2)
    rare = st.integers(0, 2).map(lambda n: n == 0)
    lots = st.sampled_from([LotKey(owner, lot) for owner in ("ACME", "ZETA", US) for lot in (*_LOTS, "P")])
    more: dict[str, Any] = {}
    if draw(rare):
        material: dict[str, Any] = {"organic_carbon": draw(_shares), "biobased_carbon": draw(_shares), "kind": "additive"}
        valid = draw(st.sampled_from([None, day]))
        supplier = draw(st.sampled_from([None, "ACME"]))
        more["materials"] = (
            Material(source=_source(1), material_id="MIX", supplier=supplier, valid_from=valid, **material),
            Material(source=_source(2), material_id="SOLVENT", kind="solvent"),
        )
    if draw(rare):
        named = draw(st.sampled_from(["MIX", "A"]))
        more["compositions"] = (
            CompositionRow(source=_source(1), material_or_lot=named, supplier="ACME", component="PLA", share=Interval.point(1.0)),
        )
    if draw(rare):
        span = {"valid_from": dt.date(2025, 1, 1), "valid_until": day}
        more["certificates"] = (Certificate(source=_source(1), certificate_no="C1", scheme="REDcert", holder="ACME", **span),)
    if draw(rare):
        more["sources"] = (
            FeedstockSource(source=_source(1), source_id="CORN", feedstock="corn", category="bio", supplier="ACME"),
            FeedstockSource(source=_source(2), source_id="OIL", feedstock="oil", category="fossil"),
        )
        more["lot_sources"] = (LotSource(source=_source(1), lot_no="B", supplier="ACME", source_id="OIL", share=Interval.point(1.0)),)
    if draw(rare):
        lot = draw(lots)
        rows = tuple(
            RunRow(
                source=_source(n),
                run_no="R",
                date=day,
                direction=way,
                lot_no=key.number,
                supplier=key.owner,
                quantity=Decimal(5),
                unit="kg",
            )
            for n, (way, key) in enumerate([("in", lot), ("out", LotKey(US, "F"))], 2)
        )
        more["runs"] = (Run(key=RunKey("S1", "R"), date=day, kind=None, rows=rows),)
    if draw(rare):
        lot = draw(lots)
        where = {"lot_no": lot.number, "supplier": lot.owner}
        more["lab_tests"] = (
            LabTest(source=_source(1), report_no="L", method="ASTM D6866", report_date=day, biobased_carbon=Interval.point(0.5), **where),
        )
    if draw(rare):
        lot = draw(lots)
        more["shipments"] = (
            Shipment(
                source=_source(1),
                shipment_no="S",
                date=day,
                customer="SHOP",
                lot_no=lot.number,
                supplier=lot.owner,
                quantity=Decimal(9),
                unit="kg",
            ),
        )
    return Ledger(organisation=US, site="S1", deliveries=draw(deliveries()), **more)


def _lineage(ledger: Ledger) -> Lineage:
    return build_lineage(ledger, material_library())[0]


@given(worlds())
@settings(max_examples=300)
def test_checking_lots_says_what_checking_their_mixture_says(ledger: Ledger) -> None:
    lineage = _lineage(ledger)
    lots = lineage.lots()
    assert check_lots(lineage, lots) == run_checks(mix_lots(lineage, lots))


@given(worlds())
@settings(max_examples=300)
def test_deliveries_of_one_matter_key_are_of_one_matter(ledger: Ledger) -> None:
    catalogue = _lineage(ledger).catalogue
    matter: dict[object, object] = {}
    for delivery in ledger.deliveries:
        made = delivered_matter(delivery, (), catalogue)
        assert matter.setdefault(matter_key(delivery, catalogue), made) == made


@given(worlds())
@settings(max_examples=300)
def test_rows_of_lots_that_nothing_else_names_are_judged_as_their_records(ledger: Ledger) -> None:
    recorded = [_fact(delivery) for delivery in ledger.deliveries]
    others = _facts_naming(ledger)
    rows, rest = only_arrived(recorded, others)
    assert len(rows) + len(rest) == len(recorded)
    left = replace(ledger, deliveries=tuple(delivery_of(fact.rows[0], US) for fact in rest))
    whole, part = _lineage(ledger), _lineage(left)
    assert sort_findings(check_lots(part, part.lots(), rows)) == check_lots(whole, whole.lots())


def _fact(delivery: Delivery) -> Fact:
    stated = {f.name: getattr(delivery, f.name) for f in fields(delivery) if f.name not in {"source", "fact_id", "opening"}}
    values = {name: value for name, value in stated.items() if value is not None}
    return Fact(sheet="Deliveries", key=(), rows=(Row(sheet="Deliveries", values=values, source=delivery.source),))


def _facts_naming(ledger: Ledger) -> list[Fact]:
    """Facts that name the lots which the ledger's other records name."""
    named = [row.lot_no for run in ledger.runs for row in run.rows]
    named += [record.lot_no for record in (*ledger.lot_sources, *ledger.lab_tests, *ledger.shipments)]
    rows = [Row(sheet="Shipments", values={"lot_no": name}, source=_source(1)) for name in named if name]
    rows += [Row(sheet="Compositions", values={"material_or_lot": c.material_or_lot}, source=_source(1)) for c in ledger.compositions]
    return [Fact(sheet=row.sheet, key=(), rows=(row,)) for row in rows]


def test_a_delivered_lot_that_was_shipped_is_not_plain() -> None:
    day = dt.date(2026, 1, 1)
    common: dict[str, Any] = {"supplier": "ACME", "quantity": Decimal(1), "unit": "kg"}
    arrived = tuple(Delivery(source=_source(n), lot_no=lot, material="PLA", delivery_date=day, **common) for n, lot in enumerate("AB", 2))
    shipped = Shipment(source=_source(1), shipment_no="S", date=day, customer="SHOP", lot_no="B", **common)
    lineage = _lineage(Ledger(organisation=US, site="S1", deliveries=arrived, shipments=(shipped,)))
    assert only_delivered(lineage, lineage.lots()) == ([LotKey("ACME", "A")], [LotKey("ACME", "B")])
