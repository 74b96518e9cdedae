"""Answers as plain text for the command line.  Every function is pure; lines are joined without a last newline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tracepack.report.answers import (
    CheckAnswer,
    ContentAnswer,
    ContentFigures,
    FindingAnswer,
    LabAnswer,
    LogAnswer,
    LogChange,
    LogEntry,
    LotAnswer,
    LotsAnswer,
    OriginAnswer,
    RefAnswer,
    StatementAnswer,
)
from tracepack.report.answers_import import ImportAnswer, ImportFileAnswer, TableAnswer
from tracepack.report.balance_text import balance_text, closing_text
from tracepack.report.custody_text import custody_lines
from tracepack.report.declaration_text import declaration_text, draft_text
from tracepack.report.diff_text import diff_text
from tracepack.report.drill_document import drill_text
from tracepack.report.findings_text import findings_text
from tracepack.report.recall_files import recall_text
from tracepack.report.schemes import schemes_text
from tracepack.report.table import text_table
from tracepack.report.trace_text import trace_text
from tracepack.report.wording import Wording, visible, wording

__all__ = [
    "balance_text",
    "check_text",
    "closing_text",
    "content_text",
    "declaration_text",
    "diff_text",
    "draft_text",
    "drill_text",
    "findings_text",
    "import_text",
    "log_text",
    "lots_text",
    "recall_text",
    "schemes_text",
    "trace_text",
]

#: Q1 to Q5, in the order of the domain's table; the attributed figure is never among them.
CONTENT_FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")


#: Headers left out that a summary names; `--json` lists them all.
_LEFT_OUT_SHOWN = 8


def content_text(answer: ContentAnswer, lang: str = "en") -> str:
    """`content LOT`: the figures with their names and evidence, what is attributed apart, origins, findings."""
    w = wording(lang)
    blocks = [
        _lot_lines(answer, w),
        [w("text.content"), *_figure_lines(answer.content, w)],
        _attributed_lines(answer, w),
        custody_lines(answer.chain_of_custody, w),
        *_state_blocks(answer, w),
        _origin_lines(w("text.origins"), answer.origins, w),
        _origin_lines(w("text.attributed_origins"), answer.attributed_origins, w),
        _lab_lines(answer.lab_tests, w),
        _statement_lines(answer.statements, w),
        _listed(w("text.assumptions"), answer.assumptions),
        _finding_lines(answer.findings, w),
        [w("text.as_known", number=answer.as_known_after_import)],
    ]
    return _joined(blocks)


def check_text(answer: CheckAnswer, lang: str = "en") -> str:
    """`check [LOT]`: every finding, then the counts by severity."""
    w = wording(lang)
    body = findings_text(answer.findings, lang) or w("text.no_findings")
    count = Counter(finding.severity for finding in answer.findings)
    counts = w("text.counts", errors=count["error"], warnings=count["warning"], notes=count["note"])
    last = [w("text.as_known", number=answer.as_known_after_import)]
    return _joined([[body], [counts, *last] if answer.findings else last])


def lots_text(answer: LotsAnswer, lang: str = "en") -> str:
    """`lots [TEXT]`: one line a lot."""
    w = wording(lang)
    if not answer.lots:
        return w("text.no_lots")
    headers = [w(f"column.{name}") for name in ("lot", "owner", "material", "mass", "first_date", "origin")]
    rows = [
        (lot.number, lot.owner, lot.material, w.kg(lot.mass_kg), lot.first_date or "", w.term("origin", lot.origin)) for lot in answer.lots
    ]
    return "\n".join(text_table(headers, rows, right=(3,), indent=""))


def log_text(answer: LogAnswer, lang: str = "en") -> str:
    """`log`: imports and withdrawals, oldest first, with what each changed."""
    w = wording(lang)
    return _joined(_entry_lines(entry, w) for entry in answer.entries) if answer.entries else w("text.no_imports")


def import_text(answer: ImportAnswer, lang: str = "en") -> str:
    """`import FILE...`: what became of each file, its findings, and whether anything was stored."""
    w = wording(lang)
    if answer.import_id is not None:
        last = w("text.stored_as", number=answer.import_id)
    else:
        last = w("text.dry_run") if answer.dry_run else w("text.nothing_stored")
    blocks = [_file_lines(file, w, rehearsed=answer.dry_run) for file in answer.files]
    return _joined([*blocks, _finding_lines(answer.findings, w), [last]])


def _joined(blocks: Iterable[Sequence[str]]) -> str:
    """Blocks of lines with one blank line between; empty blocks left out."""
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _listed(title: str, items: Sequence[str]) -> list[str]:
    return [title, *(f"  - {visible(item)}" for item in items)] if items else []


def _lot_name(lot: LotAnswer) -> str:
    return visible(f"{lot.number} ({lot.owner})")


def _lot_lines(answer: ContentAnswer, w: Wording) -> list[str]:
    title = w("text.lot", lot=_lot_name(answer.lot))
    material = visible(answer.lot.material)
    return [f"{title}  {material}".rstrip(), w("text.masses", mass=w.kg(answer.mass_kg), dry=w.kg(answer.dry_mass_kg))]


def _figure_lines(content: ContentFigures, w: Wording) -> list[str]:
    headers = [w(f"column.{name}") for name in ("figure", "value", "evidence", "standard")]
    rows = []
    for key in CONTENT_FIGURES:
        figure = getattr(content, key)
        evidence = "" if figure.low is None else w.term("evidence", figure.evidence)
        rows.append((w(f"figure.{key}.name"), w.figure(figure), evidence, w(f"figure.{key}.standard")))
    return text_table(headers, rows, right=(1,))


def _attributed_lines(answer: ContentAnswer, w: Wording) -> list[str]:
    figure = answer.content.attributed
    if not figure.high:
        return [f"{w('text.attributed')}: {w('text.attributed_none')}"]
    return [f"{w('text.attributed')}: {w.figure(figure)}", f"  {w('text.attributed_says')}"]


def _state_blocks(answer: ContentAnswer, w: Wording) -> list[list[str]]:
    blocks = [[f"{state.date}, {w.kg(state.mass_kg)}", *_figure_lines(state.content, w)] for state in answer.states]
    return [[w("text.states")], *blocks] if blocks else []


def _origin_lines(title: str, origins: Sequence[OriginAnswer], w: Wording) -> list[str]:
    if not origins:
        return []
    names = ("mass_share", "bio_carbon_share", "source", "feedstock", "category", "country", "lot", "material")
    return [title, *text_table([w(f"column.{name}") for name in names], [_origin_row(o, w) for o in origins], right=(0, 1))]


def _origin_row(origin: OriginAnswer, w: Wording) -> tuple[str, ...]:
    lot = w("text.lot_unknown") if origin.lot is None else f"{origin.lot} ({origin.owner})" if origin.owner else origin.lot
    return (
        w.percent(origin.mass_share),
        bio_carbon_span(origin, w),
        origin.source or w("text.source_none"),
        origin.feedstock or "",
        w.term("category", origin.category),
        origin.country or "",
        lot,
        origin.material or "",
    )


def bio_carbon_span(origin: OriginAnswer, w: Wording) -> str:
    """An origin's share of the lot's bio-based carbon: one number, its bounds, or blank where there is neither."""
    if origin.bio_carbon_share is not None:
        return w.percent(origin.bio_carbon_share)
    if origin.bio_carbon_share_low is None or origin.bio_carbon_share_high is None:
        return ""
    return w.span(origin.bio_carbon_share_low, origin.bio_carbon_share_high)


def _lab_lines(tests: Sequence[LabAnswer], w: Wording) -> list[str]:
    if not tests:
        return []
    headers = [w(f"column.{name}") for name in ("report", "date", "method", "figure", "measured", "compared")]
    rows = [
        (t.report_no, t.date, t.method, figure_name(t.figure, w), w.span(t.measured_low, t.measured_high), compared(t, w)) for t in tests
    ]
    return [w("text.lab_tests"), *text_table(headers, rows, right=(4,))]


def figure_name(key: str, w: Wording) -> str:
    """A figure's full name by its key; the key itself where it is none of Q1 to Q5."""
    return w(f"figure.{key}.name") if key in CONTENT_FIGURES else key


