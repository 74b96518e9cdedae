"""What a template offers in its drop-downs, says in its notes, and keeps from becoming a formula."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sheets import names, save

from tracepack import data
from tracepack.intake.celltext import read_choice
from tracepack.intake.columns import GUIDE_SHEETS, LISTS_SHEET
from tracepack.intake.example import example_name
from tracepack.intake.reading import read_file
from tracepack.intake.suggestions import LONGEST_LIST, Names, names_in, offered_list
from tracepack.intake.template import column_note, write_template
from tracepack.intake.template_choices import value_title
from tracepack.workspace import Workspace

LANGUAGES = ["en", "zh", "de"]
SHEETS = data.layout().sheets
FORMULA = '=HYPERLINK("https://example.org","GREENPE")'


def opened(template: bytes) -> Workbook:
    return load_workbook(io.BytesIO(template))


def offered(book: Workbook, sheet: str, key: str) -> list[Any]:
    """The values that a column's drop-down shows."""
    rule = validation(book, sheet, key)
    assert rule is not None and rule.type == "list"
    cells = rule.formula1.rpartition("!")[2].replace("$", "")
    return [row[0].value for row in book[LISTS_SHEET][cells]]


def validation(book: Workbook, sheet: str, key: str) -> Any:
    number = [column.key for column in SHEETS[sheet].columns].index(key) + 1
    first = book[sheet].cell(2, number).coordinate
    return next((rule for rule in book[sheet].data_validations.dataValidation if first in rule.sqref), None)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two suppliers' deliveries, one of them called like a formula, and a run that made a film."""
    own = Workspace.create(tmp_path / "own.db", "MYCO")
    path = save(
        tmp_path / "quarter.xlsx",
        {
            "Parties": [["Party ID", "Name", "Role"], ["LAB-1", "A laboratory", "laboratory"], ["SHOP", "A shop", "customer"]],
            "Certificates": [
                ["Certificate No", "Scheme", "Holder", "Valid From", "Valid Until"],
                ["C-1", "ISCC PLUS", "ACME", "2026-01-01", "2026-12-31"],
            ],
            "Deliveries": [
                ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Delivery Note"],
                ["G-1", "ACME", "PLA", 100, "kg", "2026-03-02", "N-1"],
                ["G-2", "ACME", "PLA", 100, "kg", "2026-03-03", "N-2"],
                ["X-1", "OTHER", "PBAT", 100, "kg", "2026-03-03", "N-3"],
            ],
            "Production": [
                ["Run No", "Date", "Direction", "Lot No", "Supplier", "Material", "Quantity", "Unit", "Site"],
                ["R-1", "2026-03-05", "in", "G-1", "ACME", "PLA", 50, "kg", "PLANT-2"],
                ["R-1", "2026-03-05", "out", "FILM-1", None, "film", 49, "kg", "PLANT-2"],
            ],
        },
    )
    assert own.import_files([path]).files[0].status == "recorded"
    return own


def test_drop_downs_offer_what_the_workspace_knows(workspace: Workspace) -> None:
    book = opened(workspace.template("all", names=workspace.names()))
    assert offered(book, "Deliveries", "supplier") == ["ACME", "OTHER"]
    assert offered(book, "Deliveries", "material") == ["film", "PBAT", "PLA"]
    assert offered(book, "Production", "lot_no") == ["FILM-1", "X-1", "G-2", "G-1"]
    assert offered(book, "Production", "site") == ["main", "PLANT-2"]
    assert offered(book, "Shipments", "customer") == ["SHOP"]
    assert offered(book, "Lab Tests", "laboratory") == ["LAB-1"]
    assert offered(book, "Deliveries", "certificate_no") == ["C-1"]
    assert offered(book, "Certificates", "holder") == ["ACME", "LAB-1", "main", "OTHER", "PLANT-2", "SHOP"]
    assert validation(book, "Deliveries", "lot_no") is None, "a delivery names a new lot"


def test_a_suppliers_template_holds_nobody_elses_names(workspace: Workspace) -> None:
    template = workspace.template("all", names=workspace.names("ACME"))
    texts = {cell.value for sheet in opened(template).worksheets for row in sheet.iter_rows() for cell in row}
    assert {"ACME", "PLA", "G-1", "G-2", "C-1", "For ACME"} <= texts
    assert not {"OTHER", "PBAT", "X-1", "SHOP", "LAB-1", "FILM-1"} & texts


def test_the_same_workspace_makes_the_same_template(workspace: Workspace) -> None:
    assert workspace.template(names=workspace.names()) == workspace.template(names=workspace.names())
    assert workspace.template() == Workspace.template(), "without names it is the same for everyone"


def test_only_the_newest_lots_are_offered(tmp_path: Path) -> None:
    own = Workspace.create(tmp_path / "own.db")
    header = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date"]
    rows = [[f"L-{number}", "ACME", "PLA", 1, "kg", "2026-03-02"] for number in range(LONGEST_LIST + 5)]
    own.import_files([save(tmp_path / "many.xlsx", {"Deliveries": [header, *rows]})])
    lots = offered(opened(own.template(names=own.names())), "Production", "lot_no")
    assert lots == [f"L-{number}" for number in range(LONGEST_LIST + 4, 4, -1)]


