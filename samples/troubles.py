"""The same world with honest troubles: one small workbook a finding, in April 2026, and what each does to `import` and `check`."""

from __future__ import annotations

import json
from collections.abc import Callable

from booktroubles import book_troubles
from custodytroubles import custody_troubles
from trouble import Row, Trouble
from world import Cell, Table, day


def bio_pe(**changes: Cell) -> Row:
    """A sound delivery of bio-PE; a header given as ``Header_with_underscores`` replaces or adds a cell."""
    row: Row = {
        "Lot No": "BE-LD-2701",
        "Supplier": "BIOETENO",
        "Material": "BIO-LD 25",
        "Quantity": 2000,
        "Unit": "kg",
        "Delivery Date": day("04-07"),
        "Delivery Note": "BV-4501",
        "Biobased Carbon %": 96,
        "Method": "ASTM D6866",
        "Feedstock Source": "CANE-BR",
    }
    return row | _headers(changes)


def run_row(direction: str, lot: Cell, quantity: Cell, **changes: Cell) -> Row:
    """A row of a production run of 9 April."""
    row: Row = {
        "Run No": "CX-2604-01",
        "Kind": "blown film",
        "Date": day("04-09"),
        "Direction": direction,
        "Lot No": lot,
        "Supplier": "BIOETENO" if isinstance(lot, str) and lot.startswith("BE-") else None,
        "Material": None,
        "Quantity": quantity,
        "Unit": None if quantity is None else "kg",
    }
    return row | _headers(changes)


def _headers(changes: dict[str, Cell]) -> Row:
    return {key.replace("_", " ") + (" %" if key.startswith("Biobased") else ""): value for key, value in changes.items()}


def without(row: Row, header: str) -> Row:
    """The row without a column."""
    return {key: value for key, value in row.items() if key != header}


def _delivery(**changes: Cell) -> dict[str, list[Row]]:
    return {"Deliveries": [bio_pe(**changes)]}


def _run(*rows: Row, delivered: bool = True) -> dict[str, list[Row]]:
    return ({"Deliveries": [bio_pe()]} if delivered else {}) | {"Production": list(rows)}


def _material(**changes: Cell) -> Row:
    row: Row = {
        "Material ID": "BIO-HD 10",
        "Supplier": "BIOETENO",
        "Name": "bio-HDPE",
        "Kind": "synthetic polymer",
        "Organic Carbon %": 85.63,
    }
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def _report(**changes: Cell) -> dict[str, list[Row]]:
    row: Row = {
        "Report No": "C14-26-0401",
        "Lot No": "COEX-2603-03",
        "Method": "ASTM D6866",
        "Laboratory": "C14LAB",
        "Report Date": day("04-10"),
        "pMC": 48.5,
        "REF": 100,
        "Biobased Carbon %": None,
    }
    return {"Lab Tests": [row | _headers(changes)]}


