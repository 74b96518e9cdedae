"""Where bounds are only guaranteed they still hold the truth.

Each example is a small true world: what every delivery really was, what really vanished, leaked in, or left as reaction
water.  The ledger is what a factory would have written down of it.  Whatever was left out, the truth lies inside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.answers import figures
from laws.language import ORGANISATION, parse
from tracepack.core.ledger import LotKey

#: Percentages in cells have ten digits here; what they round away is not at stake.
WITHIN = 1e-6


@dataclass(frozen=True)
class Stuff:
    """Kilograms that are really there: dry, bio-based carbon, other organic carbon, bio-based mass."""

    dry: float
    bio_carbon: float
    other_carbon: float
    bio_mass: float

    def plus(self, other: Stuff) -> Stuff:
        return Stuff(*(a + b for a, b in zip(self.amounts, other.amounts, strict=True)))

    def times(self, factor: float) -> Stuff:
        return Stuff(*(a * factor for a in self.amounts))

    @property
    def amounts(self) -> tuple[float, float, float, float]:
        return (self.dry, self.bio_carbon, self.other_carbon, self.bio_mass)

    @property
    def figures(self) -> dict[str, float]:
        carbon = self.bio_carbon + self.other_carbon
        return {
            "bio_carbon_toc": self.bio_carbon / carbon,
            "bio_carbon_mass": self.bio_carbon / self.dry,
            "bio_mass": self.bio_mass / self.dry,
        }


@dataclass
class _World:
    """The truth so far: what the lot in hand is made of, and the ledger written about it."""

    draw: st.DrawFn
    text: list[str] = field(default_factory=list)
    lots: int = 0
    hand: str = ""
    mass: float = 0
    truth: Stuff = Stuff(0, 0, 0, 0)

    def part(self) -> float:
        return self.draw(st.integers(0, 10)) / 10

    def name(self, letter: str) -> str:
        self.lots += 1
        return f"{letter}{self.lots}"

    def deliver(self) -> tuple[str, Stuff]:
        """100 kg of something, of which some is stated."""
        wo, bio, part = self.draw(st.integers(5, 90)), self.draw(st.integers(0, 100)), self.part()
        least, most = wo * bio, 10_000 - wo * (100 - bio)
        mass = round(least + (most - least) * part) / 100
        stated = {f"wo={wo}", f"bio={bio}", f"mass={mass:g}", "wi=0"}
        told = self.draw(st.sets(st.sampled_from(sorted(stated))))
        blank_carbon = set() if f"wo={wo}" in told else {"wo=?"}
        name = self.name("D")
        self.text.append(f"{name} 100 kind=other " + " ".join(sorted(told | blank_carbon)))
        return name, Stuff(100, wo * bio / 100, wo * (100 - bio) / 100, mass)


def _start(world: _World) -> None:
    world.hand, world.truth = world.deliver()
    world.mass = 100


def _blend(world: _World) -> None:
    other, stuff = world.deliver()
    made = world.name("F")
    world.text.append(f"{world.hand} {world.mass} + {other} 100 -> {made} {world.mass + 100}")
    world.hand, world.mass, world.truth = made, world.mass + 100, world.truth.plus(stuff)


def _vanish(world: _World) -> None:
    """A blend that loses some of each input, and nobody wrote down of which."""
    other, stuff = world.deliver()
    made = world.name("F")
    gone, other_gone = round(world.mass * world.part() * 0.5, 3), round(100 * world.part() * 0.5, 3)
    left = round(world.mass + 100 - gone - other_gone, 3)
    world.text.append(f"{world.hand} {world.mass} + {other} 100 -> {made} {left}")
    world.truth = world.truth.times(1 - gone / world.mass).plus(stuff.times(1 - other_gone / 100))
    world.hand, world.mass = made, left


def _leak_in(world: _World) -> None:
    """Something else got in, and the scale saw it."""
    wo, bio, part = world.draw(st.integers(1, 100)), world.draw(st.integers(0, 100)), world.part()
    least, most = wo * bio / 10_000, 1 - wo * (100 - bio) / 10_000
    extra = world.draw(st.integers(1, 200))
    made = world.name("F")
    world.text.append(f"{world.hand} {world.mass} -> {made} {world.mass + extra}")
    share = least + (most - least) * part
    stuff = Stuff(1, wo * bio / 10_000, wo * (100 - bio) / 10_000, share).times(extra)
    # within weighing tolerance nobody can tell, and the design says that nobody should
    if extra > world.mass * 0.005:
        world.truth = world.truth.plus(stuff)
    else:
        world.truth = world.truth.times((world.mass + extra) / world.mass)
    world.hand, world.mass = made, world.mass + extra


def _react(world: _World) -> None:
    """Two lots react; water leaves, made of what is not carbon in both; it may be written down."""
    other, stuff = world.deliver()
    both = world.truth.plus(stuff)
    bio_free = both.bio_mass - both.bio_carbon
    other_free = both.dry - both.bio_mass - both.other_carbon
    water = round((bio_free + other_free) * world.part() * 0.5, 3)
    least, most = max(0.0, water - other_free), min(water, bio_free)
    of_bio = least + (most - least) * world.part()
    made = world.name("F")
    left = round(world.mass + 100 - water, 3)
    lost = f" + loss water {water}" if water and world.draw(st.booleans()) else ""
    world.text.append(
        f"kind=synthesis {world.hand} {world.mass}{_shares(world, stuff)[0]} + {other} 100{_shares(world, stuff)[1]} -> {made} {left}{lost}"
    )
    world.truth = Stuff(both.dry - water, both.bio_carbon, both.other_carbon, both.bio_mass - of_bio)
    world.hand, world.mass = made, left


def _shares(world: _World, stuff: Stuff) -> tuple[str, str]:
    """The bill of atoms, true to ten digits."""
    here = world.truth.bio_carbon + world.truth.other_carbon
    there = stuff.bio_carbon + stuff.other_carbon
    percent = round(100 * here / (here + there), 10)
    return f" cs={percent:.10f}", f" cs={100 - percent:.10f}"


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, str, Stuff]:
    """The ledger's text, the lot to ask for, and what that lot really is."""
    world = _World(draw)
    _start(world)
    for step in draw(st.lists(st.sampled_from([_blend, _vanish, _leak_in, _react]), min_size=1, max_size=4)):
        step(world)
    return " ; ".join(world.text), world.hand, world.truth


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_truth_lies_inside_the_bounds(world: tuple[str, str, Stuff]) -> None:
    text, lot, truth = world
    found = figures(parse(text), LotKey(ORGANISATION, lot))
    for name, value in truth.figures.items():
        low, high = found[name]
        assert low is not None, name
        assert low - WITHIN <= value <= high + WITHIN, (name, value, found[name])
