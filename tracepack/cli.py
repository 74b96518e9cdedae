"""The command line: read options, call the workspace once, print, choose the exit code.

Documents and answers go to stdout or to ``-o``; talk goes to stderr.  Everything but click is imported when a command
needs it, so that ``tracepack --help`` is immediate.
"""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed
from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from tracepack import __version__, diagramcommand, evidencecommands, lotcommands, recallcommand
from tracepack.commandoptions import BUG, DONE, FOUND_ERRORS, INTERRUPTED, NOT_DONE, as_of_option, json_option, lang_option
from tracepack.documents import write_atomically
from tracepack.errors import TracepackError, UsageProblem
from tracepack.layoutoptions import layout_answers, layout_options
from tracepack.showing import deliver, format_of, opened, say, show

DECLARATION_FORMATS = ("txt", "pdf", "xlsx", "json")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-w",
    "--workspace",
    envvar="TRACEPACK_WORKSPACE",
    default="tracepack.db",
    show_default=True,
    metavar="WORKSPACE",
    help="SQLite file or database URL.  [env: TRACEPACK_WORKSPACE]",
)
@click.version_option(__version__, prog_name="tracepack")
@click.pass_context
def cli(context: click.Context, workspace: str) -> None:
    """What a lot of bio-based packaging is made of, where it came from, and how we know.

    \b
    A first walk:
      tracepack demo                      see it on a sample supply chain
      tracepack init --organisation ME    start a workspace of your own
      tracepack template to-fill.xlsx     a workbook to fill in
      tracepack import to-fill.xlsx       bring it in
      tracepack content LOT               what the lot is made of

    Exit codes: 0 done; 1 done, but with errors found (or an import refused); 2 could not be carried out; 3 a bug; 130
    interrupted.
    """
    context.obj = workspace


