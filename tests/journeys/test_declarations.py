"""The sustainability declaration of a shipment, from workbooks to its files, on the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from journeys.bookdesk import attribution, made_film
from journeys.claimdesk import OWN, attributed_line, blended_line, our_declaration, own_certificate, segregated_line, sold
from journeys.desk import Desk
from tracepack.report.schemas import published_schemas

LANGUAGES = {"en": ("Sustainability declaration", "DRAFT"), "de": ("Nachhaltigkeitserklärung", "ENTWURF"), "zh": ("可持续性声明", "草稿")}


def issued(folder: Path, **columns: Any) -> Desk:
    """A tonne of film with 60 % attributed, sold under our declaration, which differs in ``columns``."""
    desk = attributed_line(folder).fill("Shipments", sold("FILM", Declaration_No="SD-OUT-1"))
    return desk.fill("Declarations", our_declaration(**columns))


def declaration(desk: Desk, shipment: str = "S-1", code: int | None = None) -> dict[str, Any]:
    """`declaration --json`, importing first what is still on the desk."""
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("declaration", shipment, "--json")
    assert code is None or answer.code == code, answer.out + answer.err
    return answer.json


def wrong(found: dict[str, Any]) -> list[str]:
    return [finding["name"] for finding in found["findings"]]


def missing(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The mandatory fields that are missing, with the sheet and column to fill in."""
    return {field["key"]: (field["sheet"], field["column"]) for field in found["fields"] if field["missing"]}


def test_a_declaration_with_all_its_fields_is_no_draft(tmp_path: Path):
    found = declaration(issued(tmp_path, Contract="C-7", Remark="as ordered"), code=0)
    assert not found["draft"]
    assert found["findings"] == []
    assert found["declaration_no"] == "SD-OUT-1"
    assert found["issue_date"] == "2026-03-12"
    assert found["supplier"] == {"party": "ORG", "name": "Own Films", "address": "Own Street 1"}
    assert found["recipient"] == {"party": "CUST", "name": "Customer", "address": "Customer Road 2"}
    assert (found["certification_system"], found["certificate_no"]) == ("ISCC PLUS", OWN)
    assert (found["dispatch_place"], found["dispatch_date"]) == ("Works Road 1", "2026-03-10")
    assert (found["contract"], found["delivery_note"], found["remark"]) == ("C-7", "S-1", "as ordered")
    assert (found["compliance_claim"], found["credit_transfer"]) == ("ISCC compliant", "no")
    (line,) = found["lines"]
    assert (line["lot"], line["product"]) == ("FILM", "film")
    assert (line["raw_material"], line["category"], line["country_of_origin"]) == ("tall oil", "bio", "FI")
    assert (line["quantity"], line["unit"], line["certified_kg"], line["certified_share"]) == ("1000", "kg", "600", 0.6)
    assert line["chain_of_custody"] == found["chain_of_custody"] == "mass balance"


def test_the_answer_is_as_its_schema_says(tmp_path: Path):
    schema = published_schemas()["declaration.schema.json"]
    desk = issued(tmp_path)
    Draft202012Validator(schema).validate(declaration(desk))
    assert desk.run("declaration", "S-1", "-o", str(tmp_path / "d.json")).code == 0
    assert json.loads((tmp_path / "d.json").read_text(encoding="utf-8")) == declaration(desk)


# --- drafts


def test_what_nobody_filled_in_makes_a_draft_and_says_where_to_fill_it_in(tmp_path: Path):
    desk = attributed_line(tmp_path).fill("Shipments", sold("FILM"))
    desk.sheets["Parties"] = []
    desk.sheets["Certificates"].pop()
    found = declaration(desk, code=1)
    assert found["draft"]
    assert missing(found) == {
        "declaration_no": ("Shipments", "Declaration No"),
        "issue_date": ("Declarations", "Issue Date"),
        "supplier_name": ("Parties", "Name"),
        "supplier_address": ("Parties", "Address"),
        "scheme": ("Certificates", "Scheme"),
        "certificate_no": ("Certificates", "Certificate No"),
        "recipient_name": ("Parties", "Name"),
        "recipient_address": ("Parties", "Address"),
        "dispatch_place": ("Parties", "Address"),
    }
    assert set(wrong(found)) == {"declaration-field-missing"}


