"""Troubles of the mass-balance books: a line of bio-attributed PP at NF-1, in one workbook each."""

from __future__ import annotations

from trouble import Row, Trouble
from world import Cell, Table, day

ACCOUNT: Row = {
    "Scheme": "ISCC PLUS",
    "Feedstock": "used cooking oil",
    "Category": "bio-circular",
    "Country of Origin": "DE",
    "Input Material": "PP BIO-ATTRIBUTED",
}


def period(name: str = "2026-Q2", start: str = "04-01", end: str = "06-30") -> Row:
    """A period of NF-1's books."""
    return {"Site": "NF-1", "Period ID": name, "Start": day(start), "End": day(end)}


def factor(value: Cell = 0.92) -> Row:
    """Film from bio-attributed PP."""
    names: Row = {"Site": "NF-1", "Input Material": "PP BIO-ATTRIBUTED", "Output Material": "PP FILM"}
    return names | {"Factor": value, "Valid From": day("01-01")}


def transfer(to_site: str = "NF-2", quantity: Cell = 1000) -> Row:
    """Credits from NF-1 to another site."""
    head: Row = {"Transfer No": "T-1", "From Site": "NF-1", "To Site": to_site, "Date": day("05-04")}
    return head | ACCOUNT | {"Quantity": quantity, "Unit": "kg"}


def line(*deliveries: Row, certificate_ends: str = "12-31") -> dict[str, list[Row] | Table]:
    """Bio-attributed PP at NF-1 in the second quarter: what came in, its papers, the factor, and a film lot of 9 t."""
    certificate: Row = {"Certificate No": "ISCC-PLUS-Cert-XX999-00000301", "Scheme": "ISCC PLUS", "Holder": "POLYNOVA"}
    film = [("in", "PP-FOSSIL", "POLYNOVA", "PP"), ("out", "PP-FILM-2604", None, "PP FILM")]
    plain: Row = {
        "Lot No": "PP-FOSSIL",
        "Supplier": "POLYNOVA",
        "Material": "PP",
        "Quantity": 9000,
        "Unit": "kg",
        "Delivery Date": day("04-02"),
    }
    return {
        "Certificates": [certificate | {"Valid From": day("01-01"), "Valid Until": day(certificate_ends)}],
        "Feedstock Sources": [collected()],
        "Deliveries": [*(deliveries or [pp()]), plain],
        "Conversion Factors": [factor()],
        "Balance Periods": [period()],
        "Production": [
            {"Run No": "CX-2604-11", "Date": day("04-20"), "Direction": direction, "Lot No": lot, "Supplier": owner, "Material": material}
            | {"Quantity": 9000, "Unit": "kg"}
            for direction, lot, owner, material in film
        ],
    }


def pp(lot: str = "PN-2601", **changes: Cell) -> Row:
    """A delivery of 10 t of bio-attributed PP."""
    row: Row = {"Lot No": lot, "Supplier": "POLYNOVA", "Material": "PP BIO-ATTRIBUTED", "Quantity": 10000, "Unit": "kg"}
    row |= {"Delivery Date": day("04-10"), "Delivery Note": f"DN-{lot}", "Attributed Content %": 100, "Chain of Custody": "mass balance"}
    row |= {"Certificate No": "ISCC-PLUS-Cert-XX999-00000301", "Declaration No": "SD-77", "Feedstock Source": "UCO-DE"}
    return row | {key.replace("_", " ").replace("Content", "Content %"): value for key, value in changes.items()}


def used(quantity: Cell = 4600, number: str = "A-1", **changes: Cell) -> Row:
    """Credits used for the film lot."""
    head: Row = {"Attribution No": number, "Site": "NF-1", "Date": day("05-05"), "Lot No": "PP-FILM-2604"}
    return head | ACCOUNT | {"Quantity": quantity, "Unit": "kg"} | {key.replace("_", " "): value for key, value in changes.items()}


def opened(name: str) -> Row:
    """An opening balance of 100 kg."""
    return {"Site": "NF-1", "Period ID": name} | ACCOUNT | {"Quantity": 100, "Unit": "kg"}


