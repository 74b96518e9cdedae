"""Bringing workbooks in: read, understand, compare with what is known, and record all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

from tracepack import questions
from tracepack.collecting import without_collecting
from tracepack.core.findings import Finding, Severity, has_errors, sort_findings
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, Row
from tracepack.core.limits import Limits
from tracepack.intake.bookchecks import overlapping_periods
from tracepack.intake.layouts import text_of
from tracepack.intake.lookalikes import likely_twins
from tracepack.intake.profiles import profile_text
from tracepack.intake.proposal import propose_profile
from tracepack.intake.reading import Instructions, Reading, TableRead, read_file
from tracepack.intake.record import Plan, plan_import, record_facts
from tracepack.layoutanswers import NOTHING_ANSWERED, LayoutAnswers
from tracepack.profilebook import save_profile
from tracepack.report.answers import finding_answer
from tracepack.report.answers_import import ColumnAnswer, ImportAnswer, ImportFileAnswer, RowEnd, RowStatus, TableAnswer
from tracepack.rulebook import material_library
from tracepack.store import ImportedFile, Store

#: The columns whose values are names that a reading must know about.
_NAMING_COLUMNS = (
    "lot_no",
    "own_lot_no",
    "supplier",
    "material",
    "component",
    "material_or_lot",
    "recipient",
    "customer",
    "laboratory",
    "site",
)


#: Materials, newest first, whose names are looked for among the names of sheets.
_MOST_MATERIALS = 5_000


class Progress(Protocol):
    """Who is told which step begins: its name and values."""

    def __call__(self, step: str, **values: object) -> None:
        """A step begins."""


def silent(step: str, **values: object) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import: what was told about the files, whether changed rows replace, whether to store at all.

    ``save_profile``: under which name and in which folder the layout of the one file is kept; ``progress`` is told each step;
    ``layout``: what ``instructions`` were made from, to be kept.
    """

    instructions: Instructions = field(default_factory=Instructions)
    replace: bool = False
    dry_run: bool = False
    save_profile: tuple[Path, str] | None = None
    progress: Progress = silent
    layout: LayoutAnswers = NOTHING_ANSWERED

    @property
    def supplier(self) -> str | None:
        """Whose lots a blank Supplier means."""
        return self.instructions.supplier


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one reading of some files came to."""

    import_id: int | None
    plan: Plan
    findings: tuple[Finding, ...]
    refused: bool


@without_collecting()
def import_files(store: Store, paths: Sequence[Path], options: ImportOptions, *, each: bool = False) -> ImportAnswer:
    """Import files as one reading (or ``each`` by itself); raises UnreadableFile before anything is stored."""
    limits = store.limits()
    options = replace(options, instructions=replace(options.instructions, materials=_known_materials(store)))
    readings = [_read(path, options, limits) for path in paths]
    if options.save_profile:
        folder, name = options.save_profile
        save_profile(folder, propose_profile(name, readings[0], options.instructions))
    groups = [[reading] for reading in readings] if each else [readings]
    answers = [_import_together(store, group, options) for group in groups]
    return ImportAnswer(
        import_id=max((a.import_id for a in answers if a.import_id is not None), default=None),
        dry_run=options.dry_run,
        files=[file for answer in answers for file in answer.files],
        findings=[finding for answer in answers for finding in answer.findings],
    )


def _known_materials(store: Store) -> frozenset[str]:
    """The names of materials that a sheet may be named after: those described, and those of the built-in library."""
    described = store.newest_facts(("Materials",), "", _MOST_MATERIALS)
    names = (str(row.values["material_id"]) for fact in described for row in fact.rows if "material_id" in row.values)
    return frozenset(names) | frozenset(material_library().materials)


def _read(path: Path, options: ImportOptions, limits: Limits) -> Reading:
    options.progress("progress.reading", file=path.name)
    return read_file(path, options.instructions, limits=limits)


def _import_together(store: Store, readings: Sequence[Reading], options: ImportOptions) -> ImportAnswer:
    """One reading, one import, one transaction; a dry run is the same, undone at the end."""
    with store.rehearsing() if options.dry_run else store.writing():
        outcome = _record(store, readings, options)
    if options.dry_run:
        outcome = replace(outcome, import_id=None)
    return _answer(readings, outcome, options)


def _record(store: Store, readings: Sequence[Reading], options: ImportOptions) -> _Outcome:
    rows = [row for reading in _distinct(readings) for row in reading.rows]
    options.progress("progress.checking", rows=len(rows))
    known = _with_library(_known(store, rows, options.supplier))
    facts, findings = record_facts(
        rows,
        known,
        options.supplier,
        store.organisation,
        store.site,
        replacing=options.replace,
        tolerance=store.settings().composition_tolerance,
    )
    findings = (*findings, *overlapping_periods(facts, _known_periods(store, facts)))
    plan = plan_import(facts, store.existing_facts((fact.sheet, fact.key) for fact in facts), replace=options.replace)
    found = [*(f for reading in readings for f in reading.findings), *findings, *plan.findings]
    if has_errors(found):
        return _Outcome(None, plan, sort_findings(found), refused=True)
    if not (plan.record or plan.supersede):
        return _Outcome(None, plan, sort_findings(found), refused=False)
    options.progress("progress.storing", facts=len(plan.record) + len(plan.supersede))
    import_id = store.record_import(_kept(_distinct(readings)), plan.record, plan.supersede, told=told_text(options))
    options.progress("progress.judging")
    world = questions.world_findings(store, import_id, [*plan.record, *plan.supersede])
    return _Outcome(import_id, plan, sort_findings([*found, *world]), refused=False)


def told_text(options: ImportOptions) -> str:
    """What was told about files, as JSON: with the files themselves, and the profiles kept beside them, it decides how they are read.

    A profile is named as it is kept, without a folder.
    """
    answers = {key: value for key, value in asdict(options.layout).items() if key != "save_profile"}
    told = {"supplier": options.supplier, "replace": options.replace, **answers, "profile": options.instructions.profile}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _known(store: Store, rows: Sequence[Row], supplier: str | None) -> Known:
    """What the workspace knows of the names that some rows use; a new one knows nothing, whatever they are."""
    return store.known(names_in(rows, supplier) | likely_twins(rows)) if store.latest_import() else Known()


def _known_periods(store: Store, facts: Sequence[Fact]) -> Sequence[Fact]:
    """The periods of the books that a new one must not overlap."""
    return store.facts_of({"Balance Periods"}) if any(fact.sheet == "Balance Periods" for fact in facts) else ()


def _kept(readings: Sequence[Reading]) -> list[ImportedFile]:
    """The files of an import as they are kept, each with the profile it was read with: without it nobody could read it again."""
    files = [ImportedFile(reading.file, reading.sha256, reading.data) for reading in readings]
    for profile in dict.fromkeys(reading.profile.name for reading in readings if reading.profile):
        text = next(profile_text(reading.profile) for reading in readings if reading.profile and reading.profile.name == profile).encode()
        files.append(ImportedFile(f"{profile}.toml", hashlib.sha256(text).hexdigest(), text))
    return files


def _distinct(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without files of the same bytes: a file given twice is one file."""
    return list({reading.sha256: reading for reading in reversed(readings)}.values())[::-1]