def test_a_lot_of_which_nothing_is_certified_is_a_draft_without_a_raw_material(tmp_path: Path):
    found = declaration(attributed_line(tmp_path).fill("Shipments", sold("PP-FILM", Supplier="SUP")), code=1)
    assert {"raw_material", "category", "country_of_origin", "certified_mass", "chain_of_custody"} <= set(missing(found))


@pytest.mark.parametrize(("issue", "fields"), [("2026-12-31", set()), ("2027-01-01", {"input_characteristics", "input_compensation"})])
def test_what_becomes_mandatory_in_2027_is_missing_from_that_day_on(tmp_path: Path, issue: str, fields: set[str]):
    found = declaration(issued(tmp_path, Issue_Date=dt.date.fromisoformat(issue)))
    assert set(missing(found)) == fields
    assert found["draft"] == bool(fields)


def test_the_fields_of_2027_can_be_filled_in(tmp_path: Path):
    later = {"Issue_Date": dt.date(2027, 1, 1), "Input_Characteristics": "crude tall oil", "Input_Compensation": "60 %"}
    assert not declaration(issued(tmp_path, **later))["draft"]


def test_circular_material_says_how_it_was_recycled(tmp_path: Path):
    circular = attribution("A-3", "FILM-C", 10, Category="circular", Feedstock="mixed waste")
    desk = made_film(attributed_line(tmp_path), "FILM-C", 10).fill("Attributions", circular)
    desk.fill("Shipments", sold("FILM-C", Declaration_No="SD-OUT-1"))
    desk.fill("Declarations", our_declaration(Category="circular", Feedstock="mixed waste"))
    assert set(missing(declaration(desk))) == {"recycling"}


def test_greenhouse_gas_is_voluntary_except_under_iscc_eu(tmp_path: Path):
    assert "ghg" not in missing(declaration(issued(tmp_path)))
    (tmp_path / "eu").mkdir()
    assert "ghg" in missing(declaration(issued(tmp_path / "eu", Scheme="ISCC EU")))


def test_a_certificate_that_was_not_valid_on_the_day_is_not_named(tmp_path: Path):
    desk = issued(tmp_path)
    desk.sheets["Certificates"][-1] = own_certificate(until="2026-03-09")
    found = declaration(desk, code=1)
    assert found["certificate_no"] == ""
    assert "certificate_no" in missing(found)


# --- what goes beyond the books


@pytest.mark.parametrize(("kilograms", "expected"), [(600, []), (600.001, ["declaration-beyond-credits"]), (1, [])])
def test_no_more_is_declared_than_is_certified(tmp_path: Path, kilograms: float, expected: list[str]):
    assert wrong(declaration(issued(tmp_path, Quantity=kilograms))) == expected


def test_a_stronger_model_than_the_lots_is_an_error(tmp_path: Path):
    found = declaration(issued(tmp_path, Chain_of_Custody="segregated"), code=1)
    assert wrong(found) == ["claim-above-custody"]
    assert found["draft"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"Recipient": "OTHER"}, "Recipient"),
        ({"Category": "bio-circular"}, "Category"),
        ({"Feedstock": "rape"}, "Feedstock"),
        ({"Country of Origin": "SE"}, "Country of Origin"),
    ],
)
def test_a_declaration_that_is_not_of_this_shipment_is_an_error(tmp_path: Path, change: dict[str, str], column: str):
    found = declaration(issued(tmp_path, **change), code=1)
    assert wrong(found) == ["declaration-differs"]
    assert column in found["findings"][0]["message"]


def test_one_number_on_two_shipments_needs_a_period_and_covers_both(tmp_path: Path):
    desk = issued(tmp_path, Quantity=1200).fill("Shipments", sold("FILM", "S-2", Declaration_No="sd out 1"))
    assert wrong(declaration(desk)) == ["declaration-number-reused"]
    desk.fill("Declarations", our_declaration(Quantity=1200, Period="March 2026"))
    assert desk.run("import", "--replace", str(desk.save())).code == 0
    assert wrong(declaration(desk)) == []


def test_rows_of_one_shipment_for_two_customers_are_an_error(tmp_path: Path):
    desk = issued(tmp_path)
    made_film(desk, "FILM-2", 10).fill("Shipments", sold("FILM-2", Customer="OTHER", Declaration_No="SD-OUT-1"))
    assert "declaration-differs" in wrong(declaration(desk))