def declared(quantity: Cell = 10000, **changes: Cell) -> Row:
    """The declaration of the delivery."""
    row: Row = {"Declaration No": "SD-77", "Issuer": "POLYNOVA", "Recipient": "NORDFILM", "Issue Date": day("04-10")}
    row |= {"Chain of Custody": "mass balance", "Quantity": quantity, "Unit": "kg"}
    row |= {key: value for key, value in ACCOUNT.items() if key != "Input Material"}
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def sold(**claim: Cell) -> list[Row]:
    """A tonne of the film lot, to whose 9 t 4.6 t are attributed, sold with a claim."""
    row: Row = {
        "Shipment No": "S-26-0401",
        "Date": day("05-11"),
        "Customer": "FRISKA",
        "Lot No": "PP-FILM-2604",
        "Quantity": 1000,
        "Unit": "kg",
    }
    return [row | {key.replace("_", " ").replace("Claimed Share", "Claimed %"): value for key, value in claim.items()}]


def _claimed(**claim: Cell) -> dict[str, list[Row] | Table]:
    return line() | {"Attributions": [used()], "Shipments": sold(**claim)}


def counted(quantity: Cell, material: str = "PP BIO-ATTRIBUTED", on: str = "06-30") -> Row:
    """What was counted of a material."""
    return {"Date": day(on), "Site": "NF-1", "Material": material, "Quantity": quantity, "Unit": "kg"}


def came_back(shipment: str | None) -> Row:
    """A return of a tonne of the film lot."""
    row: Row = {"Shipment No": "S-3", "Date": day("06-02"), "Customer": "FRESHBOX", "Lot No": "PP-FILM-2604", "Quantity": 1000}
    return row | {"Unit": "kg", "Kind": "return", "Reverses Shipment No": shipment}


def collected(country: str = "DE") -> Row:
    """Used cooking oil from a country."""
    row: Row = {"Source ID": f"UCO-{country}", "Feedstock": "used cooking oil", "Category": "bio-circular"}
    return row | {"Country of Origin": country, "Supplier": "POLYNOVA"}


#: Our own declaration of the sale.
_OURS: Row = {"Declaration_No": "NF-SD-1", "Issuer": "NORDFILM", "Recipient": "FRISKA", "Issue_Date": day("05-12")}


def _sold_as(declaration: Row, *others: Row) -> dict[str, list[Row] | Table]:
    """The tonne sold under a declaration of ours."""
    shipments = [*sold(Declaration_No="NF-SD-1"), *others]
    return line() | {"Attributions": [used()], "Shipments": shipments, "Declarations": [declaration]}


def _declares(sheets: dict[str, list[Row] | Table], check_exit: int) -> Trouble:
    return Trouble(sheets, check_exit=check_exit, shown_by="declaration S-26-0401")


def _shown(sheets: dict[str, list[Row] | Table], check_exit: int = 1) -> Trouble:
    return Trouble(sheets, check_exit=check_exit, shown_by="balance")


def _closed(*commands: str, tampered: str = "") -> Trouble:
    """What is found after the period was closed and something was done then."""
    then = ("balance --close 2026-Q2", *commands)
    return Trouble(line(), check_exit=1 if tampered else 0, shown_by="balance", then=then, tampered=tampered)


def party(name: str, role: str) -> Row:
    """A party by its ID."""
    return {"Party ID": name, "Name": name, "Role": role}


def _scope_troubles() -> dict[str, Trouble]:
    """Credits in books that are not theirs, before they are there, or used for two claims."""
    own: Row = {"Certificate No": "ISCC-PLUS-Cert-XX999-00000777", "Scheme": "ISCC PLUS", "Holder": "NF-1"}
    certificates = [*line()["Certificates"], own | {"Valid From": day("01-01"), "Valid Until": day("06-15")}]
    bag = [("in", "PN-2601", "POLYNOVA", "PP BIO-ATTRIBUTED"), ("out", "BAG-2605", None, "PP BAG")]
    rows: list[Row] = [
        {"Run No": "BG-2605-01", "Date": day("05-06"), "Direction": direction, "Lot No": lot, "Supplier": owner, "Material": material}
        | {"Quantity": 5000, "Unit": "kg"}
        for direction, lot, owner, material in bag
    ]
    sale: Row = {
        "Shipment No": "S-26-0407",
        "Date": day("05-11"),
        "Customer": "FRISKA",
        "Lot No": "BAG-2605",
        "Quantity": 5000,
        "Unit": "kg",
    }
    claim: Row = {"Quantity": 5000, "Unit": "kg", "Claimed Figure": "bio_carbon_toc", "Claimed %": 90}
    return {
        "scheme-mismatch": _shown(line() | {"Attributions": [used(Scheme="RSB")]}),
        "transfer-outside-group": _shown(line() | {"Parties": [party("FRISKA", "customer")], "Credit Transfers": [transfer("FRISKA")]}),
        "transfer-before-credits": _shown(
            line(pp(Delivery_Date=day("05-20"))) | {"Parties": [party("NF-2", "site")], "Credit Transfers": [transfer()]}
        ),
        "period-outside-certificate": _shown(line() | {"Certificates": certificates}),
        "claimed-under-two-schemes": _shown(line() | {"Attributions": [used(), used(4600, "A-2", Scheme="RSB")]}),
        "claimed-twice": _shown(
            line() | {"Production": [*line()["Production"], *rows], "Shipments": [sale | claim], "Attributions": [used()]}
        ),
    }


