"""Hypothesis ledgers that are valid by construction, written in the ledger language so that a failure can be read.

Every mass is a whole number of grams and closes exactly; nothing is drawn that is not there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from hypothesis import strategies as st

START = dt.date(2026, 1, 1)

#: Deliveries that state everything (percent): bio, mass, organic, inorganic carbon agree with each other.
STATED = st.one_of(
    st.integers(1, 90).flatmap(
        lambda wo: st.tuples(st.integers(0, 100), st.integers(0, 10)).map(lambda t: _stated(wo, t[0], t[1])),
    ),
    st.sampled_from(["wo=50 bio=100", "wo=86 bio=0", "wo=62.5 bio=20 mass=31.25", 'kind="natural polymer" wo=44 bio=100 mass=100']),
    st.sampled_from(["kind=filler wo=0 wi=12 bio=0 mass=0", "kind=pigment wo=0 wi=0 bio=0 mass=0"]),
)
#: Deliveries with values removed.
BLANK = st.one_of(
    st.sampled_from(
        [
            "bio=?",
            "bio=40",
            "bio=30..60 wo=62.5",
            "wo=? bio=40",
            "wo=? bio=?",
            "mass=40",
            "mass=35 wo=62.5",
            "mass=20..50 wo=60",
            "bio=20 mass=31.25 wo=60..65",
            "kind=additive bio=40 wo=70",
            "kind=additive bio=? ash=10",
            "kind=filler bio=? wo=10 mass=5",
            'kind="natural polymer" bio=100 wo=44',
            "kind=masterbatch bio=30 wo=60",
        ]
    ),
    STATED,
)


def _stated(wo: int, bio: int, part: int) -> str:
    """A share by mass between the least and most that the bio-based carbon allows, in hundredths of a percent of the dry mass."""
    least, most = wo * bio, 10_000 - wo * (100 - bio)
    if bio in (0, 100):
        return f"wo={wo} bio={bio}"
    return f"wo={wo} bio={bio} mass={(least + (most - least) * part // 10) / 100:g}"


@dataclass
class _Plan:
    """The ledger while it is drawn: grams that each lot still holds and the statements so far."""

    draw: st.DrawFn
    moist: bool
    day: dt.date = START
    stock: dict[str, int] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)
    moisture: dict[str, int] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)

    def add(self, statement: str) -> None:
        self.text.append(f"{statement} @{self.day}")

    def put(self, lot: str, grams: int) -> None:
        self.stock[lot] = self.stock.get(lot, 0) + grams

    def take(self) -> dict[str, int]:
        """Some grams of one to three lots that hold any."""
        filled = sorted(lot for lot, grams in self.stock.items() if grams >= 10)
        lots = self.draw(st.lists(st.sampled_from(filled), min_size=1, max_size=3, unique=True))
        amounts = {lot: self.draw(st.integers(max(1, self.stock[lot] // 10), self.stock[lot])) for lot in lots}
        for lot, grams in amounts.items():
            self.stock[lot] -= grams
        return amounts


def _kg(grams: int) -> str:
    return f"{grams / 1000:g}"


def _side(amounts: dict[str, int]) -> str:
    return " + ".join(f"{lot} {_kg(grams)}" for lot, grams in amounts.items())


def _deliver(plan: _Plan, content: st.SearchStrategy[str]) -> None:
    """A delivery under the supplier's number, or into a pool of ours that may hold something already."""
    lot = f"D{len(plan.moisture) + 1}"
    grams = plan.draw(st.integers(1_000, 200_000))
    moist = plan.draw(st.sampled_from([0, 0, 0, 5, 12])) if plan.moist else 0
    pools = sorted(name for name in plan.stock if name[0] == "P")
    pool = plan.draw(st.sampled_from(["", "", f"P{len(pools) + 1}", *pools]))
    plan.put(pool or lot, grams)
    plan.moisture[lot] = 0 if pool else moist
    own = f" own={pool}" if pool else ""
    plan.add(f"{lot} {_kg(grams)} {plan.draw(content)}" + (f" moist={moist}" if moist else "") + own)


