"""The model that a lot may be claimed under: small ledgers, with the link that set it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from laws.language import DAY, ORGANISATION, SITE, SUPPLIER, parse
from tracepack.core.custody import Custody, LotCustody, lot_custody
from tracepack.core.ledger import Certificate, Declaration, Ledger, LotKey, SourceRow
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.rulebook import chain_of_custody_rules, material_library

IP, SEG, CB, MB, BC, NONE = chain_of_custody_rules().models
NEVER = dt.date(2027, 1, 1)


def custody(ledger: Ledger | str, lot: str, owner: str = ORGANISATION, on: dt.date | None = None) -> LotCustody:
    known = parse(ledger) if isinstance(ledger, str) else ledger
    lineage, _ = build_lineage(known, material_library())
    key = lineage.canonical(LotKey(owner, lot))
    return lot_custody(Custody(mix_lots(lineage, [key]), Papers(lineage, chain_of_custody_rules())), key, on)


def certificate(number: str, holder: str, model: str | None, scheme: str = "ISCC PLUS", until: dt.date = NEVER) -> Certificate:
    source = SourceRow("papers.xlsx", "0" * 64, "Certificates", 2, {"chain_of_custody": "F", "valid_until": "E", "scheme": "B"})
    return Certificate(
        certificate_no=number,
        scheme=scheme,
        holder=holder,
        valid_from=dt.date(2025, 1, 1),
        valid_until=until,
        chain_of_custody=model,
        source=source,
    )


def certified(text: str, *certificates: Certificate, cited: dict[str, str] | None = None) -> Ledger:
    """A ledger with certificates; ``cited`` says which lots' deliveries cite which."""
    ledger = parse(text)
    deliveries = tuple(replace(d, certificate_no=(cited or {}).get(d.lot_no)) for d in ledger.deliveries)
    return replace(ledger, certificates=certificates, deliveries=deliveries)


def test_a_delivered_lot_has_the_model_it_came_under_and_the_cell_says_so():
    found = custody(f'A 100kg coc="{SEG}"', "A", SUPPLIER)
    assert (found.model, found.link.kind, found.link.reason) == (SEG, "delivery", "stated")
    assert [ref.sheet for ref in found.link.refs] == ["Deliveries"]


def test_what_is_not_stated_is_taken_as_uncertified_and_said():
    found = custody("A 100kg", "A", SUPPLIER)
    assert (found.model, found.link.reason) == (NONE, "not-stated")
    assert [d.lot_no for d in found.not_stated] == ["A"]
    assert "not-stated" in found.leans_on


def test_the_weakest_input_sets_the_model_of_the_film_and_of_what_is_made_of_it():
    text = f'A 50kg coc="{SEG}"; B 50kg coc="{MB}"; A 50 + B 50 -> F 100; F 100 -> P 100'
    for lot in ("F", "P"):
        found = custody(text, lot)
        assert (found.model, found.link.kind, found.link.number) == (MB, "delivery", "B")


def test_two_sources_of_identity_preserved_material_are_segregated_from_the_run_that_mixed_them_on():
    text = f'A 50kg coc="{IP}" src=X; B 50kg coc="{IP}" src=Y; MIX: A 50 + B 50 -> F 100; LAST: F 100 -> P 100'
    found = custody(text, "P")
    assert (found.model, found.link.kind, found.link.number, found.link.reason) == (SEG, "run", "MIX", "blended")
    assert len(found.link.refs) == 2


def test_two_lots_of_one_source_stay_identity_preserved():
    found = custody(f'A 50kg coc="{IP}" src=X; B 50kg coc="{IP}" src=X; A 50 + B 50 -> F 100', "F")
    assert found.model == IP


def test_uncertified_material_in_known_proportion_is_controlled_blending_and_in_unknown_proportion_nothing():
    known = custody(f'A 50kg coc="{SEG}"; B 50kg; MIX: A 50 + B 50 -> F 100', "F")
    assert (known.model, known.link.number, known.link.reason) == (CB, "MIX", "blended")
    unknown = custody(f'A 50kg coc="{SEG}"; B 50kg; MIX: A + B 50 -> F 100', "F")
    assert (unknown.model, unknown.link.number, unknown.link.reason) == (NONE, "MIX", "blended-unknown-share")


