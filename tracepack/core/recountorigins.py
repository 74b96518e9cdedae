"""Where a lot comes from, found a second time: the table of origins from the exact shares that a replay ends with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tracepack.core.elimination import ONE, ZERO
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.lineage import BOOKKEPT, Lineage
from tracepack.core.methods import method_basis
from tracepack.core.recount import Replay
from tracepack.core.recountblend import Matter, dry
from tracepack.core.recountbounds import Span, any_of, exact
from tracepack.core.region import UNKNOWN

#: A source (None: not stated) behind a delivered lot (None: nowhere known).
OriginKey: TypeAlias = tuple[str | None, LotKey | None]
#: Sources that give no bio-based carbon.
_NEVER_BIO = ("fossil", "co2-fossil", "mineral")
#: Shares below this are not listed.
_LEAST = Fraction(5, 10**10)


@dataclass(frozen=True, slots=True)
class OriginsAgain:
    """Share of dry mass of each origin, physical and (apart) attributed, and of each physical one the span of its part of
    the bio-based carbon (absent where there is none at all).  ``whys``: steps that are not followed exactly."""

    physical: Mapping[OriginKey, Fraction]
    attributed: Mapping[OriginKey, Fraction]
    bio_carbon: Mapping[OriginKey, Span]
    whys: tuple[str, ...]


def origins_again(replay: Replay) -> OriginsAgain:
    """The origins of the lot that a replay was made for, in its last state."""
    shares = dry(replay.lots[replay.asked].states[-1][1])
    carbon = _carbon_parts(shares)
    physical: dict[OriginKey, Fraction] = {}
    attributed: dict[OriginKey, Fraction] = {}
    bio: dict[OriginKey, Span] = {}
    for matter, share in shares.items():
        own, booked = _sources(replay.lineage, matter)
        for named, part in booked:
            _add(attributed, (named, matter.lot), share * part)
        able = [_gives_bio(replay.lineage, matter.delivery, source) for source, _ in own]
        giving = sum((part for (_, part), ok in zip(own, able, strict=True) if ok or not any(able)), ZERO)
        for (source, part), ok in zip(own, able, strict=True):
            key = (source, matter.lot)
            _add(physical, key, share * part)
            if matter in carbon:
                weight = part / giving if ok or not any(able) else ZERO
                low, high = bio.get(key, (ZERO, ZERO))
                bio[key] = low + carbon[matter][0] * weight, min(ONE, high + carbon[matter][1] * weight)
    kept = [{key: share for key, share in table.items() if share >= _LEAST} for table in (physical, attributed)]
    return OriginsAgain(kept[0], kept[1], bio, tuple(sorted({matter.why for matter in shares if matter.why})))


def _add(table: dict[OriginKey, Fraction], key: OriginKey, share: Fraction) -> None:
    table[key] = table.get(key, ZERO) + share


def _sources(lineage: Lineage, matter: Matter) -> tuple[list[tuple[str | None, Fraction]], list[tuple[str, Fraction]]]:
    """The physical sources of what came with a delivery, and (apart) those that only its books name."""
    if matter.delivery is None:
        return [(None, ONE)], []
    named = [(source, exact(share)) for source, share in lineage.source_shares(matter.delivery)]
    whole = sum((share for _, share in named), ZERO)
    shares = [(source, share / whole) for source, share in named]
    if matter.delivery.chain_of_custody in BOOKKEPT or method_basis(matter.delivery.method) == "attributed":
        return [(None, ONE)], shares
    return (list(shares) or [(None, ONE)]), []


def _gives_bio(lineage: Lineage, delivery: Delivery | None, source: str | None) -> bool:
    described = lineage.source_of(delivery, source) if delivery is not None and source is not None else None
    return described is None or described.category not in _NEVER_BIO


def _carbon_parts(shares: Mapping[Matter, Fraction]) -> dict[Matter, Span]:
    """The least and the most that each kind of matter can be of all bio-based carbon; {} where there can be none."""
    held = {matter: _carbon_of(matter, share) for matter, share in shares.items()}
    low, high = (sum((span[end] for span in held.values()), ZERO) for end in (0, 1))
    if not high:
        return {}
    return {matter: (_part(own[0], high - own[1]), _part(own[1], low - own[0])) for matter, own in held.items()}


def _part(own: Fraction, others: Fraction) -> Fraction:
    return own / (own + others) if own + others else ZERO


def _carbon_of(matter: Matter, share: Fraction) -> Span:
    parts: Sequence[tuple[Fraction, Span]]
    if matter.parts:
        parts = [(exact(part.share), any_of(part.options).bio_carbon) for part in matter.parts]
    else:
        parts = [(ONE, any_of((UNKNOWN,)).bio_carbon)]
    low, high = (sum((part * span[end] for part, span in parts), ZERO) for end in (0, 1))
    return share * low, share * high
