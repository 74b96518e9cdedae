"""The table of messy cases: one line each, a file built here, and what it is read as or asked about, cell by cell.

``Case(what it is, the file, what the fields hold row by row, the findings)``.  A file is a dict of sheets (xlsx) or a text
(csv); `column` makes a sheet of deliveries that is sound but for one column.  A finding is written with its cells:
``"number-ambiguous D2 D3"``; the list is complete but for what every such file says (`QUIET`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sheets import Formatted, column_of, save

from tracepack.core.known import Known
from tracepack.core.quantity import Interval
from tracepack.intake.columns import Rules
from tracepack.intake.instructions import Instructions
from tracepack.intake.reading import read_file
from tracepack.intake.record import record_facts

Sheets = Mapping[str, Sequence[Sequence[Any]]]

#: What these small files say of themselves and no case is about.
QUIET = {"method-missing", "supplier-unknown", "material-unknown"}
JAN_5, MARCH_5 = dt.date(2026, 1, 5), dt.date(2026, 3, 5)


class Case(NamedTuple):
    """One messy file, what each field holds in its rows (None: nothing), and what is said about it."""

    what: str
    file: Sheets | str
    holds: Mapping[str, Sequence[Any]] = {}
    says: Sequence[str] = ()
    rules: Rules = Rules()


def column(header: str, *cells: Any, **others: Any) -> Sheets:
    """Deliveries of which one column holds these cells; ``Unit=None`` and the like change a column for all rows, "" takes it out.

    The columns are A Lot No, B Supplier, C Material, D Quantity, E Unit, F Delivery Date, and G where another is named.
    """
    sound = {"Lot No": "", "Supplier": "ACME", "Material": "PLA", "Quantity": 10, "Unit": "kg", "Delivery Date": JAN_5}
    sound |= {name.replace("_", " "): value for name, value in others.items()}
    headers = [name for name in dict.fromkeys([*sound, header]) if name == "Lot No" or sound.get(name) != ""]
    rows = [
        [cell if name == header else f"L-{number}" if name == "Lot No" else sound[name] for name in headers]
        for number, cell in enumerate(cells, 1)
    ]
    return {"Deliveries": [headers, *rows]}


def structure(header: str, *cells: Any) -> Sheets:
    """A run whose input rows hold these cells in column G, below an output row."""
    headers = ["Run No", "Date", "Direction", "Lot No", "Quantity", "Unit", header]
    ins = [["R-1", JAN_5, "in", f"L-{number}", 10, "kg", cell] for number, cell in enumerate(cells, 1)]
    return {"Production": [headers, ["R-1", JAN_5, "out", "F-1", 10, "kg", None], *ins]}


def text(*lines: str) -> str:
    """A csv of deliveries with semicolons, from lot to date."""
    return "\n".join(["Lot No;Supplier;Material;Quantity;Unit;Delivery Date", *lines, ""])


Held = Mapping[str, Sequence[Any]]


def quantity(*numbers: str | None, unit: str | None = None) -> Held:
    """What Quantity holds, and the Unit of the first row where one is named."""
    held = {"quantity": [None if number is None else Decimal(number) for number in numbers]}
    return held | ({"unit": [unit]} if unit else {})


def percent(low: str, high: str | None = None) -> Interval:
    return Interval(float(Decimal(low) / 100), float(Decimal(high or low) / 100))


def bio(*shares: str | Interval | None) -> Held:
    """What Biobased Carbon % holds, in percent."""
    return {"biobased_carbon": [percent(share) if isinstance(share, str) else share for share in shares]}


def on(*dates: dt.date | None) -> Held:
    return {"delivery_date": list(dates)}


def lots(*numbers: str | None) -> Held:
    return {"lot_no": list(numbers)}


BIO = "Biobased Carbon %"
DATE = "Delivery Date"

# fmt: off
QUANTITIES = [
    Case("unit in the cell", column("Quantity", "13,75 kg"), quantity("13.75", unit="kg")),
    Case("unit in the cell fills a blank Unit", column("Quantity", "2 t", Unit=None), quantity("2", unit="t")),
    Case("unit in the cell, no Unit column", column("Quantity", "13.75KG", Unit=""), quantity("13.75", unit="KG")),
    Case("one cell of a column has no unit", column("Quantity", "5 kg", 6, Unit=""), quantity("5", "6"), ["required-missing D3"]),
    Case("Chinese unit in the cell", column("Quantity", "500公斤"), quantity("500", unit="kg")),
    Case("full-width digits and unit", column("Quantity", "１２５０ ｋｇ"), quantity("1250")),
    Case("thousands or thousandths with a unit", column("Quantity", "1.250 kg"), quantity(None), ["number-ambiguous D2"]),
    Case("one cell with a unit proves the comma", column("Quantity", "1.250 kg", "13,75 kg"), quantity("1250", "13.75")),
    Case("a cell without a unit proves the point", column("Quantity", "1,250 kg", "13.75"), quantity("1250", "13.75")),
    Case("unit before the number", column("Quantity", "kg 500"), quantity("500")),
    Case("cell and Unit contradict", column("Quantity", "2 t"), quantity("2"), ["unit-contradictory D2"]),
    Case("cell and Unit mean the same", column("Quantity", "500 公斤", Unit="KGM"), {"unit": ["KGM"]}),
    Case("header and Unit contradict", column("Quantity (kg)", 2, Quantity="", Unit="t"), {}, ["unit-contradictory F2"]),
    Case("header and cell contradict", column("Quantity (kg)", "2 t", Quantity="", Unit=None), {}, ["unit-contradictory F2"]),
    Case("header and Unit mean the same", column("Quantity (kg)", 2, Quantity="", Unit="公斤"), quantity("2", unit="公斤")),
    Case("19 bags x 40 kg", column("Quantity", "19 bags x 40 kg"), quantity("760"), ["quantity-multiplied D2"]),
    Case("19×40kg", column("Quantity", "19×40kg"), quantity("760"), ["quantity-multiplied D2"]),
    Case("20 Säcke à 25 kg", column("Quantity", "20 Säcke à 25 kg"), quantity("500"), ["quantity-multiplied D2"]),
    Case("19袋*40公斤", column("Quantity", "19袋*40公斤", Unit=None), quantity("760", unit="公斤"), ["quantity-multiplied D2"]),
    Case("20 @ 0,5 t", column("Quantity", "20 @ 0,5 t", Unit="t"), quantity("10"), ["quantity-multiplied D2"]),
    Case("bags of unknown mass", column("Quantity", "19 bags"), quantity(None), ["number-unreadable D2"]),
    Case("a product without a unit", column("Quantity", "19 x 40"), quantity(None), ["number-unreadable D2"]),
    Case("a product the other way round", column("Quantity", "40 kg x 19"), quantity(None), ["number-unreadable D2"]),
    Case("a range of kilograms", column("Quantity", "100-120 kg"), quantity(None), ["number-unreadable D2"]),
    Case("a bound in tonnes", column("Quantity", ">= 5 t"), quantity(None), ["number-unreadable D2"]),
    Case("an approximate quantity", column("Quantity", "ca. 500 kg"), quantity(None), ["number-unreadable D2"]),
    Case("kilograms a metre are no kilograms", column("Quantity", "12 kg/m"), quantity(None), ["number-unreadable D2"]),
    Case("micrometres said in the cell", structure("Thickness (um)", "25 µm", 30), {"thickness": [None, 25.0, 30.0]}),
    Case("millimetres under micrometres", structure("Thickness (um)", "0.025 mm", 30), {"thickness": [None, 25.0, 30.0]}),
    Case("kilograms under micrometres", structure("Thickness (um)", "25 kg"), {"thickness": [None, None]}, ["number-unreadable G3"]),
    Case("kg/m3 under g/cm3", structure("Density g/cm3", "1240 kg/m³", "1,24"), {"density": [None, 1.24, 1.24]}),
    Case("g/m² in the cell", structure("Grammage g/m2", "80 g/m²"), {"grammage": [None, 80.0]}),
]
NUMBERS = [
    Case("two certain marks, one open", column("Quantity", "1.234,5", "1,234.5", "1,234"), {}, ["number-ambiguous D4"]),
    Case("comma stated by a profile", column("Quantity", "1,234"), quantity("1.234"), (), Rules(mark=",")),
    Case("a cell against the stated mark", column("Quantity", "13.75"), quantity(None), ["profile-contradicted D2"], Rules(mark=",")),
    Case("numbers stored as text", column("Quantity", "1250", "13.5"), quantity("1250", "13.5")),
    Case("thin spaces between thousands", column("Quantity", "1\u2009234,5", "12\u202f345"), quantity("1234.5", "12345")),
    Case("no-break spaces between thousands", column("Quantity", "1\u00a0234\u00a0567"), quantity("1234567")),
    Case("Swiss apostrophes", column("Quantity", "1'234.5", "1’234"), quantity("1234.5", "1234")),
    Case("Indian groups", column("Quantity", "1,23,456"), quantity("123456")),
    Case("groups of nobody", column("Quantity", "12,34,5"), quantity(None), ["number-unreadable D2"]),
    Case("a negative in parentheses", column("Quantity", "(5)"), quantity(None), ["number-unreadable D2"]),
    Case("a minus behind", column("Quantity", "5-"), quantity(None), ["number-unreadable D2"]),
    Case("a plus before", column("Quantity", "+5"), quantity("5")),
    Case("a typographic minus", column("Quantity", "−5"), {}, ["quantity-negative D2"]),
    Case("an exponent", column("Quantity", "1.2E3", "1,5E+03"), quantity("1200", "1500")),
    Case("money", column("Quantity", "500 €"), quantity(None), ["number-unreadable D2"]),
    Case("TRUE and WAHR", column("Quantity", True, "WAHR"), quantity(None, None), ["number-unreadable D2 D3"]),
    Case("a percentage as a quantity", column("Quantity", Formatted(0.5, "0%")), quantity(None), ["number-unreadable D2"]),
    Case("a date as a quantity", column("Quantity", JAN_5), quantity(None), ["number-unreadable D2"]),
    Case("spreadsheet errors as text", column("Quantity", "#N/A", "#DIV/0!", "#WERT!"), {}, ["error-cell D2 D3 D4"]),
    Case("an error as text in a column of names", column("Material", "#REF!"), {"material": [None]}, ["error-cell C2"]),
    Case("an error as text in a lot number", column("Lot No", "#VALUE!"), lots(None), ["error-cell A2"]),
    Case("a cell too narrow", column("Quantity", "#####"), quantity(None), ["error-cell D2"]),
]
SHARES = [
    Case("percent with a comma", column(BIO, "45,5 %"), bio("45.5")),
    Case("full-width percent", column(BIO, "45％", "４５％"), bio("45", "45")),
    Case("0,45 under %", column(BIO, "0,45"), bio(None), ["share-ambiguous G2"]),
    Case("formatted beside bare", column(BIO, Formatted(0.45, "0%"), 0.3), bio("45", None), ["share-ambiguous G3"]),
    Case("100% beside a bare fraction", column(BIO, "100%", 0.45), bio("100", None), ["share-ambiguous G3"]),
    Case("a bare percent beside a fraction", column(BIO, 45, 0.45), bio("45", "0.45")),
    Case("stated fractions", column(BIO, 0.45, 1), bio("45", "100"), (), Rules(scale="fraction")),
    Case("stated percents", column(BIO, 0.45, 1), bio("0.45", "1"), (), Rules(scale="percent")),
    Case("45 among stated fractions", column(BIO, 45), bio(None), ["profile-contradicted G2"], Rules(scale="fraction")),
    Case("carbon by weight", column(BIO, "45 wt%", "45 %"), bio("45", "45"), ["share-by-weight G2"]),
    Case("carbon by weight in the header", column("Biobased Carbon (wt%)", 45), bio("45"), ["share-by-weight G2"]),
    Case("carbon per mass of sample", column(BIO, "45 wt%", Method="ISO 16620-2"), bio("45")),
    Case("lower bounds", column(BIO, ">=80", "min. 80", "至少 80"), bio(*[percent("80", "100")] * 3)),
    Case("upper bounds", column(BIO, "<5 %", "≤ 5", "max. 5 %"), bio(*[percent("0", "5")] * 3)),
    Case("ranges", column(BIO, "30-35", "30 – 35 %", "30～35", "30 bis 35"), bio(*[percent("30", "35")] * 4)),
    Case("about", column(BIO, "~30 %"), bio(percent("25", "35")), ["share-approximate G2"]),
    Case("traces", column(BIO, "trace", "Spuren", "微量", "痕跡"), bio(*[percent("0", "100")] * 4), ["share-trace G2 G3 G4 G5"]),
    Case("a trace of moisture is not zero", column("Moisture %", "traces"), {"moisture": [percent("0", "100")]}, ["share-trace G2"]),
    Case("none of it, or not known", column(BIO, "nil", "keine", "无"), bio(None, None, None), ["none-ambiguous G2 G3 G4"]),
    Case("not available", column(BIO, "n/a", "-", "k.A."), bio(None, None, None), ["not-available G2 G3 G4"]),
    Case("145 %", column(BIO, "145 %"), bio(None), ["share-out-of-range G2"]),
    Case("#N/A as text in a share", column(BIO, "#N/A"), bio(None), ["error-cell G2"]),
]
DATES = [
    Case("Chinese and Japanese dates", column(DATE, "2026年3月5日", "令和8年3月5日", "R8.3.5"), on(*[MARCH_5] * 3)),
    Case("month names with dashes", column(DATE, "05-Mar-2026", "5-März-2026"), on(*[MARCH_5] * 2)),
    Case("month names", column(DATE, "5. März 2026", "March 5, 2026", "5 mars 2026", "5 de marzo de 2026"), on(*[MARCH_5] * 4)),
    Case("two digits for the year", column(DATE, "05.03.26", "05-Mar-26"), on(None, None), ["date-ambiguous F2 F3"]),
    Case("two digits under a stated order", column(DATE, "05/03/26"), on(MARCH_5), (), Rules(order="dm")),
    Case("year first", column(DATE, "2026/3/5", "2026.03.05"), on(*[MARCH_5] * 2)),
    Case("eight digits as text and number", column(DATE, "20260305", 20260305), on(*[MARCH_5] * 2)),
    Case("ISO with time and zone", column(DATE, "2026-03-05T23:30:00+08:00", "2026-03-05 08:30"), on(*[MARCH_5] * 2)),
    Case("a serial number without a date format", column(DATE, 46086), on(None), ["date-unreadable F2"]),
    Case("text beside real dates", column(DATE, "05.03.2026", dt.datetime(2026, 3, 5)), on(*[MARCH_5] * 2)),
    Case("day or month first", column(DATE, "05/03/2026"), on(None), ["date-ambiguous F2"]),
    Case("one date proves the order", column(DATE, "05/03/2026", "31/01/2026"), on(MARCH_5, dt.date(2026, 1, 31))),
    Case("a date against the stated order", column(DATE, "13/01/2026"), on(None), ["profile-contradicted F2"], Rules(order="md")),
    Case("the day that never was", column(DATE, Formatted(60, "yyyy-mm-dd")), on(None), ["date-unreadable F2"]),
    Case("the day that never was, as text", column(DATE, "1900-02-29"), on(None), ["date-unreadable F2"]),
    Case("#REF! as text in a date", column(DATE, "#REF!"), on(None), ["error-cell F2"]),
]
LOTS = [
    Case("leading zeros by format", column("Lot No", Formatted(712, "000000"), Formatted(713, "000;-000")), lots("000712", "713")),
    Case("a coloured format", column("Lot No", Formatted(712, "[Red]0000")), lots("0712")),
    Case("a format with room for a parenthesis", column("Lot No", Formatted(712, "0000_)")), lots("0712")),
    Case("a format with a dash", column("Lot No", Formatted(123456, "000-000")), lots("123-456")),
    Case("a format with letters", column("Lot No", Formatted(712, '"L-"0000')), lots("L-0712")),
    Case("a format with decimals", column("Lot No", Formatted(12345, "0.00")), lots("12345.00")),
    Case("a format with thousands", column("Lot No", Formatted(12345, "#,##0")), lots("12,345")),
    Case("a format nobody can tell", column("Lot No", Formatted(712, "[>99]000;0")), lots(None), ["lot-number-damaged A2"]),
    Case("a number is shown without its point", column("Lot No", 12345.0), lots("12345")),
    Case("a text keeps its point and its E", column("Lot No", "12345.0", "1E5"), lots("12345.0", "1E5")),
    Case("26 digits as text", column("Lot No", "12345678901234567890123456"), lots("12345678901234567890123456")),
    Case("26 digits as a number", column("Lot No", 12345678901234567890123456), lots(None), ["lot-number-damaged A2"]),
    Case("an exponent that a csv kept", column("Lot No", "2.19E+26"), lots(None), ["lot-number-damaged A2"]),
    Case("3-5 made a date", column("Lot No", dt.datetime(2026, 3, 5)), lots(None), ["lot-number-damaged A2"]),
    Case("spaces that cannot be seen", column("Lot No", "\u00a0L-\u200b7\u00ad ", "L 8\u2009"), lots("L-7", "L 8")),
    Case("full-width letters, digits and dashes", column("Lot No", "ＬＯＴ－７／２"), lots("LOT-7/2")),
    Case("letters and their accents apart", column("Lot No", "Mu\u0308nchen-1"), lots("M\u00fcnchen-1")),
    Case("O for 0", column("Lot No", "L-10", "L-1O"), lots("L-10", "L-1O"), ["lot-number-lookalike A3 A2"]),
    Case("l and I for 1", column("Lot No", "L-21", "L-2l", "L-2I"), {}, ["lot-number-lookalike A3 A2", "lot-number-lookalike A4 A2"]),
    Case("a Cyrillic A", column("Lot No", "A7", "А7"), lots("A7", "А7"), ["lot-number-lookalike A3 A2"]),
    Case("mixed alphabets", column("Lot No", "LОT-9"), lots("LОT-9"), ["lot-number-lookalike A2"]),
    Case("an en dash for a hyphen", column("Lot No", "L-7", "L–7"), {}, ["lot-number-lookalike A3 A2"]),
]
TEXTS = [
    Case("csv: decimal commas and a unit", text("L-1;ACME;PLA;13,75 kg;;2026-01-05"), quantity("13.75", unit="kg")),
    Case("csv: #N/A in a quantity", text("L-1;ACME;PLA;#N/A;kg;2026-01-05"), quantity(None), ["error-cell D2"]),
    Case("csv: thousands or thousandths", text("L-1;ACME;PLA;1.234;kg;2026-01-05"), quantity(None), ["number-ambiguous D2"]),
    Case("csv: leading zeros and 1E5", text("00712;ACME;PLA;1;kg;2026-01-05", "1E5;ACME;PLA;1;kg;2026-01-05"), lots("00712", "1E5")),
    Case("csv: a lot number lost to an exponent", text("2,19E+26;ACME;PLA;1;kg;2026-01-05"), lots(None), ["lot-number-damaged A2"]),
    Case("csv: 19 bags x 40 kg", text("L-1;ACME;PLA;19 bags x 40 kg;kg;2026-01-05"), quantity("760"), ["quantity-multiplied D2"]),
]
# fmt: on


def written(folder: Path, file: Sheets | str) -> Path:
    """The case's file."""
    if isinstance(file, str):
        path = folder / "Deliveries.csv"
        path.write_text(file, encoding="utf-8")
        return path
    return save(folder / "book.xlsx", file)


@pytest.mark.parametrize("case", [*QUANTITIES, *NUMBERS, *SHARES, *DATES, *LOTS, *TEXTS], ids=lambda case: case.what)
def test_messy_case(tmp_path: Path, case: Case) -> None:
    reading = read_file(written(tmp_path, case.file), Instructions(rules=case.rules))
    _, findings = record_facts(reading.rows, Known(), None, "OURSELVES", "S-1")
    said = [" ".join([f.name, *(ref.cell for ref in f.refs)]) for f in (*reading.findings, *findings) if f.name not in QUIET]
    assert {key: column_of(reading.rows, key) for key in case.holds} == dict(case.holds)
    assert sorted(said) == sorted(case.says)
