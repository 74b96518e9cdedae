"""The records: what was delivered, made, tested, shipped and claimed.

One class per sheet of the contract; field names equal the column keys of ``data/layout.toml`` (a test holds it).
Records are immutable and remember the row they came from.  Shares are `Interval`s of 0..1, quantities `Decimal` in
their stated unit, None means that the cell was blank.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tracepack.core.bookrecords import (
    Attribution,
    BalancePeriod,
    ConversionFactor,
    CreditTransfer,
    Declaration,
    OpeningBalance,
    SchemeSetting,
)
from tracepack.core.origin import Fact, LotKey, Record, Row, SourceRow, Value
from tracepack.core.quantity import Interval

__all__ = [
    "Attribution",
    "BalancePeriod",
    "Certificate",
    "CompositionRow",
    "ConversionFactor",
    "CreditTransfer",
    "Declaration",
    "Delivery",
    "Fact",
    "FeedstockSource",
    "LabTest",
    "Ledger",
    "LotKey",
    "LotSource",
    "Material",
    "OpeningBalance",
    "Party",
    "Record",
    "Row",
    "Run",
    "RunKey",
    "RunRow",
    "SchemeSetting",
    "Settings",
    "Shipment",
    "SiteRecord",
    "SourceRow",
    "StockCount",
    "Value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Record):
    party_id: str
    name: str
    role: str
    country: str | None = None
    address: str | None = None
    gln: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Record):
    certificate_no: str
    scheme: str
    holder: str
    valid_from: dt.date
    valid_until: dt.date
    chain_of_custody: str | None = None
    materials: str | None = None
    certification_body: str | None = None
    withdrawn_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedstockSource(Record):
    source_id: str
    feedstock: str
    category: str
    country_of_origin: str | None = None
    region: str | None = None
    supplier: str | None = None
    certificate_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(Record):
    material_id: str
    supplier: str | None = None
    name: str | None = None
    kind: str | None = None
    organic_carbon: Interval | None = None
    inorganic_carbon: Interval | None = None
    biobased_carbon: Interval | None = None
    biobased_mass: Interval | None = None
    mass_basis: str | None = None
    method: str | None = None
    ash: Interval | None = None
    moisture: Interval | None = None
    density: float | None = None
    grammage: float | None = None
    width: float | None = None
    piece_weight: float | None = None
    valid_from: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionRow(Record):
    material_or_lot: str
    supplier: str | None = None
    component: str
    share: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Record):
    """A delivery, or (sheet Opening Stock) what was there at the start: both put mass of stated content into a lot."""

    lot_no: str
    supplier: str
    material: str
    quantity: Decimal
    unit: str
    delivery_date: dt.date
    own_lot_no: str | None = None
    recipient: str | None = None
    site: str | None = None
    delivery_note: str | None = None
    biobased_carbon: Interval | None = None
    biobased_mass: Interval | None = None
    mass_basis: str | None = None
    organic_carbon: Interval | None = None
    inorganic_carbon: Interval | None = None
    moisture: Interval | None = None
    method: str | None = None
    attributed_content: Interval | None = None
    input_claim: str | None = None
    chain_of_custody: str | None = None
    certificate_no: str | None = None
    declaration_no: str | None = None
    feedstock_source: str | None = None
    opening: bool = False

    @property
    def lot(self) -> LotKey:
        return LotKey(self.supplier, self.lot_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSource(Record):
    lot_no: str
    supplier: str
    source_id: str
    share: Interval

    @property
    def lot(self) -> LotKey:
        return LotKey(self.supplier, self.lot_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow(Record):
    """One row of a run.  ``supplier`` is the resolved owner of the lot."""

    run_no: str
    date: dt.date
    direction: str
    kind: str | None = None
    site: str | None = None
    lot_no: str | None = None
    supplier: str | None = None
    material: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    moisture: Interval | None = None
    layer: str | None = None
    layer_share: Interval | None = None
    thickness: float | None = None
    density: float | None = None
    grammage: float | None = None
    output_group: str | None = None
    carbon_share: Interval | None = None
    remark: str | None = None

    @property
    def lot(self) -> LotKey | None:
        return None if self.lot_no is None else LotKey(self.supplier or "", self.lot_no)


class RunKey(NamedTuple):
    """A run's identity: site and run number."""

    site: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A production run: its rows in the order of the sheet, one date, one kind."""

    key: RunKey
    date: dt.date
    kind: str | None
    rows: tuple[RunRow, ...]
    fact_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTest(Record):
    report_no: str
    lot_no: str
    method: str
    report_date: dt.date
    supplier: str | None = None
    laboratory: str | None = None
    pmc: float | None = None
    pmc_uncertainty: float | None = None
    ref: float | None = None
    biobased_carbon: Interval | None = None
    organic_carbon: Interval | None = None

    @property
    def lot(self) -> LotKey:
        return LotKey(self.supplier or "", self.lot_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Record):
    shipment_no: str
    date: dt.date
    customer: str
    lot_no: str
    quantity: Decimal
    unit: str
    supplier: str | None = None
    kind: str = "sale"
    reverses_shipment_no: str | None = None
    site: str | None = None
    declaration_no: str | None = None
    claimed_figure: str | None = None
    claimed: Interval | None = None
    claim_wording: str | None = None

    @property
    def is_return(self) -> bool:
        """Whether the goods came back: a return, or a row without a Kind of its own that names the shipment it reverses."""
        return self.kind == "return" or (self.kind == "sale" and self.reverses_shipment_no is not None)

    @property
    def lot(self) -> LotKey:
        return LotKey(self.supplier or "", self.lot_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCount(Record):
    date: dt.date
    site: str
    quantity: Decimal
    unit: str
    lot_no: str | None = None
    material: str | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord(Record):
    """A row of the sheet Records: an energy log, an enzyme activity test, a weighbridge ticket ..."""

    record_no: str
    kind: str
    lot_no: str | None = None
    run_no: str | None = None
    date: dt.date | None = None
    value: Decimal | None = None
    unit: str | None = None
    document: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Tolerances, each a share 0..1; see ``data/layout.toml`` for what each does."""

    weighing_tolerance: float = 0.005
    unaccounted_tolerance: float = 0.02
    composition_tolerance: float = 0.005
    lab_warning: float = 0.03
    lab_error: float = 0.06
    structure_tolerance: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A slice of the workspace (or all of it): every record that a question about some lots needs, in stored order."""

    organisation: str
    site: str
    settings: Settings = Settings()
    parties: tuple[Party, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    sources: tuple[FeedstockSource, ...] = ()
    materials: tuple[Material, ...] = ()
    compositions: tuple[CompositionRow, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    lot_sources: tuple[LotSource, ...] = ()
    runs: tuple[Run, ...] = ()
    lab_tests: tuple[LabTest, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    stock_counts: tuple[StockCount, ...] = ()
    records: tuple[SiteRecord, ...] = ()
    periods: tuple[BalancePeriod, ...] = ()
    opening_balances: tuple[OpeningBalance, ...] = ()
    conversion_factors: tuple[ConversionFactor, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    transfers: tuple[CreditTransfer, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    scheme_settings: tuple[SchemeSetting, ...] = ()