def _cells() -> dict[str, Trouble]:
    """What sheets, headers and cells say."""
    two = [bio_pe(), bio_pe(Lot_No="BE-LD-2702", Delivery_Note="BV-4502")]

    def column(header: str, *values: Cell) -> dict[str, list[Row]]:
        return {"Deliveries": [row | {header: value} for row, value in zip(two, values, strict=True)]}

    return {
        "workbook-empty": Trouble({"Deliveries": [dict.fromkeys(bio_pe())]}, import_exit=1),
        "sheet-unknown": Trouble(_delivery() | {"Price List": [{"Material": "BIO-LD 25", "EUR per t": 2150}]}, after_chain=True),
        "sheet-hidden": Trouble({"Deliveries (hidden)": [bio_pe()]}, after_chain=True),
        "row-hidden": Trouble({"Deliveries (row 2 hidden)": [bio_pe()]}, after_chain=True),
        "struck-through": Trouble({"Deliveries (row 2 struck)": [bio_pe()]}, import_exit=1),
        "column-unknown": Trouble(_delivery(Pallets=2), after_chain=True),
        "column-missing": Trouble({"Deliveries": [without(bio_pe(), "Quantity")]}, import_exit=1),
        "column-twice": Trouble(_delivery(Batch_No="BE-LD-2701"), import_exit=1),
        "required-missing": Trouble(_delivery(Quantity=None), import_exit=1),
        "error-cell": Trouble(_delivery(Biobased_Carbon="#N/A"), import_exit=1),
        "formula-without-value": Trouble(_delivery(Quantity="=2*1000"), import_exit=1),
        "number-unreadable": Trouble(_delivery(Quantity="two pallets"), import_exit=1),
        "number-ambiguous": Trouble(column("Quantity", "1.200", "1.450"), import_exit=1),
        "profile-contradicted": Trouble(_delivery(Biobased_Carbon=96), import_exit=1, options=("--percent-scale", "fraction")),
        "unit-contradictory": Trouble(_delivery(Quantity="2 t"), import_exit=1),
        "quantity-multiplied": Trouble(_delivery(Quantity="80 bags x 25 kg"), after_chain=True),
        "date-unreadable": Trouble(_delivery(Delivery_Date="week 15"), import_exit=1),
        "date-ambiguous": Trouble(column("Delivery Date", "04/07/2026", "05/06/2026"), import_exit=1),
        "share-ambiguous": Trouble(column("Biobased Carbon %", 0.96, 0.95), import_exit=1),
        "none-ambiguous": Trouble(_delivery(Biobased_Carbon="none"), import_exit=1),
        "share-trace": Trouble(_delivery(Biobased_Carbon="trace"), after_chain=True),
        "share-out-of-range": Trouble(_delivery(Biobased_Carbon=145), import_exit=1),
        "share-approximate": Trouble(_delivery(Biobased_Carbon="ca. 90 %"), after_chain=True),
        "not-available": Trouble(_delivery(Biobased_Carbon="n/a"), after_chain=True),
        "quantity-negative": Trouble(_delivery(Quantity=-2000), import_exit=1),
        "lot-number-damaged": Trouble(_delivery(Lot_No=123456789012345678), import_exit=1),
        "lot-number-lookalike": Trouble({"Deliveries": [bio_pe(), bio_pe(Lot_No="BE-LD-27O1", Delivery_Note="BV-4502")]}, after_chain=True),
        "method-mismatch": Trouble(_delivery(Method="as agreed by phone"), import_exit=1),
        "content-contradictory": Trouble({"Materials": [_material() | {"Inorganic Carbon %": 30}]}, import_exit=1),
        "value-not-in-list": Trouble(
            {"Feedstock Sources": [{"Source ID": "BEET-FR", "Feedstock": "sugar beet", "Category": "plants"}]}, import_exit=1
        ),
        "kind-unknown": Trouble({"Materials": [_material(Kind="granules")]}, after_chain=True),
        "lab-result-missing": Trouble(_report(pMC=None, REF=None), after_chain=True, import_exit=1),
        "lab-rounding": Trouble(_report(Biobased_Carbon=55), after_chain=True),
        "setting-unknown": Trouble({"Settings": [{"Name": "Coffee breaks", "Value": "2 %"}]}, import_exit=1),
        "example-skipped": Trouble(
            {"Feedstock Sources": [EXAMPLE_SOURCE, {"Source ID": "BEET-FR", "Feedstock": "sugar beet", "Category": "bio"}]}
        ),
    }


#: The example row that `tracepack template` writes on its sheet Feedstock Sources.
EXAMPLE_SOURCE: Row = {
    "Source ID": "EXAMPLE-SOURCE",
    "Feedstock": "sugarcane",
    "Category": "bio",
    "Country of Origin": "TH",
    "Supplier": "EXAMPLE-SUPPLIER",
}


