"""The published answer of `declaration`: the sustainability declaration of a shipment, field by field.

Masses are decimal strings in kg, shares 0..1, dates ISO 8601; "" where nothing was stated, null where a number is not known.
"""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import FindingAnswer, Model, RefAnswer


class DeclaredPartyAnswer(Model):
    """The supplier or the recipient."""

    party: str
    name: str
    address: str


class DeclarationLineAnswer(Model):
    """One raw material of one lot; ``certified_kg`` is the part of the lot's shipped mass that this line covers, rounded down."""

    owner: str
    lot: str
    product: str
    raw_material: str
    category: str
    country_of_origin: str
    quantity: str
    unit: str
    mass_kg: str | None
    certified_kg: str | None
    certified_share: float | None
    chain_of_custody: str
    refs: list[RefAnswer]


class CategoryTotalAnswer(Model):
    """The certified amount of one category of raw material."""

    category: str
    certified_kg: str


class DeclarationFieldAnswer(Model):
    """A field's rule here: whether it must be filled in, whether it is, where, and where the rule stands."""

    key: str
    mandatory: bool
    missing: bool
    sheet: str
    column: str
    valid_from: str | None
    source: str
    status: Literal["confirmed", "unconfirmed"]
    refs: list[RefAnswer]


class DeclarationAnswer(Model):
    """`declaration SHIPMENT`; a ``draft`` while a mandatory field is missing or something goes beyond the books."""

    shipment: str
    draft: bool
    declaration_no: str
    issue_date: str
    supplier: DeclaredPartyAnswer
    certification_system: str
    certificate_no: str
    recipient: DeclaredPartyAnswer
    dispatch_place: str
    dispatch_date: str
    period: str
    delivery_note: str
    contract: str
    lines: list[DeclarationLineAnswer]
    totals: list[CategoryTotalAnswer]
    chain_of_custody: str
    compliance_claim: str
    credit_transfer: str
    input_characteristics: str
    input_compensation: str
    recycling: str
    ghg: str
    remark: str
    fields: list[DeclarationFieldAnswer]
    as_known_after_import: int
    findings: list[FindingAnswer]
