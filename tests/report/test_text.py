"""What the command line prints."""

from __future__ import annotations

import pytest
import report_examples as example

from tracepack.report import answers, answers_import, text
from tracepack.report.wording import display_width


def test_a_finding_shows_place_cell_message_and_hint():
    assert text.findings_text([example.finding()]) == (
        "error: share-out-of-range   supplies-2026-q1.xlsx  Deliveries!J14\n"
        "  J14  Biobased Carbon % = 145\n"
        "A share lies between 0 % and 100 %.\n"
        "hint: the column is formatted as a percentage; was 1.45 % meant?"
    )


def test_an_excerpt_that_names_its_cell_is_not_given_it_twice():
    assert "\n  J14  Biobased Carbon % = 145\n" in text.findings_text([example.finding(excerpt="J14  Biobased Carbon % = 145")])


def test_the_same_cause_in_a_column_is_shown_once_with_its_count_and_first_20_cells():
    findings = [example.finding(cells=f"J{row}") for row in range(2, 32)]
    shown = text.findings_text(findings)
    assert shown.count("share-out-of-range") == 1
    assert "30 cells in all" in shown
    assert "J21" in shown
    assert "J22" not in shown


def test_causes_in_two_columns_stay_two_findings():
    shown = text.findings_text([example.finding(cells="J2"), example.finding(cells="K2")])
    assert shown.count("share-out-of-range") == 2


def test_no_findings_are_said_to_be_none():
    assert text.findings_text([]) == ""
    assert text.check_text(answers.CheckAnswer(as_known_after_import=4, findings=[])) == "No findings.\n\nAs known after import 4."


def test_check_counts_by_severity():
    shown = text.check_text(answers.CheckAnswer(as_known_after_import=4, findings=[example.finding()]))
    assert shown.endswith("Errors: 1, warnings: 0, notes: 0.\nAs known after import 4.")


def test_content_names_every_figure_with_its_basis_and_evidence():
    shown = text.content_text(example.film_content())
    assert "Lot FILM-1 (NORDFOLIE)" in shown
    line = next(line for line in shown.splitlines() if "total organic carbon" in line)
    assert "54.41 %" in line
    assert "declared" in line
    assert "60.00 % to 100 %" in next(line for line in shown.splitlines() if "Bio-based content" in line)
    assert shown.endswith("As known after import 3.")


def test_nothing_attributed_is_said_in_one_line_and_something_never_reads_as_content():
    content = example.film_content()
    assert "nothing is attributed" in text.content_text(content)
    credited = content.content.model_copy(update={"attributed": example.figure(0.25)})
    shown = text.content_text(content.model_copy(update={"content": credited}))
    assert "Attributed by bookkeeping: 25.00 %" in shown
    assert "says nothing of what this lot is made of" in shown


def test_a_lot_without_carbon_has_no_percentage():
    none = answers.FigureAnswer(low=None, high=None, evidence="not-applicable")
    figures = example.FILM_CONTENT.model_copy(update={"bio_carbon_toc": none})
    shown = text.content_text(example.film_content().model_copy(update={"content": figures}))
    assert "not applicable (no carbon)" in next(line for line in shown.splitlines() if "total organic carbon" in line)


def test_columns_line_up_under_wide_characters():
    lines = text.content_text(example.film_content()).splitlines()
    start = lines.index("Origins")
    header, corn, naphtha = lines[start + 1 : start + 4]
    at = display_width(header[: header.index("Material")])
    assert display_width(corn[: corn.rindex("PLA")]) == at
    assert display_width(naphtha[: naphtha.index("PBAT 全")]) == at


def test_a_trace_shows_mass_on_every_link_and_ends_with_its_statement():
    lines = text.trace_text(example.film_trace()).splitlines()
    assert lines[0] == "FILM-1 (NORDFOLIE)  Blown film 40 µm  480 kg in all"
    assert lines[1] == "  500 kg from BLEND-1 (NORDFOLIE)  PLA/PBAT 60/40  980 kg in all  [run E-7]"
    assert lines[3] == "      306.122449 kg from source CORN-US"
    assert lines[-1].startswith("Complete: 4 lots")