def command(name: str, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A subcommand whose help ends with an example."""
    return cli.command(name, epilog=f"Example:  {example}")


@command("init", "tracepack init --organisation CONVERTER --site PLANT-1")
@click.option("--organisation", default="own", show_default=True, metavar="ID", help="Party ID of ourselves: the owner of own lots.")
@click.option("--site", default="main", show_default=True, metavar="ID", help="The site that a blank Site means.")
@click.pass_obj
def init(workspace: str, organisation: str, site: str) -> None:
    """Create a workspace; an existing one is refused."""
    from tracepack.workspace import Workspace

    Workspace.create(workspace, organisation, site)
    say(f"Created {workspace}.  Next: tracepack template to-fill.xlsx")


@command("demo", "tracepack demo my-demo")
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@lang_option
def demo(directory: Path | None, lang: str) -> None:
    """Build a workspace from the sample supply chain, with a report and a diagram of a finished film lot.

    Without DIRECTORY it goes into tracepack-demo, or tracepack-demo-2 and so on where that is there already.
    """
    from tracepack.demo import run_demo

    click.echo(run_demo(directory, lang))


@command("template", "tracepack template deliveries.xlsx --for supplier --lang zh")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--for", "which", type=click.Choice(["supplier", "production", "all"]), default="all", show_default=True, help="Which sheets."
)
@click.option("--supplier", metavar="ID", help="Whom it is for: its drop-downs then hold this supplier's own names only.")
@lang_option
@click.pass_obj
def template(workspace: str, file: Path, which: str, supplier: str | None, lang: str) -> None:
    """Write a workbook to fill in: its sheets, headers, drop-downs and notes.

    Where there is a workspace, the drop-downs offer its parties, materials, lots, sites, certificates and sources.
    """
    from tracepack.workspace import Workspace

    if file.suffix.casefold() != ".xlsx":
        raise UsageProblem(f"{file.name} is not named .xlsx", "a template is an Excel workbook")
    if file.exists():
        raise UsageProblem(f"{file} is there already and may hold somebody's work", "choose another name, or delete it first")
    known = "://" in workspace or Path(workspace).is_file()
    names = opened(workspace).names(supplier) if known else None
    write_atomically(file, Workspace.template(which, lang=lang, names=names, supplier=supplier))
    say(f"Wrote {file}.  Fill it in, then: tracepack import {file}")
    if which == "supplier" and names and names.parties and not supplier:
        say("Its drop-downs name your other suppliers, customers and lots too; --supplier ID keeps to one supplier's own.")


@command("import", "tracepack import deliveries-2026-03.xlsx production.xlsx")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--supplier", metavar="ID", help="Whose lots a blank Supplier means, and whose materials.")
@click.option("--replace", is_flag=True, help="Let changed rows replace what is known; the old values stay in the log.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and what each column was taken for; store nothing.")
@click.option("--each", is_flag=True, help="Take each file by itself instead of all or nothing.")
@layout_options
@json_option
@lang_option
@click.pass_obj
def import_(workspace: str, /, files: Sequence[Path], as_json: bool, lang: str, **told: Any) -> int:
    """Bring workbooks in, all or nothing: one import, whatever the number of files.

    Reads .xlsx, .xlsm, .xls, .xlsb, .ods, .csv and .tsv, in tracepack's layout or a supplier's own.

    What cells and rows say wrongly refuses the import (exit code 1); what they reveal about the world (a lot that nobody
    delivered, an expired certificate) is stored and shown.
    """
    from tracepack.annotating import annotated_paths, write_annotated
    from tracepack.progress import ProgressLine

    layout = layout_answers(told)
    targets = annotated_paths(files, told["annotate"]) if told["annotate"] else []
    where = opened(workspace)
    with ProgressLine(lang) as progress:
        answer = where.import_files(
            files,
            supplier=told["supplier"],
            replace=told["replace"],
            dry_run=told["dry_run"],
            each=told["each"],
            layout=layout,
            progress=progress,
        )
    show(answer, as_json, "import_text", lang, summary=True)
    for file, path, found in zip(files, targets, answer.files, strict=False):
        say(write_annotated(path, where.annotated(file, found, lang=lang)))
    if layout.save_profile:
        say(f"Saved the profile {layout.save_profile}; correct it in a text editor if need be.")
    return FOUND_ERRORS if any(file.status == "refused" for file in answer.files) else DONE


@command("lots", "tracepack lots film")
@click.argument("text", default="")
@json_option
@lang_option
@click.pass_obj
def lots(workspace: str, text: str, as_json: bool, lang: str) -> None:
    """List the lots, or those whose number, owner or material contains TEXT."""
    show(opened(workspace).lots(text), as_json, "lots_text", lang)


for _about_lots in (lotcommands.content, lotcommands.trace, lotcommands.check):
    cli.add_command(_about_lots)


@command("balance", "tracepack balance --site PLANT-1 -o books.xlsx")
@click.option("--site", metavar="ID", help="The books of this site only.")
@click.option("--period", metavar="ID", help="This period only.")
@click.option("--on", metavar="DATE", help="Also what each account held at the end of this day.")
@click.option("--close", "closing", metavar="PERIOD", help="Pin a period for good: what changes later is adjusted in the open one.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="FILE.xlsx, .json or .txt; default text to stdout.")
@as_of_option
@json_option
@lang_option
@click.pass_obj
def balance(workspace: str, /, as_of: int | None, **asked: Any) -> int:
    """The mass-balance books: each account's credits and uses by period.  Exit code 1 where there is an error."""
    from tracepack.bookcommand import balance_or_close

    return FOUND_ERRORS if balance_or_close(opened(workspace, as_of), **asked) else DONE


for _document in (diagramcommand.diagram, lotcommands.report, recallcommand.recall, evidencecommands.bundle, evidencecommands.verify):
    cli.add_command(_document)


@command("declaration", "tracepack declaration S-26-0012 -o declaration.pdf")
@click.argument("shipment")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="FILE.pdf, .xlsx, .json or .txt; default: text.")
@json_option
@lang_option
@click.pass_obj
def declaration(workspace: str, shipment: str, output: Path | None, as_json: bool, lang: str) -> int:
    """The sustainability declaration of SHIPMENT.  Exit code 1 while it is a draft: something is missing, or says too much."""
    file_format = format_of(output, DECLARATION_FORMATS)
    answer = opened(workspace).declaration(shipment)
    if output is None:
        show(answer, as_json, "declaration_text", lang)
    else:
        from tracepack.declaring import render

        deliver(render(answer, file_format, lang), output)
        if answer.draft:
            show(answer, False, "draft_text", lang, summary=True)
    return FOUND_ERRORS if answer.draft else DONE


