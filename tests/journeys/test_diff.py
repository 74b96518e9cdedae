"""`diff N M [LOT]`: which figures of which lots changed between two imports, and the cell that caused it."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.desk import Desk, bio, delivery, made, run, taken
from journeys.histories import LOTS, History, noted, resin, told

Q1 = "bio_carbon_toc"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return told(Desk(tmp_path_factory.mktemp("history")))


def diff(history: History, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = history.desk.run("diff", *arguments, "--json").json["lots"]
    return found


def ends(figure: dict[str, Any] | None) -> tuple[float, float] | None:
    return None if figure is None else (round(figure["low"], 9), round(figure["high"], 9))


def moved(lot: dict[str, Any], name: str = Q1) -> dict[str, Any]:
    (change,) = [change for change in lot["figures"] if change["figure"] == name]
    return change


def test_a_correction_months_later_shows_with_its_cell(history: History) -> None:
    lots = diff(history, "3", "4")
    assert [lot["number"] for lot in lots] == ["BAG", "FILM", "RESIN"], "what was made of it, by owner and number"
    bag = lots[0]
    change = moved(bag)
    assert (bag["status"], ends(change["old"]), ends(change["new"])) == ("changed", (0.6, 0.6), (0.54, 0.54))
    assert (change["change_low"], change["change_high"]) == pytest.approx((-0.06, -0.06))
    (cause,) = bag["causes"]
    assert (cause["sheet"], cause["action"], cause["old_import"], cause["new_import"]) == ("Deliveries", "changed", 1, 4)
    (cell,) = cause["cells"]
    assert (cell["field"], cell["old"], cell["new"]) == ("biobased_carbon", "100 %", "90 %")
    assert [(cell[end]["file"], cell[end]["sheet"], cell[end]["cell"]) for end in ("old_ref", "new_ref")] == [
        ("book-1.xlsx", "Deliveries", "H2"),
        ("book-4.xlsx", "Deliveries", "H2"),
    ]


def test_two_causes_are_told_apart_by_what_each_does_alone(history: History) -> None:
    (bag,) = diff(history, "2", "5", "BAG")
    assert ends(moved(bag)["new"]) == (0.45, 0.45)
    alone = {cause["sheet"]: [ends(e["alone"]) for e in cause["effects"] if e["figure"] == Q1] for cause in bag["causes"]}
    assert alone == {"Deliveries": [(0.54, 0.54)], "Production": [(0.5, 0.5)]}
    cells = [(c["field"], c["old"], c["new"]) for cause in bag["causes"] if cause["sheet"] == "Production" for c in cause["cells"]]
    assert cells == [("quantity", "60", "50"), ("quantity", "40", "50")]
    text = history.desk.run("diff", "2", "5", "BAG").out
    assert "by itself this gives Bio-based carbon, share of total organic carbon 54.00 %" in text


def test_changes_that_act_only_together_say_so(desk: Desk) -> None:
    """A second lot comes in, and the run takes it as well: the delivery alone moves nothing."""
    history = History(desk)
    history.bring_in(Deliveries=[resin(100)], Production=run("R1", taken("RESIN", 50), made("FILM", 50)))
    fossil = noted(delivery("FOSSIL", "PP", 50, more={"Organic Carbon %": 50, **bio(0)}))
    history.bring_in(Deliveries=[fossil], Production=run("R1", taken("RESIN", 50), taken("FOSSIL", 50), made("FILM", 100)))
    film = next(lot for lot in diff(history, "1", "2") if lot["number"] == "FILM")
    assert {cause["sheet"]: cause["action"] for cause in film["causes"]} == {"Deliveries": "added", "Production": "changed"}
    effects = {cause["sheet"]: {e["figure"]: e for e in cause["effects"]}[Q1] for cause in film["causes"]}
    assert ends(effects["Deliveries"]["alone"]) == ends(moved(film)["old"]), "nothing draws from it yet"
    assert ends(effects["Deliveries"]["without"]) == (0.333333333, 1.0), "drawn from, but all carbon may be its own"
    assert ends(effects["Production"]["without"]) == (1.0, 1.0)
    assert "this acts only together with another change" in desk.run("diff", "1", "2", "FILM").out


def test_a_withdrawal_brings_the_old_value_back(history: History) -> None:
    bag = diff(history, "5", "6")[0]
    assert (ends(moved(bag)["old"]), ends(moved(bag)["new"])) == ((0.45, 0.45), (0.5, 0.5))
    (cell,) = bag["causes"][0]["cells"]
    assert (cell["old"], cell["new"], cell["new_ref"]["file"]) == ("90 %", "100 %", "book-1.xlsx")
    assert {lot["number"]: lot["status"] for lot in diff(history, "6", "7")} == {"PAPER": "gone", "POUCH": "gone"}


@pytest.mark.parametrize("number", [str(n) for n in range(1, 8)])
def test_between_an_import_and_itself_nothing_differs(history: History, number: str) -> None:
    assert diff(history, number, number) == []
    assert "No figure of any lot differs." in history.desk.run("diff", number, number).out


def test_a_correction_that_was_taken_back_leaves_no_trace(history: History) -> None:
    assert [c["sheet"] for lot in diff(history, "3", "7") for c in lot["causes"] if lot["number"] == "BAG"] == ["Production"]


@pytest.mark.parametrize(("one", "other"), [(a, b) for a in range(1, 8) for b in range(a + 1, 8)])
def test_there_and_back_mirror_each_other(history: History, one: int, other: int) -> None:
    there, back = diff(history, str(one), str(other)), diff(history, str(other), str(one))
    assert [mirrored(lot) for lot in there] == back


def mirrored(lot: dict[str, Any]) -> dict[str, Any]:
    """A lot's differences as seen from the other side."""
    swapped = {"new": "gone", "gone": "new", "added": "removed", "removed": "added"}

    def turn(value: Any) -> Any:
        if isinstance(value, list):
            return [turn(item) for item in value]
        if not isinstance(value, dict):
            return value
        pairs = {"old": "new", "old_ref": "new_ref", "old_import": "new_import", "alone": "without"}
        other = pairs | {new: old for old, new in pairs.items()}
        found = {name: turn(value[other.get(name, name)]) for name in value}
        for name in ("change_low", "change_high"):
            if found.get(name):
                found[name] = -found[name]
        for name in ("status", "action"):
            found |= {name: swapped.get(found[name], found[name])} if name in found else {}
        return found

    result: dict[str, Any] = turn(lot)
    return result