def compared(test: LabAnswer, w: Wording) -> str:
    """What a lab test is compared with: the range and how it came about."""
    return f"{w.span(test.compared_low, test.compared_high)} ({w.term('evidence', test.compared_with)})"


def _statement_lines(statements: Sequence[StatementAnswer], w: Wording) -> list[str]:
    if not statements:
        return []
    headers = [w(f"column.{name}") for name in ("lot", "material", "field", "value", "method", "evidence", "place")]
    rows = [
        (f"{s.lot} ({s.owner})", s.material, s.field, s.value, s.method, w.term("evidence", s.evidence), _place(s.refs)) for s in statements
    ]
    return [w("text.statements"), *text_table(headers, rows)]


def _place(refs: Sequence[RefAnswer]) -> str:
    return ", ".join(f"{ref.file} {ref.sheet}!{ref.cell}" for ref in refs)


def _finding_lines(findings: Sequence[FindingAnswer], w: Wording) -> list[str]:
    return [findings_text(findings, w.lang)] if findings else []


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{sheet} {count}" for sheet, count in counts.items() if count)


def _file_lines(file: ImportFileAnswer, w: Wording, *, rehearsed: bool) -> list[str]:
    """What became of a file; a rehearsal shows what each column was taken for also where the headers are the contract's own."""
    counts = ", ".join(f"{count} {w.term('row_status', status)}" for status, count in file.row_counts.items())
    numbers = [
        w("text.recorded", sheets=_counted(file.recorded)) if any(file.recorded.values()) else "",
        w("text.superseded", count=file.superseded) if file.superseded else "",
        w("text.unchanged", count=file.unchanged) if file.unchanged else "",
        w("text.row_counts", counts=counts) if counts else "",
        w("text.text_file", encoding=file.encoding, delimiter=file.delimiter.replace("\t", "tab")) if file.encoding else "",
        w("text.read_with", profile=visible(file.profile)) if file.profile else "",
    ]
    tables = [line for table in file.tables if rehearsed or _needs_showing(table) for line in _table_lines(table, w)]
    status = w("text.rehearsed") if rehearsed and file.status == "recorded" else w.term("status", file.status)
    lines = [f"{visible(file.file)}: {status}", *(f"  {number}" for number in numbers if number), *tables]
    return [*lines, "", findings_text(file.findings, w.lang)] if file.findings else lines


