"""Whatever somebody writes into a bundle, `verify` answers or refuses; it never breaks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys.desk import Desk
from tracepack.errors import NotABundle
from tracepack.evidence.archive import pack, unpack
from tracepack.evidence.checking import check_bundle
from tracepack.evidence.manifest import COMMITMENTS, DOSSIER, MANIFEST, RECIPE, SUMMARY, manifest_of
from tracepack.evidence.pages import check_page

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["../x.toml", "\ud800", "1e999999", "NaN", "2026-13-45", 10**400, [], {}, [[]]]),
)
SCRIPT = re.compile(rb'(<script type="application/json" id="dossier">)(.*?)(</script>)', re.DOTALL)


class Members(dict[str, bytes]):
    """Members that do not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return "Members()"


@pytest.fixture(scope="module")
def small_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with an import, a replacing import and a withdrawal."""
    desk = Desk(tmp_path_factory.mktemp("small"))
    assert desk.run("init", "--organisation", "ME", "--site", "S1").code == 0
    row = {"Lot No": "L1", "Material": "PLA", "Quantity": 100, "Unit": "kg", "Delivery Date": "2026-01-05", "Delivery Note": "N1"}
    shares = [{"Biobased Carbon %": share, "Method": "ASTM D6866"} for share in (40, 50)]
    for share in shares:
        assert desk.run("import", "--supplier", "SUP", "--replace", str(desk.fill("Deliveries", row | share).save())).code == 0
    assert desk.run("withdraw", "2", "--why", "wrong").code == 0
    return desk


@pytest.fixture(scope="module")
def small(small_desk: Desk) -> Members:
    """The members of a bundle from there."""
    assert small_desk.run("bundle", "L1", "-o", str(small_desk.folder / "b.zip")).code == 0
    return Members(unpack((small_desk.folder / "b.zip").read_bytes()))


@pytest.fixture(scope="module")
def given_out(small_desk: Desk) -> Members:
    """A redacted bundle's members, and a report as a page."""
    assert small_desk.run("bundle", "L1", "-o", str(small_desk.folder / "r.zip"), "--redact").code == 0
    assert small_desk.run("report", "L1", "-o", str(small_desk.folder / "r.html")).code == 0
    page = {"page": (small_desk.folder / "r.html").read_bytes()}
    return Members(unpack((small_desk.folder / "r.zip").read_bytes()) | page)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a JSON document stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, child in inner for place in places(child, (*here, key)))]


@pytest.mark.parametrize("name", [RECIPE, DOSSIER, MANIFEST])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_one_value_made_into_anything(small: Members, name: str, data: st.DataObject) -> None:
    document = json.loads(small[name])
    place = data.draw(st.sampled_from(places(document)[1:]))
    parent = document
    for key in place[:-1]:
        parent = parent[key]
    before = parent[place[-1]]
    parent[place[-1]] = data.draw(ANYTHING)
    kept = {key: content for key, content in small.items() if key != MANIFEST}
    members = {**kept, name: json.dumps(document).encode()} if name != MANIFEST else kept
    manifest = json.dumps(document).encode() if name == MANIFEST else manifest_of(members, redacted=False)
    try:
        answer = check_bundle(pack({**members, MANIFEST: manifest}))
    except NotABundle:
        return
    assert answer.agrees is False or name != DOSSIER or parent[place[-1]] == before, "a changed dossier is told"


def spoilt(text: bytes, data: st.DataObject) -> bytes:
    """A JSON document with one value made into anything."""
    document = json.loads(text)
    place = data.draw(st.sampled_from(places(document)[1:]))
    parent = document
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = data.draw(ANYTHING)
    return json.dumps(document).encode()


@pytest.mark.parametrize("name", [SUMMARY, COMMITMENTS])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_one_value_of_a_redacted_bundle_made_into_anything(given_out: Members, name: str, data: st.DataObject) -> None:
    kept = {key: content for key, content in given_out.items() if key not in (MANIFEST, "page")}
    members = {**kept, name: spoilt(kept[name], data)}
    try:
        check_bundle(pack({**members, MANIFEST: manifest_of(members, redacted=True)})).model_dump_json()
    except NotABundle:
        return


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_one_value_of_a_page_made_into_anything(given_out: Members, data: st.DataObject) -> None:
    page = given_out["page"]
    found = SCRIPT.search(page)
    assert found
    carried = spoilt(found[2], data).replace(b"<", b"\\u003c")
    try:
        check_page(page[: found.start(2)] + carried + page[found.end(2) :]).model_dump_json()
    except NotABundle:
        return


@pytest.mark.parametrize("count", [10**9, 10**400, -1])
def test_a_count_that_no_machine_could_hold_is_a_difference(given_out: Members, count: int) -> None:
    summary = json.loads(given_out[SUMMARY])
    summary["counts"]["origins"] = count
    members = {key: content for key, content in given_out.items() if key not in (MANIFEST, "page")} | {
        SUMMARY: json.dumps(summary).encode()
    }
    assert not check_bundle(pack({**members, MANIFEST: manifest_of(members, redacted=True)})).agrees


def test_a_folder_of_the_machine_is_not_written_to(small: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_bundle(pack(small))
    assert list(tmp_path.iterdir()) == []
