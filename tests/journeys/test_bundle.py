"""An outsider's day: a bundle comes in, is checked on another machine, and whatever was changed in it is named."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journeys.desk import Answer, Desk
from tracepack.core.content import content_of
from tracepack.core.lineage import build_lineage
from tracepack.core.recount import recount
from tracepack.evidence.archive import pack, unpack
from tracepack.evidence.comparing import figure_checks, recounted
from tracepack.evidence.manifest import DOSSIER, MANIFEST, RECIPE, SIGNATURE, canonical, manifest_of
from tracepack.evidence.tables import table_checks
from tracepack.report.dossier import render_json
from tracepack.reporting import dossier
from tracepack.rulebook import material_library
from tracepack.store import Store

SAMPLES = Path(__file__).parents[2] / "samples"
LOT = "FILM-2603-07"
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The sample chain's workspace."""
    desk = Desk(tmp_path_factory.mktemp("chain"))
    assert desk.run("init", "--organisation", "NORDFILM", "--site", "NF-1").code == 0
    assert desk.run("import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))).code == 0
    return desk


@pytest.fixture(scope="module")
def bundle(chain: Desk) -> bytes:
    assert chain.run("bundle", LOT, "-o", str(chain.folder / "evidence.zip")).code == 0
    return (chain.folder / "evidence.zip").read_bytes()


@pytest.fixture
def outside(tmp_path: Path) -> Callable[..., Answer]:
    """`verify` on a machine that has no workspace."""

    def verify(data: bytes, *options: str) -> Answer:
        (tmp_path / "received.zip").write_bytes(data)
        return Desk(tmp_path).run("verify", str(tmp_path / "received.zip"), *options)

    return verify


def changed(data: bytes, change: Change, *, resealed: bool = True) -> bytes:
    """A bundle after somebody changed its members, with a manifest that says so (``resealed``) or the old one."""
    members = unpack(data)
    change(members)
    if resealed:
        kept = {name: content for name, content in members.items() if name not in (MANIFEST, SIGNATURE)}
        members[MANIFEST] = manifest_of(kept, redacted=False)
    return pack(members)


def member(members: dict[str, bytes], file: str) -> str:
    """Where a workbook lies in a bundle."""
    recipe = json.loads(members[RECIPE])
    return next(f["member"] for entry in recipe["entries"] for f in entry["files"] if f["file"] == file)


def with_figure(members: dict[str, bytes]) -> None:
    dossier = json.loads(members[DOSSIER])
    dossier["content"]["content"]["bio_mass"]["low"] += 0.01
    members[DOSSIER] = json.dumps(dossier).encode()


def keys(folder: Path, name: str = "key") -> tuple[str, str]:
    """A key pair, made as the README says."""
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(private)], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True, capture_output=True)
    return str(private), str(public)


def whats(answer: Answer) -> list[str]:
    return [difference["what"] for difference in answer.json["differences"]]


# --- what agrees


@pytest.mark.parametrize("lot", [LOT, "FILM-2601-02", "REGR-2603-01"])
def test_a_bundle_of_the_sample_chain_agrees_elsewhere(chain: Desk, outside: Callable[..., Answer], lot: str) -> None:
    assert chain.run("bundle", lot, "-o", str(chain.folder / "one.zip")).code == 0
    answer = outside((chain.folder / "one.zip").read_bytes(), "--json")
    assert (answer.code, answer.json["agrees"], answer.json["level"], answer.json["signature"]) == (0, True, "originals", "none")
    assert {figure["second"] for figure in answer.json["figures"]} <= {"same", "within"}


def test_the_second_algorithm_confirms_every_physical_figure_of_the_demo(bundle: bytes, outside: Callable[..., Answer]) -> None:
    answer = outside(bundle, "--json").json
    assert [figure["second"] for figure in answer["figures"]] == ["same"] * 5
    assert answer["unconfirmed"] == []


def test_the_text_says_ok_the_level_and_that_nobody_signed(bundle: bytes, outside: Callable[..., Answer]) -> None:
    said = outside(bundle).out
    assert said.startswith(f"OK  {LOT} (NORDFILM)\nOriginals read again from zero")
    assert "Not signed: consistent, not authentic" in said
    assert "WEICHT AB" not in outside(bundle, "--lang", "de").out
    assert "原始文件" in outside(bundle, "--lang", "zh").out


