"""A hostile outsider's day: whatever is changed in a bundle is named in a readable line, with the right exit code; also where the forger
made every digest fit again."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openpyxl import load_workbook

from journeys.desk import Answer, Desk
from tracepack.evidence.archive import pack, unpack
from tracepack.evidence.manifest import DOSSIER, MANIFEST, RECIPE, SIGNATURE, canonical, manifest_of

CHAIN = Path(__file__).parents[2] / "samples" / "chain"
#: A film of mass-balance polymer: physical bounds, attributed content, a custody model, a verdict and a claim.
LOT = "OPP-2601"
OK_BIOBASED = "rules/schemes/tuv-ok-biobased.toml"
Members = dict[str, bytes]
Verify = Callable[..., Answer]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("attacked"))
    for name in ("key", "other"):
        pair = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        (desk.folder / f"{name}.pem").write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (desk.folder / f"{name}.pub").write_bytes(pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert desk.run("init", "--organisation", "NORDFILM", "--site", "NF-1").code == 0
    assert desk.run("import", *map(str, sorted(CHAIN.glob("*.xlsx")))).code == 0
    made = desk.run("bundle", LOT, "-o", str(desk.folder / "b.zip"), "--scheme", "ok-biobased", "--sign", str(desk.folder / "key.pem"))
    assert made.code == 0
    return desk


@pytest.fixture(scope="module")
def signed(desk: Desk) -> bytes:
    return (desk.folder / "b.zip").read_bytes()


@pytest.fixture
def outside(tmp_path: Path) -> Verify:
    def verify(data: bytes, *options: str) -> Answer:
        (tmp_path / "received.zip").write_bytes(data)
        answer = Desk(tmp_path).run("verify", str(tmp_path / "received.zip"), *options)
        assert [path.name for path in tmp_path.iterdir()] == ["received.zip"], "nothing else is written"
        assert "Traceback" not in answer.err
        return answer

    return verify


def forged(data: bytes, change: Callable[[Members], Any]) -> bytes:
    """An unsigned bundle that somebody changed, with every digest made to fit."""
    members = unpack(data)
    change(members)
    kept = {name: content for name, content in members.items() if name not in (MANIFEST, SIGNATURE)}
    return pack({**kept, MANIFEST: manifest_of(kept, redacted=False)})


def kept(data: bytes, change: Callable[[Members], Any]) -> bytes:
    """A bundle that somebody changed, with manifest and signature as they were."""
    members = unpack(data)
    change(members)
    return pack(members)


def in_json(name: str, change: Callable[[Any], Any]) -> Callable[[Members], None]:
    def apply(members: Members) -> None:
        value = json.loads(members[name])
        change(value)
        indent = 2 if name == DOSSIER else None
        members[name] = canonical(value) if indent is None else (json.dumps(value, indent=indent, ensure_ascii=False) + "\n").encode()

    return apply


def original(members: Members, file: str) -> str:
    recipe = json.loads(members[RECIPE])
    return next(f["member"] for entry in recipe["entries"] for f in entry["files"] if f["file"] == file)


def whats(answer: Answer) -> list[str]:
    return [difference["what"] for difference in answer.json["differences"]]


def rezipped(members: Members, *more: tuple[str, bytes], comment: bytes = b"", mode: int = 0o100644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*members.items(), *more]:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return buffer.getvalue()


# --- every kind of figure


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["content"]["content"]["bio_mass"].update(low=0.5), "dossier.content.content.bio_mass.low"),
        (lambda d: d["content"]["content"]["bio_carbon_toc"].update(high=0.5), "dossier.content.content.bio_carbon_toc.high"),
        (lambda d: d["content"]["content"]["attributed"].update(low=0.9), "dossier.content.content.attributed.low"),
        (lambda d: d["content"]["content"]["bio_mass"].update(evidence="lab-tested"), "dossier.content.content.bio_mass.evidence"),
        (lambda d: d["content"].update(mass_kg="9301"), "dossier.content.mass_kg"),
        (lambda d: d["content"]["origins"][0].update(mass_share=0.7), "dossier.content.origins[1].mass_share (POLYVERT PVT-2601)"),
        (
            lambda d: d["content"]["attributed_origins"][0].update(mass_share=0.7),
            "dossier.content.attributed_origins[1].mass_share (POLYVERT PVT-2601 CTO-FI)",
        ),
        (lambda d: d["trace"]["chain_of_custody"].update(model="segregated"), "dossier.trace.chain_of_custody.model"),
        (
            lambda d: d["trace"]["lots"][0].update(chain_of_custody="segregated"),
            "dossier.trace.lots[1].chain_of_custody (NORDFILM OPP-2601)",
        ),
        (
            lambda d: d["verdicts"][0].update(outcome="met"),
            "dossier.verdicts[1].outcome (TÜV AUSTRIA, OK biobased bio_carbon_toc OK biobased)",
        ),
        (lambda d: d["claims"]["allowed"][0].update(percent=80), "dossier.claims.allowed[1].percent (attributed mass-balance)"),
        (lambda d: d["evidence"][0]["ref"].update(cell="Z99"), "dossier.evidence[1].ref.cell (PETROVIA PV-PP-4401)"),
        (lambda d: d["settings"][0].update(value=0.5), "dossier.settings[1].value (weighing_tolerance)"),
        (lambda d: d["runs"][0]["rows"][0].update(mass_kg="1"), None),
        (lambda d: d["files"].pop(), None),
        (lambda d: d["claims"]["refused"].pop(0), None),
        (lambda d: d.update(note="certified by us"), "dossier.note"),
    ],
)
def test_one_value_of_the_dossier(signed: bytes, outside: Verify, change: Callable[[Any], Any], named: str | None) -> None:
    answer = outside(forged(signed, in_json(DOSSIER, change)), "--json")
    assert answer.code == 1
    found = [what for what in whats(answer) if "second algorithm" not in what]
    assert len(found) == 1
    assert named in (None, found[0])
    text = outside(forged(signed, in_json(DOSSIER, change)))
    assert text.out.count(f"  {found[0]}: stated ") == 1


def test_an_entry_left_out_is_shown_as_what_it_is(signed: bytes, outside: Verify) -> None:
    answer = outside(forged(signed, in_json(DOSSIER, lambda d: d["content"]["origins"].pop(0))), "--json")
    difference, *second = answer.json["differences"]
    assert all("by the second algorithm" in d["what"] and "POLYVERT PVT-2601" in d["what"] for d in second)
    assert (difference["what"], difference["there"]) == ("dossier.content.origins[1] (POLYVERT PVT-2601)", "nothing")
    assert '"mass_share": 0.6' in difference["here"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"{", b'{"lot":"another",', 1),
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b"OPP FILM 30", b"\\ud800", 1),
        lambda text: text.replace(b"{", b'{"a":' * 100_000, 1),
    ],
)
def test_a_dossier_that_can_be_read_in_two_ways_is_refused(signed: bytes, outside: Verify, change: Callable[[bytes], bytes]) -> None:
    answer = outside(forged(signed, lambda m: m.update({DOSSIER: change(m[DOSSIER])})))
    assert (answer.code, "dossier.json is no JSON" in answer.err) == (2, True)


@pytest.mark.parametrize("change", [lambda text: text + b"\n" * 3, lambda text: text.replace(b"0.7,", b"0.70000,", 1)])
def test_the_same_values_in_other_bytes_are_told(signed: bytes, outside: Verify, change: Callable[[bytes], bytes]) -> None:
    answer = outside(forged(signed, lambda m: m.update({DOSSIER: change(m[DOSSIER])})), "--json")
    assert (answer.code, whats(answer)) == (1, [DOSSIER])


@pytest.mark.parametrize("number", [b"NaN", b"1e400", b"9" * 400, b"true", b'"0.7"', b"null"])
def test_what_is_no_share_is_told(signed: bytes, outside: Verify, number: bytes) -> None:
    answer = outside(forged(signed, lambda m: m.update({DOSSIER: m[DOSSIER].replace(b"0.7,", number + b",", 1)})), "--json")
    assert (answer.code, whats(answer)[0]) == (1, "dossier.content.content.attributed.low")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["content"]["content"]["attributed"].update(low=0.9), "attributed, by the second algorithm"),
        (lambda d: d["content"]["origins"][0].update(mass_share=0.7), "origin POLYVERT PVT-2601, by the second algorithm"),
        (
            lambda d: d["content"]["origins"][0].update(bio_carbon_share_low=0.7),
            "origin POLYVERT PVT-2601, least part of the bio-based carbon, by the second algorithm",
        ),
        (
            lambda d: d["content"]["attributed_origins"][0].update(source="CORN"),
            "attributed origin POLYVERT PVT-2601 CORN, by the second algorithm",
        ),
        (lambda d: d["trace"]["chain_of_custody"].update(model="segregated"), "chain-of-custody model, by the second algorithm"),
        (
            lambda d: d["trace"]["lots"][0].update(chain_of_custody="segregated"),
            "chain-of-custody model NORDFILM OPP-2601, by the second algorithm",
        ),
    ],
)
def test_the_second_algorithm_names_it_too(signed: bytes, outside: Verify, change: Callable[[Any], Any], named: str) -> None:
    answer = outside(forged(signed, in_json(DOSSIER, change)), "--json")
    assert (answer.code, named in whats(answer)) == (1, True)


# --- workbooks, rules, recipe


def test_one_byte_of_each_workbook(signed: bytes, outside: Verify) -> None:
    for file in sorted({f["file"] for e in json.loads(unpack(signed)[RECIPE])["entries"] for f in e["files"]}):

        def spoil(members: Members, file: str = file) -> None:
            name = original(members, file)
            members[name] = members[name][:40] + bytes([members[name][40] ^ 1]) + members[name][41:]

        for data in (kept(signed, spoil), forged(signed, spoil)):
            assert f"workbook {file}" in whats(outside(data, "--json"))
        assert outside(kept(signed, spoil)).out.count(f"workbook {file}: stated SHA-256 ") == 1


def test_a_forger_who_changes_a_cell_and_every_digest_is_found_by_the_figures(signed: bytes, outside: Verify) -> None:
    def forge(members: Members) -> None:
        name = original(members, "nordfilm-works-2-2026.xlsx")
        book = load_workbook(io.BytesIO(members.pop(name)))
        headers = [cell.value for cell in book["Attributions"][1]]
        cell = book["Attributions"].cell(2, headers.index("Quantity") + 1)
        cell.value = float(cell.value) / 2
        buffer = io.BytesIO()
        book.save(buffer)
        old, new = name.split("/")[1].split(".")[0], hashlib.sha256(buffer.getvalue()).hexdigest()
        members[f"originals/{new}.xlsx"] = buffer.getvalue()
        for text in (RECIPE, DOSSIER):
            members[text] = members[text].replace(old.encode(), new.encode())

    answer = outside(forged(signed, forge), "--json")
    assert answer.code == 1
    assert "dossier.content.content.attributed.low" in whats(answer)


def test_a_workbook_left_out_or_slipped_in(signed: bytes, outside: Verify) -> None:
    file = "polyvert-2026.xlsx"
    for made in (kept, forged):
        gone = outside(made(signed, lambda m: m.pop(original(m, file))), "--json")
        assert (gone.code, whats(gone)[0]) == (1, f"workbook {file}")
        assert gone.json["files"] == 3
        more = outside(made(signed, lambda m: m.update({"originals/aa.xlsx": b"x"})), "--json")
        assert (more.code, whats(more)) == (1, ["originals/aa.xlsx"])
    unread = outside(forged(signed, in_json(RECIPE, lambda r: r["entries"][0]["files"].pop())), "--json")
    assert unread.code == 1
    assert any(what.startswith("originals/") for what in whats(unread))


def test_one_gate_of_a_scheme(signed: bytes, outside: Verify) -> None:
    def lower(members: Members) -> None:
        members[OK_BIOBASED] = members[OK_BIOBASED].replace(b"0.2", b"0.1", 1)

    answer = outside(forged(signed, lower), "--json")
    assert answer.code == 1
    assert whats(answer)[0] == "rules schemes/tuv-ok-biobased.toml"
    assert any(what.startswith("rules schemes/tuv-ok-biobased.toml.") for what in whats(answer)), "the rule itself is named"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda m: m.pop(OK_BIOBASED), "rules schemes/tuv-ok-biobased.toml"),
        (lambda m: m.update({"rules/schemes/mine.toml": b"x = 1"}), "rules schemes/mine.toml"),
        (lambda m: m.update({"readme.txt": b"trust us"}), "readme.txt"),
        (lambda m: m.update({"Dossier.json": b"{}"}), "Dossier.json"),
        (in_json(RECIPE, lambda r: r["lot"].update(number="OPP-2602")), "dossier.lot.number"),
        (in_json(RECIPE, lambda r: r["lot"].update(number="no such lot")), "dossier"),
        (in_json(RECIPE, lambda r: r.update(site="elsewhere")), "dossier.site"),
        (in_json(RECIPE, lambda r: r.update(schemes=["no such scheme"])), "dossier"),
        (in_json(RECIPE, lambda r: r["entries"][0]["told"].update(percent_scale="fraction")), "import 1"),
        (in_json(RECIPE, lambda r: r["entries"].append({"number": 2, "kind": "import", "files": []})), "dossier.as_known_after_import"),
    ],
)
def test_what_was_put_in_or_taken_out(signed: bytes, outside: Verify, change: Callable[[Members], Any], named: str) -> None:
    answer = outside(forged(signed, change), "--json")
    assert answer.code == 1
    assert named in whats(answer)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["entries"][0]["told"].update(percent_scale="perhaps"),
        lambda r: r["entries"][0]["told"].update(some_other_question="yes"),
        lambda r: r["entries"][0]["told"].update(replace="yes"),
        lambda r: r["entries"][0].update(kind="wish"),
        lambda r: r["entries"][0]["files"][0].update(file="\ud800.xlsx"),
    ],
)
def test_a_recipe_that_this_program_cannot_follow_is_refused(signed: bytes, outside: Verify, change: Callable[[Any], Any]) -> None:
    members = unpack(signed)
    recipe = json.loads(members[RECIPE])
    change(recipe)
    assert outside(forged(signed, lambda m: m.update({RECIPE: json.dumps(recipe).encode()}))).code == 2


@pytest.mark.parametrize("turned", [True, False])
def test_the_order_of_imports(tmp_path: Path, turned: bool) -> None:
    desk = Desk(tmp_path / "maker")
    desk.folder.mkdir()
    assert desk.run("init", "--organisation", "ME", "--site", "S1").code == 0
    row = {"Lot No": "L1", "Supplier": "SUP", "Material": "PLA", "Quantity": 100, "Unit": "kg", "Delivery Date": "2026-01-05"}
    row |= {"Method": "ASTM D6866", "Biobased Carbon %": 40}
    for rows in ([{"Delivery Note": "N1"}, {"Delivery Note": "N2"}], [{"Delivery Note": "N1", "Biobased Carbon %": 50}]):
        book = desk.fill("Deliveries", *(row | more for more in rows)).save()
        assert desk.run("import", "--replace", str(book)).code == 0
    assert desk.run("bundle", "L1", "-o", str(desk.folder / "b.zip")).code == 0
    data = (desk.folder / "b.zip").read_bytes()
    (tmp_path / "outside").mkdir()

    def turn(recipe: Any) -> None:
        first, second = recipe["entries"]
        first["files"], second["files"] = second["files"], first["files"]
        assert first["files"], "both imports are in the bundle"

    (tmp_path / "outside" / "r.zip").write_bytes(forged(data, in_json(RECIPE, turn)) if turned else data)
    answer = Desk(tmp_path / "outside").run("verify", str(tmp_path / "outside" / "r.zip"), "--json")
    assert answer.code == int(turned)
    assert ("dossier.content.content.bio_carbon_toc.low" in whats(answer)) is turned


# --- signatures and the manifest


def signature_with(**changes: str) -> Callable[[Members], None]:
    return in_json(SIGNATURE, lambda stated: stated.update(changes))


def test_one_byte_of_the_signature(desk: Desk, signed: bytes, outside: Verify) -> None:
    raw = bytearray(base64.b64decode(json.loads(unpack(signed)[SIGNATURE])["signature"]))
    raw[7] ^= 1
    spoilt = kept(signed, signature_with(signature=base64.b64encode(bytes(raw)).decode()))
    for options in ([], ["--key", str(desk.folder / "key.pub")]):
        answer = outside(spoilt, "--json", *options)
        assert (answer.code, answer.json["signature"], whats(answer)) == (1, "wrong", ["signature"])


def test_the_public_key_of_another(desk: Desk, signed: bytes, outside: Verify) -> None:
    other = (desk.folder / "other.pub").read_text()
    replaced = kept(signed, signature_with(public_key=other))
    assert whats(outside(replaced, "--json")) == ["signature"]
    by_key = outside(replaced, "--json", "--key", str(desk.folder / "key.pub"))
    assert (by_key.code, whats(by_key)) == (1, ["public key in the signature"])
    assert whats(outside(signed, "--json", "--key", str(desk.folder / "other.pub"))) == ["signature"]


def test_a_forger_who_signs_with_a_key_of_his_own_is_told_by_the_signers_key(desk: Desk, signed: bytes, outside: Verify) -> None:
    assert desk.run("bundle", LOT, "-o", str(desk.folder / "forged.zip"), "--sign", str(desk.folder / "other.pem")).code == 0
    data = (desk.folder / "forged.zip").read_bytes()
    assert outside(data, "--json").json["signature"] == "unknown-key"
    assert "not authentic until --key" in outside(data).out
    assert outside(data, "--key", str(desk.folder / "key.pub")).code == 1
    assert outside(signed, "--key", str(desk.folder / "key.pub")).code == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["files"][0].update(size=3),
        lambda m: m.update(note="certified"),
        lambda m: m["files"].insert(0, {"path": DOSSIER, "sha256": "0" * 64, "size": 1}),
    ],
)
def test_a_manifest_that_says_more(signed: bytes, outside: Verify, change: Callable[[Any], Any]) -> None:
    members = unpack(forged(signed, dict.copy))
    manifest = json.loads(members[MANIFEST])
    change(manifest)
    answer = outside(pack({**members, MANIFEST: canonical(manifest)}), "--json")
    assert (answer.code, whats(answer)) == (1, [MANIFEST])


def test_salts_for_a_bundle_that_hides_nothing_are_bad_use(signed: bytes, desk: Desk, outside: Verify) -> None:
    (desk.folder / "salts.json").write_text('{"openings": {}}')
    answer = outside(signed, "--salts", str(desk.folder / "salts.json"))
    assert (answer.code, "hides nothing" in answer.err) == (2, True)


# --- zip tricks


def test_a_bundle_that_was_zipped_anew_still_agrees(signed: bytes, outside: Verify) -> None:
    assert outside(rezipped(unpack(signed))).code == 0


@pytest.mark.parametrize("name", ["../x", "/x", "C:/x", "a\\b", "a/../b", "..", "x\ny", "originals/", "dossier.json "])
def test_a_member_that_would_leave_its_folder(signed: bytes, outside: Verify, name: str) -> None:
    answer = outside(rezipped(unpack(signed), (name, b"x")))
    assert (answer.code, "which no member of a bundle is" in answer.err) == (2, True)


def test_a_symbolic_link_is_never_followed(signed: bytes, outside: Verify) -> None:
    members = unpack(signed)
    members[DOSSIER] = b"/etc/passwd"
    answer = outside(rezipped(members, mode=0o120777))
    assert (answer.code, "dossier.json is no JSON" in answer.err) == (2, True)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.25, 0.5, 0.9, 0.9999])
def test_a_file_that_was_cut_off(signed: bytes, outside: Verify, part: float) -> None:
    answer = outside(signed[: int(len(signed) * part)])
    assert answer.code == 2
    assert answer.err.count("\n") <= 2


@pytest.mark.parametrize(
    "change", [lambda z: b"junk" + z, lambda z: z + b"junk", lambda z: rezipped(unpack(z), comment=b"junk"), lambda z: z + z]
)
def test_something_before_or_behind_the_zip(signed: bytes, outside: Verify, change: Callable[[bytes], bytes]) -> None:
    assert outside(change(signed)).code == 2


def test_a_member_that_states_another_size(outside: Verify) -> None:
    data = bytearray(rezipped({MANIFEST: b"a" * 100_000}))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 10)
    assert outside(bytes(data)).code == 2


def test_a_workbook_that_is_a_bomb_is_an_import_that_failed(signed: bytes, outside: Verify) -> None:
    bomb = rezipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": bytes(1 << 27)})
    answer = outside(forged(signed, lambda m: m.update({original(m, "polyvert-2026.xlsx"): bomb})), "--json")
    assert (answer.code, {"workbook polyvert-2026.xlsx", "import 1"} <= set(whats(answer))) == (1, True)


def test_another_zip_is_no_bundle(outside: Verify) -> None:
    answer = outside((CHAIN / "polyvert-2026.xlsx").read_bytes())
    assert (answer.code, "it is a workbook" in answer.err) == (2, True)
