"""Judging every claim of a workspace costs in proportion to the claimed lots, attributions and declarations."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from laws.language import DAY, ORGANISATION, SITE, parse
from tracepack.claiming import shipment_findings
from tracepack.core.ledger import Attribution, Certificate, Declaration, Ledger, Shipment, SourceRow
from tracepack.core.lineage import build_lineage
from tracepack.core.quantity import Interval
from tracepack.rulebook import material_library

pytestmark = pytest.mark.benchmark
OWN = "ISCC-PLUS-Cert-XX000-9"
WORDING = (
    "By certified mass balance, 50 % of the feedstock for this product was replaced by bio feedstock "
    f"(ISCC PLUS, certificate {OWN}); this does not describe what is physically in the product."
)
ACCOUNT = {"scheme": "ISCC PLUS", "feedstock": "tall oil", "category": "bio", "country_of_origin": "FI"}


def row(sheet: str, number: int) -> SourceRow:
    return SourceRow("book.xlsx", "0" * 64, sheet, number)


def workspace(lots: int) -> Ledger:
    """So many films, each of two deliveries, half of it attributed, sold with a claim and under a declaration of ours."""
    text = " ; ".join(f"A{n} 100kg bio=60 ; B{n} 100kg bio=0 ; A{n} 50 + B{n} 50 -> F{n} 100" for n in range(lots))
    year = {"valid_from": dt.date(2026, 1, 1), "valid_until": dt.date(2026, 12, 31)}
    certificate = Certificate(
        source=row("Certificates", 2), certificate_no=OWN, scheme="ISCC PLUS", holder=ORGANISATION, chain_of_custody="mass balance", **year
    )
    fifty = {"quantity": Decimal(50), "unit": "kg"}
    return replace(
        parse(text),
        certificates=(certificate,),
        attributions=tuple(
            Attribution(
                source=row("Attributions", n),
                attribution_no=f"AT{n}",
                site=SITE,
                date=DAY,
                lot_no=f"F{n}",
                input_material="PP",
                **ACCOUNT,
                **fifty,
            )
            for n in range(lots)
        ),
        shipments=tuple(
            Shipment(
                source=row("Shipments", n),
                shipment_no=f"S{n}",
                date=DAY,
                customer="CUST",
                lot_no=f"F{n}",
                supplier=ORGANISATION,
                quantity=Decimal(100),
                unit="kg",
                declaration_no=f"SD{n}",
                claimed_figure="bio_carbon_toc",
                claimed=Interval.point(0.3),
                claim_wording=WORDING,
            )
            for n in range(lots)
        ),
        declarations=tuple(
            Declaration(
                source=row("Declarations", n),
                declaration_no=f"SD{n}",
                issuer=ORGANISATION,
                recipient="CUST",
                issue_date=DAY,
                chain_of_custody="mass balance",
                **ACCOUNT,
                **fifty,
            )
            for n in range(lots)
        ),
    )


def seconds(lots: int) -> float:
    """The best of three."""
    taken = []
    for _ in range(3):
        lineage, _ = build_lineage(workspace(lots), material_library())
        start = time.perf_counter()
        assert shipment_findings(lineage) == ()
        taken.append(time.perf_counter() - start)
    return min(taken)


def test_four_times_the_lots_cost_about_four_times_as_much() -> None:
    assert seconds(800) < 7 * seconds(200)
