"""Where figures lead: from a figure of the dossier to the row of the register that it rests on, or to its list of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tracepack.report.answers_composition import CompositionRow, CompositionTable
from tracepack.report.document import Block, Cell, Paragraph, table
from tracepack.report.dossier import Dossier
from tracepack.report.dossier_rows import RestsOn
from tracepack.report.naming import lot_name
from tracepack.report.wording import Wording

#: More runs of neighbouring rows than this are not printed beside a figure: its list is named instead.
_BESIDE = 3
_Name: TypeAlias = Callable[[Dossier, Sequence[str], Wording], str]


class Leads:
    """What each figure of a dossier, named by its JSON pointer, leads to."""

    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier
        self._sets: dict[str, RestsOn] = {pointer: found for found in dossier.rests_on for pointer in found.figures}
        self._every = {found.id: found for found in dossier.rests_on}
        self._listed: dict[str, dict[str, None]] = {}

    def to(self, pointer: str) -> str:
        """The one row (E5) that a figure rests on, else its list (R3); "" where nothing is known of it."""
        found = self._sets.get(pointer)
        if found is None:
            return ""
        if len(found.evidence) == 1 and not found.also:
            return found.evidence[0]
        self._list(found, pointer)
        return found.id

    def _list(self, found: RestsOn, pointer: str) -> None:
        if found.id not in self._listed:
            self._listed[found.id] = {}
            for other in found.also:
                if other in self._every:
                    self._list(self._every[other], "")
        if pointer:
            self._listed[found.id][pointer] = None

    def cell(
        self, text: str, pointer: str, *, share: tuple[float, float] | None = None, number: float | None = None, told: bool = True
    ) -> Cell:
        """A figure as a link; ``told``: what it rests on is also printed beside it."""
        target = self.to(pointer) if text else ""
        return Cell(text, ((text, target),) if target else (), share=share, number=number, rests=target if told else "")

    def mass(self, mass_kg: str | None, pointer: str, w: Wording, *, told: bool = True) -> Cell:
        """A mass in kg; blank where it is not known."""
        return Cell("") if mass_kg is None else self.cell(w.kg(mass_kg), pointer, number=float(mass_kg), told=told)

    def rows(self, pointer: str, most: int = _BESIDE) -> Cell:
        """The numbers of the rows themselves, neighbours drawn together; the list's number where they are more than ``most``."""
        found = self._sets.get(pointer)
        links = evidence_links(found.evidence) if found else ()
        if found is None or not links or len(links) > most:
            target = self.to(pointer)
            return Cell("", ((target, target),) if target else ())
        return Cell("", links, rests=self.to(pointer))

    def blocks(self, w: Wording) -> list[Block]:
        """The lists that figures of the pages written so far lead to."""
        wanted = [found for found in self._dossier.rests_on if found.id in self._listed]
        rows = [
            (
                found.id,
                "; ".join(dict.fromkeys(self._name(pointer, w) for pointer in self._listed[found.id])),
                Cell("", evidence_links(found.evidence)),
                Cell("", tuple((name, name) for name in found.also)),
            )
            for found in wanted
        ]
        if not rows:
            return []
        columns = ("number", "figure", "rests_on", "and_all_of")
        return [Paragraph(w("report.resting_says")), table(w, columns, rows, ids=[found.id for found in wanted])]

    def _name(self, pointer: str, w: Wording) -> str:
        """A figure in words: the section it stands in, and what it is of."""
        return _NAMES[pointer.split("/")[1]](self._dossier, pointer.split("/")[2:], w)


def evidence_links(ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Numbers of the register as links, neighbours drawn together: E1 to E3 leads to "E1:E3", E7 to "E7"."""
    runs: list[list[str]] = []
    for name in ids:
        if runs and int(name[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return tuple((run[0], run[0]) if len(run) == 1 else (f"{run[0]}–{run[-1]}", f"{run[0]}:{run[-1]}") for run in runs)


def _of_content(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    if path[0] == "content":
        return w("text.attributed") if path[1] == "attributed" else w(f"figure.{path[1]}.name")
    if path[0] in ("origins", "attributed_origins"):
        origin = getattr(dossier.content, path[0])[int(path[1])]
        lot = w("text.lot_unknown") if origin.lot is None else lot_name(origin.owner or "", origin.lot)
        return _joined(w("section.origins"), lot)
    if path[0] == "lab_tests":
        return _joined(w("section.lab"), dossier.content.lab_tests[int(path[1])].report_no)
    if path[0] == "states":
        return _joined(w("text.states"), dossier.content.states[int(path[1])].date)
    named = {"mass_kg": "column.mass", "dry_mass_kg": "column.dry_mass", "chain_of_custody": "custody.title"}
    return w(named[path[0]])


def _of_trace(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    if path[0] == "links":
        link = dossier.trace.links[int(path[1])]
        return _joined(w("section.lineage"), link.run or lot_name(link.to_owner or "", link.to))
    if path[0] == "lots":
        lot = dossier.trace.lots[int(path[1])]
        return _joined(w("section.custody" if path[-1] == "chain_of_custody" else "section.lineage"), lot_name(lot.owner, lot.number))
    if path[0] == "open_ends":
        end = dossier.trace.open_ends[int(path[1])]
        return _joined(w("text.open_ends"), lot_name(end.owner, end.number))
    return w("section.lineage")


def _of_sum(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    working = dossier.calculation[int(path[0])]
    if path[1] == "value":
        return w(f"figure.{working.figure}.name")
    row = working.rows[int(path[2])]
    return _joined(w("section.calculation"), lot_name(row.owner, row.lot) if row.lot else w("text.lot_unknown"))


def _of_run(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    run = dossier.runs[int(path[0])]
    whose = run.rows[int(path[2])].lot if path[1] == "rows" else ""
    return _joined(w("text.through_run", run=run.run), whose)


def _of_inventory(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    row = dossier.inventory[int(path[0])]
    return _joined(w("section.inventory"), lot_name(row.owner, row.lot))


def _of_total(dossier: Dossier, path: Sequence[str], w: Wording) -> str:
    answer = dossier.composition[int(path[0])]
    row = answer.rows[int(path[2])] if path[1] == "rows" else None
    return _joined(w(f"composition_by.{answer.by}"), w("composition.whole") if row is None else total_name(answer, row, w))


def total_name(answer: CompositionTable, row: CompositionRow, w: Wording) -> str:
    """What a row of the composition is of, in words."""
    if row.name is None:
        return w("composition.unknown")
    if not row.name:
        return w("composition.none_stated")
    return w.term("category", row.name) if answer.by == "category" else row.name


def _section(name: str) -> _Name:
    return lambda _dossier, _path, w: w(f"section.{name}")


def _named(section: str, kind: str, field: str) -> _Name:
    return lambda dossier, path, w: _joined(w(f"section.{section}"), str(getattr(getattr(dossier, kind)[int(path[0])], field)))


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)


#: How a figure is named, by the part of the dossier that it stands in.
_NAMES: dict[str, _Name] = {
    "composition": _of_total,
    "content": _of_content,
    "trace": _of_trace,
    "calculation": _of_sum,
    "runs": _of_run,
    "verdicts": _section("verdicts"),
    "inventory": _of_inventory,
    "claims": _section("claims"),
    "lab_tests": _named("lab", "lab_tests", "report"),
    "shipments": _named("shipments", "shipments", "shipment"),
    "records": _named("records", "records", "record"),
}