def _run(plan: _Plan) -> None:
    """A blend with up to two outputs and a plain loss; an output may feed a lot that is there already."""
    amounts = plan.take()
    total = sum(amounts.values())
    loss = plan.draw(st.integers(0, total // 4))
    left = total - loss
    first = plan.draw(st.integers(1, left))
    outputs = {_output(plan, amounts): first}
    second = _output(plan, amounts | outputs)
    if left - first:
        outputs[second] = left - first
    for lot, grams in outputs.items():
        plan.put(lot, grams)
    tail = f" + loss {_kg(loss)}" if loss else ""
    plan.add(f"{_side(amounts)} -> {_side(outputs)}{tail}")


def _output(plan: _Plan, taken: dict[str, int]) -> str:
    """A new own lot, or one made before."""
    own = sorted(lot for lot in plan.stock if lot[0] == "F" and lot not in taken)
    fresh = f"F{sum(name[0] == 'F' for name in plan.stock | taken) + 1}"
    return plan.draw(st.sampled_from([fresh, fresh, *own]))


def _lose_one(plan: _Plan) -> None:
    """A blend that loses part of one of its inputs only."""
    amounts = plan.take()
    lot = sorted(amounts)[0]
    loss = amounts[lot] // 3
    name = f"F{sum(n[0] == 'F' for n in plan.stock) + 1}"
    out = sum(amounts.values()) - loss
    plan.put(name, out)
    plan.add(f"{_side(amounts)} -> {name} {_kg(out)}" + (f" + loss {lot} {_kg(loss)}" if loss else ""))


def _dry(plan: _Plan) -> None:
    """A delivered lot dried: at most the water that it is known to hold goes."""
    lots = sorted(lot for lot, moist in plan.moisture.items() if moist and plan.stock[lot] >= 100)
    if not lots:
        return
    lot = plan.draw(st.sampled_from(lots))
    grams = plan.stock[lot]
    water = plan.draw(st.integers(1, grams * plan.moisture[lot] // 100))
    plan.stock[lot] = 0
    name = f"F{sum(n[0] == 'F' for n in plan.stock) + 1}"
    plan.put(name, grams - water)
    plan.add(f"{lot} {_kg(grams)} -> {name} {_kg(grams - water)} + loss water {_kg(water)}")


def _regrind(plan: _Plan) -> None:
    """A recipe whose edge trim goes back in on the same day, through its own bin."""
    amounts = plan.take()
    fresh = sum(amounts.values())
    trim = plan.draw(st.integers(1, max(1, fresh // 2)))
    count = sum(n[0] == "F" for n in plan.stock)
    film, web, bin_ = f"F{count + 1}", f"F{count + 2}", f"F{count + 3}"
    plan.put(film, fresh)
    plan.stock |= {web: 0, bin_: 0}
    if plan.draw(st.booleans()):
        plan.add(f"{_side(amounts)} + {bin_} {_kg(trim)} -> {film} {_kg(fresh)} + {bin_} {_kg(trim)}")
        return
    plan.add(f"{_side(amounts)} + {bin_} {_kg(trim)} -> {web} {_kg(fresh + trim)}")
    plan.add(f"{web} {_kg(fresh + trim)} -> {film} {_kg(fresh)} + {bin_} {_kg(trim)}")


def _ship(plan: _Plan) -> None:
    lot = plan.draw(st.sampled_from(sorted(lot for lot, grams in plan.stock.items() if grams >= 10)))
    grams = plan.draw(st.integers(1, plan.stock[lot] // 2))
    plan.stock[lot] -= grams
    statement = f"{lot} {_kg(grams)} => CUSTOMER no=SHIP{len(plan.text)}"
    plan.add(statement)


@st.composite
def ledgers(
    draw: st.DrawFn, content: st.SearchStrategy[str] = STATED, *, looped: bool = True, moist: bool = True, most_roots: int = 4
) -> str:
    """The text of a ledger; ``looped`` allows same-day regrind, ``moist`` water, ``content`` says what deliveries state."""
    plan = _Plan(draw=draw, moist=moist)
    _deliver(plan, content)
    acts = [_run, _run, _lose_one, _dry, _ship] + ([_regrind] if looped else [])
    for _ in range(draw(st.integers(1, 7))):
        plan.day += dt.timedelta(days=draw(st.sampled_from([0, 1, 10])))
        if len(plan.moisture) < most_roots and draw(st.booleans()):
            _deliver(plan, content)
        if any(grams >= 10 for grams in plan.stock.values()):
            draw(st.sampled_from(acts))(plan)
    return " ; ".join(plan.text)