def _ground() -> dict[str, list[Row] | Table]:
    """The film is ground and made into bags; the Kind of the run says that what it made is regrind."""
    rows: list[Row] = [
        {"Run No": number, "Kind": kind, "Date": day(date), "Direction": direction, "Lot No": lot, "Material": material}
        | {"Quantity": 4000, "Unit": "kg"}
        for number, kind, date, steps in (
            ("GR-2605-01", "regrind", "05-08", (("in", "PP-FILM-2604", "PP FILM"), ("out", "RG-2605", "RM-77"))),
            ("BG-2605-02", "extrusion", "05-09", (("in", "RG-2605", "RM-77"), ("out", "PP-BAG-2605", "PP BAG"))),
        )
        for direction, lot, material in steps
    ]
    return line() | {"Production": [*line()["Production"], *rows], "Attributions": [used()]}


def _used_elsewhere() -> dict[str, list[Row] | Table]:
    """The bio-attributed PP came to NF-1; the run that uses it is written down at NF-2, which keeps books, too."""
    rows: list[Row] = [
        {"Run No": "BG-2605-01", "Site": "NF-2", "Date": day("05-06"), "Direction": direction, "Lot No": lot, "Supplier": owner}
        | {"Material": material, "Quantity": 5000, "Unit": "kg"}
        for direction, lot, owner, material in (("in", "PN-2601", "POLYNOVA", "PP BIO-ATTRIBUTED"), ("out", "BAG-2605", None, "PP BAG"))
    ]
    second = period() | {"Site": "NF-2"}
    return line() | {"Production": [*line()["Production"], *rows], "Balance Periods": [period(), second]}


def _method_troubles() -> dict[str, Trouble]:
    """Methods and bases that a scheme does not know, percentages that are passed or not known."""
    average: Row = {"Name": "balance method ISCC PLUS", "Value": "rolling average"}
    fossil = factor() | {"Input Material": "PP"}
    by_energy = factor(0.9) | {"Basis": "energy", "Valid From": day("05-06")}
    return {
        "method-not-allowed": _shown(line() | {"Settings": [average | {"Value": "percentage"}]}),
        "basis-not-allowed": _shown(
            line()
            | {"Settings": [{"Name": "attribution basis ISCC PLUS", "Value": "mass"}], "Attributions": [used()]}
            | {"Conversion Factors": [factor() | {"Basis": "energy"}]}
        ),
        "bases-mixed": _shown(
            line() | {"Conversion Factors": [factor(), by_energy], "Attributions": [used(2000), used(2000, "A-2", Date=day("05-10"))]}
        ),
        "percentage-unknown": _shown(line() | {"Settings": [average]}),
        "attributed-beyond-percentage": _shown(
            line() | {"Settings": [average], "Conversion Factors": [factor(), fossil], "Attributions": [used(4800)]}
        ),
    }


