"""The built-in rules that the core is given as values: it reads no files itself."""

from __future__ import annotations

from functools import cache

from tracepack import data
from tracepack.core.bookrules import RuleBook, book_rules
from tracepack.core.claimrules import ClaimRules, claim_rules
from tracepack.core.declarationrules import FieldRule, declaration_rules
from tracepack.core.judgementrules import JudgementRules, judgement_rules
from tracepack.core.library import Library, library_from_table
from tracepack.core.readiness import AuditTest, audit_tests
from tracepack.core.schemerules import CustodyRules, custody_rules


@cache
def material_library() -> Library:
    """The built-in material library."""
    return library_from_table(data.read_toml("materials.toml"))


@cache
def balance_rules() -> RuleBook:
    """What schemes ask of mass-balance books."""
    return RuleBook(book_rules(data.read_toml("schemes/books.toml")), chain_of_custody_rules())


@cache
def chain_of_custody_rules() -> CustodyRules:
    """How chain-of-custody models combine, and every scheme's own rules."""
    return custody_rules(data.read_toml("schemes/custody.toml"), data.scheme_tables())


@cache
def scheme_judgement_rules() -> JudgementRules:
    """What schemes ask of a lot's content."""
    return judgement_rules(data.scheme_tables())


@cache
def readiness_tests() -> tuple[AuditTest, ...]:
    """The audit tests of the readiness list."""
    return audit_tests(data.read_toml("schemes/audit.toml"))


@cache
def claim_wording_rules() -> ClaimRules:
    """What may be said of a lot and what may not."""
    return claim_rules(data.read_toml("wording/claims.toml"))


@cache
def declaration_field_rules() -> tuple[FieldRule, ...]:
    """The fields of a sustainability declaration."""
    return declaration_rules(data.read_toml("schemes/declaration.toml"))
