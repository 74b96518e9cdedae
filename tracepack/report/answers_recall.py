"""The answer of `recall`: where everything of a subject is, and whether all of it was found."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Cells, FindingAnswer, Model, OpenEnd, RefAnswer


class RecallSubject(Model):
    """What is recalled: a lot (its owner beside it), or all that came under a certificate, from a feedstock source or from a supplier.

    ``first_day`` and ``last_day`` are the days it came in on, null where open; ``withdrawn_on`` is the day the certificate was withdrawn.
    """

    kind: Literal["certificate", "source", "supplier", "lot"]
    number: str
    owner: str
    first_day: str | None
    last_day: str | None
    withdrawn_on: str | None
    deliveries: list[RecallDelivery]


class RecallDelivery(Model):
    """A delivery (or opening stock) of the subject, and how much of it is the subject's."""

    owner: str
    number: str
    material: str
    date: str
    mass_kg: str | None
    share_low: float
    share_high: float
    refs: list[RefAnswer]


class RecallLot(Model):
    """A lot that holds some; ``depth`` counts runs from the subject (0: directly).  ``mass_kg`` is all that ever entered it.

    ``affected_mass_kg`` is in proportion to the masses recorded, null where one is missing; its bounds stand beside it and
    differ from it where something is missing, unaccounted for or shared out in unknown parts.
    """

    owner: str
    number: str
    material: str
    depth: int
    mass_kg: str | None
    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None
    share: float | None


class RecallShipment(Model):
    """A shipment of a lot that holds some.  ``affected_mass_kg`` is of what the customer kept; an unmatched return is below zero.

    ``before_withdrawal``: whether it left before the day the certificate was withdrawn; null where none was.
    """

    shipment: str
    customer: str
    customer_name: str
    date: str
    kind: str
    site: str
    owner: str
    number: str
    material: str
    depth: int
    mass_kg: str | None
    returned_kg: str
    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None
    share: float | None
    before_withdrawal: bool | None
    refs: Cells


class RecallCustomer(Model):
    """Everything that one party received and kept."""

    customer: str
    name: str
    shipments: int
    lots: int
    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None


class RecallStock(Model):
    """What is left of a lot at a site ("": which one is not known), by the book and by the newest count, rolled forward."""

    owner: str
    number: str
    material: str
    site: str
    book_kg: str | None
    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None
    counted_on: str | None
    counted_kg: str | None
    counted_affected_kg: str | None
    refs: list[RefAnswer]


class RecallMissing(Model):
    """What a run or a disposal lost of the subject, or what of it a run leaves unaccounted for."""

    kind: Literal["lost", "unaccounted"]
    number: str
    site: str
    date: str
    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None


class RecallMaterialCount(Model):
    """A count of a whole material at a site that holds recalled lots of it: it says nothing about a single lot."""

    site: str
    material: str
    date: str
    mass_kg: str | None
    refs: list[RefAnswer]


class RecallDoubt(Model):
    """A delivery that nothing ties to the subject, but that may belong to it."""

    owner: str
    number: str
    date: str
    mass_kg: str | None
    reason: str
    refs: list[RefAnswer]


class RecallCreditUse(Model):
    """A use of an account that recalled credits came into; ``number`` is the attribution's, transfer's or scrap shipment's.

    ``lot`` and ``shipment`` are what an attribution names.  Kilograms of input; ``output_low_kg`` and ``output_high_kg`` are the
    affected ones as kilograms of output, by the conversion factor that was used.
    """

    kind: Literal["attributed", "transfer-out", "scrap-sold"]
    number: str
    date: str
    lot: str
    shipment: str
    credits_kg: str
    affected_low_kg: str
    affected_high_kg: str
    output_low_kg: str
    output_high_kg: str
    refs: Cells


class RecallCreditAccount(Model):
    """An account that recalled credits came into; those of one account cannot be told apart, so what happened to them has bounds."""

    site: str
    scheme: str
    feedstock: str
    category: str
    country: str
    material: str
    received_low_kg: str
    received_high_kg: str
    left_low_kg: str
    left_high_kg: str
    uses: list[RecallCreditUse]


class RecallClaimed(Model):
    """A shipment that may have been sold with content attributed from recalled credits: what the customer kept, and how much of it.

    ``mass_kg`` and ``affected_high_kg`` are null where the mass is not known.
    """

    shipment: str
    customer: str
    customer_name: str
    date: str
    owner: str
    number: str
    mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None
    refs: Cells


class RecallAttributed(Model):
    """What has the subject as an attributed origin: bookkeeping, never added to what is physically there.

    ``subject_kg`` are the deliveries under mass balance or book and claim that name it.  ``credits`` are the books' accounts that
    credits of the subject came into, whatever it is asked for by; ``claimed`` is what was sold with content attributed from them.
    """

    subject_kg: str | None
    deliveries: list[RecallDelivery]
    lots: list[RecallLot]
    shipments: list[RecallShipment]
    stock: list[RecallStock]
    credits: list[RecallCreditAccount]
    claimed: list[RecallClaimed]


class RecallAnswer(Model):
    """`recall`.  Lots by depth, owner, number; shipments by date and number; stock by lot and site.

    The totals are kilograms of the subject, null where a mass is missing: subject = shipped + book stock + lost + unaccounted, each
    counted for itself; ``adds_up`` says whether they do.  ``counted_stock_kg`` is what counts make of the lots that were counted
    (null: none was), ``not_counted_kg`` the book stock of those that were not; ``not_located_kg`` is what is unaccounted for and
    what counts are short of the book; ``located_share`` the rest.
    """

    subject: RecallSubject
    complete: bool
    adds_up: bool
    subject_kg: str | None
    shipped_kg: str | None
    book_stock_kg: str | None
    counted_stock_kg: str | None
    not_counted_kg: str | None
    lost_kg: str | None
    unaccounted_kg: str | None
    not_located_kg: str | None
    located_share: float | None
    lots: list[RecallLot]
    customers: list[RecallCustomer]
    shipments: list[RecallShipment]
    stock: list[RecallStock]
    material_counts: list[RecallMaterialCount]
    missing: list[RecallMissing]
    open_ends: list[OpenEnd]
    may_belong: list[RecallDoubt]
    attributed: RecallAttributed
    as_known_after_import: int
    findings: list[FindingAnswer]


RecallSubject.model_rebuild()
RecallAnswer.model_rebuild()