@pytest.mark.parametrize(("lot", "attributed"), [("PVT-2602", [1.0, 1.0]), ("OPP-2601", [0.7, 0.7])])
def test_the_second_algorithm_confirms_a_mass_balance_lot(
    chain: Desk, outside: Callable[..., Answer], lot: str, attributed: list[float]
) -> None:
    assert chain.run("bundle", lot, "-o", str(chain.folder / "three.zip")).code == 0
    answer = outside((chain.folder / "three.zip").read_bytes(), "--json")
    booked = answer.json["figures"][-1]
    assert (answer.code, booked["figure"], booked["there"], booked["here"]) == (0, "attributed", attributed, attributed)
    assert (booked["by_second"], booked["second"]) == (attributed, "same")
    assert {table["table"]: table["second"] for table in answer.json["tables"]} == dict.fromkeys(
        ("origins", "attributed_origins", "custody"), "same"
    )
    said = outside((chain.folder / "three.zip").read_bytes()).out
    assert re.search(r"Attributed by bookkeeping: .* - the second algorithm says the same", said)
    assert re.search(r"Chain-of-custody models: \d values - the second algorithm says the same", said)


def test_the_same_bundle_from_two_folders_has_the_same_bytes(bundle: bytes, tmp_path: Path) -> None:
    again = Desk(tmp_path)
    assert again.run("init", "--organisation", "NORDFILM", "--site", "NF-1").code == 0
    assert again.run("import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))).code == 0
    assert again.run("bundle", LOT, "-o", str(tmp_path / "evidence.zip")).code == 0
    assert (tmp_path / "evidence.zip").read_bytes() == bundle


def test_a_bundle_holds_only_the_workbooks_that_the_lot_rests_on(bundle: bytes) -> None:
    recipe = json.loads(unpack(bundle)[RECIPE])
    files = {file["file"] for entry in recipe["entries"] for file in entry["files"]}
    assert "nordfilm-production-2026-03.xlsx" in files
    assert "nordfilm-shipments-2026-q1.xlsx" in files or len(files) < 16


def row(lot: str, quantity: int, bio: int) -> dict[str, Any]:
    return {"Lot No": lot, "Material": "PLA", "Quantity": quantity, "Unit": "kg", "Delivery Date": "2026-01-05"} | {
        "Biobased Carbon %": bio,
        "Method": "ASTM D6866",
        "Delivery Note": "N1",
    }


def test_corrections_withdrawals_and_options_are_done_again_in_their_order(tmp_path: Path, outside: Callable[..., Answer]) -> None:
    desk = Desk(tmp_path)
    assert desk.run("init", "--organisation", "ME", "--site", "S1").code == 0
    assert desk.run("import", "--supplier", "SUP", str(desk.fill("Deliveries", row("L1", 100, 40)).save())).code == 0
    assert desk.run("import", "--supplier", "OTHER", str(desk.fill("Deliveries", row("X1", 100, 40)).save())).code == 0
    assert desk.run("import", "--supplier", "SUP", "--replace", str(desk.fill("Deliveries", row("L1", 100, 50)).save())).code == 0
    assert desk.run("import", "--supplier", "SUP", "--replace", str(desk.fill("Deliveries", row("L1", 100, 60)).save())).code == 0
    assert desk.run("withdraw", "4", "--why", "wrong lot").code == 0
    assert desk.run("bundle", "L1", "-o", str(tmp_path / "b.zip")).code == 0
    data = (tmp_path / "b.zip").read_bytes()
    answer = outside(data, "--json")
    assert answer.code == 0, answer.out
    assert answer.json["figures"][0]["here"] == [0.5, 0.5]
    assert b"OTHER" not in b"".join(unpack(data).values()), "another supplier's workbook stays at home"


def test_the_second_algorithm_confirms_the_tables_of_every_lot_of_the_sample_chain(chain: Desk) -> None:
    store = Store.open(chain.folder / "work.db")
    for lot in store.lots():
        told = json.loads(render_json(dossier(store, lot.number, lot.owner)))
        second = recounted(store, lot)
        assert second.whys == [], lot
        assert {check.second for check in (*figure_checks(told, told, second), *table_checks(told, second))} == {"same"}, lot


def test_the_second_algorithm_says_the_same_of_every_lot_of_the_sample_chain(chain: Desk) -> None:
    store = Store.open(chain.folder / "work.db")
    lots = store.lots()
    assert len(lots) > 100
    for lot in lots:
        lineage, _ = build_lineage(store.load_ledger([lot], "up"), material_library())
        second, first = recount(lineage, lot), content_of(lineage, lot).figures
        assert second.inexact == (), lot
        told = {name: None if span is None else (float(span[0]), float(span[1])) for name, span in second.figures.items()}
        for name, span in told.items():
            figure = first[name]
            expected = None if figure.low is None or figure.high is None else (figure.low, figure.high)
            assert expected == (span if span is None else pytest.approx(span, abs=2e-9)), (lot, name)


# --- what was changed is named


def test_one_byte_of_a_workbook(bundle: bytes, outside: Callable[..., Answer]) -> None:
    def spoil(members: dict[str, bytes]) -> None:
        name = member(members, "nordfilm-production-2026-03.xlsx")
        members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])

    answer = outside(changed(bundle, spoil, resealed=False), "--json")
    assert answer.code == 1
    assert any(what == "workbook nordfilm-production-2026-03.xlsx" for what in whats(answer))
    assert "workbook nordfilm-production-2026-03.xlsx" in whats(outside(changed(bundle, spoil), "--json")), (
        "also where the manifest was made to fit"
    )


