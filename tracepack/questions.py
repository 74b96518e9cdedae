"""Questions about lots: find the lot, load its slice of the workspace, compute, and hand over the answer."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.core.findings import Finding
from tracepack.core.ledger import LotKey
from tracepack.errors import UnknownLot
from tracepack.report.answers import CheckAnswer, ContentAnswer, TraceAnswer
from tracepack.store import Store


def find_lot(store: Store, number: str, owner: str | None = None) -> LotKey:
    """The one lot of a number (of an owner); UnknownLot, with the candidates, where there is none or several."""
    found = store.find_lot(number, owner)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownLot(
            f"several parties use the lot number {number}: {_owners(found)}",
            f"say whose with --owner, for example --owner {found[0].owner}",
        )
    others = store.find_lot(number) if owner is not None else []
    if others:
        raise UnknownLot(f"{owner} has no lot {number}; it is a lot of {_owners(others)}", f"--owner {others[0].owner}")
    raise UnknownLot(f"there is no lot {number}", _alike(store, number))


def _owners(lots: Sequence[LotKey]) -> str:
    return ", ".join(lot.owner for lot in lots)


def _alike(store: Store, number: str) -> str:
    """A hint with lots whose number contains what was asked for."""
    alike = [lot for lot in store.lots(number) if number.casefold() in lot.number.casefold()]
    shown = ", ".join(str(lot) for lot in alike[:5])
    more = f" and {len(alike) - 5} more" if len(alike) > 5 else ""
    return f"did you mean {shown}{more}?" if alike else "`tracepack lots` lists the lots that are known"


def world_findings(store: Store, lots: Sequence[LotKey]) -> tuple[Finding, ...]:
    """What the records reveal about the world around some lots."""
    del store, lots
    return ()


def content(store: Store, number: str, owner: str | None, on: str | None) -> ContentAnswer:
    """`content LOT`."""
    find_lot(store, number, owner)
    raise NotImplementedError


def trace(store: Store, number: str, owner: str | None, direction: str) -> TraceAnswer:
    """`trace LOT`."""
    raise NotImplementedError


def check(store: Store, number: str | None, owner: str | None) -> CheckAnswer:
    """`check [LOT]`."""
    raise NotImplementedError


def diagram(store: Store, number: str, owner: str | None, file_format: str, lang: str) -> bytes:
    """`diagram LOT`."""
    raise NotImplementedError


def report(store: Store, number: str, owner: str | None, file_format: str, lang: str) -> bytes:
    """`report LOT`."""
    raise NotImplementedError
