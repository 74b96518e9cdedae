"""Two states of a workspace side by side: which facts only one of them has, and which lots a fact touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from tracepack.core.ledger import Fact, LotKey
from tracepack.core.library import fold_name
from tracepack.store.links import ABOUT, LOT_ROLES, RECIPE, Link, links_of, named_by, suppliers_by_own_number
from tracepack.store.payload import FACT_COLUMNS, decode_facts
from tracepack.store.schema import facts
from tracepack.store.slices import facts_of_sheets, visible

#: Sheets of facts that move no lot's figures: logs, and the books of sites.
_APART = frozenset({"Records", "Balance Periods", "Opening Balances", "Conversion Factors", "Credit Transfers"})


def facts_of_one(connection: Connection, one: int, other: int) -> list[Fact]:
    """The facts that hold after import ``one`` and not after import ``other``, in stored order."""
    first, last = sorted((one, other))
    query = select(*FACT_COLUMNS).where(_moved(first, last), visible(one), not_(visible(other)))
    return decode_facts(connection, connection.execute(query).all())


def _moved(first: int, last: int) -> ColumnElement[bool]:
    """Facts that came or went between two states; said apart so that it is cheap for the database."""
    return or_(*(and_(moment > first, moment <= last) for moment in (facts.c.import_id, facts.c.superseded_by, facts.c.withdrawn_by)))


def touched_lots(
    connection: Connection, changed: Sequence[Fact], organisation: str, site: str, as_of: int | None
) -> list[frozenset[LotKey] | None]:
    """For each fact the lots that it is about, or that what it describes is named for; None: it may concern every lot."""
    direct = [frozenset(LotKey(link.owner, link.number) for link in links_of(f, organisation) if link.role in LOT_ROLES) for f in changed]
    described = [
        i for i, (fact, lots) in enumerate(zip(changed, direct, strict=True)) if fact.sheet not in _APART and _describes(fact, lots)
    ]
    found: list[frozenset[LotKey] | None] = list(direct)
    if described:
        names = _Names(facts_of_sheets(connection, None, as_of), organisation)
        for i in described:
            found[i] = None if names.is_everywhere(changed[i], {organisation, site}) else names.lots_named_for(changed[i])
    return found


def _describes(fact: Fact, lots: frozenset[LotKey]) -> bool:
    """Whether a fact also works through what names it: descriptions do, and an attribution to a shipment."""
    return not lots or fact.sheet == "Attributions"


class _Names:
    """Which facts name what, in one state of the workspace."""

    def __init__(self, state: Sequence[Fact], organisation: str) -> None:
        self._organisation = organisation
        self._by_name: Mapping[Link, list[Fact]] = defaultdict(list)
        self._suppliers: set[str] = set()
        suppliers = suppliers_by_own_number(state)
        self._by_number: Mapping[str, set[LotKey]] = defaultdict(set)
        for fact in state:
            for name in named_by(fact, organisation, suppliers):
                self._by_name[name].append(fact)
            for lot in self._lots(fact):
                self._by_number[fold_name(lot.number)].add(lot)
                self._suppliers |= {fold_name(lot.owner)} - {fold_name(organisation)}
        rows = [fact.rows[0].values for fact in state if fact.sheet == "Parties"]
        self._suppliers |= {fold_name(str(row["name"])) for row in rows if fold_name(str(row["party_id"])) in self._suppliers}

    def is_everywhere(self, fact: Fact, own: set[str]) -> bool:
        """Whether every lot may rest on a fact: settings, who we are, and certificates that a site of ours may hold."""
        stated = fact.rows[0].values
        return (
            fact.sheet == "Settings"
            or (fact.sheet == "Parties" and stated["party_id"] in own)
            or (fact.sheet == "Certificates" and fold_name(str(stated["holder"])) not in self._suppliers)
        )

    def _lots(self, fact: Fact) -> set[LotKey]:
        return {LotKey(link.owner, link.number) for link in links_of(fact, self._organisation) if link.role in LOT_ROLES}

    def lots_named_for(self, described: Fact) -> frozenset[LotKey]:
        """The lots of every fact that names what a fact describes, or names what names it, and so on."""
        lots: set[LotKey] = set()
        waiting, seen = list(links_of(described, self._organisation)), set[Link]()
        while waiting:
            link = waiting.pop()
            if link in seen:
                continue
            seen.add(link)
            if link.role == RECIPE:
                lots |= self._by_number.get(link.number, set())
            for fact in self._by_name.get(link, ()):
                lots |= self._lots(fact)
                waiting += [further for further in links_of(fact, self._organisation) if further.role not in (*LOT_ROLES, ABOUT)]
        return frozenset(lots)
