"""A slice gives the same answers as the whole workspace: it leaves out nothing that an answer rests on."""

from decimal import Decimal
from typing import Any

import pytest
from chain_facts import DAY, FILE, US, delivery, fact, source
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracepack.core.checks import run_checks
from tracepack.core.content import content_in
from tracepack.core.custody import Custody, lot_custody, models_of_lots
from tracepack.core.ledger import Fact, Ledger, LotKey, Row
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.core.quantity import Interval
from tracepack.core.trace import trace_down, trace_up
from tracepack.report.build import TraceCustody, content_answer, trace_answer
from tracepack.report.custody import custody_answer
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

DELIVERED = [("ACME", "A"), ("ACME", "B"), ("ZETA", "A")]
OWN = [(US, number) for number in ("A", "M1", "M2", "M3", "ALIAS")]
_models = st.sampled_from([None, "segregated", "mass balance"])
_shares = st.one_of(st.none(), st.sampled_from([0.0, 0.3, 1.0]).map(Interval.point))


@st.composite
def chains(draw: st.DrawFn) -> list[Fact]:
    """Deliveries, some under our own number, runs among them and own lots (loops too), a recipe, a lab test, shipments."""
    facts = []
    for supplier, lot in draw(st.lists(st.sampled_from(DELIVERED), min_size=1, unique=True)):
        own = draw(st.sampled_from([None, None, "ALIAS"]))
        more = {"own_lot_no": own, "biobased_carbon": draw(_shares), "material": draw(st.sampled_from(["PLA", "mix", "PBAT"]))}
        more |= {"chain_of_custody": draw(_models), "certificate_no": draw(st.sampled_from([None, "C0"]))}
        made = delivery(lot, supplier=supplier, **{key: value for key, value in more.items() if value is not None and key != "material"})
        facts.append(Fact(sheet=made.sheet, key=made.key, rows=(with_values(made.rows[0], material=more["material"]),)))
    for number in range(draw(st.integers(1, 5))):
        takes = draw(st.lists(st.sampled_from(DELIVERED + OWN), min_size=1, max_size=3, unique=True))
        makes = draw(st.lists(st.sampled_from(OWN[:4]), min_size=1, max_size=2, unique=True))
        facts.append(dated_run(f"R{number}", takes, makes, draw(st.integers(1, 3))))
    if draw(st.booleans()):
        facts.append(
            fact("Compositions", "ACME", "mix", material_or_lot="MIX", supplier="ACME", component="PLA", share=Interval.point(1.0))
        )
    if draw(st.booleans()):
        test: dict[str, Any] = {"lot_no": "M1", "supplier": US, "method": "ASTM D6866", "biobased_carbon": Interval.point(0.5)}
        facts.append(fact("Lab Tests", "", "L1", report_no="L1", report_date=DAY, **test))
    for number, holder in enumerate(draw(st.lists(st.sampled_from([US, "PLANT", "ACME"]), max_size=3))):
        facts.append(certificate(f"C{number}", holder, draw(st.sampled_from(["segregated", "mass balance"]))))
    for number, (owner, lot) in enumerate(draw(st.lists(st.sampled_from(OWN), max_size=2))):
        values: dict[str, Any] = {"lot_no": lot, "supplier": owner, "quantity": Decimal(5), "unit": "kg", "customer": "SHOP"}
        facts.append(fact("Shipments", f"S{number}", owner, lot, shipment_no=f"S{number}", date=DAY.replace(day=9), **values))
    return facts


def certificate(number: str, holder: str, model: str) -> Fact:
    valid: dict[str, Any] = {"valid_from": DAY.replace(year=2025), "valid_until": DAY.replace(year=2027)}
    return fact(
        "Certificates", "ISCC PLUS", number, certificate_no=number, scheme="ISCC PLUS", holder=holder, chain_of_custody=model, **valid
    )


def with_values(row: Row, **values: Any) -> Row:
    return Row(sheet=row.sheet, values={**row.values, **values}, source=row.source)


def dated_run(number: str, takes: list[tuple[str, str]], makes: list[tuple[str, str]], day: int) -> Fact:
    legs = [("in", *lot, 10) for lot in takes] + [("out", *lot, 10 * len(takes) // len(makes)) for lot in makes]
    rows = [
        {
            "run_no": number,
            "date": DAY.replace(day=day),
            "direction": direction,
            "supplier": owner,
            "lot_no": lot,
            "quantity": Decimal(kg),
            "unit": "kg",
        }
        for direction, owner, lot, kg in legs
    ]
    made = tuple(Row(sheet="Production", values=values, source=source("Production", 2 + n)) for n, values in enumerate(rows))
    return Fact(sheet="Production", key=("PLANT", number), rows=made)


def answers(ledger: Ledger, lot: LotKey, direction: str) -> dict[str, Any]:
    lineage, _ = build_lineage(ledger, material_library())
    if direction == "down":
        return trace_answer(trace_down(lineage, lot), lineage, lot, [], 1).model_dump()
    mixture = mix_lots(lineage, [lineage.canonical(lot)])
    content, trace = content_in(mixture, lot), trace_up(mixture, lot)
    findings = run_checks(mixture, content.scope)
    known = Custody(mixture, Papers(lineage, chain_of_custody_rules()))
    custody = lot_custody(known, lot)
    shown = custody_answer(custody, chain_of_custody_rules())
    models = TraceCustody(shown, models_of_lots(known.under(custody.scheme), trace.scope.nodes))
    return {
        "content": content_answer(content, lineage, findings, 1, shown).model_dump(),
        "trace": trace_answer(trace, lineage, lot, findings, 1, models).model_dump(),
    }


@given(chains(), st.sampled_from(DELIVERED + OWN))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_slice_and_whole_say_the_same(tmp_path_factory: pytest.TempPathFactory, facts: list[Fact], asked: tuple[str, str]) -> None:
    store = Store.create(tmp_path_factory.mktemp("w") / "w.db", US, "PLANT")
    store.record_import([FILE], facts)
    lot = LotKey(*asked)
    for direction in ("up", "down"):
        assert answers(store.load_ledger([lot], direction), lot, direction) == answers(store.load_ledger(), lot, direction)
