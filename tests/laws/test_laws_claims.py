"""Laws of claims: the floor of a figure's lower end never exceeds it, one point above always does; what we offer is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.language import DAY, ORGANISATION, SITE, parse
from laws.strategies import BLANK, ledgers
from tracepack.claiming import claim_findings
from tracepack.core.claimoffers import Offers, claim_offers
from tracepack.core.content import content_in
from tracepack.core.custody import Custody, lot_custody
from tracepack.core.figures import FIGURES
from tracepack.core.ledger import Attribution, Certificate, Ledger, LotKey, Shipment, SourceRow
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.core.quantity import Interval, claim_percent
from tracepack.rulebook import chain_of_custody_rules, claim_wording_rules, material_library

RULES = claim_wording_rules()
LONG_AFTER = dt.date(2026, 12, 1)


def claim(lot: LotKey, on: dt.date, **said: object) -> Shipment:
    """A move of a lot between our own sites, which changes no pool, with a claim."""
    source = SourceRow("claims.xlsx", "0" * 64, "Shipments", 2)
    place = {"shipment_no": "CLAIM", "date": on, "customer": "C", "lot_no": lot.number, "supplier": lot.owner, "kind": "transfer"}
    return Shipment(source=source, quantity=Decimal(1), unit="kg", **place, **said)  # type: ignore[arg-type]


def names(ledger: Ledger, shipments: Iterable[Shipment]) -> list[str]:
    """What is wrong with some claims."""
    lineage, _ = build_lineage(replace(ledger, shipments=(*ledger.shipments, *shipments)), material_library())
    return [finding.name for finding in claim_findings(lineage, lineage.lots())]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=ledgers(content=BLANK), data=st.data())
def test_the_floor_of_the_lower_end_never_exceeds_and_one_point_above_always_does(text: str, data: st.DataObject):
    ledger = parse(text)
    lineage, _ = build_lineage(ledger, material_library())
    lot = data.draw(st.sampled_from(lineage.lots()))
    mixture = mix_lots(lineage, [lot])
    day = data.draw(st.sampled_from([state.date for state in mixture.pools[lot].states]))
    figures = content_in(mixture, lot, day).figures
    for name in FIGURES:
        low = figures[name].low
        most = 0 if low is None else claim_percent(low)
        assert names(ledger, [claim(lot, day, claimed_figure=name, claimed=Interval.point(most / 100))]) == []
        if most < 100:
            above = claim(lot, day, claimed_figure=name, claimed=Interval.point((most + 1) / 100))
            assert names(ledger, [above]) == ["claim-exceeds-figure"]


def offered(ledger: Ledger, lot: LotKey) -> Offers:
    """What may be said of a lot at the end of the year."""
    lineage, _ = build_lineage(ledger, material_library())
    mixture = mix_lots(lineage, [lot])
    papers = Papers(lineage, chain_of_custody_rules())
    found = lot_custody(Custody(mixture, papers), lot)
    return claim_offers(papers, found, lot, content_in(mixture, lot).figures, RULES, LONG_AFTER)


def certified(ledger: Ledger, model: str, kg: int) -> Ledger:
    """The ledger of a site that is certified for a model, with so many kilograms attributed to its lot FILM."""
    source = SourceRow("papers.xlsx", "0" * 64, "Certificates", 2)
    certificate = Certificate(
        source=source,
        certificate_no="ISCC-PLUS-Cert-XX000-9",
        scheme="ISCC PLUS",
        holder=ORGANISATION,
        valid_from=dt.date(2026, 1, 1),
        valid_until=dt.date(2026, 12, 31),
        chain_of_custody=model,
    )
    account = {"scheme": "ISCC PLUS", "feedstock": "tall oil", "category": "bio", "country_of_origin": "FI", "input_material": "PP"}
    given_to = Attribution(
        source=source, attribution_no="A-1", site=SITE, date=DAY, lot_no="FILM", quantity=Decimal(kg), unit="kg", **account
    )
    return replace(ledger, certificates=(certificate,), attributions=(given_to,) if kg else ())


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(["identity preserved", "segregated", "controlled blending", "mass balance"]),
    bio=st.integers(0, 100),
    fossil=st.integers(0, 90),
    attributed=st.integers(0, 100),
    coc=st.sampled_from(['coc="identity preserved"', "coc=segregated", 'coc="mass balance"', "coc=none"]),
)
def test_every_sentence_that_is_offered_is_accepted_on_a_shipment_and_with_one_point_more_is_not(
    model: str, bio: int, fossil: int, attributed: int, coc: str
):
    text = f"A 100kg bio={bio} {coc} src=S ; B 100kg bio=0 coc=none ; A {100 - fossil} + B {fossil} -> FILM 100" if fossil else ""
    ledger = certified(parse(text or f"A 100kg bio={bio} {coc} src=S ; A 100 -> FILM 100"), model, attributed)
    lot = LotKey(ORGANISATION, "FILM")
    for offer in offered(ledger, lot).allowed:
        for said in offer.text.values():
            assert names(ledger, [claim(lot, LONG_AFTER, claim_wording=said)]) == []
            if offer.percent is not None and offer.percent < 100:
                more = said.replace(str(offer.percent), str(offer.percent + 1), 1)
                assert "claim-exceeds-figure" in names(ledger, [claim(lot, LONG_AFTER, claim_wording=more)])