def test_one_figure_of_the_dossier(bundle: bytes, outside: Callable[..., Answer]) -> None:
    answer = outside(changed(bundle, with_figure), "--json")
    assert answer.code == 1
    assert "dossier.content.content.bio_mass.low" in whats(answer)
    assert DOSSIER in whats(outside(changed(bundle, with_figure, resealed=False), "--json"))


def test_one_rule(bundle: bytes, outside: Callable[..., Answer]) -> None:
    def spoil(members: dict[str, bytes]) -> None:
        members["rules/materials.toml"] += b"\n"

    answer = outside(changed(bundle, spoil), "--json")
    assert (answer.code, whats(answer)) == (1, ["rules materials.toml"])


def test_one_option_of_an_import(tmp_path: Path, outside: Callable[..., Answer]) -> None:
    desk = Desk(tmp_path)
    assert desk.run("init", "--organisation", "ME", "--site", "S1").code == 0
    assert desk.run("import", "--supplier", "SUP", str(desk.fill("Deliveries", row("L1", 100, 40)).save())).code == 0
    assert desk.run("bundle", "L1", "-o", str(tmp_path / "b.zip")).code == 0

    def spoil(members: dict[str, bytes]) -> None:
        recipe = json.loads(members[RECIPE])
        recipe["entries"][0]["told"]["supplier"] = "ANOTHER"
        members[RECIPE] = canonical(recipe)

    answer = outside(changed((tmp_path / "b.zip").read_bytes(), spoil), "--json")
    assert (answer.code, whats(answer)) == (1, ["dossier"])


def test_a_signature_holds_by_its_key_and_says_when_it_does_not(chain: Desk, tmp_path: Path, outside: Callable[..., Answer]) -> None:
    private, public = keys(tmp_path)
    _, stranger = keys(tmp_path, "stranger")
    assert chain.run("bundle", LOT, "-o", str(tmp_path / "signed.zip"), "--sign", private).code == 0
    signed = (tmp_path / "signed.zip").read_bytes()
    assert outside(signed, "--json", "--key", public).json["signature"] == "holds"
    assert outside(signed, "--json").json["signature"] == "unknown-key"
    assert "not authentic until --key" in outside(signed).out
    by_stranger = outside(signed, "--json", "--key", stranger)
    assert (by_stranger.code, by_stranger.json["signature"], whats(by_stranger)) == (1, "wrong", ["signature"])
    resealed = outside(changed(signed, with_figure), "--json")
    assert resealed.code == 1
    assert "signature" in whats(
        outside(changed(signed, lambda members: members.update({MANIFEST: members[MANIFEST] + b" "}), resealed=False), "--json")
    )


