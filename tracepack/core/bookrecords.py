"""The records of the mass-balance books: periods, opening balances, factors, attributions, transfers and declarations.

Field names equal the column keys of ``data/layout.toml``, as in `tracepack.core.ledger`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from tracepack.core.origin import LotKey, Record, SourceRow


@lru_cache(maxsize=4096)
def _as_written(number: float) -> Decimal:
    return Decimal(repr(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePeriod(Record):
    """A period of a site's books, first and last day inclusive."""

    site: str
    period_id: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord(Record):
    """The columns that name an account, and a quantity: of input, but of output in an `Attribution`."""

    scheme: str
    feedstock: str
    category: str
    input_material: str
    quantity: Decimal
    unit: str
    country_of_origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance(AccountRecord):
    """Credits that a site's books begin with, on the first day of a period."""

    site: str
    period_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionFactor(Record):
    """Output per unit of input at a site, from a day on."""

    site: str
    input_material: str
    output_material: str
    factor: float
    valid_from: dt.date
    basis: str = "mass"
    net_of_scrap: str = "yes"

    @property
    def exact(self) -> Decimal:
        """The factor as it was written."""
        return _as_written(self.factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution(AccountRecord):
    """Credits used for a lot of our own or for a shipment; the quantity is of that output."""

    attribution_no: str
    site: str
    date: dt.date
    lot_no: str | None = None
    shipment_no: str | None = None

    def lot(self, organisation: str) -> LotKey | None:
        """The lot that is named; None where a shipment is."""
        return None if self.lot_no is None else LotKey(organisation, self.lot_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTransfer(AccountRecord):
    """Credits moved from one site's account to the same account of another, or into the books of another scheme."""

    transfer_no: str
    from_site: str
    to_site: str
    date: dt.date
    to_scheme: str | None = None
    declaration_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Record):
    """A sustainability declaration: how much of what was sold, under which model, by whom to whom."""

    declaration_no: str
    issuer: str
    recipient: str
    issue_date: dt.date
    scheme: str
    chain_of_custody: str
    feedstock: str
    category: str
    country_of_origin: str
    quantity: Decimal
    unit: str
    issuer_address: str | None = None
    recipient_address: str | None = None
    contract: str | None = None
    period: str | None = None
    compliance_claim: str | None = None
    credit_transfer: str | None = None
    input_characteristics: str | None = None
    input_compensation: str | None = None
    recycling: str | None = None
    ghg: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeSetting(Record):
    """A row of Settings for one scheme's books, ``site`` None for all sites; the value as it was written."""

    RULES: ClassVar[tuple[str, ...]] = ("balance_method", "rolling_window", "stock_tolerance", "attribution_basis", "credit_transfers")

    rule: str
    scheme: str
    site: str | None
    value: str

    @classmethod
    def read(cls, name: str, value: str, source: SourceRow) -> SchemeSetting | None:
        """From a Settings row: ``balance method FSC`` or ``balance method FSC at PLANT-1``; None for any other setting."""
        for rule in cls.RULES:
            match = re.fullmatch(rule.replace("_", r"[\s_-]+") + r"[\s_]+(\S.*?)(?:\s+at\s+(\S.*))?", name.strip(), re.IGNORECASE)
            if match:
                return cls(rule=rule, scheme=match[1], site=match[2], value=value, source=source)
        return None