@pytest.mark.parametrize(("one", "other"), [("1", "2"), ("3", "4"), ("4", "5"), ("5", "6"), ("3", "6")])
def test_lots_that_have_nothing_to_do_with_it_never_appear(history: History, one: str, other: str) -> None:
    numbers = {lot["number"] for lot in diff(history, one, other)}
    assert numbers.isdisjoint({"PAPER", "POUCH"})
    assert diff(history, one, other, "POUCH") == [] if int(one) >= 3 else True


def test_a_lot_that_diff_names_differs_in_its_own_answers_and_no_other_does(history: History) -> None:
    for one in range(1, 7):
        named = {lot["number"] for lot in diff(history, str(one), str(one + 1))}
        for lot in LOTS:
            before, after = (history.answers[n][f"content {lot} --json"] for n in (one, one + 1))
            same = before.code == after.code and (before.code != 0 or before.json["content"] == after.json["content"])
            assert (lot not in named) == same, (one, lot)


def test_one_lot_says_what_all_lots_say_of_it(history: History) -> None:
    for lot in diff(history, "2", "6"):
        assert diff(history, "2", "6", lot["number"]) == [lot]


def test_a_description_that_changes_moves_what_is_made_of_it(desk: Desk) -> None:
    history = History(desk)
    plain = noted(delivery("R1", "BIO-PE", 10)), noted(delivery("R2", "PP", 10, more=bio(0)))
    material = {"Material ID": "BIO-PE", "Supplier": "SUP", "Organic Carbon %": 85, "Biobased Carbon %": 90, "Method": "ASTM D6866"}
    runs = [*run("A", taken("R1", 10), made("F1", 10)), *run("B", taken("R2", 10), made("F2", 10))]
    history.bring_in(Deliveries=list(plain), Materials=[material], Production=runs)
    history.bring_in(Materials=[material | {"Biobased Carbon %": 80}])
    lots = diff(history, "1", "2")
    assert [lot["number"] for lot in lots] == ["F1", "R1"]
    assert {(cause["sheet"], cell["field"]) for lot in lots for cause in lot["causes"] for cell in cause["cells"]} == {
        ("Materials", "biobased_carbon")
    }


def test_a_setting_that_changes_is_a_cause(desk: Desk) -> None:
    history = History(desk)
    fossil = noted(delivery("FOSSIL", "PP", 50, more={"Organic Carbon %": 50, **bio(0)}))
    history.bring_in(Deliveries=[resin(100), fossil], Production=run("R", taken("RESIN", 50), taken("FOSSIL", 50), made("F", 97)))
    history.bring_in(Settings=[{"Name": "Unaccounted tolerance", "Value": "5 %"}])
    (film,) = diff(history, "1", "2")
    assert (film["number"], [cause["sheet"] for cause in film["causes"]]) == ("F", ["Settings"])
    assert ends(moved(film)["new"]) == (0.5, 0.5), "what is lost within the tolerance is lost in proportion"


@pytest.mark.parametrize(("one", "other"), [("0", "3"), ("3", "8"), ("9", "1")])
def test_unknown_imports_name_the_range(history: History, one: str, other: str) -> None:
    answer = history.desk.run("diff", one, other)
    assert (answer.code, answer.out) == (2, "")
    assert "the log runs from 1 to 7" in answer.err


def test_unknown_lots_are_refused_and_gone_ones_are_not(history: History) -> None:
    assert history.desk.run("diff", "3", "4", "NO-SUCH-LOT").code == 2
    assert [lot["status"] for lot in diff(history, "6", "7", "POUCH")] == ["gone"]


@pytest.mark.parametrize(("lang", "said"), [("de", "Ursache"), ("zh", "原因")])
def test_it_is_said_in_every_language(history: History, lang: str, said: str) -> None:
    text = history.desk.run("diff", "3", "4", "--lang", lang).out
    assert said in text
    assert "[book-4.xlsx Deliveries!H2]" in text