def test_names_that_look_like_formulas_stay_text(tmp_path: Path) -> None:
    lots = ("=1+1", "+49", "-5", "@SUM(A1)", "#N/A", "_x0041_", "bell\x07")
    template = write_template("all", "en", Names(supplier=FORMULA, suppliers=(FORMULA,), lots=lots))
    book = opened(template)
    assert offered(book, "Deliveries", "supplier") == [FORMULA]
    assert offered(book, "Production", "lot_no") == [*lots[:-2], "_x005F_x0041_", "bell"]
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {
        "s",
        "n",
        "d",
    }
    path = tmp_path / "template.xlsx"
    path.write_bytes(template)
    assert names(read_file(path).findings) == {"example-skipped", "workbook-empty"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_value_of_a_drop_down_reads_back(lang: str) -> None:
    for vocabulary, values in data.layout().vocabularies.items():
        titles = [value_title(vocabulary, value, lang) for value in values]
        assert [read_choice(title, vocabulary) for title in titles] == list(values)


def test_closed_lists_stop_and_names_only_warn() -> None:
    book = opened(write_template("all", "de", Names(lots=("L-1",))))
    production, deliveries = "Produktion", "Lieferungen"
    rules = {str(rule.sqref): rule for rule in book[production].data_validations.dataValidation}
    styles = {key: rules[f"{letter}2:{letter}5000"].errorStyle for key, letter in (("direction", "E"), ("lot", "F"), ("unit", "J"))}
    assert styles == {"direction": "stop", "lot": "warning", "unit": "warning"}
    share = next(rule for rule in book[deliveries].data_validations.dataValidation if "K2" in rule.sqref)
    assert (share.type, share.errorStyle, share.formula1) == ("custom", "stop", "OR(ISTEXT(K2),AND(ISNUMBER(K2),K2>=0,K2<=100))")


@pytest.mark.parametrize("sheet", SHEETS)
def test_an_edited_example_is_still_the_example(tmp_path: Path, sheet: str) -> None:
    """Whatever else was typed into the example row, and however wrong: its name says that it is none of the user's."""
    book = opened(write_template("all", "en"))
    key = example_name(sheet)[0]
    for number, column in enumerate(SHEETS[sheet].columns, 1):
        if column.key != key and column.type in {"decimal", "share", "number", "date"}:
            book[sheet].cell(2, number).value = "32.13.2026" if column.type == "date" else -5
    book.save(tmp_path / "edited.xlsx")
    reading = read_file(tmp_path / "edited.xlsx")
    assert (reading.rows, names(reading.findings)) == ((), {"example-skipped", "workbook-empty"})


def test_an_overwritten_example_is_data_and_its_number_is_no_evidence(tmp_path: Path) -> None:
    header = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Method", "Biobased Carbon %"]
    example = ["example-lot-1", "ACME", "PLA", 5, "kg", "2026-03-02", "ASTM D6866", 100]
    own = ["L-1", "EXAMPLE-SUPPLIER", "PLA", 5, "kg", "2026-03-02", "ASTM D6866", 0.5]
    reading = read_file(save(tmp_path / "book.xlsx", {"Deliveries": [header, example, own]}))
    assert [row.values["lot_no"] for row in reading.rows] == ["L-1"]
    assert names(reading.findings) == {"example-skipped", "share-ambiguous"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_says_what_it_means_and_what_a_blank_means(lang: str) -> None:
    book = opened(write_template("all", lang))
    for layout, worksheet in zip(SHEETS.values(), book.worksheets[1:], strict=False):
        for number, column in enumerate(layout.columns, 1):
            note = column_note(layout, column, lang)
            assert worksheet.cell(1, number).comment.text == note
            assert len(note.splitlines()) == 1 + (column.required or bool(column.blank))
            assert worksheet.cell(2, number).font.italic


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_leads_to_every_sheet_and_says_what_it_is_for(lang: str) -> None:
    book = opened(write_template("all", lang))
    guide = book[GUIDE_SHEETS[lang]]
    links = {cell.hyperlink.location: cell.offset(0, 1).value for (cell,) in guide.iter_rows(max_col=1) if cell.hyperlink}
    assert list(links) == [f"'{name}'!A1" for name in book.sheetnames[1:-1]]
    assert all(links.values())


def test_cells_keep_what_is_typed() -> None:
    sheet = opened(write_template("supplier", "en"))["Deliveries"]
    formats = {sheet.cell(1, number).value.rstrip(" *"): sheet.cell(3, number).number_format for number in range(1, sheet.max_column + 1)}
    assert (formats["Lot No"], formats["Delivery Date"], formats["Biobased Carbon %"]) == ("@", "yyyy-mm-dd", "General")
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.orientation) == ("B2", "$1:$1", "landscape")


def test_every_list_of_names_is_one_that_exists() -> None:
    lists = {found for sheet in SHEETS.values() for column in sheet.columns if (found := offered_list(sheet, column))}
    assert lists <= set(Names.__dataclass_fields__)
    assert names_in(()) == Names()
