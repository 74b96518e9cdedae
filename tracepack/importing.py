"""Bringing workbooks in: read, understand, compare with what is known, and record all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tracepack import questions
from tracepack.core.findings import Finding, has_errors, sort_findings
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey, Row
from tracepack.intake.reading import Reading, read_file
from tracepack.intake.record import Plan, plan_import, record_facts
from tracepack.report.answers import ImportAnswer, ImportFileAnswer, RowAnswer, finding_answer
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


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import: for which supplier a blank owner stands, whether changed rows replace, whether to store at all."""

    supplier: str | None = None
    replace: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one reading of some files came to."""

    import_id: int | None
    plan: Plan
    findings: tuple[Finding, ...]
    refused: bool


def import_files(store: Store, paths: Sequence[Path], options: ImportOptions, *, each: bool = False) -> ImportAnswer:
    """Import files as one reading (or ``each`` by itself); raises UnreadableFile before anything is stored."""
    readings = [read_file(path) for path in paths]
    groups = [[reading] for reading in readings] if each else [readings]
    answers = [_import_together(store, group, options) for group in groups]
    return ImportAnswer(
        import_id=max((a.import_id for a in answers if a.import_id is not None), default=None),
        dry_run=options.dry_run,
        files=[file for answer in answers for file in answer.files],
        findings=[finding for answer in answers for finding in answer.findings],
    )


def _import_together(store: Store, readings: Sequence[Reading], options: ImportOptions) -> ImportAnswer:
    """One reading, one import, one transaction; a dry run is the same, undone at the end."""
    with store.rehearsing() if options.dry_run else store.writing():
        outcome = _record(store, readings, options)
    if options.dry_run:
        outcome = replace(outcome, import_id=None)
    return _answer(readings, outcome, options)


def _record(store: Store, readings: Sequence[Reading], options: ImportOptions) -> _Outcome:
    rows = [row for reading in _distinct(readings) for row in reading.rows]
    known = _with_library(store.known(names_in(rows, options.supplier)))
    facts, findings = record_facts(rows, known, supplier=options.supplier, organisation=store.organisation, site=store.site)
    plan = plan_import(facts, store.existing_facts((fact.sheet, fact.key) for fact in facts), replace=options.replace)
    found = [*(f for reading in readings for f in reading.findings), *findings, *plan.findings]
    if has_errors(found):
        return _Outcome(None, plan, sort_findings(found), refused=True)
    if not (plan.record or plan.supersede):
        return _Outcome(None, plan, sort_findings(found), refused=False)
    files = [ImportedFile(reading.file, reading.sha256, reading.data) for reading in _distinct(readings)]
    import_id = store.record_import(files, plan.record, plan.supersede)
    world = questions.world_findings(store, lots_in([*plan.record, *plan.supersede], store.organisation))
    return _Outcome(import_id, plan, sort_findings([*found, *world]), refused=False)


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


def lots_in(facts: Iterable[Fact], organisation: str) -> list[LotKey]:
    """The lots that some facts name, sorted."""
    rows = [row.values for fact in facts for row in fact.rows]
    return sorted({LotKey(str(v.get("supplier") or organisation), str(v["lot_no"])) for v in rows if v.get("lot_no") is not None})


def _answer(readings: Sequence[Reading], outcome: _Outcome, options: ImportOptions) -> ImportAnswer:
    digests = {reading.sha256 for reading in readings}
    return ImportAnswer(
        import_id=outcome.import_id,
        dry_run=options.dry_run,
        files=[_file_answer(reading, outcome, first=reading in _distinct(readings)) for reading in readings],
        findings=[finding_answer(f) for f in outcome.findings if not any(ref.sha256 in digests for ref in f.refs)],
    )


def _file_answer(reading: Reading, outcome: _Outcome, *, first: bool) -> ImportFileAnswer:
    """A file's part of the outcome; a file given a second time adds nothing and says so."""
    mine = {
        status: [fact for fact in facts if first and _from(fact, reading)]
        for status, facts in (
            ("recorded", outcome.plan.record),
            ("superseded", outcome.plan.supersede),
            ("unchanged", outcome.plan.unchanged),
        )
    }
    changed = bool(mine["recorded"] or mine["superseded"])
    stored = {} if outcome.refused else mine
    return ImportFileAnswer(
        file=reading.file,
        sha256=reading.sha256,
        status="refused" if outcome.refused else "recorded" if changed else "unchanged",
        recorded=dict(sorted(Counter(fact.sheet for fact in stored.get("recorded", ())).items())),
        unchanged=len(stored.get("unchanged", ())),
        superseded=len(stored.get("superseded", ())),
        findings=[finding_answer(f) for f in outcome.findings if any(ref.sha256 == reading.sha256 for ref in f.refs)],
        rows=[],
    )


def _from(fact: Fact, reading: Reading) -> bool:
    return fact.rows[0].source.sha256 == reading.sha256
