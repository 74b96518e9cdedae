"""A redacted bundle: totals can be read, names and shares cannot, and what is disclosed later is held to its commitment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journeys.desk import Answer, Desk
from tracepack.evidence.archive import pack, unpack
from tracepack.evidence.manifest import COMMITMENTS, MANIFEST, SUMMARY, canonical, manifest_of

SAMPLES = Path(__file__).parents[2] / "samples"
LOT = "FILM-2601-02"
SECRETS = ("BIOETENO", "CELLORA", "EUCA-PT", "CANE-BR", "bioeteno-2026-q1.xlsx", "CELFILM")
Verify = Callable[..., Answer]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("chain"))
    assert desk.run("init", "--organisation", "NORDFILM", "--site", "NF-1").code == 0
    assert desk.run("import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))).code == 0
    assert desk.run("bundle", LOT, "-o", str(desk.folder / "r.zip"), "--redact").code == 0
    return desk


@pytest.fixture
def outside(tmp_path: Path) -> Verify:
    def verify(data: bytes, *options: str) -> Answer:
        (tmp_path / "received.zip").write_bytes(data)
        return Desk(tmp_path).run("verify", str(tmp_path / "received.zip"), *options)

    return verify


def spoilt(data: bytes, name: str, change: Callable[[dict[str, object]], object]) -> bytes:
    """A redacted bundle of which one member was changed, and the manifest made to fit."""
    members = {key: content for key, content in unpack(data).items() if key != MANIFEST}
    value = json.loads(members[name])
    change(value)
    members[name] = canonical(value)
    return pack({**members, MANIFEST: manifest_of(members, redacted=True)})


def test_names_and_shares_are_hidden_and_totals_stay(chain: Desk, outside: Verify) -> None:
    data = (chain.folder / "r.zip").read_bytes()
    text = b"".join(unpack(data).values()).decode()
    assert not [name for name in SECRETS if name in text]
    shares = [origin["mass_share"] for origin in chain.run("content", LOT, "--json").json["origins"]]
    assert not [share for share in shares if len(shares) > 1 and f"{share}" in text and len(f"{share}") > 6]
    answer = outside(data, "--json")
    assert (answer.code, answer.json["level"], answer.json["files"]) == (0, "commitments", 0)
    assert answer.json["figures"][0]["there"] == [
        chain.run("content", LOT, "--json").json["content"]["bio_carbon_toc"][e] for e in ("low", "high")
    ]
    assert "Redacted: only commitments and totals were checked" in outside(data).out


#: Fields of a dossier whose values name somebody or something.
NAMING = frozenset(
    {
        *("owner", "lot", "number", "run", "source", "material", "file", "sha256", "sheet", "party", "customer", "supplier", "holder"),
        *("certificate", "certificate_no", "feedstock", "country", "country_of_origin", "laboratory", "report", "shipment", "site"),
        *("from", "to", "from_owner", "to_owner", "own_lot_no", "layer", "recipe", "declaration_no"),
    }
)


def named(value: object, key: str = "") -> Iterator[str]:
    """Every text of a dossier that names somebody or something, whatever record it stands in."""
    if isinstance(value, dict):
        for field, inner in value.items():
            yield from named(inner, field)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner, key)
    elif isinstance(value, str) and key in NAMING:
        yield value


@pytest.mark.parametrize("lot", [LOT, "FILM-2603-07", "REGR-BIN"])
def test_no_name_of_the_dossier_stands_in_any_byte_of_a_redacted_bundle(chain: Desk, lot: str) -> None:
    """What is asked about, whose it is, where and of what material, is told; every other name is hidden."""
    out = chain.folder / f"{lot}.zip"
    assert chain.run("bundle", lot, "-o", str(out), "--redact").code == 0
    dossier = chain.run("report", lot, "--json").json
    told = {lot, dossier["organisation"], dossier["site"], dossier["content"]["lot"]["material"]}
    text = "\n".join(data.decode() for data in unpack(out.read_bytes()).values())
    for name in told:
        text = text.replace(name, "")
    names = {name for name in named(dossier) if len(name) > 3} - told
    assert len(names) > 50
    assert sorted(name for name in names if name in text) == []


def test_the_secret_beside_it_makes_the_same_bytes_again_and_another_secret_others(chain: Desk) -> None:
    first, salts = (chain.folder / "r.zip").read_bytes(), (chain.folder / "r.zip.salts.json").read_bytes()
    assert chain.run("bundle", LOT, "-o", str(chain.folder / "r.zip"), "--redact").code == 0
    assert (first, salts) == ((chain.folder / "r.zip").read_bytes(), (chain.folder / "r.zip.salts.json").read_bytes())
    assert chain.run("bundle", LOT, "-o", str(chain.folder / "other.zip"), "--redact").code == 0
    assert (chain.folder / "other.zip").read_bytes() != first
    assert json.loads(salts)["secret"] not in unpack(first)[COMMITMENTS].decode()


def test_what_is_disclosed_is_held_to_its_commitment(chain: Desk, tmp_path: Path, outside: Verify) -> None:
    data = (chain.folder / "r.zip").read_bytes()
    openings = json.loads((chain.folder / "r.zip.salts.json").read_bytes())["openings"]
    disclosed = {path: openings[path] for path in ("origins[1].source", "origins[1].mass_share")}
    (tmp_path / "open.json").write_text(json.dumps({"openings": disclosed}))
    answer = outside(data, "--json", "--salts", str(tmp_path / "open.json"))
    assert (answer.code, answer.json["opened"]) == (0, 2)
    disclosed["origins[1].mass_share"]["value"] = 0.5
    (tmp_path / "open.json").write_text(json.dumps({"openings": disclosed}))
    lied = outside(data, "--json", "--salts", str(tmp_path / "open.json"))
    assert (lied.code, [d["what"] for d in lied.json["differences"]]) == (1, ["commitment origins[1].mass_share"])


def test_a_changed_total_and_a_missing_commitment_are_named(chain: Desk, outside: Verify) -> None:
    data = (chain.folder / "r.zip").read_bytes()
    total = outside(spoilt(data, SUMMARY, lambda s: s.update(mass_share_by_category={"bio": 0.7})), "--json")
    assert (total.code, total.json["differences"][0]["what"]) == (1, "mass shares of all origins")
    fewer = outside(spoilt(data, COMMITMENTS, lambda c: c.pop("origins[1].lot")), "--json")
    assert (fewer.code, fewer.json["differences"][0]["what"]) == (1, "commitments of origins")
    assert outside(spoilt(data, SUMMARY, lambda s: s.pop("lot"))).code == 2


@pytest.mark.parametrize("text", ["no json", "[]", '{"openings": 3}', '{"openings": {"a": {}}}'])
def test_openings_that_are_none_are_refused(chain: Desk, tmp_path: Path, outside: Verify, text: str) -> None:
    (tmp_path / "open.json").write_text(text)
    assert outside((chain.folder / "r.zip").read_bytes(), "--salts", str(tmp_path / "open.json")).code == 2
