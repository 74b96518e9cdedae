"""Profiles: what a user answered about a supplier's layout, found again by the layout, never applied where it does not fit."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.sheets import names, save
from tracepack import data
from tracepack.core.limits import Limits
from tracepack.errors import UsageProblem
from tracepack.intake.columns import Rules
from tracepack.intake.instructions import Instructions, fixed_values, sheets_read_as, told_columns
from tracepack.intake.profiles import Profile, SkipRule, TableProfile, parse_profile, profile_text
from tracepack.intake.proposal import propose_profile
from tracepack.intake.reading import Reading, read_file

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 3, 5)
OWN = ["Partie", "Firma X", "Sorte A", "Kilo netto", "Kam am", "Bio C"]
PROFILE = """
[[table]]
sheet = "Eingang*"
holds = "Deliveries"
decimal_mark = ","
date_order = "day first"
percent_scale = "fraction"
ignored = ["Lager*"]
[table.columns]
"Lot No" = "Partie"
Supplier = "Firma X"
Material = "Sorte A"
Quantity = "Kilo netto"
"Delivery Date" = "Kam am"
"Biobased Carbon %" = "Bio C"
[table.fixed]
Unit = "kg"
Method = "ASTM D6866"
"""


def profile(text: str = PROFILE, name: str = "acme") -> Profile:
    return parse_profile(name, text)


def read(folder: Path, rows: list[list[object]], *profiles: Profile, sheet: str = "Eingang 03", asked: str | None = None) -> Reading:
    path = save(folder / "list.xlsx", {sheet: rows})
    return read_file(path, Instructions(profiles=profiles, profile=asked))


def test_a_file_of_the_layout_is_read_with_it_and_says_so(tmp_path: Path) -> None:
    reading = read(tmp_path, [["Liste"], OWN, ["L-1", "ACME", "PLA", "1.234", "03/04/2026", 0.5]], profile())
    (row,) = reading.rows
    assert {key: row.values[key] for key in ("lot_no", "quantity", "unit", "delivery_date", "method")} == {
        "lot_no": "L-1",
        "quantity": 1234,
        "unit": "kg",
        "delivery_date": dt.date(2026, 4, 3),
        "method": "ASTM D6866",
    }
    assert row.values["biobased_carbon"].low == pytest.approx(0.5)  # type: ignore[union-attr]
    assert "profile-used" in names(reading.findings)
    assert row.source.ref("quantity").cell == "D3"


def test_what_contradicts_the_profile_is_an_error(tmp_path: Path) -> None:
    rows: list[list[object]] = [OWN, ["L-1", "ACME", "PLA", "1,234.5", "13/04/2026", 45], ["L-2", "ACME", "PLA", "7,5", "04/13/2026", 0.4]]
    reading = read(tmp_path, rows, profile())
    contradicted = {ref.cell for f in reading.findings if f.name == "profile-contradicted" for ref in f.refs}
    assert contradicted == {"D2", "F2", "E3"}


def test_a_file_without_one_of_the_columns_is_not_read_with_it(tmp_path: Path) -> None:
    changed: list[list[object]] = [[*OWN[:3], "Netto", *OWN[4:]], ["L-1", "ACME", "PLA", 1, DAY, 0.5]]
    assert "profile-nearly-fits" in names(read(tmp_path, changed, profile()).findings)
    refused = read(tmp_path, changed, profile(), asked="acme")
    assert "profile-not-fitting" in names(refused.findings)
    assert "profile-used" not in names(refused.findings)


def test_of_two_that_fit_none_is_chosen(tmp_path: Path) -> None:
    rows: list[list[object]] = [OWN, ["L-1", "ACME", "PLA", 1, DAY, 0.5]]
    assert "profile-ambiguous" in names(read(tmp_path, rows, profile(), profile(name="other")).findings)
    assert "profile-used" in names(read(tmp_path, rows, profile(), profile(name="other"), asked="acme").findings or ())


def test_a_new_column_is_told_and_one_left_out_on_purpose_is_not(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*OWN, "Lagerplatz", "Farbe"], ["L-1", "ACME", "PLA", 1, DAY, 0.5, "A7", "klar"]]
    (unknown,) = [f for f in read(tmp_path, rows, profile()).findings if f.name == "column-unknown"]
    assert [ref.cell for ref in unknown.refs] == ["H1"]


def test_a_unit_that_the_header_contradicts_is_an_error(tmp_path: Path) -> None:
    text = PROFILE.replace('"Kilo netto"', '"Netto (t)"').replace('Unit = "kg"\n', "") + '[table.units]\nQuantity = "kg"\n'
    rows: list[list[object]] = [[*OWN[:3], "Netto (t)", *OWN[4:]], ["L-1", "ACME", "PLA", 1, DAY, 0.5]]
    assert "profile-contradicted" in names(read(tmp_path, rows, profile(text)).findings)


def test_prepared_rows_and_examples_are_passed_over(tmp_path: Path) -> None:
    text = PROFILE.replace(
        "[table.columns]",
        'row_if_filled = "Partie"\nblank = ["Choose option"]\n[[table.skip]]\ncolumn = "column G"\nequals = "Example"\n[table.columns]',
        1,
    )
    rows: list[list[object]] = [
        [*OWN, "Lager"],
        ["L-0", "ACME", "PLA", 1, DAY, 0.5, "Example"],
        ["L-1", "ACME", "PLA", 1, DAY, 0.5],
        [None, None, "Choose option", 0],
        ["Choose option", None, "Choose option", 0],
    ]
    reading = read(tmp_path, rows, profile(text))
    assert [row.source.row for row in reading.rows] == [3]
    assert {note.row: note.reason for note in reading.row_notes} == {
        2: "left out by the profile",
        4: "a prepared row that was not filled in",
        5: "a prepared row that was not filled in",
    }
    assert not [f for f in reading.findings if f.severity == "error"]


def test_what_was_answered_on_the_command_line_becomes_a_profile_that_reads_the_same(tmp_path: Path) -> None:
    told = Instructions(
        read_as=sheets_read_as(["Deliveries"]),
        told=told_columns(["Lot No=Partie", "Supplier=Firma X", "Material=Sorte A", "Quantity=Kilo netto", "Delivery Date=Kam am"]),
        fixed=fixed_values(["Unit=kg"]),
        rules=Rules(mark=","),
    )
    path = save(tmp_path / "list.xlsx", {"Eingang": [["Liste"], OWN[:5], ["L-1", "ACME", "PLA", "1.000", DAY]]})
    first = read_file(path, told)
    proposed = propose_profile("acme", first, told)
    again = read_file(path, Instructions(profiles=(parse_profile("acme", profile_text(proposed)),)))
    assert [row.values for row in again.rows] == [row.values for row in first.rows]
    assert "profile-used" in names(again.findings)


def test_a_layout_nobody_understands_is_written_down_for_the_user(tmp_path: Path) -> None:
    path = save(tmp_path / "list.xlsx", {"Eingang": [["Liste"], ["Aa", "Bb", "Cc"], ["x", 1, 2]]})
    proposed = propose_profile("acme", read_file(path), Instructions())
    (table,) = proposed.tables
    assert (table.header_row, table.ignored) == (2, ("Aa", "Bb", "Cc"))


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)


@st.composite
def tables(draw: st.DrawFn) -> TableProfile:
    layout = draw(st.sampled_from(list(data.layout().sheets.values())))
    keys = st.sampled_from([column.key for column in layout.columns])
    fields = st.dictionaries(keys, TEXTS, max_size=4)
    return TableProfile(
        sheet=draw(TEXTS),
        layout=layout,
        columns=draw(fields),
        header_row=draw(st.none() | st.integers(1, 99)),
        header_rows=draw(st.integers(1, 3)),
        units=draw(fields),
        fixed=draw(fields),
        blank=tuple(draw(st.lists(TEXTS, max_size=2))),
        ignored=tuple(draw(st.lists(TEXTS, max_size=2))),
        row_if_filled=draw(st.just("") | TEXTS),
        skip=tuple(draw(st.lists(st.builds(SkipRule, TEXTS, TEXTS), max_size=2))),
        rules=Rules(
            draw(st.sampled_from([None, ",", "."])),
            draw(st.sampled_from([None, "dm", "md"])),
            draw(st.sampled_from([None, "percent", "fraction"])),
        ),
    )


@given(
    st.builds(
        Profile, st.just("p"), st.lists(tables(), min_size=1, max_size=3).map(tuple), supplier=st.just("") | TEXTS, encoding=st.just("")
    )
)
def test_a_profile_written_reads_back_equal(kept: Profile) -> None:
    assert parse_profile("p", profile_text(kept)) == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[table]\n", "not valid TOML"),
        ("", "describes no table"),
        ('[[table]]\nholds = "Invoices"\n', "none of the sheets"),
        ('[[table]]\nholds = "Deliveries"\n[table.columns]\nColour = "Farbe"\n', "no such column"),
        ('[[table]]\nholds = "Deliveries"\ndecimal_mark = ";"\n', "not known"),
        ('[[table]]\nholds = "Deliveries"\nheader_row = 0\n', "counted from 1"),
        ('[[table]]\nholds = "Deliveries"\nheder_row = 3\n', "no such entry"),
        ('[[table]]\nholds = "Deliveries"\nblank = [1]\n', "list of texts"),
        ("table = 3\n", "list of tables"),
    ],
)
def test_a_profile_that_is_wrong_names_its_entry(text: str, told: str) -> None:
    with pytest.raises(UsageProblem, match=told):
        profile(text)


CORPUS = Path(os.environ.get("TRACEPACK_CORPUS", ROOT.parent / "shared" / "corpus"))
LOG = CORPUS / "defra" / "reprocessorInput_R-ACC12045PL_R25SR500000912PL.xlsx"


@pytest.mark.slow
@pytest.mark.skipif(not LOG.is_file(), reason="the third-party workbooks are not here")
def test_the_uk_reprocessors_summary_log_becomes_deliveries_production_and_shipments() -> None:
    text = (ROOT / "samples" / "profiles" / "uk-reprocessor-summary-log.toml").read_text(encoding="utf-8")
    patient = Limits(reading_seconds=300)  # a busy machine takes its time
    reading = read_file(LOG, Instructions(profiles=(parse_profile("uk", text),)), limits=patient)
    counts = {sheet: sum(row.sheet == sheet for row in reading.rows) for sheet in ("Deliveries", "Production", "Shipments")}
    assert counts == {"Deliveries": 1000, "Production": 6000, "Shipments": 2000}
    assert not [f for f in reading.findings if f.severity == "error"]
    first = next(row for row in reading.rows if row.sheet == "Deliveries")
    assert (first.values["lot_no"], str(first.values["quantity"]), first.values["delivery_date"]) == (
        "1000",
        "143.464114182907",
        dt.date(2026, 2, 14),
    )
    assert first.source.ref("quantity").cell == "N4"
    seen = {(row.source.sheet, row.source.row) for row in reading.rows} | {(note.sheet, note.row) for note in reading.row_notes}
    assert len(seen) == 12 + 3 * 15039 + 3


def test_a_saved_profile_fits_next_months_sheet_and_file(tmp_path: Path) -> None:
    told = Instructions(fixed=fixed_values(["Supplier=ACME"]))
    header = ["Lot No", "Material", "Quantity (kg)", "Delivery Date"]
    january = save(tmp_path / "jan.xlsx", {"2026-01": [header, ["L-1", "PLA", 1, DAY]], "2026-02": [header, ["L-2", "PLA", 1, DAY]]})
    proposed = propose_profile("acme", read_file(january, told), told)
    assert [table.sheet for table in proposed.tables] == ["*-*"], "sheets that differ in their digits only are one entry"
    march = save(tmp_path / "mar.xlsx", {"2026-03": [header, ["L-3", "PLA", 1, DAY]], "Notes-1": [["a", "b"], ["c", "d"]]})
    reading = read_file(march, Instructions(profiles=(proposed,)))
    assert [(row.values["lot_no"], row.values["supplier"]) for row in reading.rows] == [("L-3", "ACME")]
    text = tmp_path / "export-2026-01.csv"
    text.write_text("Lot No,Material,Quantity (kg),Delivery Date\r\nL-1,PLA,1,2026-03-05\r\n", encoding="utf-8")
    assert [table.sheet for table in propose_profile("acme", read_file(text, told), told).tables] == ["*"]


def test_a_profile_that_names_no_column_yet_says_so(tmp_path: Path) -> None:
    path = save(tmp_path / "list.xlsx", {"Eingang": [["Liste"], ["Aa", "Bb", "Cc"], ["x", 1, 2]]})
    blank = propose_profile("acme", read_file(path), Instructions())
    assert "profile-used" not in names(read_file(path, Instructions(profiles=(blank,))).findings)
    (told,) = [f for f in read_file(path, Instructions(profiles=(blank,), profile="acme")).findings if f.name == "profile-not-fitting"]
    assert "names no column yet" in told.message


UNITS = ["", "", "", "kg", "TT.MM.JJJJ", "% v. TOC"]


@pytest.mark.parametrize("by_profile", [True, False])
def test_a_units_row_counts_under_headers_that_were_told(by_profile: bool, tmp_path: Path) -> None:
    fields = ["Lot No", "Supplier", "Material", "Quantity", "Delivery Date", "Biobased Carbon %"]
    told = Instructions(
        read_as=sheets_read_as(["Deliveries"]), told=told_columns([f"{field}={header}" for field, header in zip(fields, OWN, strict=True)])
    )
    path = save(tmp_path / "march.xlsx", {"Eingang": [OWN, UNITS, ["L-1", "ACME", "PLA", 5, DAY, 45]]})
    first = read_file(path, told)
    if by_profile:
        told = Instructions(profiles=(propose_profile("acme", first, told),))
    (row,) = read_file(path, told).rows
    assert (row.values["quantity"], row.values["unit"]) == (5, "kg")
    tonnes = save(tmp_path / "april.xlsx", {"Eingang": [OWN, [*UNITS[:3], "t", *UNITS[4:]], ["L-1", "ACME", "PLA", 5, DAY, 45]]})
    reading = read_file(tonnes, Instructions(read_as=told.read_as, told=told.told, profiles=told.profiles, fixed=fixed_values(["Unit=kg"])))
    assert "unit-contradictory" in names(reading.findings), "five tonnes are never five kilograms"


def test_a_profile_saved_from_merged_headers_fits_the_file_it_came_from(tmp_path: Path) -> None:
    path = save(
        tmp_path / "list.xlsx",
        {
            "2026年1月": [
                ["发货"],
                ["产品 Product", None, "数量", "发货 Shipping"],
                ["品名", "牌号 Grade", "净重(吨)", "装柜日"],
                ["聚乳酸", "L-1", 2, DAY],
            ]
        },
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("A2:B2")
    book.save(path)
    told = Instructions(
        supplier="WF",
        read_as=sheets_read_as(["Deliveries"]),
        told=told_columns(["Lot No=牌号 Grade", "Material=品名", "Delivery Date=装柜日"]),
    )
    first = read_file(path, told)
    assert [row.values["lot_no"] for row in first.rows] == ["L-1"]
    kept = parse_profile("wf", profile_text(propose_profile("wf", first, told)))
    again = read_file(path, Instructions(profiles=(kept,)))
    assert [row.values for row in again.rows] == [row.values for row in first.rows]
    assert "column-unknown" not in names(again.findings)


def test_what_is_told_goes_before_the_profile(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*OWN, "Netto"], ["L-1", "ACME", "PLA", 1, DAY, 0.5, 7]]
    path = save(tmp_path / "list.xlsx", {"Eingang 03": rows})
    told = Instructions(profiles=(profile(),), told=told_columns(["Quantity=Netto"]))
    assert [row.values["quantity"] for row in read_file(path, told).rows] == [7]
    other = read_file(path, Instructions(profiles=(profile(),), read_as=sheets_read_as(["Eingang*=Shipments"])))
    assert {row.sheet for row in other.rows} <= {"Shipments"}


def test_a_profiles_supplier_owns_what_names_no_owner(tmp_path: Path) -> None:
    text = 'supplier = "ACME"\n[[table]]\nsheet = "QS"\nholds = "Lab Tests"\n[table.columns]\n"Report No" = "Prüf"\n"Lot No" = "Partie"\n'
    text += 'Method = "Verf"\n"Report Date" = "Tag"\n"Biobased Carbon %" = "C"\n'
    reading = read(tmp_path, [["Prüf", "Partie", "Verf", "Tag", "C"], ["R-1", "L-1", "ASTM D6866", DAY, 45]], profile(text), sheet="QS")
    assert [row.values["supplier"] for row in reading.rows] == ["ACME"]


def test_totals_are_compared_also_in_text_and_under_a_profile(tmp_path: Path) -> None:
    text = PROFILE.replace("[table.columns]", 'row_if_filled = "Partie"\n[table.columns]', 1)
    rows: list[list[object]] = [OWN, ["L-1", "ACME", "PLA", "1.000,5", DAY, 0.5], [None, None, "Gesamt kg", "9.999,0"], ["____________"]]
    reading = read(tmp_path, rows, profile(text))
    (differs,) = [f for f in reading.findings if f.name == "total-differs"]
    assert differs.refs[0].cell == "D3"
    assert not [f for f in reading.findings if f.severity == "error"]
    right = read(tmp_path, [*rows[:2], [None, None, "Gesamt kg", "1.000,5"]], profile(text))
    assert "total-differs" not in names(right.findings)


def test_what_the_cells_prove_is_kept_for_files_that_prove_nothing(tmp_path: Path) -> None:
    text = tmp_path / "coa-02.csv"
    text.write_text("Lot No,Supplier,Material,Net Wt (lb),Ship Date\r\n1E5,PT,PP,1.5,2/19/2026\r\n", encoding="utf-8")
    kept = propose_profile("pt", read_file(text), Instructions())
    assert (kept.tables[0].rules.order, kept.tables[0].rules.mark) == ("md", ".")
    march = tmp_path / "coa-03.csv"
    march.write_text("Lot No,Supplier,Material,Net Wt (lb),Ship Date\r\n1E6,PT,PP,2,3/4/2026\r\n", encoding="utf-8")
    assert [row.values["delivery_date"] for row in read_file(march, Instructions(profiles=(kept,))).rows] == [dt.date(2026, 3, 4)]
