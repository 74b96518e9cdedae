"""The profiles of a workspace: one TOML file each, in a folder beside the workspace's file."""

from __future__ import annotations

import re
from pathlib import Path

from tracepack.documents import write_atomically
from tracepack.errors import UsageProblem
from tracepack.intake.columns import Rules
from tracepack.intake.instructions import Instructions, fixed_values, sheets_read_as, text_dialect, told_columns
from tracepack.intake.profiles import Profile, fitting, parse_profile, profile_text
from tracepack.layoutanswers import LayoutAnswers

_NAME = re.compile(r"[\w][\w .-]{0,79}")


def folder_of(where: str | Path) -> Path:
    """Where a workspace's profiles lie: ``tracepack-profiles`` beside ``tracepack.db``; in this folder for a database URL."""
    text = str(where)
    path = Path("tracepack.db") if "://" in text else Path(text)
    return path.parent / f"{path.stem}-profiles"


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """The profiles of a folder by name; none where there is no folder.  UsageProblem where one cannot be understood."""
    return tuple(_load(path) for path in sorted(folder.glob("*.toml"))) if folder.is_dir() else ()


def named_profile(folder: Path, name: str) -> Profile:
    """The profile that a user names: one of the folder, or the path of a TOML file.  UsageProblem where there is none."""
    path = Path(name) if name.casefold().endswith(".toml") else folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) if folder.is_dir() else ""
        raise UsageProblem(
            f"there is no profile {name}", f"known: {known}" if known else "`import FILE --dry-run --save-profile NAME` makes one"
        )
    return _load(path)


def _load(path: Path) -> Profile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"profile {path.name} cannot be read", "save it as UTF-8 text") from problem
    return parse_profile(path.stem, text)


def save_profile(folder: Path, profile: Profile) -> Path:
    """Write a profile as TOML; one of its name is never overwritten.  UsageProblem where it cannot be written."""
    if not _NAME.fullmatch(profile.name):
        raise UsageProblem(f"{profile.name!r} cannot be the name of a profile", "use letters, digits, spaces, dots and dashes")
    path = folder / f"{profile.name}.toml"
    if path.exists():
        raise UsageProblem(
            f"there is a profile {profile.name} already ({path})",
            "correct it in a text editor, delete it to save it anew, or choose another name",
        )
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        raise UsageProblem(f"{folder} could not be made: {problem.strerror}") from problem
    write_atomically(path, profile_text(profile).encode("utf-8"))
    return path


def instructions_for(folder: Path, supplier: str | None, answers: LayoutAnswers) -> Instructions:
    """How to read files by what was answered; with no profile named, any of the folder's may fit.  UsageProblem."""
    if answers.profile:
        profiles: tuple[Profile, ...] = (named_profile(folder, answers.profile),)
    else:
        profiles = tuple(fitting(load_profiles(folder), supplier))
    return Instructions(
        supplier=supplier,
        read_as=sheets_read_as(answers.read_as),
        told=told_columns(answers.columns),
        fixed=fixed_values(answers.fixed),
        rules=Rules(answers.decimal_mark, answers.date_order, answers.percent_scale, answers.struck_rows),
        profiles=profiles,
        profile=profiles[0].name if answers.profile else None,
        text=text_dialect(answers.encoding, answers.delimiter),
    )