@command("log", "tracepack log 3")
@click.argument("number", required=False, type=int, metavar="[IMPORT]")
@json_option
@lang_option
@click.pass_obj
def log(workspace: str, number: int | None, as_json: bool, lang: str) -> None:
    """List imports and withdrawals and what they changed; with the number of an IMPORT also every fact it recorded."""
    show(opened(workspace).log(number), as_json, "log_text", lang)


cli.add_command(lotcommands.diff)


@command("withdraw", 'tracepack withdraw 3 --why "sent by mistake"')
@click.argument("what", metavar="IMPORT|FACT")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept in the log.")
@json_option
@lang_option
@click.pass_obj
def withdraw(workspace: str, what: str, why: str, as_json: bool, lang: str) -> None:
    """Take back an import (its number) or one fact (F and its number, as `log IMPORT` shows); what it had replaced holds again."""
    digits = what.upper().removeprefix("F")
    if not (digits.isascii() and digits.isdigit()):
        raise UsageProblem(f"{what} is neither an import (as 3) nor a fact (as F12)", "`tracepack log` shows the numbers")
    number = int(digits)
    is_fact = digits != what
    answer = opened(workspace).withdraw(None if is_fact else number, fact_id=number if is_fact else None, why=why)
    show(answer, as_json, "log_text", lang, summary=True)


@command("schemes", "tracepack schemes --lang de")
@json_option
@lang_option
def schemes(as_json: bool, lang: str) -> None:
    """The certification schemes known: edition, source, every rule, and what no public text confirms."""
    from tracepack.workspace import Workspace

    show(Workspace.schemes(lang), as_json, "schemes_text", lang)


@command("completion", 'eval "$(tracepack completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that lets SHELL complete commands and options.

    \b
    bash  add to ~/.bashrc:  eval "$(tracepack completion bash)"
    zsh   add to ~/.zshrc:   eval "$(tracepack completion zsh)"
    fish  tracepack completion fish > ~/.config/fish/completions/tracepack.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageProblem(f"no completion for {shell}")
    click.echo(kind(cli, {}, "tracepack", "_TRACEPACK_COMPLETE").source())


# ---- the border


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit code; every exception that can leave the program is caught here."""
    try:
        code = _invoke(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except TracepackError as problem:
        say(f"error: {problem.message}" + (f"\nhint: {problem.hint}" if problem.hint else ""))
        return NOT_DONE
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; what is left in the buffer must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as bug:
        if isinstance(bug, OSError) and bug.errno in _NO_ROOM:
            return _no_room(bug)
        return _report_bug(bug)
    return code


#: What a full or failing disk says, wherever something was being written to it.
_NO_ROOM = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG)


def _no_room(problem: OSError) -> int:
    """Say that the output could not be written; what is left of it in the buffer must not complain at exit."""
    say(f"error: {problem.filename or 'the output'} could not be written: {problem.strerror}")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NOT_DONE


def _invoke(arguments: list[str]) -> int:
    """Let click read and run the command, with its own exceptions as exit codes of ours."""
    try:
        with cli.make_context("tracepack", arguments) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as stop:  # --help and --version
        return stop.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as problem:
        problem.show()
        return NOT_DONE
    return code if isinstance(code, int) else DONE


def _report_bug(bug: Exception) -> int:
    """A few words for the user; the traceback for whoever asks for it."""
    say(f"error: tracepack has a bug and could not finish ({type(bug).__name__}: {bug}); the workspace is as it was")
    if os.environ.get("TRACEPACK_DEBUG") == "1":
        say("".join(traceback.format_exception(bug)))
    else:
        say("hint: set TRACEPACK_DEBUG=1 and run it again to see where")
    return BUG


def main() -> None:
    """The program ``tracepack``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # documents are UTF-8 whatever the console's own encoding is
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if asked := os.environ.get("_TRACEPACK_COMPLETE"):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(cli, {}, "tracepack", "_TRACEPACK_COMPLETE", asked))
    sys.exit(run())