def _rows() -> dict[str, Trouble]:
    """What rows say together."""
    film = run_row("out", "COEX-2604-01", 1980)
    used = run_row("in", "BE-LD-2701", 2000)

    def recipe(*shares: float) -> list[Row]:
        parts = ("CaCO3", "LDPE")
        return [{"Material or Lot No": "CHALK-MB", "Component": part, "Share %": share} for part, share in zip(parts, shares, strict=True)]

    def sources(*shares: float) -> list[Row]:
        both = ("CANE-BR", "NAPHTHA")
        return [
            {"Lot No": "BE-LD-2701", "Supplier": "BIOETENO", "Source ID": name, "Share %": share}
            for name, share in zip(both, shares, strict=True)
        ]

    return {
        "direction-unknown": Trouble(_run(used, film, run_row("sideways", "BE-LD-2701", 5)), after_chain=True, import_exit=1),
        "run-without-outputs": Trouble(_run(used), after_chain=True, import_exit=1),
        "run-without-inputs": Trouble(_run(film), after_chain=True, import_exit=1),
        "run-contradictory": Trouble(_run(used, film | {"Date": day("04-12")}), after_chain=True, import_exit=1),
        "row-without-lot": Trouble(_run(used | {"Lot No": None}, film), after_chain=True, import_exit=1),
        "lot-owner-missing": Trouble(_run(used | {"Supplier": None}, film), after_chain=True, import_exit=1),
        "composition-sum": Trouble({"Compositions": recipe(70, 20)}, import_exit=1),
        "source-shares-sum": Trouble(_delivery() | {"Lot Sources": sources(60, 20)}, after_chain=True, import_exit=1),
        "carbon-share-sum": Trouble(
            _run(used | {"Carbon Share %": 70}, run_row("in", "BE-LD-2615", 200) | {"Carbon Share %": 60}, film),
            after_chain=True,
            import_exit=1,
        ),
        "key-twice": Trouble({"Materials": [_material(), _material(Name="bio-LLDPE")]}, import_exit=1),
        "row-repeated": Trouble({"Deliveries": [bio_pe(), bio_pe()]}, after_chain=True),
        "changed-without-replace": Trouble(
            _delivery(Lot_No="BE-LD-2615", Delivery_Date=day("03-18"), Delivery_Note="BV-4409", Biobased_Carbon=91),
            after_chain=True,
            import_exit=1,
        ),
        "possible-duplicate": Trouble(
            _delivery(Lot_No="BE-LD-2615", Delivery_Date=day("03-19"), Delivery_Note="BV-4409-A", Biobased_Carbon=95), after_chain=True
        ),
        "duplicate-delivery": Trouble({"Deliveries": [bio_pe(Delivery_Note=None), bio_pe(Delivery_Note=None)]}, after_chain=True),
        "supplier-unknown": Trouble(_delivery(Supplier="NEWCOMER"), after_chain=True),
        "material-unknown": Trouble(_delivery(Material="BIO-XX 99"), after_chain=True),
        "method-missing": Trouble(_delivery(Method=None), after_chain=True),
        "share-reread": Trouble(_delivery(Biobased_Carbon=None, Biobased_Mass=96, Method="ASTM D6866"), after_chain=True),
        "mass-basis-missing": Trouble(_delivery(Biobased_Mass=96), after_chain=True),
        "declaration-unknown": Trouble(_delivery(Chain_of_Custody="segregated"), after_chain=True),
    }


