"""Reports of many lots or shipments in one go: a file each into a folder, made by every core there is."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from tracepack.core.facts import ledger_from_facts
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.quantity import kg_text, mass_mg
from tracepack.documents import write_atomically
from tracepack.errors import UnknownShipment, UsageProblem
from tracepack.questions import find_lot
from tracepack.report.answers import ref_answer
from tracepack.report.answers_reports import ReportFile, ReportsAnswer
from tracepack.reporting import report
from tracepack.store import Store

#: Fewer reports than this are written sooner by one process than two are started.
WORTH_PROCESSES = 24
#: File names are kept to what every file system takes.
_LONGEST_NAME = 120
INDEX = "index.json"


class Progress(Protocol):
    """Called with the name and values of each step."""

    def __call__(self, step: str, **values: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How each report is written: format, language, schemes to judge by."""

    file_format: str
    lang: str
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """One lot's report and the files that hold it: a lot shipped ten times is written down once."""

    lot: LotKey
    paths: tuple[Path, ...]


def reports_of_lots(store: Store, numbers: Sequence[str], owner: str | None) -> list[ReportFile]:
    """The lots of some numbers as files to write, in the order asked, each once.  Raises UnknownLot."""
    lots = dict.fromkeys(find_lot(store, number, owner) for number in numbers)
    return _named([ReportFile(file=lot.number, owner=lot.owner, number=lot.number) for lot in lots])


def reports_of_shipments(store: Store, shipments: Sequence[str], days: str | None) -> list[ReportFile]:
    """The lots of some shipments, or of all that left on some ``days`` (FROM..UNTIL, either open, or "all"), by date and number.

    Returns no goods that came back.  Raises UnknownShipment, UsageProblem (no such days).
    """
    ledger = ledger_from_facts(store.facts_of(["Shipments"]), organisation=store.organisation, site=store.site)
    left = [shipment for shipment in ledger.shipments if not shipment.is_return]
    for number in shipments:
        if all(shipment.shipment_no != number for shipment in left):
            raise UnknownShipment(f"there is no shipment {number}", "`tracepack lots` lists lots; import Shipments first")
    first, last = _span(days)
    chosen = [s for s in left if s.shipment_no in shipments or (days is not None and first <= s.date <= last)]
    chosen.sort(key=lambda s: (s.date, s.shipment_no, s.lot, s.source.order()))
    return _named([_shipped(shipment) for shipment in chosen])


def _span(days: str | None) -> tuple[dt.date, dt.date]:
    """First and last day of a range as a user writes it."""
    if days is None or days == "all":
        return dt.date.min, dt.date.max
    first, dots, last = days.partition("..")
    try:
        if dots:
            return dt.date.fromisoformat(first) if first else dt.date.min, dt.date.fromisoformat(last) if last else dt.date.max
    except ValueError:
        pass
    raise UsageProblem(f"{days} is no span of days", "write it as 2026-01-01..2026-03-31, or all")


def _shipped(shipment: Shipment) -> ReportFile:
    mass = mass_mg(shipment.quantity, shipment.unit, None)
    return ReportFile(
        file=f"{shipment.shipment_no}.{shipment.lot_no}",
        owner=shipment.lot.owner,
        number=shipment.lot_no,
        shipment=shipment.shipment_no,
        date=shipment.date.isoformat(),
        customer=shipment.customer,
        quantity=str(shipment.quantity),
        unit=shipment.unit,
        mass_kg=None if mass is None else kg_text(mass),
        ref=ref_answer(shipment.source.ref("shipment_no")),
    )


def _named(files: Sequence[ReportFile]) -> list[ReportFile]:
    """The files under names that every file system takes and tells apart, whatever the letter case."""
    taken: dict[str, int] = {}
    named = []
    for file in files:
        name = quote(file.file, safe=" ()+,;=@")[:_LONGEST_NAME].replace("~", "%7E")
        count = taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
        named.append(file.model_copy(update={"file": name if count == 1 else f"{name}~{count}"}))
    return named


def write_reports(
    store: Store, where: str | Path, files: Sequence[ReportFile], folder: Path, manner: Manner, progress: Progress
) -> ReportsAnswer:
    """Write each file's report into a folder, which is made where it is missing, and an index beside them.

    Every report is of one state of the workspace, that of the newest import.  Raises what a report raises, UsageProblem
    where the folder cannot be written to; files that are whole by then stay.
    """
    number = store.latest_import()
    state = store.at(number)
    answer = ReportsAnswer(
        as_known_after_import=number, reports=[f.model_copy(update={"file": f"{f.file}.{manner.file_format}"}) for f in files]
    )
    _make(folder)
    work = _work(answer.reports, folder)
    done = 0
    progress("progress.reports", bar=_bar(0, len(files)), done=0, count=len(files))
    for written in _written(str(where), number, work, manner, state):
        done += written
        progress("progress.reports", bar=_bar(done, len(files)), done=done, count=len(files))
    write_atomically(folder / INDEX, f"{answer.model_dump_json(by_alias=True, indent=2)}\n".encode())
    return answer


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageProblem(f"{folder} could not be made: {problem.strerror}", "name a folder with -o") from problem


def _bar(done: int, count: int) -> str:
    """Twenty characters of progress."""
    filled = 20 * done // count if count else 20
    return "#" * filled + "." * (20 - filled)


def _work(files: Sequence[ReportFile], folder: Path) -> list[_Work]:
    paths: dict[LotKey, list[Path]] = {}
    for file in files:
        paths.setdefault(LotKey(file.owner, file.number), []).append(folder / file.file)
    return [_Work(lot, tuple(places)) for lot, places in paths.items()]


def _written(where: str, number: int, work: Sequence[_Work], manner: Manner, store: Store) -> Iterator[int]:
    """How many files each piece of work has written, as it is done."""
    cores = os.cpu_count() or 1
    if len(work) < WORTH_PROCESSES or cores == 1:
        for piece in work:
            yield _write(store, piece, manner)
        return
    # Started afresh, not forked: a database connection is not for two processes.
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), initializer=_open, initargs=(where, number, manner)) as pool:
        try:
            yield from pool.map(_write_there, work, chunksize=4)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _write(store: Store, piece: _Work, manner: Manner) -> int:
    """Make one lot's report and write it to each of its files."""
    with store.reading():
        document = report(store, piece.lot.number, piece.lot.owner, manner.file_format, manner.lang, manner.schemes)
    for path in piece.paths:
        write_atomically(path, document)
    return len(piece.paths)


#: What a process of the pool works with, set once when it starts.
_there: dict[str, tuple[Store, Manner]] = {}


def _open(where: str, number: int, manner: Manner) -> None:
    _there["open"] = Store.open(where).at(number), manner


def _write_there(piece: _Work) -> int:
    store, manner = _there["open"]
    return _write(store, piece, manner)