def names_in(rows: Iterable[Row], supplier: str | None) -> set[str]:
    """Every name that some rows use for a lot, a party or a material."""
    names = {str(row.values[column]) for row in rows for column in _NAMING_COLUMNS if row.values.get(column) is not None}
    return names | ({supplier} if supplier else set())


def _with_library(known: Known) -> Known:
    """What is known, with the names that the built-in material library answers to."""
    return replace(known, library_materials=frozenset(material_library().materials))


def _answer(readings: Sequence[Reading], outcome: _Outcome, options: ImportOptions) -> ImportAnswer:
    digests = {reading.sha256 for reading in readings}
    first = {id(reading) for reading in _distinct(readings)}
    return ImportAnswer(
        import_id=outcome.import_id,
        dry_run=options.dry_run,
        files=[_file_answer(reading, outcome) if id(reading) in first else _repeated(reading, outcome) for reading in readings],
        findings=[finding_answer(f) for f in outcome.findings if not any(ref.sha256 in digests for ref in f.refs)],
    )


def _file_answer(reading: Reading, outcome: _Outcome) -> ImportFileAnswer:
    """A file's part of the outcome."""
    plan = outcome.plan
    rows = _row_ends(reading, outcome)
    recorded, superseded, unchanged = (
        [] if outcome.refused else [fact for fact in facts if fact.rows[0].source.sha256 == reading.sha256]
        for facts in (plan.record, plan.supersede, plan.unchanged)
    )
    return ImportFileAnswer(
        file=reading.file,
        sha256=reading.sha256,
        status="refused" if outcome.refused else "recorded" if recorded or superseded else "unchanged",
        recorded=dict(sorted(Counter(fact.sheet for fact in recorded).items())),
        unchanged=len(unchanged),
        superseded=len(superseded),
        findings=[finding_answer(f) for f in outcome.findings if any(ref.sha256 == reading.sha256 for ref in f.refs)],
        profile=reading.profile.name if reading.profile else "",
        encoding=reading.dialect.encoding if reading.dialect else "",
        delimiter=reading.dialect.delimiter if reading.dialect else "",
        tables=[_table_answer(read) for read in reading.tables],
        row_counts=dict(sorted(Counter(row.status for row in rows).items())),
        rows=rows,
    )