def _world() -> dict[str, Trouble]:
    """What sound rows reveal about the world: stored, shown, and judged by `check`."""
    used, film = run_row("in", "BE-LD-2701", 2000), run_row("out", "COEX-2604-01", 1980)
    layers = {"Layer": "skin", "Thickness um": 20, "Density g/cm3": 0.92}, {"Layer": "core", "Thickness um": 20, "Density g/cm3": 0.92}
    bin_rows = [
        run_row("in", "BE-LD-2701", 500, Run_No="R-1", Date=day("04-08")),
        run_row("out", "SILO-4", 500, Run_No="R-1", Date=day("04-08")),
        run_row("in", "SILO-4", 300, Run_No="R-2"),
        run_row("out", "COEX-2604-01", 298, Run_No="R-2"),
        run_row("in", "BE-LD-2615", 200, Run_No="R-3", Date=day("04-14")),
        run_row("out", "SILO-4", 200, Run_No="R-3", Date=day("04-14")),
    ]
    ptt = {"Material": "PTT", "Biobased Carbon %": 27.27, "Biobased Mass %": 36.9, "Mass Basis": "residue"}
    wet = bio_pe(Material="starch", Lot_No="ST-2604", Biobased_Carbon=100)
    masterbatch = [{"Material or Lot No": "BE-LD-2701", "Supplier": "BIOETENO", "Component": "PLA", "Share %": 100}]
    return {
        "unit-unknown": Trouble(_delivery(Unit="ton"), after_chain=True),
        "lineage-open-end": Trouble(_run(run_row("in", "FOUND-IN-HALL-2", 1000), run_row("out", "COEX-2604-01", 990)), after_chain=True),
        "missing-source": Trouble(_delivery(Feedstock_Source=None), after_chain=True),
        "over-consumed": Trouble(
            _run(run_row("in", "BE-LD-2701", 2600), run_row("out", "COEX-2604-01", 2580)), after_chain=True, check_exit=1
        ),
        "lot-used-before-made": Trouble(_run(used | {"Date": day("04-02")}, film | {"Date": day("04-02")}), after_chain=True, check_exit=1),
        "mass-not-balanced": Trouble(_run(used, film | {"Quantity": 1800}), after_chain=True, check_exit=1),
        "output-heavier-than-input": Trouble(_run(used, film | {"Quantity": 2600}), after_chain=True, check_exit=1),
        "carbon-not-balanced": Trouble(
            _run(used | {"Carbon Share %": 100}, film | {"Quantity": 2600, "Material": "bio-HDPE"}), after_chain=True, check_exit=1
        ),
        "mass-unknown": Trouble(_run(used | {"Quantity": None, "Unit": None}, film), after_chain=True),
        "structure-disagrees": Trouble(
            _run(used | {"Quantity": 900} | layers[0], run_row("in", "BE-LD-2615", 1100) | layers[1], film), after_chain=True
        ),
        "certificate-expired": Trouble(
            _delivery(Delivery_Date=day("09-15"), Certificate_No="ISCC-PLUS-Cert-XX999-00000202"), after_chain=True, check_exit=1
        ),
        "certificate-unknown": Trouble(_delivery(Certificate_No="ISCC-PLUS-Cert-XX999-99999999"), after_chain=True),
        "source-disagrees": Trouble(
            _delivery(Supplier="PETROVIA", Material="LD 150", Lot_No="PV-LD-1104", Feedstock_Source="NAPHTHA"), after_chain=True
        ),
        "declarations-differ": Trouble(
            {"Deliveries": [bio_pe(), bio_pe(Delivery_Date=day("04-14"), Delivery_Note="BV-4502", Biobased_Carbon=80)]}, after_chain=True
        ),
        "lab-disagrees": Trouble(_report(pMC=30), after_chain=True, check_exit=1),
        "mass-basis-mismatch": Trouble({"Deliveries": [bio_pe() | ptt]}, after_chain=True),
        "own-lot-shared": Trouble(
            {"Deliveries": [bio_pe(Own_Lot_No="SILO-4"), bio_pe(Lot_No="BE-LD-2702", Delivery_Note="BV-4502", Own_Lot_No="SILO-4")]},
            after_chain=True,
            shown_by="content SILO-4",
        ),
        "running-pool": Trouble(_run(*bin_rows), after_chain=True, shown_by="content SILO-4"),
        "reaction-water": Trouble(
            {"Deliveries": [wet | {"Moisture %": 2}]}
            | {
                "Production": [
                    run_row("in", "ST-2604", 1000, Supplier="BIOETENO"),
                    run_row("out", "CMP-2604-01", 950),
                    run_row("loss", None, 50, Material="water"),
                ]
            },
            after_chain=True,
            shown_by="content CMP-2604-01",
        ),
        "bound-not-tight": Trouble(
            _run(used | {"Carbon Share %": 100}, film | {"Material": "PLA", "Quantity": 1500}),
            after_chain=True,
            shown_by="content COEX-2604-01",
        ),
        "content-inconsistent": Trouble(
            {"Deliveries": [bio_pe() | {"Biobased Mass %": 20, "Mass Basis": "residue"}], "Compositions": masterbatch},
            after_chain=True,
            shown_by="content BE-LD-2701",
        ),
    }


