"""The mass-balance books as a workbook that an auditor can recompute.

Masses are numbers in kg, exact to what a spreadsheet's numbers hold; what follows from others is a formula with its value.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from tracepack.core.accounts import Entry, EntryKind
from tracepack.core.balances import Statement
from tracepack.core.bookaudit import BookAudit
from tracepack.core.findings import SourceRef
from tracepack.report.answers_balance import AccountAnswer, BalanceAnswer, EntryAnswer, PeriodBalanceAnswer
from tracepack.report.wording import Wording, wording
from tracepack.report.xlsx import STAMP
from tracepack.report.xlsx_quantities import write_quantities
from tracepack.report.xlsx_table import OPTIONS, Column, Formula, Styles, Value, write_table

#: What stands between opening and closing: the figure, the kind of its entries, and whether it is shown as it is or turned about.
FIGURES: tuple[tuple[str, EntryKind, int], ...] = (
    ("received", "received", 1),
    ("transferred_in", "transfer-in", 1),
    ("transferred_out", "transfer-out", -1),
    ("attributed", "attributed", -1),
    ("given_back", "given-back", 1),
    ("sent_back", "sent-back", -1),
    ("scrap_sold", "scrap-sold", -1),
    ("adjusted", "adjustment", 1),
)
_ACCOUNT = ("site", "scheme", "feedstock", "category", "country_of_origin", "input_material")
_BEFORE_OPENING = ("line", *_ACCOUNT, "period", "start", "end", "closed")
_OPENING = len(_BEFORE_OPENING)
_CLOSING = _OPENING + len(FIGURES) + 1
_ENTRY_HEAD = ("line", *_ACCOUNT, "period", "date", "kind", "number", "of")
_KIND, _INPUT = _ENTRY_HEAD.index("kind"), len(_ENTRY_HEAD)
_LETTER = [xl_col_to_name(n) for n in range(40)]

#: A line of the books: an account over one period, as it is published and as it is known exactly.
Line = tuple[AccountAnswer, PeriodBalanceAnswer, Statement]


def books_to_xlsx(answer: BalanceAnswer, audit: BookAudit, lang: str = "en") -> bytes:
    """The books that ``answer`` publishes of ``audit``: accounts, percentages, closed periods, findings, rules, quantities."""
    w = wording(lang)
    out = io.BytesIO()
    book = Workbook(out, dict(OPTIONS))
    book.set_properties({"title": w("balance.sheet.title"), "created": STAMP})
    styles = Styles(book)
    published = [(account, period) for account in answer.accounts for period in account.periods]
    lines: list[Line] = [(account, period, s) for (account, period), s in zip(published, audit.statements, strict=True)]
    write_table(book, styles, w("balance.sheet.balances"), _balance_columns(w), _balances(lines, w))
    write_table(book, styles, w("balance.sheet.entries"), _entry_columns(w), _entries(lines, w))
    if answer.percentages:
        write_table(book, styles, w("balance.sheet.percentages"), _columns(w, _PERCENTAGES, {}), _percentages(answer))
    write_table(book, styles, w("balance.sheet.closings"), _columns(w, _CLOSED, {}), _closings(answer, w))
    write_table(book, styles, w("balance.sheet.findings"), _columns(w, _FOUND, {"message": 80, "hint": 60}), _findings(answer, w))
    write_table(book, styles, w("balance.sheet.rules"), _columns(w, _RULES, {"says": 50, "source": 80}), _rules(answer, w))
    write_quantities(book, styles, answer, w)
    about = [w("text.as_known", number=answer.as_known_after_import), w("balance.sheet.how")]
    write_table(book, styles, w("balance.sheet.about"), [Column(w("balance.sheet.title"), 120)], [[line] for line in about])
    book.close()
    return out.getvalue()


def _columns(w: Wording, names: Iterable[str], widths: dict[str, int]) -> list[Column]:
    return [Column(w(f"balance.column.{name}"), widths.get(name, 14)) for name in names]


def _kg(mg: Fraction | int) -> float:
    return float(Fraction(mg) / 1_000_000)


# --- balances


def _balance_columns(w: Wording) -> list[Column]:
    figures = ("opening", *(name for name, _, _ in FIGURES), "closing")
    head, tail = (
        _columns(w, _BEFORE_OPENING, {"line": 6, "closed": 20}),
        _columns(w, ("sum_of_entries", "check", "lowest", "lowest_on"), {}),
    )
    return [*head, *(Column(f"{w(f'balance.figure.{name}')}, kg", 16) for name in figures), *tail]


def _balances(lines: Sequence[Line], w: Wording) -> Iterator[list[Value]]:
    """Opening carried over from the line before; closing, the sum of the entries sheet and the check of both are formulas."""
    for number, (account, period, s) in enumerate(lines, start=1):
        row = number + 1
        carried = number > 1 and lines[number - 2][0] is account
        closed = w("balance.is_closed") if period.closed else ""
        texts: list[Value] = [period.period or f"({w('balance.outside')})", s.segment.start, s.segment.end, closed]
        figures: list[Value] = [_kg(s.total(kind) * sign) for _, kind, sign in FIGURES]
        entries = _kg(sum((e.mg for e in s.entries if e.kind != "opening"), Fraction(0)))
        opening, closing = _LETTER[_OPENING], _LETTER[_CLOSING]
        total = "".join(f"{'+' if sign > 0 else '-'}{_LETTER[_OPENING + 1 + n]}{row}" for n, (_, _, sign) in enumerate(FIGURES))
        yield [
            number,
            *_account_cells(account, w),
            *texts,
            _opening(s, row, carried, w),
            *figures,
            Formula(f"={opening}{row}{total}", _kg(s.closing)),
            Formula(_sum_of_entries(row, w, "<>"), entries),
            Formula(f"=ROUND({closing}{row}-{opening}{row}-{_LETTER[_CLOSING + 1]}{row},6)", 0.0),
            _kg(s.lowest),
            s.lowest_on,
        ]


def _opening(s: Statement, row: int, carried: bool, w: Wording) -> Value:
    """What the line before carried over, with the opening entries of this one."""
    value = _kg(s.opening + s.total("opening"))
    before = f"{_LETTER[_CLOSING]}{row - 1}" if carried else ""
    stated = any(e.kind == "opening" for e in s.entries)
    if not before and not stated:
        return value
    return Formula("=" + "+".join(filter(None, (before, _sum_of_entries(row, w, "").removeprefix("=") if stated else ""))), value)


def _sum_of_entries(row: int, w: Wording, than: str) -> str:
    """The entries of a line that are ("<>": are not) its opening balance."""
    sheet = "'" + w("balance.sheet.entries").replace("'", "''") + "'"
    masses, numbers, kinds = (f"{sheet}!${_LETTER[n]}:${_LETTER[n]}" for n in (_INPUT, 0, _KIND))
    return f'=SUMIFS({masses},{numbers},$A{row},{kinds},"{than}{w("balance.kind.opening")}")'


def _account_cells(account: AccountAnswer, w: Wording) -> list[Value]:
    return [
        account.site,
        account.scheme,
        account.feedstock,
        w.term("category", account.category),
        account.country_of_origin,
        account.input_material,
    ]


# --- entries


def _entry_columns(w: Wording) -> list[Column]:
    after = ("input_kg", "output_kg", "factor", "corrects", "was_kg", "now_kg", "file", "sheet", "cell", "sha256", "further", "shipments")
    return _columns(w, (*_ENTRY_HEAD, *after), {"line": 6, "file": 30, "sha256": 68, "further": 40, "shipments": 40})


def _entries(lines: Sequence[Line], w: Wording) -> Iterator[list[Value]]:
    row = 1
    for number, (account, period, s) in enumerate(lines, start=1):
        head: list[Value] = [number, *_account_cells(account, w), period.period or f"({w('balance.outside')})"]
        for published, entry in zip(period.entries, s.entries, strict=True):
            row += 1
            yield [*head, *_entry(published, entry, row, w)]


def _entry(e: EntryAnswer, entry: Entry, row: int, w: Wording) -> list[Value]:
    c = entry.corrects
    output = None if entry.output_mg is None else _kg(entry.output_mg)
    was, now = (None, None) if c is None else (_kg(c.was_mg), _kg(c.now_mg))
    shipments = "; ".join(f"{s.shipment} ({s.date}, {s.customer}, {w.kg(s.mass_kg)})" for s in e.shipments)
    return [
        entry.date,
        w.term("balance.kind", entry.kind),
        entry.number,
        entry.of,
        _input(entry, row),
        output,
        None if entry.factor is None else float(entry.factor),
        "" if c is None else f"{c.period}, {w.term('balance.kind', c.kind)}",
        was,
        now,
        *_place(entry.refs),
        shipments,
    ]


def _input(entry: Entry, row: int) -> Value:
    """Input kg: of an attribution output / factor, of an adjustment the difference, else as booked."""
    output, factor, was, now = (f"{_LETTER[_INPUT + n]}{row}" for n in (1, 2, 4, 5))
    if entry.corrects is not None:
        return Formula(f"={now}-{was}", _kg(entry.mg))
    if entry.output_mg is not None and entry.factor is not None and entry.mg == -entry.output_mg / Fraction(entry.factor):
        return Formula(f"=-{output}/{factor}", _kg(entry.mg))
    return _kg(entry.mg)


def _place(refs: Sequence[SourceRef]) -> list[Value]:
    """The first cell in four columns, and all others in one."""
    first = refs[0] if refs else SourceRef("", "", "", "")
    return [first.file, first.sheet, first.cell, first.sha256, "; ".join(map(str, refs[1:]))]


# --- closed periods, findings, rules

_PERCENTAGES = (
    *("site", "scheme", "method", "output_material", "lot", "period", "start", "end"),
    *("certified_kg", "total_kg", "share", "claimable_percent", "label_gate"),
)
_CLOSED = ("site", "period", "start", "end", "known_after", "log_entry", "sha256", "agrees")
_FOUND = ("severity", "name", "message", "hint", "file", "sheet", "cell", "sha256", "further")
_RULES = ("site", "scheme", "edition", "rule", "value", "says", "status", "source", "file", "sheet", "cell")


def _percentages(answer: BalanceAnswer) -> Iterator[list[Value]]:
    """Certified and total in kg of output; the share is a formula where it is known."""
    for row, p in enumerate(answer.percentages, start=2):
        names: list[Value] = [p.site, p.scheme, p.method, p.output_material, p.lot, p.period]
        days: list[Value] = [dt.date.fromisoformat(p.window_start), dt.date.fromisoformat(p.window_end)]
        certified, total = float(p.certified_kg), float(p.total_kg)
        place = _PERCENTAGES.index("certified_kg")
        share = None if p.share is None else Formula(f"={_LETTER[place]}{row}/{_LETTER[place + 1]}{row}", certified / total)
        yield [*names, *days, certified, total, share, p.claimable_percent, p.label_gate]


def _closings(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    for c in answer.closings:
        days: list[Value] = [dt.date.fromisoformat(c.start), dt.date.fromisoformat(c.end)]
        agrees = w("balance.agrees.yes") if c.agrees else w("balance.agrees.no")
        yield [c.site, c.period, *days, c.as_known_after_import, c.number, c.sha256, agrees]


def _findings(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    for f in answer.findings:
        yield [w.term("severity", f.severity), f.name, f.message, f.hint, *_place(f.refs)]


def _rules(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    for r in answer.rules:
        status = "setting" if r.setting is not None else "confirmed" if r.confirmed else "unconfirmed"
        says, words = w.term("book_rule", r.rule), w.term("balance.status", status)
        yield [
            r.site,
            r.scheme,
            r.edition,
            r.rule,
            r.value,
            says,
            words,
            r.source,
            *_place(() if r.setting is None else [SourceRef(**r.setting.model_dump())])[:3],
        ]
