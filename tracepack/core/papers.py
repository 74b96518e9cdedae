"""What papers say of deliveries and sites: the model that a delivery comes under, and the one that a site may pass on.

A delivery's model is what it states, else what its declaration states; never more than its certificate is for, and none where
that was not valid on the day.  A site's model is that of its own certificate on the day; our own certificate stands in for a
site that has none of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Attribution, Certificate, Declaration, Delivery
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.methods import method_basis
from tracepack.core.properties import stated_shares
from tracepack.core.schemerules import CustodyRules

NONE = "none"
MASS_BALANCE = "mass balance"
CONTROLLED_BLENDING = "controlled blending"
#: Why a lot has its model, at the link that set it.
Reason: TypeAlias = Literal[
    "stated",
    "declared",
    "attributed-content",
    "not-stated",
    "certificate-not-valid",
    "certificate-model",
    "other-scheme",
    "no-origin",
    "blended",
    "blended-unknown-share",
    "site-certificate",
    "site-not-certified",
    "attributed",
]


@dataclass(frozen=True, slots=True)
class Stated:
    """The model that a delivery comes under, why, and the cells that say so; ``scheme`` is "" where no paper names one."""

    model: str
    scheme: str
    reason: Reason
    refs: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class SiteModel:
    """What a site may pass on: no more than ``model``; None where its certificates do not say.  ``described``: it has any."""

    model: str | None
    described: bool
    refs: tuple[SourceRef, ...]


def is_valid(certificate: Certificate, day: dt.date) -> bool:
    """Whether a certificate was valid on a day, first and last day inclusive."""
    withdrawn = certificate.withdrawn_on is not None and day >= certificate.withdrawn_on
    return certificate.valid_from <= day <= certificate.valid_until and not withdrawn


@dataclass(frozen=True)
class Papers:
    """The certificates and declarations of a ledger, by what cites them."""

    lineage: Lineage
    rules: CustodyRules
    _stated: dict[int, Stated] = field(default_factory=dict, repr=False)
    _sites: dict[tuple[str, str, dt.date], SiteModel] = field(default_factory=dict, repr=False)
    _ended: dict[tuple[str, str, dt.date], Certificate | None] = field(default_factory=dict, repr=False)

    @cached_property
    def _certificates(self) -> dict[str, list[Certificate]]:
        found: dict[str, list[Certificate]] = {}
        for certificate in self.lineage.ledger.certificates:
            found.setdefault(fold_name(certificate.certificate_no), []).append(certificate)
        return found

    @cached_property
    def _declarations(self) -> dict[tuple[str, str], Declaration]:
        return {(d.issuer, fold_name(d.declaration_no)): d for d in reversed(self.lineage.ledger.declarations)}

    @cached_property
    def _own(self) -> dict[str, list[Certificate]]:
        """Certificates by holder, as written and as Party ID."""
        found: dict[str, list[Certificate]] = {}
        for certificate in self.lineage.ledger.certificates:
            found.setdefault(self.party(certificate.holder), []).append(certificate)
        return found

    @cached_property
    def _party_ids(self) -> dict[str, str]:
        names = [(fold_name(p.name), p.party_id) for p in self.lineage.ledger.parties]
        return dict(names) | {fold_name(p.party_id): p.party_id for p in self.lineage.ledger.parties}

    def party(self, name: str) -> str:
        """A party's ID by its ID or name; as written where it is not described."""
        return self._party_ids.get(fold_name(name), name)

    def cited(self, certificate_no: str | None) -> Sequence[Certificate]:
        """The certificates of a number; () where it is blank or not described."""
        return self._certificates.get(fold_name(certificate_no), ()) if certificate_no else ()

    def declaration(self, issuers: Iterable[str], declaration_no: str | None) -> Declaration | None:
        """The declaration of a number by the first of some issuers that has one."""
        if not declaration_no:
            return None
        number = fold_name(declaration_no)
        return next((found for issuer in issuers if (found := self._declarations.get((issuer, number)))), None)

    def stated(self, delivery: Delivery) -> Stated:
        """The model that a delivery comes under."""
        found = self._stated.get(id(delivery))
        if found is None:
            found = self._stated[id(delivery)] = self._limited(delivery, self.said(delivery))
        return found

    def scheme_of(self, delivery: Delivery) -> str:
        """The scheme that a delivery's certificate or declaration names, else its certificate's number; "" where none does."""
        cited = self.cited(delivery.certificate_no)
        if cited:
            return self.rules.scheme_key(cited[0].scheme)
        declared = self.declaration([delivery.supplier], delivery.declaration_no)
        if declared:
            return self.rules.scheme_key(declared.scheme)
        known = self.rules.scheme_of_number(delivery.certificate_no or "")
        return known.name if known else ""

    def said(self, delivery: Delivery) -> Stated:
        """The model that a delivery, its declaration or its attributed content states, whatever its certificate is for."""
        scheme = self.scheme_of(delivery)
        if delivery.chain_of_custody is not None:
            return Stated(delivery.chain_of_custody, scheme, "stated", (delivery.source.ref("chain_of_custody"),))
        declared = self.declaration([delivery.supplier], delivery.declaration_no)
        if declared is not None:
            cells = (delivery.source.ref("declaration_no"), declared.source.ref("chain_of_custody"))
            return Stated(declared.chain_of_custody, scheme, "declared", cells)
        attributed = stated_shares(delivery).attributed
        if method_basis(delivery.method) == "attributed" or (attributed is not None and attributed.high > 0):
            field = "attributed_content" if delivery.attributed_content is not None else "method"
            return Stated(MASS_BALANCE, scheme, "attributed-content", (delivery.source.ref(field),))
        return Stated(NONE, scheme, "not-stated", (delivery.source.ref("chain_of_custody"),))

    def _limited(self, delivery: Delivery, said: Stated) -> Stated:
        """No more than the certificate is for; opening stock came in on a day that nobody recorded."""
        cited = self.cited(delivery.certificate_no)
        if not cited or said.model == NONE or delivery.opening:
            return said
        cell = delivery.source.ref("certificate_no")
        valid = [c for c in cited if is_valid(c, delivery.delivery_date)]
        if not valid:
            return Stated(NONE, said.scheme, "certificate-not-valid", (cell, cited[0].source.ref("valid_until")))
        strongest = min(valid, key=lambda c: self.rules.rank(c.chain_of_custody) if c.chain_of_custody else -1)
        gives = self.rules.certified[said.model, strongest.chain_of_custody or said.model]
        if gives == said.model:
            return said
        return Stated(gives, said.scheme, "certificate-model", (*said.refs, strongest.source.ref("chain_of_custody")))

    def own_certificates(self, site: str) -> Sequence[Certificate]:
        """The site's own certificates; ours where it has none of its own."""
        return self._own.get(site) or self._own.get(self.lineage.ledger.organisation) or ()

    def own_schemes(self, sites: Iterable[str]) -> frozenset[str]:
        """The schemes that some sites, or we for them, hold certificates of."""
        return frozenset(self.rules.scheme_key(c.scheme) for site in sites for c in self.own_certificates(site))

    def ended(self, site: str, scheme: str, day: dt.date) -> Certificate | None:
        """A certificate of the site that would take a scheme's ("": any) material in, where none of these was valid on a day."""
        key = (site, scheme, day)
        if key not in self._ended:
            held = [c for c in self.own_certificates(site) if not scheme or self.rules.takes_in(c.scheme, scheme)]
            self._ended[key] = held[0] if held and not any(is_valid(c, day) for c in held) else None
        return self._ended[key]

    def received(self, delivery: Delivery) -> Certificate | None:
        """Our own certificate where it was not valid when certified material came to us; None where all was well, or none is described."""
        site = delivery.site or self.lineage.ledger.site
        ours = (delivery.recipient or "") in ("", self.lineage.ledger.organisation, site)
        stated = self.stated(delivery)
        return self.ended(site, stated.scheme, delivery.delivery_date) if ours and not delivery.opening and stated.model != NONE else None

    @cached_property
    def _credited(self) -> dict[str, list[Attribution]]:
        found: dict[str, list[Attribution]] = {}
        for row in self.lineage.ledger.attributions:
            if row.shipment_no is not None:
                found.setdefault(row.shipment_no, []).append(row)
        return found

    def attributions_to(self, shipment_no: str) -> Sequence[Attribution]:
        """The credits that were used for a shipment by its number."""
        return self._credited.get(shipment_no, ())

    def site_model(self, site: str, scheme: str, day: dt.date) -> SiteModel:
        """What a site may pass on under a scheme ("": any) on a day."""
        key = (site, scheme, day)
        if key not in self._sites:
            self._sites[key] = self._site_model(site, scheme, day)
        return self._sites[key]

    def _site_model(self, site: str, scheme: str, day: dt.date) -> SiteModel:
        held = self.own_certificates(site)
        if not held:
            return SiteModel(None, False, ())
        under = [c for c in held if not scheme or self.rules.scheme_key(c.scheme) == scheme]
        valid = [c for c in under if is_valid(c, day)]
        if not valid:
            return SiteModel(NONE, True, tuple(c.source.ref("valid_until" if under else "scheme") for c in under or held))
        if any(c.chain_of_custody is None for c in valid):
            return SiteModel(None, True, ())
        strongest = min(valid, key=lambda c: self.rules.rank(c.chain_of_custody or NONE))
        return SiteModel(strongest.chain_of_custody, True, (strongest.source.ref("chain_of_custody"),))
