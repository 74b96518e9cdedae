"""What nobody recorded is named on the trace and never hides in a figure.  Each world was once answered wrongly."""

from __future__ import annotations

import pytest

from laws.answers import figures
from laws.language import ORGANISATION, SUPPLIER, parse
from tracepack.core.checks import run_checks
from tracepack.core.ledger import LotKey
from tracepack.core.library import library_from_table
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.trace import Trace, trace_up
from tracepack.data import read_toml

RESINS = "A 1000 bio=100 ; B 1000 bio=0 ; "


def own(number: str) -> LotKey:
    return LotKey(ORGANISATION, number)


def asked(text: str, lot: LotKey) -> tuple[Trace, list[str]]:
    """The trace of a lot and the names of what `check` finds on its way."""
    lineage, findings = build_lineage(parse(text), library_from_table(read_toml("materials.toml")))
    mixture = mix_lots(lineage, [lineage.canonical(lot)])
    return trace_up(mixture, lot), [f.name for f in (*findings, *run_checks(mixture))]


def kilograms(trace: Trace) -> dict[tuple[str, str], float]:
    return {(x.start.number, x.end.number): (x.mass_mg or 0) / 1e6 for x in trace.links if isinstance(x.start, LotKey)}


def test_a_roll_that_keeps_its_number_through_printing_is_not_made_of_its_ink() -> None:
    trace, names = asked(RESINS + "ROLL 100 + A 2 -> ROLL 102", own("ROLL"))
    assert kilograms(trace) == {("A", "ROLL"): 2, ("ROLL", "ROLL"): 100}
    assert not trace.complete
    assert "lineage-open-end" in names


def test_lots_made_from_each_other_alone_have_no_origin() -> None:
    trace, names = asked("X 10 -> Y 10 ; Y 10 -> X 10", own("X"))
    assert {end.lot.number for end in trace.open_ends} == {"X", "Y"}
    assert names == ["lineage-open-end"] * 2


def test_regrind_fed_back_on_its_day_is_no_open_end() -> None:
    trace, names = asked("A 100 bio=100 src=CORN ; A 90 + G 10 -> F 90 + G 10", own("F"))
    assert not [end for end in trace.open_ends if end.lot.owner == ORGANISATION]
    assert "lineage-open-end" not in names
    assert kilograms(trace) == {("A", "F"): 81, ("G", "F"): 9, ("A", "G"): 9, ("G", "G"): 1}


def test_more_of_a_lot_lost_than_went_in_explains_nothing() -> None:
    text = RESINS + "A 100 + B 50 -> O 70 + loss SUP/B 80"
    low, high = figures(parse(text), own("O"))["bio_mass"]
    assert low <= 20 / 70 + 1e-9  # 80 of the 150 kg are missing, all of them perhaps of A
    assert high == 1.0
    trace, names = asked(text, own("O"))
    assert not trace.complete
    assert "mass-not-balanced" in names


def test_dry_matter_from_nowhere_is_named() -> None:
    trace, names = asked("L 1000 bio=100 moist=12 ; L 100 -> O 100 moist=2", own("O"))
    assert not trace.complete
    assert "mass-not-balanced" in names


def test_a_group_that_puts_out_more_than_went_into_it_is_named() -> None:
    trace, names = asked(RESINS + "A 100 grp=g1 + B 100 grp=g2 -> O1 120 grp=g1 + O2 80 grp=g2", own("O1"))
    assert not trace.complete
    assert "mass-not-balanced" in names


def test_carbon_from_nowhere_is_an_open_end() -> None:
    materials = 'material EtOH kind=feedstock wo=52.14 ; material PE kind="synthetic polymer" wo=85.63 ; '
    text = materials + "E 100 mat=EtOH bio=100 ; R: kind=synthesis E 100 -> O 100 mat=PE"
    trace, names = asked(text, own("O"))
    assert not trace.complete
    assert "carbon-not-balanced" in names


SHARED = "x1 100 bio=100 own=W7 ; y1 100 bio=0 own=W7 ; "


def test_a_row_that_names_the_suppliers_lot_means_that_lot() -> None:
    ledger = parse(SHARED + "SUP/y1 50 -> O 50")
    assert figures(ledger, own("O"))["bio_mass"] == (0.0, 0.0)
    assert figures(ledger, LotKey(SUPPLIER, "x1"))["bio_mass"] == (1.0, 1.0)


def test_a_row_that_names_a_shared_own_number_draws_from_all_that_is_left_of_it() -> None:
    ledger = parse(SHARED + "SUP/y1 50 -> O 50 ; ORG/W7 30 -> P 30")
    assert figures(ledger, own("P"))["bio_mass"] == pytest.approx((100 / 150, 100 / 150))