def test_the_certified_share_of_a_controlled_blend_is_that_of_its_dry_mass_without_what_is_neutral():
    found = custody(f'A 30kg coc="{SEG}"; B 50kg; C 20kg coc="{SEG}"; W 11kg kind=solvent; A 30 + B 50 + C 20 + W 11 -> F 111', "F")
    assert found.certified_share is not None
    assert (found.certified_share.low, found.certified_share.high) == (0.5, 0.5)
    bought = custody(f'A 40kg coc="{CB}"; B 60kg coc="{SEG}"; A 40 + B 60 -> F 100', "F")
    assert bought.certified_share is not None
    assert (bought.certified_share.low, bought.certified_share.high) == (0.6, 1.0)
    assert custody(f'A 30kg coc="{SEG}"; A 30 -> F 30', "F").certified_share is None


def test_water_takes_no_part_and_the_answer_says_that_the_rule_is_unconfirmed():
    found = custody(f'A 50kg coc="{SEG}"; W 50kg kind=water; A 50 + W 50 -> F 100', "F")
    assert found.model == SEG
    assert "neutral" in found.leans_on
    assert not found.not_stated


def test_a_lot_without_origin_is_uncertified():
    found = custody(f'A 50kg coc="{SEG}"; A 50 + GHOST 50 -> F 100', "GHOST")
    assert (found.model, found.link.kind, found.link.reason) == (NONE, "lot", "no-origin")
    assert custody(f'A 50kg coc="{SEG}"; A 50 + GHOST 50 -> F 100', "F").model == CB


def test_more_taken_than_there_was_is_uncertified_in_unknown_proportion():
    assert custody(f'A 50kg coc="{SEG}"; A 90 -> F 90', "F").model == NONE


def test_opening_stock_counts_as_it_states():
    text = 'open O 50kg coc="{}"; O 50 -> F 50'
    found = custody(text.format(MB), "F")
    assert (found.model, found.link.kind) == (MB, "opening stock")


def test_a_silo_fed_with_weaker_material_is_weaker_from_that_day_on():
    text = f"""A 100kg coc="{SEG}" @2026-01-05; A 100 -> SILO 100 @2026-01-05; SILO 50 -> F 50 @2026-01-06;
               B 100kg coc="{MB}" @2026-01-10; B 100 -> SILO 100 @2026-01-10; SILO 50 -> G 50 @2026-01-11"""
    assert custody(text, "F").model == SEG
    assert custody(text, "G").model == MB
    assert custody(text, "SILO").model == MB
    assert custody(text, "SILO", on=dt.date(2026, 1, 6)).model == SEG


def test_regrind_of_one_s_own_takes_nothing_away():
    text = f'A 90kg coc="{SEG}"; A 90 + RG 10 -> WEB 100; WEB 100 -> F 90 + RG 10'
    assert custody(text, "F").model == SEG


def test_the_site_s_certificate_on_the_day_is_the_limit():
    text = f'A 50kg coc="{SEG}"; MIX: A 50 -> F 50'
    found = custody(certified(text, certificate("OWN", SITE, MB)), "F")
    assert (found.model, found.link.kind, found.link.reason) == (MB, "run", "site-certificate")
    assert {ref.sheet for ref in found.link.refs} == {"Production", "Certificates"}
    ended = custody(certified(text, certificate("OWN", SITE, MB, until=DAY - dt.timedelta(days=1))), "F")
    assert (ended.model, ended.link.reason) == (NONE, "site-not-certified")


def test_the_strongest_of_the_certificates_that_are_valid_counts_and_ours_stands_in_for_the_site_s():
    text = f'A 50kg coc="{SEG}"; A 50 -> F 50'
    both = [certificate("ONE", ORGANISATION, MB), certificate("TWO", ORGANISATION, SEG)]
    assert custody(certified(text, *both), "F").model == SEG
    assert custody(certified(text, *both, certificate("OWN", SITE, MB)), "F").model == MB