def test_check_tells_what_our_declarations_say_too_much_and_check_of_a_lot_does_not_guess_the_rest(tmp_path: Path):
    desk = issued(tmp_path, Quantity=1200, Period="March 2026")
    made_film(desk, "FILM-2", 10).fill("Attributions", attribution("A-2", "FILM-2", 10))
    desk.fill("Shipments", sold("FILM-2", "S-2", 600, Declaration_No="SD-OUT-1"))
    assert [name for name in desk.check() if name.startswith("declaration-b")] == []
    desk.fill("Declarations", our_declaration(Quantity=1201, Period="March 2026"))
    assert desk.run("import", "--replace", str(desk.save())).code == 0
    assert "declaration-beyond-credits" in desk.check()
    of_lot = desk.run("check", "FILM", "--json").json["findings"]
    assert "declaration-beyond-credits" not in {finding["name"] for finding in of_lot}


def test_what_came_back_is_no_longer_covered(tmp_path: Path):
    desk = issued(tmp_path).fill("Shipments", sold("FILM", "S-9", 10, Kind="return", Reverses_Shipment_No="S-1"))
    assert wrong(declaration(desk)) == ["declaration-beyond-credits"]


def test_credits_of_another_raw_material_do_not_cover_what_is_declared(tmp_path: Path):
    desk = issued(tmp_path, Quantity=601)
    desk.fill("Attributions", attribution("A-2", "FILM", 10, Category="bio-circular"))
    assert wrong(declaration(desk)) == ["balance-negative", "declaration-beyond-credits"]  # nothing of that category ever came


# --- lines


def test_several_lots_are_several_lines_and_categories_are_added_up_apart(tmp_path: Path):
    desk = made_film(attributed_line(tmp_path), "FILM-2", 10)
    desk.fill("Attributions", attribution("A-2", "FILM-2", 4, Category="bio-circular"), attribution("A-3", "FILM-2", 2))
    desk.fill("Shipments", sold("FILM"), sold("FILM-2", quantity=500))
    found = declaration(desk)
    assert [(line["lot"], line["category"], line["certified_kg"]) for line in found["lines"]] == [
        ("FILM", "bio", "600"),
        ("FILM-2", "bio", "100"),
        ("FILM-2", "bio-circular", "200"),
    ]
    assert {total["category"]: total["certified_kg"] for total in found["totals"]} == {"bio": "700", "bio-circular": "200"}


def test_a_quantity_that_is_no_mass_is_told(tmp_path: Path):
    desk = attributed_line(tmp_path).fill("Shipments", sold("FILM", Unit="m2"))
    found = declaration(desk, code=1)
    assert "unit-unknown" in wrong(found)
    assert found["lines"][0]["certified_kg"] is None


def test_a_bought_lot_that_is_sold_on_keeps_its_number_and_its_papers(tmp_path: Path):
    desk = attributed_line(tmp_path)
    desk.sheets["Deliveries"][0]["Own Lot No"] = "OWN-77"
    found = declaration(desk.fill("Shipments", sold("OWN-77")))
    (line,) = found["lines"]
    assert (line["owner"], line["lot"]) == ("ORG", "OWN-77")
    assert (line["raw_material"], line["category"], line["certified_kg"]) == ("tall oil", "bio", "1000")
    assert line["chain_of_custody"] == "mass balance"


def test_a_share_is_declared_rounded_down(tmp_path: Path):
    desk = attributed_line(tmp_path, tonnes=33.3339).fill("Shipments", sold("FILM"))
    assert declaration(desk)["lines"][0]["certified_share"] == 0.666678
    assert "66.66 %" in desk.run("declaration", "S-1").out


def test_a_segregated_lot_is_declared_by_its_sources(tmp_path: Path):
    found = declaration(segregated_line(tmp_path).fill("Shipments", sold("FILM")))
    (line,) = found["lines"]
    assert (line["raw_material"], line["category"], line["country_of_origin"]) == ("sugarcane", "bio", "BR")
    assert (line["certified_kg"], line["certified_share"], line["chain_of_custody"]) == ("1000", 1.0, "segregated")


def test_a_blend_is_declared_with_its_certified_share(tmp_path: Path):
    found = declaration(blended_line(tmp_path).fill("Shipments", sold("FILM")))
    (line,) = found["lines"]
    assert (line["raw_material"], line["certified_kg"], line["certified_share"]) == ("sugarcane", "600", 0.6)
    assert line["chain_of_custody"] == "controlled blending"


