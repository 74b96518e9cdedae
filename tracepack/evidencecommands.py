"""The commands for outsiders: hand over a bundle, and check one."""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracepack.commandoptions import DONE, FOUND_ERRORS, json_option, lang_option, owner_option
from tracepack.showing import deliver, opened, say

if TYPE_CHECKING:
    from tracepack.workspace import Workspace

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("bundle", epilog="Example:  tracepack bundle FILM-2026-031 -o evidence.zip --sign key.pem")
@click.argument("lot")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.zip", help="Where to.")
@owner_option
@click.option("--scheme", "schemes", multiple=True, metavar="NAME", help="Judge by that scheme, as `report` does; repeatable.")
@click.option("--redact", is_flag=True, help="Leave workbooks out and hide names and shares; what opens them goes to FILE.zip.salts.json.")
@click.option("--sign", "key", type=_FILE, metavar="KEY", help="Sign with this Ed25519 private key (PEM).")
@click.pass_obj
def bundle(workspace: str, lot: str, output: Path, owner: str | None, schemes: Sequence[str], redact: bool, key: Path | None) -> None:
    """Hand over LOT with its evidence: the dossier, the workbooks it rests on, how they were read, and the rules.

    Whoever receives the file checks it with `tracepack verify`, on any machine, without this workspace.
    """
    if redact:
        _redacted(opened(workspace), lot, output, owner, schemes, key)
    else:
        deliver(opened(workspace).bundle(lot, owner=owner, sign=key, schemes=schemes), output)
    say(f"Next: tracepack verify {output}")


def _redacted(where: Workspace, lot: str, output: Path, owner: str | None, schemes: Sequence[str], key: Path | None) -> None:
    """Write a redacted bundle, and beside it the salts; a file of salts that is there already keeps its secret."""
    kept = output.with_name(f"{output.name}.salts.json")
    salts = kept.read_text(encoding="utf-8", errors="replace") if kept.is_file() else None
    made = where.redacted_bundle(lot, owner=owner, sign=key, salts=salts, schemes=schemes)
    deliver(made.salts, kept)
    deliver(made.bundle, output)
    say(f"Keep {kept} to yourself: its entries open the bundle's commitments, its secret opens all of them.")


@click.command("verify", epilog="Example:  tracepack verify evidence.zip --key signer.pub.pem")
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, metavar="PUBLIC", help="The signer's Ed25519 public key (PEM), got from the signer.")
@click.option("--salts", type=_FILE, metavar="FILE", help="Openings of a redacted bundle that its maker disclosed.")
@json_option
@lang_option
def verify(file: Path, key: Path | None, salts: Path | None, as_json: bool, lang: str) -> int:
    """Check a bundle without any workspace: read its workbooks again from zero and find every figure again, by a second algorithm.

    A report in HTML or PDF is checked against the dossier that it carries, and that against itself.

    Exit code 0 where it agrees, 1 where anything differs, 2 where the file is no bundle.
    """
    from tracepack.report.localised import localised
    from tracepack.report.verify_text import verify_text
    from tracepack.workspace import Workspace

    answer = localised(Workspace.verify(file, key=key, salts=salts), lang)
    click.echo(answer.model_dump_json(indent=2) if as_json else verify_text(answer, lang))
    return DONE if answer.agrees else FOUND_ERRORS
