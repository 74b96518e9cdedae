"""A recall as a document in one language, and what of it concerns a single customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tracepack.report.answers_recall import (
    RecallAnswer,
    RecallClaimed,
    RecallCreditUse,
    RecallCustomer,
    RecallDelivery,
    RecallLot,
    RecallShipment,
    RecallStock,
)
from tracepack.report.document import Block, Bullets, Cell, Document, Paragraph, Section, Table
from tracepack.report.wording import Wording, wording

_TOTALS = ("subject", "shipped", "book_stock", "lost", "unaccounted")
_SHIPPED = ("date", "shipment", "customer", "lot", "mass", "returned", "affected", "bounds", "share", "withdrawal")
_STOCK = ("site", "lot", "supplier", "material", "book", "affected", "bounds", "counted_on", "counted", "counted_affected")
_LOTS = ("depth", "lot", "supplier", "material", "mass", "affected", "bounds", "share")
_CREDITS = ("account", "date", "entry", "entry_number", "for_lot", "for_shipment", "credits", "of_it", "output")
_CLAIMED = ("date", "shipment", "customer", "name", "lot", "supplier", "kept", "claimed")
_RIGHT = {"mass", "returned", "affected", "book", "counted", "counted_affected", "share", "shipments", "lots", "depth", "part"}
_RIGHT |= {"credits", "of_it", "output", "kept", "claimed"}

_Row = Sequence[str | Cell]


def compose_recall(answer: RecallAnswer, lang: str) -> Document:
    """The whole recall: the balance of what came in first, then every customer, shipment, shelf and lot; what is missing by name."""
    w = wording(lang)
    booked = answer.attributed
    blocks: dict[str, list[Block]] = {
        "balance": _balance(answer, w),
        "open_ends": _rows(("lot", "supplier", "why", "mass"), _ends(answer, w), w),
        "came_in": _rows(("date", "lot", "supplier", "material", "mass", "part"), _deliveries(answer.subject.deliveries, w), w),
        "customers": _rows(("customer", "name", "shipments", "lots", "affected", "bounds"), _customers(answer.customers, w), w),
        "shipments": _rows(_SHIPPED, [_shipment(row, w) for row in answer.shipments], w),
        "stock": _rows(_STOCK, [_shelf(row, w) for row in answer.stock], w),
        "missing": _rows(("what", "number", "site", "date", "affected", "bounds"), _missing(answer, w), w),
        "lots": _rows(_LOTS, [_lot(row, w) for row in answer.lots], w),
        "material_counts": _rows(("site", "material", "date", "mass"), _counts(answer, w), w),
        "may_belong": _rows(("lot", "supplier", "date", "mass", "why"), _doubts(answer, w), w),
        "attributed": _attributed(answer, w),
        "attributed_shipments": _rows(_SHIPPED, [_shipment(row, w) for row in booked.shipments], w),
        "attributed_stock": _rows(_STOCK, [_shelf(row, w) for row in booked.stock], w),
        "attributed_lots": _rows(_LOTS, [_lot(row, w) for row in booked.lots], w),
        "credits": _credits(answer, w),
        "claimed": _rows(_CLAIMED, [_claimed(row, w) for row in booked.claimed], w),
        "findings": [Bullets(tuple(f"{f.name}: {f.message} {f.hint}" for f in answer.findings))] if answer.findings else [],
    }
    sections = tuple(Section(name, w(f"recall.{name}"), tuple(body)) for name, body in blocks.items() if body)
    return Document(lang, _title(answer, w), w("text.as_known", number=answer.as_known_after_import), sections)


def compose_customer(answer: RecallAnswer, customer: RecallCustomer, lang: str) -> Document:
    """What one customer received of it, and nothing about anybody else."""
    w = wording(lang)
    sent = [row for row in answer.shipments if row.customer == customer.customer and row.kind != "disposal"]
    columns = ("date", "shipment", "lot", "material", "mass", "returned", "affected", "bounds", "share", "withdrawal")
    rows = [[row.date, row.shipment, row.number, row.material, *_shipment(row, w)[4:]] for row in sent]
    name = w("recall.for_customer", name=customer.name or customer.customer, id=customer.customer)
    total = Table(("", ""), ((Cell(w("recall.column.affected")), _kg(customer.affected_mass_kg, w)),))
    claimed = [[row.date, row.shipment, row.number, *_claimed(row, w)[6:]] for row in _claimed_by(answer, customer.customer)]
    parts = {
        "shipments": _rows(columns, rows, w),
        "claimed": _rows(("date", "shipment", "lot", "kept", "claimed"), claimed, w),
    }
    head = Section("customer", name, (Paragraph(_title(answer, w)), *_days(answer, w), total))
    sections = (head, *(Section(part, w(f"recall.{part}"), tuple(blocks)) for part, blocks in parts.items() if blocks))
    return Document(lang, customer.customer, w("text.as_known", number=answer.as_known_after_import), sections)


def concerned(answer: RecallAnswer) -> list[RecallCustomer]:
    """Every customer to be told: those who received any of it, and those whose goods were sold with its credits; by Party ID."""
    told = {customer.customer for customer in answer.customers}
    names = {row.customer: row.customer_name for row in answer.attributed.claimed if row.customer not in told}
    others = [
        RecallCustomer(
            customer=customer,
            name=name,
            shipments=0,
            lots=0,
            affected_mass_kg="0",
            affected_low_kg="0",
            affected_high_kg="0",
        )
        for customer, name in names.items()
    ]
    return sorted([*answer.customers, *others], key=lambda c: c.customer)


def _claimed_by(answer: RecallAnswer, customer: str) -> list[RecallClaimed]:
    return [row for row in answer.attributed.claimed if row.customer == customer]


def statement(answer: RecallAnswer, w: Wording) -> str:
    """Whether all of the subject was followed to where it is, in a sentence."""
    if not answer.lots and not answer.attributed.lots and not answer.attributed.credits:
        return w("recall.nothing")
    if answer.complete:
        return w("recall.complete", mass=w.kg(answer.unaccounted_kg))
    return w("recall.incomplete", ends=len(answer.open_ends), mass=w.kg(answer.not_located_kg))


def _title(answer: RecallAnswer, w: Wording) -> str:
    return w(f"recall.subject.{answer.subject.kind}", number=answer.subject.number, owner=answer.subject.owner)


def _rows(columns: Sequence[str], rows: Sequence[_Row], w: Wording) -> list[Block]:
    """A table without the columns that are blank throughout; nothing where there are no rows."""
    if not rows:
        return []
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(columns)) if any(row[i].text for row in cells)]
    headers = tuple(w(f"recall.column.{columns[i]}") for i in kept)
    right = frozenset(place for place, i in enumerate(kept) if columns[i] in _RIGHT)
    return [Table(headers, tuple(tuple(row[i] for i in kept) for row in cells), right)]


# --- cells


class _Affected(Protocol):
    """Any row that says how much of the subject is in it."""

    affected_mass_kg: str | None
    affected_low_kg: str
    affected_high_kg: str | None


def _affected(row: _Affected, w: Wording) -> list[Cell]:
    """How much in proportion; and least to most, where they are not that."""
    low, point, high = row.affected_low_kg, row.affected_mass_kg, row.affected_high_kg
    if low == point == high:
        return [_kg(point, w), Cell("")]
    least = w.kg(low)
    return [_kg(point, w), Cell(w("recall.at_least", low=least) if high is None else w("number.range", low=least, high=w.kg(high)))]


def _kg(kg: str | None, w: Wording) -> Cell:
    return Cell(w.kg(kg), number=None if kg is None else float(kg))


def _share(share: float | None, w: Wording) -> Cell:
    return Cell("") if share is None else Cell(w.percent(share), number=share)


def _part(delivery: RecallDelivery, w: Wording) -> str:
    """How much of a delivery is the subject's, where it is not all of it."""
    return "" if delivery.share_low == 1.0 else w.span(delivery.share_low, delivery.share_high)


