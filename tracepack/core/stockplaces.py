"""The audit of where lots lie: what a site used or sent has to have come to that site, and not only to another one of ours.

Credits count from physical receipt at the site whose books they enter (ISCC 203: the books are kept site by site), so that a lot
that is used where it never arrived is either at the wrong site in a sheet, or its transfer is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracepack.core.bookview import BookView
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text
from tracepack.core.quantitybook import Movement, in_order, movements
from tracepack.core.sites import own_sites

_LEAVES = {"used", "shipped", "moved-out", "lost"}


def check_places(view: BookView) -> Iterator[Finding]:
    """`lot-at-other-site`: once for each site with books and lot, on the first day on which more left than had come."""
    if len(own_sites(view.lineage.ledger)) < 2:
        return
    pools = {member for members in view.lineage.pooled.values() for member in members} | set(view.lineage.pooled)
    for lot, moved in sorted(_by_lot(view.lineage).items()):
        sites = sorted({m.site for m in moved})
        if len(sites) > 1 and lot not in pools:  # what of a shared number lies where cannot be told
            for site in sites:
                if site in view.sites:
                    yield from _short_at(view.lineage, lot, site, moved)


def _by_lot(lineage: Lineage) -> dict[LotKey, list[Movement]]:
    found: dict[LotKey, list[Movement]] = {}
    for movement in movements(lineage):
        found.setdefault(movement.lot, []).append(movement)
    return found


def _short_at(lineage: Lineage, lot: LotKey, site: str, moved: Sequence[Movement]) -> Iterator[Finding]:
    """What a site sent or used of a lot beyond what had come there, where enough of it had come to our sites together."""
    short = _first_short(lineage, in_order(m for m in moved if m.site == site))
    if short is None:
        return
    movement, lacking = short
    if _first_short(lineage, in_order(m for m in moved if m.date <= movement.date)) is not None:
        return  # there is too little of it anywhere: `lot-over-consumed` and its like say so
    there = [m for m in moved if m.site != site and (m.mg is None or m.mg > 0) and m.date <= movement.date]
    elsewhere = ", ".join(sorted({m.site for m in there}))
    number, day = movement.number, movement.date
    if lacking is None:
        text = f"{number}: lot {lot} left site {site} on {day}, where none of it had come; it lies at {elsewhere}."
    else:
        mass = kg_text(lacking)
        text = f"{number}: {mass} kg of lot {lot} left site {site} on {day} beyond what had come there; it lies at {elsewhere}."
    hint = "Correct the site, or record the move as a shipment of Kind transfer with both sites."
    yield Finding("lot-at-other-site", Severity.WARNING, text, hint, (movement.ref, *(m.ref for m in there)))


def _first_short(lineage: Lineage, moved: Iterable[Movement]) -> tuple[Movement, int | None] | None:
    """The first movement that leaves less than nothing, beyond what weighing explains, and the milligrams lacking by then.

    None where there is none.  Where a mass is not known, only what left before anything came is told, without milligrams.
    """
    rows = list(moved)
    if any(movement.mg is None for movement in rows):
        first = next((movement for movement in rows if movement.kind in _LEAVES), None)
        came = first is not None and any(movement.date <= first.date for movement in rows if movement.kind not in _LEAVES)
        return None if first is None or came else (first, None)
    entered = there = 0
    for movement in rows:
        there += movement.mg or 0
        entered += max(0, movement.mg or 0)
        if there < 0 and -there > lineage.ledger.settings.weighing_tolerance * entered:
            return movement, -there
    return None