def _layouts() -> dict[str, Trouble]:
    """What a supplier's own layout makes of a sheet."""
    header: list[Cell] = ["Batch No", "Supplier", "Grade", "Net weight (kg)", "Delivery Date", "Delivery Note"]
    first: list[Cell] = ["BE-LD-2701", "BIOETENO", "BIO-LD 25", 2000, day("04-07"), "BV-4501"]
    second: list[Cell] = ["BE-LD-2702", "BIOETENO", "BIO-LD 25", 1500, day("04-08"), "BV-4502"]
    blank: list[Cell] = [None]
    total: list[Cell] = ["Total", None, None, 3500]
    own: list[Cell] = ["Partie", "Lieferant", "Sorte", "Kilo netto", "Kam am", "Papier"]
    nearly: list[Cell] = ["Partie", "Lieferant", "Sorte", "Netto", "Kam am", "Papier"]
    ambiguous: list[Cell] = ["Lot No", "Supplier", "Material", "Quantity (kg)", "Date"]
    titled: Table = [["Delivery list"], ["Supplier:", "BIOETENO"], blank, [header[0], *header[2:]], [first[0], *first[2:]]]
    plain: Table = [header, first, second]
    return {
        "table-ambiguous": Trouble({"Sheet1": [ambiguous, first[:5]]}, import_exit=1),
        "table-recognised": Trouble({"Sheet1": plain}, after_chain=True),
        "stated-above": Trouble({"Deliveries": titled}, after_chain=True),
        "material-by-sheet": Trouble({"BIO-LD 25": [[*header[:2], *header[3:]], [*first[:2], *first[3:]]]}, after_chain=True),
        "share-by-weight": Trouble(_delivery(Biobased_Carbon="45 wt%"), after_chain=True),
        "share-one": Trouble(_delivery(Biobased_Carbon=1), after_chain=True),
        "note-like-data": Trouble(
            {"Deliveries": [*plain, ["BE-LD-2703, BIO-LD 25, 700 kg, 2026-04-09, with the next truck"]]}, after_chain=True
        ),
        "row-passed-over": Trouble({"Deliveries": [*plain, total]}, after_chain=True),
        "total-differs": Trouble({"Deliveries": [header, first, total]}, after_chain=True),
        "merged-cells": Trouble({"Deliveries (merged D2:D3)": [header, first, [*second[:3], None, *second[4:]]]}, import_exit=1),
        "merged-cells-read": Trouble({"Deliveries (merged B2:B3)": [header, first, [second[0], None, *second[2:]]]}, after_chain=True),
        "profile-used": Trouble({"Eingang": [own, first]}, after_chain=True, profiles=("bioeteno",)),
        "profile-ambiguous": Trouble({"Eingang": [own, first]}, import_exit=1, profiles=("bioeteno", "bioeteno-2025")),
        "profile-nearly-fits": Trouble({"Eingang": [nearly, first]}, import_exit=1, profiles=("bioeteno",)),
        "profile-not-fitting": Trouble(
            {"Eingang": [nearly, first]}, import_exit=1, profiles=("bioeteno",), options=("--profile", "bioeteno")
        ),
    }


def troubles() -> dict[str, Trouble]:
    """Every finding's workbook, by finding name."""
    parts: tuple[Callable[[], dict[str, Trouble]], ...] = (_cells, _layouts, _rows, _world, book_troubles, custody_troubles)
    return dict(sorted((name, trouble) for part in parts for name, trouble in part().items()))


def _table(rows: list[Row] | Table) -> Table:
    if rows and not isinstance(rows[0], dict):
        return rows
    headers = list(dict.fromkeys(header for row in rows for header in row))
    return [headers, *([row.get(header) for header in headers] for row in rows)]


def trouble_books() -> dict[str, dict[str, Table]]:
    """File name to sheets; what ends a sheet's name in brackets says how it is written: (hidden), (merged A2:A3), (row 2 struck)."""
    return {f"{name}.xlsx": {sheet: _table(rows) for sheet, rows in trouble.sheets.items()} for name, trouble in troubles().items()}


def manifest_text() -> str:
    """What each workbook is there for, as TOML."""
    lines = [
        "# Finding name -> its workbook.  after_chain: import it after samples/chain, else into an empty workspace (organisation NORDFILM,",
        "# site NF-1); import and check: the exit codes of both commands; shown_by: the command that shows the finding; options: those",
        "# of import, if any; profiles: those of samples/profiles that the workspace has, if any; then: commands after the import;",
        "# tampered: SQL that somebody runs on the database after them.",
    ]
    for name, t in troubles().items():
        lines += ["", f"[{name}]", f'file = "{name}.xlsx"', f"after_chain = {str(t.after_chain).lower()}"]
        lines += [f"import = {t.import_exit}", f"check = {t.check_exit}", f'shown_by = "{t.shown_by}"']
        lines += [f"options = {json.dumps(t.options)}"] if t.options else []
        lines += [f"profiles = {json.dumps(t.profiles)}"] if t.profiles else []
        lines += [f"then = {json.dumps(t.then)}"] if t.then else []
        lines += [f"tampered = {json.dumps(t.tampered)}"] if t.tampered else []
    return "\n".join(lines) + "\n"