def test_an_incomplete_trace_names_its_open_ends():
    shown = text.trace_text(example.film_trace(complete=False))
    assert "PBAT-0042 (绿源新材料) (204.081633 kg): no feedstock source is stated" in shown
    assert shown.splitlines()[-1].startswith("Not complete")


def _trace(links: list[tuple[str, str]], numbers: list[str]) -> answers.TraceAnswer:
    return answers.TraceAnswer(
        lot=example.film_lot(numbers[0]),
        direction="up",
        lots=[answers.TraceLot(owner=example.OWN, number=n, material="m", mass_kg="1", depth=i) for i, n in enumerate(numbers)],
        links=[example.link(a, example.OWN, b, example.OWN, "R", "1") for a, b in links],
        complete=True,
        open_ends=[],
        unaccounted_kg="0",
        statement="Complete.",
        as_known_after_import=1,
        findings=[],
    )


def test_a_lot_met_twice_is_expanded_once():
    shown = text.trace_text(_trace([("B", "A"), ("C", "A"), ("D", "B"), ("D", "C"), ("E", "D")], ["A", "B", "C", "D", "E"]))
    assert shown.count("from E") == 1
    assert shown.count("see above") == 1


def test_a_loop_is_drawn_once_around():
    shown = text.trace_text(_trace([("B", "A"), ("A", "B")], ["A", "B"]))
    assert shown.splitlines()[2].endswith("[run R, see above]")


def test_a_chain_of_ten_thousand_runs_prints_in_full():
    numbers = [f"L{i}" for i in range(10_001)]
    shown = text.trace_text(_trace(list(zip(numbers[1:], numbers, strict=False)), numbers))
    assert "[step 10000] 1 kg from L10000 (NORDFOLIE)" in shown
    assert max(map(len, shown.splitlines())) < 150


def test_the_same_number_of_two_owners_stays_two_lots():
    trace = example.film_trace()
    lots = [*trace.lots, answers.TraceLot(owner="OTHER", number="PLA-17", material="talc", mass_kg="5", depth=2)]
    shown = text.trace_text(trace.model_copy(update={"lots": lots}))
    assert "from PLA-17 (GREENPOLY)  PLA  1000 kg in all" in shown
    assert "talc" not in shown


@pytest.mark.parametrize("number", ["\x1b[31mred", "a\nb", "\u202egpj"])
def test_control_and_direction_marks_in_a_lot_number_cannot_act_on_the_terminal(number: str):
    shown = text.content_text(example.film_content(number)) + text.trace_text(example.film_trace(number))
    assert not {"\x1b", "\u202e"} & set(shown)
    assert "a\nb" not in shown


def test_lots_and_log_and_import_say_what_happened():
    lots = answers.LotsAnswer(
        as_known_after_import=1,
        lots=[answers.LotRow(owner="O", number="001", material="PLA", mass_kg=None, first_date=None, origin="unknown")],
    )
    assert "mass not known" in text.lots_text(lots)
    change = answers.LogChange(
        fact_id=7, sheet="Deliveries", key=["O", "001"], action="superseded", old={"quantity": "5"}, new={"quantity": "6"}, why="typo"
    )
    entry = answers.LogEntry(
        import_id=2,
        kind="import",
        files=[example.ref(example.LAB, "", "")],
        recorded={"Deliveries": 1},
        superseded=1,
        withdrawn=0,
        changes=[change],
    )
    log = text.log_text(answers.LogAnswer(entries=[entry]))
    assert "quantity: 5 -> 6" in log
    assert "c" * 64 in log
    file = answers_import.ImportFileAnswer(
        file="a.xlsx", sha256="d" * 64, status="refused", recorded={}, unchanged=0, superseded=0, findings=[example.finding()]
    )
    refused = text.import_text(answers_import.ImportAnswer(import_id=None, dry_run=False, files=[file]))
    assert refused.startswith("a.xlsx: refused, nothing was stored\n\nerror: share-out-of-range")
    assert refused.endswith("Nothing was stored.")


def test_german_and_chinese_write_numbers_their_way():
    assert "54,41 %" in text.content_text(example.film_content(), "de")
    assert "54.41%" in text.content_text(example.film_content(), "zh")
