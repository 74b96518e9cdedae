"""Sheets and columns are known by name in four languages, and no name means two things."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sheets import column_of, names, read

from tracepack import data
from tracepack.core.quantity import Interval
from tracepack.intake.headers import fold

SHEETS = list(data.layout().sheets.values())
GOOD = ["L-1", "ACME", "PLA", 10, "kg", "2026-01-05"]
HEADERS = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date"]


def spellings(column: data.Column) -> set[str]:
    return {fold(word) for words in column.synonyms.values() for word in words} | {fold(column.header), fold(column.key)}


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.name for sheet in SHEETS])
def test_no_header_means_two_columns_of_a_sheet(sheet: data.Sheet) -> None:
    contract = {fold(column.header): column.key for column in sheet.columns}
    claims = Counter(word for column in sheet.columns for word in spellings(column) if contract.get(word, column.key) == column.key)
    assert [word for word, count in claims.items() if count > 1] == []


def test_no_sheet_name_means_two_sheets() -> None:
    claims = Counter(word for sheet in SHEETS for word in {fold(sheet.name), *(fold(w) for ws in sheet.synonyms.values() for w in ws)})
    assert [word for word, count in claims.items() if count > 1] == []


def test_no_value_of_a_list_has_two_meanings() -> None:
    for vocabulary, values in data.read_toml("headers.toml")["value"].items():
        claims = Counter(word for value, words in values.items() for word in {fold(value), *(fold(w) for ws in words.values() for w in ws)})
        assert [word for word, count in claims.items() if count > 1] == [], vocabulary
        assert set(values) == set(data.layout().vocabularies[vocabulary])


def deliveries(folder: Path, headers: list[str], *rows: list[Any], sheet: str = "Deliveries") -> Any:
    return read(folder, {sheet: [headers, *rows]})


@pytest.mark.parametrize(
    "headers",
    [
        HEADERS,
        ["LOT  no.", "SUPPLIER", "material", "Qty", "UoM", "delivery-date"],
        ["批号", "供应商", "物料", "数量", "单位", "交货日期"],
        ["Chargennummer", "Lieferant", "Material", "Menge", "Einheit", "Lieferdatum"],
        ["ロット番号", "サプライヤー", "材料名", "数量", "単位", "入庫日時"],
        ["lot_no*", "supplier*", "material*", "quantity*", "unit*", "delivery_date*"],
    ],
)
def test_headers_in_every_language(tmp_path: Path, headers: list[str]) -> None:
    reading = deliveries(tmp_path, headers, GOOD)
    assert names(reading.findings) == set()
    assert reading.rows[0].values["lot_no"] == "L-1"
    assert str(reading.rows[0].source.ref("quantity")).endswith("Deliveries!D2")


@pytest.mark.parametrize("name", ["deliveries", "到货", "Wareneingang", "LIEFERUNGEN", "入荷"])
def test_sheet_is_known_by_name(tmp_path: Path, name: str) -> None:
    assert deliveries(tmp_path, HEADERS, GOOD, sheet=name).rows[0].sheet == "Deliveries"


@pytest.mark.parametrize(("header", "unit"), [("Quantity (kg)", "kg"), ("重量 kg", "kg"), ("Menge [t]", "t"), ("Net weight (lb)", "lb")])
def test_unit_in_the_header_stands_for_the_unit_column(tmp_path: Path, header: str, unit: str) -> None:
    reading = deliveries(tmp_path, ["Lot No", "Supplier", "Material", header, "Delivery Date"], ["L-1", "ACME", "PLA", 10, "2026-01-05"])
    assert names(reading.findings) == set()
    assert column_of(reading.rows, "unit") == [unit]


def test_unit_of_the_row_goes_before_the_header(tmp_path: Path) -> None:
    reading = deliveries(tmp_path, [*HEADERS[:3], "Quantity (kg)", *HEADERS[4:]], [*GOOD[:4], "t", GOOD[5]])
    assert column_of(reading.rows, "unit") == ["t"]


def test_carbon_and_mass_content_in_chinese_are_apart(tmp_path: Path) -> None:
    row = [*GOOD, 40, 60, "ASTM D6866"]
    reading = deliveries(tmp_path, [*HEADERS, "生物基含量(%)", "生物基质量含量 %", "检测方法"], row)
    assert reading.rows[0].values["biobased_carbon"] == Interval.point(0.4)
    assert reading.rows[0].values["biobased_mass"] == Interval.point(0.6)


def test_thickness_in_millimetres_is_not_micrometres(tmp_path: Path) -> None:
    headers = ["Run No", "Date", "Direction", "Lot No", "Layer", "Thickness (mm)"]
    reading = read(tmp_path, {"Production": [headers, ["R", "2026-01-05", "in", "L", "A", 0.05]]})
    assert column_of(reading.rows, "thickness") == [50.0]


def test_per_mille_is_not_percent(tmp_path: Path) -> None:
    reading = deliveries(tmp_path, [*HEADERS, "Moisture ‰"], [*GOOD, 5])
    assert names(reading.findings) == {"column-unknown"}
    assert "moisture" not in reading.rows[0].values


def test_unknown_column_with_values_is_told_with_its_cell_and_an_empty_one_is_not(tmp_path: Path) -> None:
    reading = deliveries(tmp_path, [*HEADERS, "Mood", "Weather"], [*GOOD, "good", None])
    (found,) = reading.findings
    assert (found.name, found.refs[0].cell) == ("column-unknown", "G1")
    assert "Mood" in found.message


def test_two_columns_of_one_meaning_are_not_chosen_from(tmp_path: Path) -> None:
    reading = deliveries(tmp_path, [*HEADERS, "Batch No"], [*GOOD, "L-2"])
    assert "column-twice" in names(reading.findings)
    assert "lot_no" not in reading.rows[0].values


def test_missing_required_column_is_told_once(tmp_path: Path) -> None:
    reading = deliveries(tmp_path, HEADERS[:-1], GOOD[:-1], GOOD[:-1])
    (found,) = reading.findings
    assert found.name == "column-missing"
    assert "Delivery Date" in found.message


def test_title_rows_above_the_header_are_passed_over(tmp_path: Path) -> None:
    reading = read(tmp_path, {"Deliveries": [["Deliveries of the quarter"], [], ["as of January"], HEADERS, GOOD]})
    assert names(reading.findings) == set()
    assert reading.rows[0].source.row == 5


def test_unknown_sheet_is_told_and_an_empty_one_is_not(tmp_path: Path) -> None:
    reading = read(tmp_path, {"Deliveries": [HEADERS, GOOD], "Scratch": [["x"]], "Sheet3": []})
    assert [(f.name, f.refs[0].sheet) for f in reading.findings] == [("sheet-unknown", "Scratch")]


def test_empty_workbook_is_an_error(tmp_path: Path) -> None:
    assert names(read(tmp_path, {"Deliveries": [], "Production": []}).findings) == {"workbook-empty"}
    assert names(read(tmp_path, {"Deliveries": [HEADERS]}).findings) == {"workbook-empty"}


def test_supplier_of_the_command_stands_for_a_missing_supplier_column(tmp_path: Path) -> None:
    reading = read(tmp_path, {"Deliveries": [[h for h in HEADERS if h != "Supplier"], [c for c in GOOD if c != "ACME"]]}, supplier="ACME")
    assert names(reading.findings) == set()
    assert column_of(reading.rows, "supplier") == ["ACME"]