def book_troubles() -> dict[str, Trouble]:
    """Every finding of the books with its workbook."""
    return {
        "factor-out-of-range": Trouble({"Conversion Factors": [factor(82)]}, import_exit=1),
        "period-reversed": Trouble({"Balance Periods": [period(start="06-30", end="04-01")]}, import_exit=1),
        "period-overlaps": Trouble({"Balance Periods": [period(), period("2026-Q3", "06-30", "09-29")]}, import_exit=1),
        "transfer-to-itself": Trouble({"Credit Transfers": [transfer("NF-1")]}, import_exit=1),
        "balance-negative": _shown(line(pp(Quantity=4000)) | {"Attributions": [used()]}),
        "sold-short": _shown(line() | {"Attributions": [used(Date=day("04-08"))]}, check_exit=0),
        "outside-periods": _shown(line(pp(Delivery_Date=day("07-01"))), check_exit=0),
        "period-gap": _shown(line() | {"Balance Periods": [period(), period("2026-Q3", "07-02", "09-30")]}),
        "period-too-long": _shown(line() | {"Balance Periods": [period(end="07-01")]}),
        "opening-without-period": _shown(line() | {"Opening Balances": [opened("2026-Q5")]}),
        "opening-differs": _shown(
            line() | {"Balance Periods": [period(), period("2026-Q3", "07-01", "09-30")], "Opening Balances": [opened("2026-Q3")]}
        ),
        "closed-period-changed": _closed(
            tampered="UPDATE facts SET payload = replace(payload, '10000', '11000') WHERE sheet = 'Deliveries'"
        ),
        "closed-period-redrawn": _closed('withdraw F6 --why "typed twice"'),
        "adjustment-without-period": _closed('withdraw F3 --why "never arrived"'),
        "conversion-factor-missing": _shown(
            {key: rows for key, rows in line().items() if key != "Conversion Factors"} | {"Attributions": [used()]}
        ),
        "attribution-unknown-lot": _shown(line() | {"Attributions": [used(Lot_No="PP-FILM-2699")]}),
        "attributed-beyond-lot": _shown(line() | {"Attributions": [used(), used(4500, "A-2")]}),
        "attribution-before-lot": _shown(line() | {"Attributions": [used(Date=day("04-15"))]}, check_exit=0),
        "attributed-after-sale": _shown(
            line(pp(Delivery_Date=day("07-02")))
            | {"Balance Periods": [period(), period("2026-Q3", "07-01", "09-30")], "Attributions": [used(Date=day("07-03"))]}
            | {"Shipments": sold(Claimed_Figure="attributed", Claimed_Share=51)}
        ),
        "credit-unplaced": _shown(line(pp(Feedstock_Source=None)), check_exit=0),
        "credit-book-and-claim": _shown(line(pp(Chain_of_Custody="book and claim")), check_exit=0),
        "credit-share-assumed": _shown(line(pp(Attributed_Content=None)), check_exit=0),
        "credit-not-valid": _shown(line(certificate_ends="04-09")),
        "credit-mass-unknown": _shown(line() | {"Attributions": [used(Unit="m2")]}),
        "return-unmatched": _shown(line() | {"Shipments": [came_back("S-99")]}, check_exit=0),
        "scrap-not-debited": _shown(
            line(pp(), pp("PN-2602", Feedstock_Source="UCO-NL"))
            | {"Feedstock Sources": [collected(), collected("NL")], "Conversion Factors": [factor() | {"Net of Scrap and Regrind": "no"}]}
            | {"Shipments": [came_back(None) | {"Kind": "scrap sale", "Shipment No": "S-2"}]}
        ),
        "regrind-carries-none": Trouble(_ground(), shown_by="content PP-BAG-2605"),
        "lot-at-other-site": _shown(_used_elsewhere(), check_exit=0),
        **_scope_troubles(),
        **_method_troubles(),
        "stock-differs": _shown(line() | {"Stock Counts": [counted(10051)]}),
        "declaration-overused": _shown(line() | {"Declarations": [declared(9000)]}),
        "declaration-twice": _shown(line() | {"Declarations": [declared(), declared(9999, Declaration_No="sd 77")]}),
        "claim-exceeds-figure": Trouble(_claimed(Claimed_Figure="attributed", Claimed_Share=52), check_exit=1, shown_by="check"),
        "claim-wording-not-allowed": Trouble(_claimed(Claim_Wording="Contains 51 % bio-based plastic."), check_exit=1, shown_by="check"),
        "claim-wording-unknown": Trouble(_claimed(Claim_Wording="A film that thinks of tomorrow."), shown_by="check"),
        "declaration-field-missing": _declares(line() | {"Attributions": [used()], "Shipments": sold()}, check_exit=0),
        "declaration-beyond-credits": _declares(_sold_as(declared(600, **_OURS)), check_exit=1),
        "declaration-differs": _declares(_sold_as(declared(500, **_OURS | {"Recipient": "VERDANT"})), check_exit=1),
        "declaration-number-reused": _declares(
            _sold_as(declared(900, **_OURS), *sold(Shipment_No="S-26-0402", Declaration_No="NF-SD-1")), check_exit=1
        ),
        "declaration-contradicted": _shown(line() | {"Declarations": [declared(Category="bio")]}),
    }
