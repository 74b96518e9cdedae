"""From rows to facts: owners and sites resolved, rows of one run together, and set against what is already known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.facts import setting_name, setting_value
from tracepack.core.findings import Finding
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, Row, Settings
from tracepack.intake.factchecks import check_facts, check_names
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.keys import first_difference, header_of, make_facts, same_values, value_text
from tracepack.intake.lookalikes import check_lookalikes
from tracepack.intake.owners import Scope, forgotten_owners, resolve
from tracepack.intake.repeats import recognise_repeats


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do: ``supersede`` are new facts that replace those of their keys."""

    record: tuple[Fact, ...]
    unchanged: tuple[Fact, ...]
    supersede: tuple[Fact, ...]
    findings: tuple[Finding, ...]


def record_facts(
    rows: Iterable[Row],
    known: Known,
    supplier: str | None,
    organisation: str,
    site: str,
    *,
    replacing: bool = False,
    tolerance: float | None = None,
) -> tuple[tuple[Fact, ...], tuple[Finding, ...]]:
    """The facts that the rows of one reading state, and what is wrong among them.

    ``supplier`` is whose lots a blank Supplier means (None: the organisation's own); ``replacing`` takes a changed
    delivery of a day for a correction; ``tolerance`` is the workspace's composition tolerance (a Settings row of the
    reading goes before it).  Equal facts of several files are one.
    """
    stated = tuple(rows)
    scope = Scope(organisation, site, supplier)
    resolved = resolve(stated, scope)
    facts, findings = make_facts(resolved, organisation)
    facts, repeats = recognise_repeats(facts, known, replacing=replacing)
    chosen = _composition_tolerance(facts)
    by_default = Settings().composition_tolerance if tolerance is None else tolerance
    return facts, (
        *findings,
        *repeats,
        *forgotten_owners(stated, resolved, known, scope),
        *check_facts(facts, by_default if chosen is None else chosen),
        *check_names(facts, known, organisation),
        *check_lookalikes(facts, known, organisation),
    )


def _composition_tolerance(facts: Sequence[Fact]) -> float | None:
    for fact in facts:
        values = fact.rows[0].values
        if fact.sheet == "Settings" and setting_name(str(values.get("name", ""))) == "composition_tolerance":
            return setting_value(str(values.get("value", "")))
    return None


def plan_import(facts: Iterable[Fact], existing: Mapping[tuple[str, tuple[str, ...]], Fact], *, replace: bool) -> Plan:
    """Set facts against those known under their keys: equal ones add nothing, changed ones need ``replace``."""
    record: list[Fact] = []
    unchanged: list[Fact] = []
    supersede: list[Fact] = []
    findings: list[Finding] = []
    for fact in facts:
        old = existing.get((fact.sheet, fact.key))
        if old is None:
            record.append(fact)
        elif same_values(old, fact):
            unchanged.append(fact)
        elif replace:
            supersede.append(fact)
        else:
            findings.append(_changed(old, fact))
    return Plan(tuple(record), tuple(unchanged), tuple(supersede), tuple(findings))


def _changed(old: Fact, new: Fact) -> Finding:
    """`changed-without-replace`, with the first value that differs and both cells."""
    key, before, after = first_difference(old, new)
    was, now = value_text(before.values.get(key)) or "(blank)", value_text(after.values.get(key)) or "(blank)"
    refs = (after.source.ref(key), before.source.ref(key))
    if key:
        what = f"{header_of(new.sheet, key)} was {was} ({refs[1]}) and is {now} now"
    else:
        what = f"it had {len(old.rows)} rows ({refs[1]}) and has {len(new.rows)} now"
    return finding(
        "changed-without-replace",
        f"{new.sheet} {' / '.join(part for part in new.key if part)} is already known with other values: {what}.",
        hint="import with --replace if this is a correction; the old value stays visible in `log`",
        refs=refs,
        excerpt=excerpt_of(refs[0], header_of(new.sheet, key), now) if key else refs[0].cell,
    )
