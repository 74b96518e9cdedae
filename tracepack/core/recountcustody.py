"""The chain of custody found a second time: which model a lot may be claimed under, followed forwards through the days of a replay.

`tracepack.core.custody` follows models through the mixture that `content` uses; this follows the steps that the second algorithm lived.
Both read what papers say of a delivery and of a site (`tracepack.core.papers`) and the tables of rules; they share no other code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.papers import MASS_BALANCE, NONE, Papers
from tracepack.core.recount import Replay
from tracepack.core.recountbooks import AttributedAgain
from tracepack.core.recountsteps import Step, StepKey, behind, together


@dataclass(frozen=True, slots=True)
class CustodyAgain:
    """The lot's model and the scheme where it is strongest, that of every lot it is made of under the same scheme, and what stays open."""

    model: str
    scheme: str
    lots: Mapping[LotKey, str]
    whys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What can be claimed of some material: the model, the one source of what is identity preserved, whether it counts at all."""

    model: str
    source: tuple[str, str] = ("", "")
    neutral: bool = False


def custody_again(replay: Replay, papers: Papers, booked: AttributedAgain) -> CustodyAgain:
    """The models of the lot that a replay was made for and of all that it is made of."""
    asked, rules = replay.asked, papers.rules
    first = replay.lots[asked].first_seen()
    seen: list[StepKey] = [("lot", asked, i) for i in range(first, len(replay.lots[asked].states))]
    steps = behind(replay.steps, seen)
    found = {scheme: _claims(papers, scheme, steps) for scheme in _schemes(papers, steps)}
    models = {scheme: rules.weakest(claims[key].model for key in seen) for scheme, claims in found.items()}
    scheme = min(sorted(models), key=lambda name: rules.rank(models[name]))
    model, under = models[scheme], scheme
    if asked in booked.lots and rules.rank(MASS_BALANCE) < rules.rank(model):
        model, under = MASS_BALANCE, _attribution_scheme(papers, booked.sources)
    claims = found.get(under) or _claims(papers, under, steps)
    whys = {step.why for step in steps if step.why} | set(booked.whys)
    return CustodyAgain(model, under, _of_lots(papers, steps, claims, booked.lots), tuple(sorted(whys)))


def _schemes(papers: Papers, steps: Sequence[Step]) -> list[str]:
    """The schemes that what came in, and the sites that it passed, hold papers of; [""] where none does."""
    delivered = [papers.stated(d) for step in steps for d in step.arrived]
    sites = {step.key[1].site for step in steps if step.key[0] == "run"} | {papers.lineage.ledger.site}
    names = {stated.scheme for stated in delivered if stated.model != NONE} | papers.own_schemes(sites)
    return sorted(names - {""}) or [""]


def _of_lots(papers: Papers, steps: Sequence[Step], claims: Mapping[StepKey, _Claim], booked: Collection[LotKey]) -> dict[LotKey, str]:
    """The model of every lot among some steps: the weakest of its states, or what is attributed to it where that is more."""
    models: dict[LotKey, str] = {}
    for step in steps:
        if step.key[0] == "lot":
            model = claims[step.key].model
            models[step.key[1]] = papers.rules.weakest([models.get(step.key[1], model), model])
    least = papers.rules.rank(MASS_BALANCE)
    return {lot: MASS_BALANCE if lot in booked and papers.rules.rank(model) > least else model for lot, model in models.items()}


def _attribution_scheme(papers: Papers, lots: Collection[LotKey]) -> str:
    """The scheme of all attributions to some lots; "" where they differ."""
    names = {papers.rules.scheme_key(row.scheme) for lot in lots for row in papers.lineage.attributions.get(lot, ())}
    return names.pop() if len(names) == 1 else ""


# --- what can be claimed, step by step


def _claims(papers: Papers, scheme: str, steps: Sequence[Step]) -> dict[StepKey, _Claim]:
    """What can be claimed under a scheme of every one of some steps, in their order."""
    found: dict[StepKey, _Claim] = {}
    for group in together(steps):
        own = {step.key for step in group}
        made_of = dict.fromkeys(key for step in group for key in step.made_of if key not in own)
        parts = [found.get(key, _Claim(NONE)) for key in made_of]
        parts += [_delivered(papers, scheme, delivery) for step in group for delivery in step.delivered]
        parts += [_Claim(NONE) for step in group if step.unknown]
        claim = _together(papers, parts, known=all(step.known for step in group))
        for step in group:
            claim = _at_site(papers, scheme, step, claim)
        found.update(dict.fromkeys(own, claim))
    return found


def _delivered(papers: Papers, scheme: str, delivery: Delivery) -> _Claim:
    """What a delivery can be claimed as: what it states, under its own scheme or one that takes it in, if the certificate was valid."""
    rules, lineage = papers.rules, papers.lineage
    stated = papers.stated(delivery)
    foreign = bool(scheme and stated.scheme) and not rules.takes_in(scheme, stated.scheme)
    model = NONE if foreign or papers.received(delivery) is not None else stated.model
    sources = [source for source, _ in lineage.source_shares(delivery)]
    if model == rules.models[0] and len(sources) > 1:
        model = rules.blend[model, model]
    kind = lineage.catalogue.kind(delivery.supplier, delivery.material, delivery.delivery_date)
    neutral = model == NONE and kind is not None and rules.is_neutral(kind, scheme)
    return _Claim(model, (delivery.supplier, sources[0] if sources else f"lot {delivery.lot_no}"), neutral)


def _together(papers: Papers, parts: Sequence[_Claim], *, known: bool) -> _Claim:
    """What a mixture can be claimed as; what counts neither way takes no part, and what nobody recorded is nothing."""
    counting = [part for part in parts if not part.neutral]
    if len(counting) < 2:
        return (counting or list(parts) or [_Claim(NONE)])[0]
    if len(set(counting)) == 1 and counting[0].model == papers.rules.models[0]:
        return counting[0]
    return _Claim(_mixed(papers, counting, known=known))


def _mixed(papers: Papers, parts: Iterable[_Claim], *, known: bool) -> str:
    """The model of a mixture of different sources, two at a time by the table."""
    table = papers.rules.blend if known else papers.rules.blend_unknown_share
    models = sorted((part.model for part in parts), key=papers.rules.rank)
    model = models[0]
    for other in models[1:]:
        model = table[model, other]
    return model


def _at_site(papers: Papers, scheme: str, step: Step, claim: _Claim) -> _Claim:
    """No more than the certificate of the site that a run stood at was for on the day."""
    if step.key[0] == "lot" or claim.model == NONE:
        return claim
    site = papers.site_model(step.key[1].site, scheme, step.day)
    model = claim.model if site.model is None else papers.rules.certified[claim.model, site.model]
    return claim if model == claim.model else _Claim(model, claim.source)