def _needs_showing(table: TableAnswer) -> bool:
    """Whether anything of a table was understood rather than read: a header that is not the contract's own."""
    return any(column.header.strip(" *").casefold() != column.column.casefold() for column in table.columns)


def _table_lines(table: TableAnswer, w: Wording) -> list[str]:
    first, last = table.header_rows
    row = str(first) if first == last else f"{first}-{last}"
    title = w("text.table_read", sheet=visible(table.sheet), row=row, holds=table.holds)
    columns = [
        (
            column.letter or column.cell,
            column.column + (f" [{visible(column.unit)}]" if column.unit else ""),
            visible(column.header or column.value),
        )
        for column in table.columns
    ]
    shown = [*map(visible, table.left_out[:_LEFT_OUT_SHOWN]), *(["..."] if len(table.left_out) > _LEFT_OUT_SHOWN else [])]
    left_out = [f"    {w('text.left_out', headers=', '.join(shown))}"] if shown else []
    return [f"  {title}", *text_table(("", "", ""), columns, indent="    ")[1:], *left_out]


_ENTRY_TITLES = {"import": "text.import_entry", "withdrawal": "text.withdrawal_entry", "closing": "text.closing_entry"}


def _entry_lines(entry: LogEntry, w: Wording) -> list[str]:
    title = w(_ENTRY_TITLES[entry.kind], number=entry.import_id)
    files = [f"  {visible(ref.file)}  sha256 {ref.sha256}" for ref in entry.files]
    numbers = [
        w("text.recorded", sheets=_counted(entry.recorded)) if any(entry.recorded.values()) else "",
        w("text.superseded", count=entry.superseded) if entry.superseded else "",
        w("text.withdrawn", count=entry.withdrawn) if entry.withdrawn else "",
        w("text.why", why=visible(entry.why)) if entry.why else "",
    ]
    if (c := entry.closing) is not None:
        numbers.append(closing_text(c, w.lang))
    changes = [line for change in entry.changes for line in _change_lines(change, w)]
    return [title, *files, *(f"  {number}" for number in numbers if number), *changes]


def _change_lines(change: LogChange, w: Wording) -> list[str]:
    """What was recorded, replaced or taken back, by the number `withdraw` knows it by; with the old values where there are any."""
    key = visible(" / ".join(part for part in change.key if part))
    lines = [f"  F{change.fact_id}  {w('text.change', sheet=change.sheet, key=key, action=w.term('action', change.action))}"]
    if change.action == "recorded":
        return lines
    blank = w("text.blank")
    for name in dict.fromkeys((*change.old, *change.new)):
        old, new = change.old.get(name, blank), change.new.get(name, blank)
        if old != new:
            lines.append(f"    {visible(w('text.change_field', field=name, old=old, new=new))}")
    return [*lines, f"    {w('text.why', why=visible(change.why))}"] if change.why else lines