def test_what_is_attributed_to_the_shipment_is_declared_with_it(tmp_path: Path):
    given = attribution("A-2", "FILM", 0.25) | {"Lot No": None, "Shipment No": "S-1"}
    found = declaration(attributed_line(tmp_path).fill("Attributions", given).fill("Shipments", sold("FILM")))
    assert [line["certified_kg"] for line in found["lines"]] == ["850"]


def test_credits_from_another_site_are_told(tmp_path: Path):
    account = {"Scheme": "ISCC PLUS", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI", "Input Material": "bio-PP"}
    moved = {"Transfer No": "T-1", "From Site": "S9", "To Site": "S1", "Date": dt.date(2026, 2, 1), "Quantity": 5, "Unit": "t"}
    desk = issued(tmp_path).fill("Credit Transfers", moved | account)
    assert declaration(desk)["credit_transfer"] == "yes: S9"
    assert "ja, von S9" in desk.run("declaration", "S-1", "--lang", "de").out


# --- files


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_declaration_in_text_and_workbook(tmp_path: Path, lang: str):
    title, draft = LANGUAGES[lang]
    desk = issued(tmp_path)
    desk.bring_in()
    page = desk.run("declaration", "S-1", "--lang", lang)
    assert page.out.startswith(title)
    assert draft not in page.out
    target = tmp_path / "declaration.xlsx"
    assert desk.run("declaration", "S-1", "--lang", lang, "-o", str(target)).code == 0
    (sheet,) = load_workbook(target)
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert cells[0] == title
    assert {OWN, "SD-OUT-1", "tall oil", 600, 0.6} <= set(cells)
    desk.fill("Declarations", our_declaration(Quantity=601))
    assert desk.run("import", "--replace", str(desk.save())).code == 0
    written = desk.run("declaration", "S-1", "--lang", lang, "-o", str(target))
    assert (written.code, "declaration-beyond-credits" in written.err) == (1, True)
    assert draft in str(load_workbook(target).worksheets[0]["A1"].value)
    assert draft in desk.run("declaration", "S-1", "--lang", lang).out


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "json", "txt"])
def test_the_same_bytes_each_time(tmp_path: Path, ending: str):
    desk = issued(tmp_path)
    desk.bring_in()
    for name in ("one", "two"):
        assert desk.run("declaration", "S-1", "-o", str(tmp_path / f"{name}.{ending}")).code == 0
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


HOSTILE = [
    "@SUM(A1)", "-2+3", '#link("http://x")[y] *b* _i_ $x$ `code` <label>', "</text><script>", "{=", "#set page(width: 1pt)",
    "x" * 400, "Straße & Söhne \"Ü\" 'q'", "[1] // not a comment /* nor this",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:24])
def test_names_are_shown_as_they_stand_in_every_format(tmp_path: Path, name: str):
    desk = issued(tmp_path, Contract=name, Remark=name)
    desk.sheets["Parties"][0]["Name"] = f"N {name}"
    found = declaration(desk, code=0)
    assert found["contract"] == found["remark"] == name
    assert found["supplier"]["name"] == f"N {name}"
    for ending in ("pdf", "xlsx", "txt"):
        assert desk.run("declaration", "S-1", "-o", str(tmp_path / f"d.{ending}")).code == 0
    (sheet,) = load_workbook(tmp_path / "d.xlsx")
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)
    assert (tmp_path / "d.pdf").read_bytes().startswith(b"%PDF-")


# --- wrong use


def test_an_unknown_shipment_names_near_ones(tmp_path: Path):
    desk = issued(tmp_path)
    desk.bring_in()
    answer = desk.run("declaration", "s1")
    assert answer.code == 2
    assert "did you mean S-1?" in answer.err
    assert desk.run("declaration", "S-1", "-o", str(tmp_path / "d.docx")).code == 2
    assert not (tmp_path / "d.docx").exists()


def test_a_return_is_not_declared(tmp_path: Path):
    desk = attributed_line(tmp_path).fill("Shipments", sold("FILM"), sold("FILM", "S-9", 10, Kind="return", Reverses_Shipment_No="S-1"))
    desk.bring_in()
    answer = desk.run("declaration", "S-9")
    assert (answer.code, "is no sale (return)" in answer.err) == (2, True)
