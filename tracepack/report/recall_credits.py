"""Recalled credits as they are published: kilograms to the milligram, bounds rounded outwards."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from tracepack.core.bookrecords import Attribution
from tracepack.core.entries import AccountKey
from tracepack.core.quantity import kg_text
from tracepack.core.recallclaims import Claimed, CreditTrail
from tracepack.core.recallcredits import Bounds, CreditAccount, CreditUse
from tracepack.report.answers_recall import RecallClaimed, RecallCreditAccount, RecallCreditUse


def credit_answers(trail: CreditTrail) -> list[RecallCreditAccount]:
    """The accounts that recalled credits came into, by account."""
    return [_account(account, trail.names, trail.attributions) for account in trail.accounts]


def claimed_answers(trail: CreditTrail) -> list[RecallClaimed]:
    """What may have been sold with them, by date and number."""
    return [_claimed(one, trail.parties) for one in trail.claimed]


def _account(
    found: CreditAccount, names: Mapping[AccountKey, tuple[str, str, str, str, str]], rows: Mapping[str, Attribution]
) -> RecallCreditAccount:
    scheme, feedstock, category, country, material = names[found.account]
    received, left = _kilograms(found.received), _kilograms(found.left)
    return RecallCreditAccount(
        site=found.account.site,
        scheme=scheme,
        feedstock=feedstock,
        category=category,
        country=country,
        material=material,
        received_low_kg=received[0],
        received_high_kg=received[1],
        left_low_kg=left[0],
        left_high_kg=left[1],
        uses=[_use(use, rows.get(use.entry.number)) for use in found.uses],
    )


def _use(use: CreditUse, row: Attribution | None) -> RecallCreditUse:
    named = row if use.entry.kind == "attributed" else None
    affected, output = _kilograms((use.low, use.high)), _kilograms(use.output)
    return RecallCreditUse(
        kind=use.entry.kind,  # type: ignore[arg-type]
        number=use.entry.number,
        date=use.entry.date.isoformat(),
        lot=(named.lot_no or "") if named else "",
        shipment=(named.shipment_no or "") if named else "",
        credits_kg=kg_text(round(-use.entry.mg)),
        affected_low_kg=affected[0],
        affected_high_kg=affected[1],
        output_low_kg=output[0],
        output_high_kg=output[1],
        refs=use.entry.refs[:1],
    )


def _claimed(one: Claimed, parties: Mapping[str, str]) -> RecallClaimed:
    row = one.shipment
    return RecallClaimed(
        shipment=row.shipment_no,
        customer=row.customer,
        customer_name=parties.get(row.customer, ""),
        date=row.date.isoformat(),
        owner=one.lot.owner,
        number=one.lot.number,
        mass_kg=None if one.mass_mg is None else kg_text(round(one.mass_mg)),
        affected_low_kg=kg_text(floor(one.low)),
        affected_high_kg=None if one.high is None else kg_text(ceil(one.high)),
        refs=(row.source.ref("quantity"),),
    )


def _kilograms(bounds: Bounds) -> tuple[str, str]:
    """To the milligram: what is known exactly as it is rounded, else outwards."""
    low, high = bounds
    if low == high:
        return kg_text(round(low)), kg_text(round(high))
    return kg_text(floor(Fraction(low))), kg_text(ceil(Fraction(high)))