# --- the parts


def _days(answer: RecallAnswer, w: Wording) -> list[Block]:
    """Which days were asked for, and when a certificate was withdrawn."""
    subject, blocks = answer.subject, []
    if subject.first_day or subject.last_day:
        blocks.append(w("recall.days", first=subject.first_day or "…", last=subject.last_day or "…"))
    if subject.withdrawn_on:
        blocks.append(w("recall.withdrawn", date=subject.withdrawn_on))
    return [Paragraph(text) for text in blocks]


def _balance(answer: RecallAnswer, w: Wording) -> list[Block]:
    """Whether everything was found; what came in, and where it is now."""
    rows = tuple((Cell(w(f"recall.total.{name}")), _kg(getattr(answer, f"{name}_kg"), w)) for name in _TOTALS)
    blocks: list[Block] = [*_days(answer, w), Paragraph(statement(answer, w), "" if answer.complete else "bad")]
    blocks += [
        Table(("", ""), rows, frozenset({1})),
        Paragraph(w("recall.adds_up" if answer.adds_up else "recall.does_not_add_up"), "quiet"),
    ]
    if answer.counted_stock_kg is not None:
        blocks.append(Paragraph(w("recall.counted", mass=w.kg(answer.counted_stock_kg), rest=w.kg(answer.not_counted_kg))))
    if answer.located_share is not None:
        blocks.append(Paragraph(w("recall.located", share=w.percent(answer.located_share), mass=w.kg(answer.not_located_kg))))
    return blocks