def _table_answer(read: TableRead) -> TableAnswer:
    """What the columns of a table were taken for."""
    layout, columns, header = read.place.layout, read.columns, read.place.header
    own = {key: column for key, column in columns.columns.items() if column not in read.sheet.places}
    stated = [
        ColumnAnswer(cell=state.cell, header="", column=layout.column(state.key).header, value=text_of(state.content))
        for state in read.stated
    ]
    return TableAnswer(
        sheet=read.sheet.name,
        header_rows=(header.first, header.last),
        holds=layout.name,
        columns=[
            *(
                ColumnAnswer(
                    letter=read.sheet.letter(column),
                    header=header.texts.get(column, ""),
                    column=layout.column(key).header,
                    unit=columns.units.get(key, ""),
                )
                for key, column in sorted(own.items(), key=lambda item: item[1])
            ),
            *stated,
        ],
        left_out=[text for column, text in sorted(header.texts.items()) if text and column not in own.values()],
    )


def _row_ends(reading: Reading, outcome: _Outcome) -> tuple[RowEnd, ...]:
    """How every row that was seen ended, in the order of the file; one that several tables share ended as the most that was made of it."""
    skipped = [RowEnd(note.sheet, note.row, "skipped", note.reason) for note in reading.row_notes]
    if outcome.refused:
        told = _told(outcome.findings, reading.sha256)
        reasons = {place: ", ".join(names) for place, names in told.items()}
        ended = [RowEnd(*_place(row), "refused", reasons.get(_place(row), "another row refused the import")) for row in reading.rows]
    else:
        known = _recorded_ends(outcome.plan, reading.sha256)
        ended = [known.get(_place(row)) or RowEnd(*_place(row), "skipped", "repeats another row") for row in reading.rows]
    order = {name: index for index, name in enumerate(dict.fromkeys(row.source.sheet for row in reading.rows))}
    unique = {(end.sheet, end.row): end for end in (*skipped, *ended)}
    return tuple(sorted(unique.values(), key=lambda end: (order.get(end.sheet, len(order)), end.row)))


def _recorded_ends(plan: Plan, sha256: str) -> dict[tuple[str, int], RowEnd]:
    """How the rows of a file's planned facts end, by place."""
    by_status: list[tuple[RowStatus, Sequence[Fact]]] = [
        ("unchanged", plan.unchanged),
        ("superseded", plan.supersede),
        ("recorded", plan.record),
    ]
    rows = [(status, row.source) for status, facts in by_status for fact in facts for row in fact.rows]
    return {(source.sheet, source.row): RowEnd(source.sheet, source.row, status) for status, source in rows if source.sha256 == sha256}


def _told(findings: Iterable[Finding], sha256: str) -> dict[tuple[str, int], list[str]]:
    """The names of the errors that refer to each row of a file."""
    told: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        for ref in finding.refs if finding.severity is Severity.ERROR else ():
            digits = ref.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            if ref.sha256 == sha256 and digits:
                names = told.setdefault((ref.sheet, int(digits)), [])
                names.extend([] if finding.name in names else [finding.name])
    return told


def _place(row: Row) -> tuple[str, int]:
    return row.source.sheet, row.source.row


def _repeated(reading: Reading, outcome: _Outcome) -> ImportFileAnswer:
    """A file whose bytes were given before in the same import: it adds nothing."""
    return ImportFileAnswer(
        file=reading.file,
        sha256=reading.sha256,
        status="refused" if outcome.refused else "unchanged",
        recorded={},
        unchanged=0,
        superseded=0,
        findings=[],
        rows=tuple(RowEnd(*_place(row), "skipped", "the same file was given before") for row in reading.rows),
    )