def test_an_unsigned_bundle_is_not_what_a_given_key_asks_for(bundle: bytes, tmp_path: Path, outside: Callable[..., Answer]) -> None:
    answer = outside(bundle, "--json", "--key", keys(tmp_path)[1])
    assert (answer.code, whats(answer)) == (1, ["signature"])


@pytest.mark.parametrize("option", ["--key", "--sign"])
def test_a_file_that_is_no_key_is_refused(bundle: bytes, chain: Desk, tmp_path: Path, outside: Callable[..., Answer], option: str) -> None:
    (tmp_path / "no.pem").write_text("no key")
    key = str(tmp_path / "no.pem")
    answer = outside(bundle, "--key", key) if option == "--key" else chain.run("bundle", LOT, "-o", str(tmp_path / "x.zip"), "--sign", key)
    assert answer.code == 2
    assert "openssl genpkey -algorithm ed25519" in answer.err


# --- what is no bundle


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no zip at all", "is no bundle"),
        (b"PK\x03\x04 damaged", "damaged"),
        (zipped(), "holds no manifest.json"),
        (zipped(("../escape", b"x")), "is named '../escape'"),
        (zipped(("/etc/passwd", b"x")), "is named '/etc/passwd'"),
        (zipped(("a\\b", b"x")), "which no member of a bundle is"),
        (zipped(("dossier.json", b"1"), ("dossier.json", b"2")), "two members are named dossier.json"),
        (zipped(("dossier.json", bytes(1 << 26)), compression=zipfile.ZIP_DEFLATED), "would unpack to"),
        (zipped(("manifest.json", b"[" * 100_000)), "is no JSON"),
        (zipped(("manifest.json", b'{"format": "other", "version": 9, "files": []}')), "update tracepack"),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes, says: str, outside: Callable[..., Answer]) -> None:
    answer = outside(data)
    assert answer.code == 2
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_missing_and_extra_members_are_named(bundle: bytes, outside: Callable[..., Answer]) -> None:
    missing = outside(changed(bundle, lambda members: members.pop("rules/layout.toml") and None, resealed=False), "--json")
    assert (missing.code, whats(missing)) == (1, ["rules/layout.toml", "rules layout.toml"])
    extra = outside(changed(bundle, lambda members: members.update({"more.txt": b"x"}), resealed=False), "--json")
    assert (extra.code, whats(extra)) == (1, ["more.txt"])


def test_a_recipe_cannot_write_outside_its_folder(bundle: bytes, outside: Callable[..., Answer]) -> None:
    def spoil(members: dict[str, bytes]) -> None:
        recipe = json.loads(members[RECIPE])
        recipe["entries"][0]["files"][0]["file"] = "../../../escape.xlsx"
        members[RECIPE] = canonical(recipe)

    answer = outside(changed(bundle, spoil))
    assert (answer.code, "which is no file name" in answer.err) == (2, True)


@pytest.mark.parametrize("broken", [b"{}", b"[]", b'{"lot": 1}', b'{"lot": {"owner": "A", "number": "B"}, "entries": [1]}'])
def test_a_recipe_that_makes_no_sense_is_refused(bundle: bytes, outside: Callable[..., Answer], broken: bytes) -> None:
    answer = outside(changed(bundle, lambda members: members.update({RECIPE: broken})))
    assert answer.code == 2, answer.err


def test_the_schemes_that_were_asked_travel_with_the_bundle(chain: Desk, tmp_path: Path, outside: Callable[..., Answer]) -> None:
    known = chain.run("bundle", LOT, "-o", str(tmp_path / "x.zip"), "--scheme", "no such scheme")
    assert (known.code, "no scheme is called" in known.err) == (2, True)
    name = known.err.split("use one of ")[1].split(";")[0].split(":")[0].strip()
    assert chain.run("bundle", LOT, "-o", str(tmp_path / "x.zip"), "--scheme", name).code == 0
    data = (tmp_path / "x.zip").read_bytes()
    assert len(json.loads(unpack(data)[DOSSIER])["verdicts"]) == 1
    assert outside(data).code == 0
