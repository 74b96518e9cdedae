"""The chain-of-custody model of a lot as it is published."""

from __future__ import annotations

from typing import Literal

from tracepack.core.custody import LotCustody
from tracepack.core.papers import MASS_BALANCE
from tracepack.core.quantity import rounded_share
from tracepack.core.schemerules import CustodyRules
from tracepack.report.answers import CustodyAnswer, CustodyLink, LeaningAnswer, SchemeModel, ref_answer

#: Models whose claims rest on bookkeeping.
_BOOKED = (MASS_BALANCE, "book and claim")


def custody_answer(found: LotCustody, rules: CustodyRules) -> CustodyAnswer:
    """A lot's model with its link, its cells and what it leans on."""
    link, attributed = found.link, found.attributed
    return CustodyAnswer(
        model=found.model,
        scheme=found.scheme,
        content_basis=_basis(found),
        link=CustodyLink(
            kind=link.kind,
            number=link.number,
            owner=link.owner,
            site=link.site,
            date=link.date.isoformat() if link.date else None,
            reason=link.reason,
        ),
        refs=[ref_answer(ref) for ref in link.refs],
        attributed_low=None if attributed is None else rounded_share(attributed.share.low),
        attributed_high=None if attributed is None else rounded_share(attributed.share.high),
        certified_low=None if found.certified_share is None else found.certified_share.low,
        certified_high=None if found.certified_share is None else found.certified_share.high,
        by_scheme=[SchemeModel(scheme=scheme, model=model) for scheme, model in found.by_scheme],
        leans_on=[leaning for name in found.leans_on if (leaning := _leaning(name, found.scheme, rules))],
    )


def _basis(found: LotCustody) -> Literal["measured", "calculated_physical", "attributed"]:
    """What a claim under a model would rest on: books, a laboratory, or what went in."""
    if found.model in _BOOKED:
        return "attributed"
    return "measured" if found.tested else "calculated_physical"


def _leaning(name: str, scheme: str, rules: CustodyRules) -> LeaningAnswer | None:
    """A rule that an answer leans on, None where a public text confirms it; or what was taken for granted."""
    known = rules.scheme(scheme)
    rule = (known.rule(name) if known else None) or next((rule for rule in rules.general if rule.name == name), None)
    if rule is None:
        return LeaningAnswer(name=name, status="assumed", source="")
    return None if rule.confirmed else LeaningAnswer(name=name, status="unconfirmed", source=rule.source)