def _deliveries(deliveries: Sequence[RecallDelivery], w: Wording) -> list[_Row]:
    return [[d.date, d.number, d.owner, d.material, _kg(d.mass_kg, w), _part(d, w)] for d in deliveries]


def _customers(customers: Sequence[RecallCustomer], w: Wording) -> list[_Row]:
    return [[c.customer, c.name, str(c.shipments), str(c.lots), *_affected(c, w)] for c in customers]


def _shipment(row: RecallShipment, w: Wording) -> list[str | Cell]:
    when = "" if row.before_withdrawal is None else w("recall.before" if row.before_withdrawal else "recall.after")
    kind = "" if row.kind == "sale" else f" ({w.term('shipment_kind', row.kind)})"
    returned = Cell("") if row.returned_kg == "0" else _kg(row.returned_kg, w)
    what: list[str | Cell] = [row.date, row.shipment + kind, row.customer, row.number, _kg(row.mass_kg, w), returned]
    return [*what, *_affected(row, w), _share(row.share, w), when]


def _shelf(row: RecallStock, w: Wording) -> _Row:
    counted: list[str | Cell] = ["", "", ""]
    if row.counted_on is not None:
        counted = [row.counted_on, _kg(row.counted_kg, w), _kg(row.counted_affected_kg, w)]
    return [row.site or "?", row.number, row.owner, row.material, _kg(row.book_kg, w), *_affected(row, w), *counted]


def _missing(answer: RecallAnswer, w: Wording) -> list[_Row]:
    return [[w(f"recall.{m.kind}"), m.number, m.site, m.date, *_affected(m, w)] for m in answer.missing]


def _lot(row: RecallLot, w: Wording) -> _Row:
    return [str(row.depth), row.number, row.owner, row.material, _kg(row.mass_kg, w), *_affected(row, w), _share(row.share, w)]


def _counts(answer: RecallAnswer, w: Wording) -> list[_Row]:
    return [[c.site, c.material, c.date, _kg(c.mass_kg, w)] for c in answer.material_counts]


def _doubts(answer: RecallAnswer, w: Wording) -> list[_Row]:
    return [[d.number, d.owner, d.date, _kg(d.mass_kg, w), d.reason] for d in answer.may_belong]


def _ends(answer: RecallAnswer, w: Wording) -> list[_Row]:
    return [[e.number, e.owner, e.reason, Cell("") if e.mass_kg is None else _kg(e.mass_kg, w)] for e in answer.open_ends]


def _attributed(answer: RecallAnswer, w: Wording) -> list[Block]:
    """What was only booked to the subject: never added to what is physically there."""
    booked = answer.attributed
    if not booked.deliveries:
        return []
    says = Paragraph(w("recall.attributed_says", mass=w.kg(booked.subject_kg)))
    return [says, *_rows(("date", "lot", "supplier", "material", "mass", "part"), _deliveries(booked.deliveries, w), w)]


def _credits(answer: RecallAnswer, w: Wording) -> list[Block]:
    """What came into each account, each use that may have taken any of it, and what may be left."""
    if not answer.attributed.credits:
        return []
    rows: list[_Row] = []
    for one in answer.attributed.credits:
        name = ", ".join(filter(None, (one.site, one.scheme, one.feedstock, one.category, one.country, one.material)))
        came = _span(one.received_low_kg, one.received_high_kg, w)
        rows.append([name, "", w("recall.credits_in"), "", "", "", "", came, ""])
        rows += [["", *_use(use, w)] for use in one.uses]
        rows.append(["", "", w("recall.credits_left"), "", "", "", "", _span(one.left_low_kg, one.left_high_kg, w), ""])
    return [Paragraph(w("recall.credits_says")), *_rows(_CREDITS, rows, w)]


def _use(use: RecallCreditUse, w: Wording) -> list[str | Cell]:
    what = [use.date, w(f"balance.kind.{use.kind}"), use.number, use.lot, use.shipment]
    output = Cell("") if use.kind == "transfer-out" else _span(use.output_low_kg, use.output_high_kg, w)
    return [*what, _kg(use.credits_kg, w), _span(use.affected_low_kg, use.affected_high_kg, w), output]


def _claimed(row: RecallClaimed, w: Wording) -> list[str | Cell]:
    what: list[str | Cell] = [row.date, row.shipment, row.customer, row.customer_name, row.number, row.owner, _kg(row.mass_kg, w)]
    return [*what, _span(row.affected_low_kg, row.affected_high_kg, w)]


def _span(low: str, high: str | None, w: Wording) -> Cell:
    """Least to most kilograms; one figure where they are the same."""
    if low == high:
        return _kg(low, w)
    least = w.kg(low)
    return Cell(w("recall.at_least", low=least) if high is None else w("number.range", low=least, high=w.kg(high)))