def test_without_a_certificate_of_our_own_the_answer_leans_on_one():
    assert "site-certificate" in custody(f'A 50kg coc="{SEG}"; A 50 -> F 50', "F").leans_on
    text = f'A 50kg coc="{SEG}"; A 50 -> F 50'
    assert "site-certificate" not in custody(certified(text, certificate("OWN", SITE, SEG)), "F").leans_on


@pytest.mark.parametrize(
    ("model", "until", "gives", "reason"),
    [(SEG, NEVER, SEG, "stated"), (MB, NEVER, MB, "certificate-model"), (SEG, DAY - dt.timedelta(days=1), NONE, "certificate-not-valid")],
)
def test_a_delivery_is_no_stronger_than_the_certificate_it_cites(model: str, until: dt.date, gives: str, reason: str):
    found = custody(certified(f'A 50kg coc="{SEG}"', certificate("C", SUPPLIER, model, until=until), cited={"A": "C"}), "A", SUPPLIER)
    assert (found.model, found.link.reason) == (gives, reason)


def test_a_certificate_withdrawn_later_was_valid_on_the_day():
    later = replace(certificate("C", SUPPLIER, SEG), withdrawn_on=DAY + dt.timedelta(days=1))
    assert custody(certified(f'A 50kg coc="{SEG}"', later, cited={"A": "C"}), "A", SUPPLIER).model == SEG


def test_the_declaration_states_the_model_where_the_delivery_does_not():
    ledger = parse("A 50kg")
    paper = Declaration(
        declaration_no="SD 1",
        issuer=SUPPLIER,
        recipient=ORGANISATION,
        issue_date=DAY,
        scheme="ISCC PLUS",
        chain_of_custody=CB,
        feedstock="sugarcane",
        category="bio",
        country_of_origin="BR",
        quantity=ledger.deliveries[0].quantity,
        unit="kg",
        source=SourceRow("papers.xlsx", "0" * 64, "Declarations", 2, {"chain_of_custody": "F"}),
    )
    cited = replace(ledger, declarations=(paper,), deliveries=(replace(ledger.deliveries[0], declaration_no="sd-1"),))
    found = custody(cited, "A", SUPPLIER)
    assert (found.model, found.link.reason, found.scheme) == (CB, "declared", "ISCC PLUS")


def test_attributed_content_without_a_model_is_mass_balance_at_most():
    assert custody("A 50kg attr=100", "A", SUPPLIER).model == MB


def test_what_another_scheme_certified_is_uncertified_under_this_one():
    text = f'A 50kg coc="{SEG}"; B 50kg coc="{SEG}"; A 50 + B 50 -> F 100'
    papers = [certificate("P", SUPPLIER, SEG), certificate("G", SUPPLIER, SEG, scheme="RSB")]
    found = custody(certified(text, *papers, cited={"A": "P", "B": "G"}), "F")
    assert found.by_scheme == (("ISCC PLUS", CB), ("RSB", CB))


def test_iscc_eu_counts_under_plus_and_plus_does_not_under_eu():
    text = f'A 50kg coc="{SEG}"; B 50kg coc="{SEG}"; A 50 + B 50 -> F 100'
    papers = [certificate("P", SUPPLIER, SEG), certificate("E", SUPPLIER, SEG, scheme="ISCC EU")]
    found = custody(certified(text, *papers, cited={"A": "P", "B": "E"}), "F")
    assert dict(found.by_scheme) == {"ISCC PLUS": SEG, "ISCC EU": CB}
    assert (found.model, found.scheme) == (SEG, "ISCC PLUS")


def test_ten_thousand_runs_are_one_walk():
    runs = "; ".join(f"L{n} 50 -> L{n + 1} 50" for n in range(10_000))
    found = custody(f'L0 50kg coc="{SEG}"; {runs}', "L10000")
    assert (found.model, found.link.kind, found.link.number) == (SEG, "delivery", "L0")
