"""Troubles of the mass-balance books: a line of bio-attributed PP at NF-1, in one workbook each."""

from __future__ import annotations

from trouble import Row, Trouble
from world import Cell, day

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


def book_troubles() -> dict[str, Trouble]:
    """Every finding of the books with its workbook."""
    return {
        "factor-out-of-range": Trouble({"Conversion Factors": [factor(82)]}, import_exit=1),
        "period-reversed": Trouble({"Balance Periods": [period(start="06-30", end="04-01")]}, import_exit=1),
        "period-overlaps": Trouble({"Balance Periods": [period(), period("2026-Q3", "06-30", "09-29")]}, import_exit=1),
        "transfer-to-itself": Trouble({"Credit Transfers": [transfer("NF-1")]}, import_exit=1),
    }
