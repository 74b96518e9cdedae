"""Rules and vocabulary as data files, and the one place that reads them from the installed package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its field ``key``, English ``header``, ``type``, whether required, what a blank means."""

    key: str
    header: str
    type: str
    required: bool
    required_with: str
    blank: str
    synonyms: dict[str, tuple[str, ...]]

    @property
    def vocabulary(self) -> str | None:
        """The vocabulary of a choice column, else None."""
        return self.type.removeprefix("choice:") if self.type.startswith("choice:") else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, key fields, whether several rows make one fact, and its columns in order."""

    name: str
    key: tuple[str, ...]
    grouped: bool
    columns: tuple[Column, ...]
    synonyms: dict[str, tuple[str, ...]]

    def column(self, key: str) -> Column:
        """The column of a field key."""
        return next(c for c in self.columns if c.key == key)


@dataclass(frozen=True, slots=True)
class Layout:
    """The workbook layout: sheets by name, vocabularies, settings (name -> default, says), limits (name -> default, unit, says)."""

    sheets: dict[str, Sheet]
    vocabularies: dict[str, tuple[str, ...]]
    settings: dict[str, tuple[float, str]]
    limits: dict[str, tuple[int, str, str]]


def read_text(name: str) -> str:
    """A data file's text, by its path below ``tracepack/data``."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def read_bytes(name: str) -> bytes:
    """A data file's bytes, by its path below ``tracepack/data``."""
    return files(__name__).joinpath(name).read_bytes()


@cache
def read_toml(name: str) -> dict[str, Any]:
    """A TOML data file; read once a process, not to be changed by the caller."""
    return tomllib.loads(read_text(name))


@cache
def scheme_tables() -> tuple[dict[str, Any], ...]:
    """Every scheme's table: the files below ``schemes`` that have a table ``scheme``, by name.  A new file is a new scheme."""
    return tables_with("scheme", files(__name__).joinpath("schemes"))


def tables_with(head: str, folder: Traversable) -> tuple[dict[str, Any], ...]:
    """The TOML files of a folder that have a table of that name, by file name."""
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    tables = (tomllib.loads(file.read_text(encoding="utf-8")) for file in found)
    return tuple(table for table in tables if head in table)


def _synonyms(raw: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(raw.get(language, ())) for language in ("en", "zh", "de", "ja")}


def _column(raw: dict[str, Any], synonyms: dict[str, Any]) -> Column:
    return Column(
        key=raw["key"],
        header=raw["header"],
        type=raw["type"],
        required=raw.get("required", False),
        required_with=raw.get("required_with", ""),
        blank=raw.get("blank", ""),
        synonyms=_synonyms(synonyms.get(raw["key"], {})),
    )


def rule_files() -> tuple[str, ...]:
    """The data files that decide figures and what may be said of them, by path; words and templates are none."""
    schemes = sorted(file.name for file in files(__name__).joinpath("schemes").iterdir() if file.name.endswith(".toml"))
    return ("headers.toml", "layout.toml", "materials.toml", *(f"schemes/{name}" for name in schemes), "wording/claims.toml")


@cache
def layout() -> Layout:
    """The workbook layout of ``layout.toml`` with the header synonyms of ``headers.toml``."""
    raw = read_toml("layout.toml")
    words = read_toml("headers.toml")
    sheets = {
        name: Sheet(
            name=name,
            key=tuple(body["key"]),
            grouped=body.get("grouped", False),
            columns=tuple(_column(c, words.get("column", {})) for c in body["columns"]),
            synonyms=_synonyms(words.get("sheet", {}).get(name, {})),
        )
        for name, body in raw["sheet"].items()
    }
    return Layout(
        sheets=sheets,
        vocabularies={name: tuple(body["values"]) for name, body in raw["vocabulary"].items()},
        settings={name: (body["default"], body["says"]) for name, body in raw["setting"].items()},
        limits={name: (body["default"], body["unit"], body["says"]) for name, body in raw["limit"].items()},
    )
