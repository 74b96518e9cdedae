"""What may be said of a lot on a day, with its figures filled in, and what may not, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracepack.core.claimrules import ClaimRules, ClaimSentence, ForbiddenClaim
from tracepack.core.claims import CERTIFIED, allowed_percent, attributed_categories, certified_low
from tracepack.core.claimtext import sentences_in, spoken
from tracepack.core.custody import LotCustody
from tracepack.core.figures import FIGURES, Figure
from tracepack.core.findings import Finding
from tracepack.core.ledger import Certificate, LotKey
from tracepack.core.papers import NONE, Papers, is_valid

#: Why a sentence of ours may not be said of a lot.
Refusal: TypeAlias = Literal[
    "no-content", "model", "no-certificate", "nothing-attributed", "nothing-certified", "no-category", "unfit-name", "credits-in-error"
]


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that may be said, by language; ``percent`` is the figure's lower end, rounded down."""

    sentence: ClaimSentence
    percent: int | None
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be said, which of our sentences may not and why, and the rules on wording that hold for the lot."""

    model: str
    allowed: tuple[Offer, ...]
    refused: tuple[tuple[ClaimSentence, Refusal], ...]
    forbidden: tuple[ForbiddenClaim, ...]


def claim_offers(
    papers: Papers,
    custody: LotCustody,
    lot: LotKey,
    figures: Mapping[str, Figure],
    rules: ClaimRules,
    day: dt.date,
    faults: Sequence[Finding] = (),
) -> Offers:
    """What may be said of a lot with these figures (Q1 to Q5 and "attributed") and this model, with papers valid on a day.

    ``faults`` are errors of the books in the credits behind the lot: as long as there are any, nothing attributed may be said.
    """
    allowed: list[Offer] = []
    refused: list[tuple[ClaimSentence, Refusal]] = []
    for sentence in rules.sentences:
        found = _offer(papers, custody, lot, figures, rules, day, sentence)
        if isinstance(found, Offer) and sentence.figure == "attributed" and faults:
            refused.append((sentence, "credits-in-error"))
        elif isinstance(found, Offer):
            allowed.append(found)
        else:
            refused.append((sentence, found))
    substance = any(allowed_percent(figures[name].low) for name in FIGURES)
    forbidden = tuple(rule for rule in rules.forbidden if rule.holds(custody.model, dt.date.max, substance=substance))
    return Offers(custody.model, tuple(allowed), tuple(refused), forbidden)


def _offer(
    papers: Papers,
    custody: LotCustody,
    lot: LotKey,
    figures: Mapping[str, Figure],
    rules: ClaimRules,
    day: dt.date,
    sentence: ClaimSentence,
) -> Offer | Refusal:
    """One sentence with its gaps filled in, or why not."""
    if sentence.models is not None and custody.model not in sentence.models:
        return "model"
    percent = _percent(sentence, custody, figures)
    if sentence.is_physical:
        return _said(sentence, rules, percent) if percent else "no-content"
    if percent == 0:
        return "nothing-attributed" if sentence.figure == "attributed" else "nothing-certified"
    certificate = own_certificate(papers, custody.scheme, day)
    if certificate is None:
        return "no-certificate"
    categories = attributed_categories(papers, papers.lineage.canonical(lot)) & rules.categories.keys()
    if "{category}" in sentence.text["en"] and not categories:
        return "no-category"
    return _said(sentence, rules, percent, certificate, categories)


def _percent(sentence: ClaimSentence, custody: LotCustody, figures: Mapping[str, Figure]) -> int | None:
    """The most that a sentence may state of a lot; None where it states nothing."""
    if sentence.figure is None:
        return None
    return allowed_percent(certified_low(custody) if sentence.figure == CERTIFIED else figures[sentence.figure].low)


def _said(
    sentence: ClaimSentence,
    rules: ClaimRules,
    percent: int | None,
    certificate: Certificate | None = None,
    categories: frozenset[str] = frozenset(),
) -> Offer | Refusal:
    """The sentence in every language; one that would not be recognised as ours again is not offered."""
    names = {"scheme": certificate.scheme, "certificate": certificate.certificate_no} if certificate else {}
    text = {lang: spoken(sentence, lang, rules, percent=percent or 0, categories=categories, **names) for lang in sentence.text}
    if all(len(found := sentences_in(said, rules)) == 1 and found[0].sentence is sentence for said in text.values()):
        return Offer(sentence, percent, text)
    return "unfit-name"


def own_certificate(papers: Papers, scheme: str, day: dt.date, site: str | None = None) -> Certificate | None:
    """Our own certificate of a scheme ("": any) that is valid on a day at a site (None: the usual one); the strongest of several."""
    held = papers.own_certificates(site or papers.lineage.ledger.site)
    wanted = papers.rules.scheme_key(scheme) if scheme else ""
    fitting = [c for c in held if is_valid(c, day) and (not wanted or papers.rules.scheme_key(c.scheme) == wanted)]
    return min(fitting, key=lambda c: (papers.rules.rank(c.chain_of_custody or NONE), c.certificate_no), default=None)
