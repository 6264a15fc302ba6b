"""A server with accounts as strangers and guests meet it: every address, every role, forged acts.

The accounts come from a proxy's headers, so neither Chromium nor a sign-in
service is needed; what a browser would send is sent here.
"""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import requests
import shapely
from clones import copy_of
from pypdf import PdfReader
from tilefiles import HERE, TILES, mbtiles
from websockets.exceptions import InvalidStatus

from e2e.offices import (
    MARK,
    POLICY,
    ROLES,
    SECRET,
    bring_in_a_hidden_station,
    tables_of,
    vouched,
)
from e2e.session import get, session
from e2e.sites import ROOT, Site, environment, served
from lib.importing.direct import tiles
from lib.language.text import t
from lib.layers.ground import kept
from lib.store import audit
from lib.store.store import Act, Store, Table

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

MAP = t("papers.map")


@pytest.fixture(scope="module")
def office(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with accounts, two snapshots and one substation that must not be seen."""
    folder = tmp_path_factory.mktemp("door")
    root, policy = copy_of(schematic_clone, folder), folder / "access.toml"
    policy.write_text(POLICY, encoding="utf-8")
    bring_in_a_hidden_station(Store(root / "data" / "store"))
    made = folder / "tiles.sqlite"
    about = tiles.rewrite(
        mbtiles(folder / "a.mbtiles"), made, shapely.box(105.3, 21.2, 105.5, 21.4)
    )
    kept.keep(
        *(root / "data" / "store", made, "anh", "pictures"), source="Sở", as_of="", about=about
    )
    with served(root, PHUTHO_ACCESS=str(policy)) as site:
        with session(site, vouched("hoa")) as visit:  # makes the layers of administrators
            visit.open("power")
        yield site


def store_of(site: Site) -> Store:
    return Store(site.root / "data" / "store")


@pytest.mark.parametrize(
    ("options", "more", "words"),
    [
        (["--server.address", "0.0.0.0"], {}, "«0.0.0.0»"),  # noqa: S104
        (["--server.address", ""], {}, "mọi địa chỉ"),
        ([], {"STREAMLIT_SERVER_ADDRESS": "::"}, "«::»"),
        (["--server.address", "::"], {"PHUTHO_ACCESS": "khong-co.toml"}, "khong-co.toml"),
        ([], {"PHUTHO_ACCESS": "khong-co.toml"}, "khong-co.toml"),
    ],
)
def test_without_accounts_the_server_serves_this_machine_or_nobody(options, more, words):
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0", *options],
        cwd=ROOT,
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert words in last
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}],
)
def test_who_is_not_at_this_machine_gets_nothing_of_a_server_without_accounts(
    schematic: Site, headers
):
    for path in ("", "about", "app/static/vendor/leaflet.js", "_stcore/health", "static/x.js"):
        answer = get(schematic, path, headers)
        assert (answer.status_code, answer.text) == (403, t("access.not_from_here"))
    with pytest.raises(InvalidStatus), session(schematic, headers):
        pass
    assert get(schematic, "app/static/vendor/leaflet.js", {}).status_code == 200


def test_a_server_without_accounts_is_as_it_was(schematic: Site):
    with session(schematic, {}) as visit:
        told = visit.open("data", tab="import")
        assert t("data.who") in told.widgets
        assert t("access.title") not in told.text
        assert "<small>" not in told.text.partition("ph-foot")[0]


def is_an_administrators(path: Path) -> bool:
    """Return whether a file is what a map of an administrator begins with."""
    return path.name.startswith("map-") and "/restricted/" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("who", ["", *ROLES])
def test_every_file_of_the_server_by_everyone(office: Site, who):
    static = office.root / "static"
    for path in sorted(file for file in static.rglob("*") if file.is_file()):
        name = path.relative_to(static)
        answer = get(office, f"app/static/{name}", vouched(who))
        public = name.parts[0] in ("vendor", "legend")
        index = name.name.endswith((".index.json", ".borders.json"))
        allowed = public or (bool(who) and not index and not is_an_administrators(path))
        allowed |= who == "hoa" and not index
        denied = 401 if not who else 404 if index else 403
        assert answer.status_code == (200 if allowed else denied), name
        assert MARK not in answer.text
        assert MARK.encode() not in path.read_bytes()


@pytest.mark.parametrize("who", ["", *ROLES])
def test_the_restricted_layer_is_for_administrators(office: Site, who):
    (path,) = (office.root / "static-restricted").glob("substations-*.json")
    assert MARK in path.read_text(encoding="utf-8")
    answer = get(office, f"restricted/{path.name}", vouched(who))
    assert answer.status_code == {"": 401, "hoa": 200}.get(who, 403)
    assert (MARK in answer.text) is (who == "hoa")
    assert answer.headers["Cache-Control"] == "no-store"
    for guess in (
        f"app/static/layers/{path.name}",
        f"app/static/{path.name}",
        f"app/static/..%2Fstatic-restricted/{path.name}",
        f"app/static/%2e%2e/static-restricted/{path.name}",
        f"static-restricted/{path.name}",
        f"restricted/..%2Fstatic-restricted/{path.name}",
        "restricted/..%2F..%2Faccess.toml",
        f"restricted//{path.name}" if who != "hoa" else "restricted/x",
        f"RESTRICTED/{path.name}",
    ):
        tried = get(office, guess, vouched(who))
        assert MARK not in tried.text, guess
        assert SECRET not in tried.text


@pytest.mark.parametrize("who", ["", "la", *ROLES])
def test_a_tile_is_for_who_may_see_pages_and_nothing_but_tiles_is_there(office: Site, who):
    address = "tiles/anh/" + "/".join(map(str, HERE))
    answer = get(office, address, vouched(who))
    assert answer.status_code == {"": 401, "la": 403}.get(who, 200)
    assert (answer.content == TILES[HERE]) is (answer.status_code == 200)
    if answer.status_code == 200:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"].startswith("private")
        took = min(get(office, address, vouched(who)).elapsed for _ in range(5))
        assert took.total_seconds() < 0.05, "under 10 ms on a machine with nothing else to do"
    for guess in (
        "tiles",
        "tiles/",
        "tiles/anh",
        "tiles/anh.json",
        "tiles/anh/12/3247/1800",
        "tiles/anh/99/0/0",
        "tiles/anh/-1/0/0",
        "tiles/anh/12/03247/1799",
        "tiles/anh/12/3247/1799/",
        "tiles/anh/12/3247/1799.png",
        "tiles/khac/12/3247/1799",
        "tiles/..%2Fanh/12/3247/1799",
        "tiles/%2e%2e/CURRENT/0/0/0",
        "tiles/anh%00/12/3247/1799",
        "TILES/anh/12/3247/1799",
    ):
        tried = get(office, guess, vouched(who))
        assert tried.content != TILES[HERE], guess
        if guess.startswith("tiles"):
            assert tried.status_code in ({"": {401, 404}, "la": {403, 404}}.get(who, {404})), guess


@pytest.mark.parametrize(
    "headers",
    [
        vouched("hoa", "q" * 40),
        vouched("hoa", ""),
        {"X-Remote-User": "hoa"},
        {"X-Phutho-Secret": SECRET},
        {"X-Remote-User": "hoa", "Authorization": f"Bearer {SECRET}"},
        {"Cookie": f"X-Phutho-Secret={SECRET}; X-Remote-User=hoa"},
    ],
)
def test_who_does_not_come_through_the_proxy_is_a_stranger(office: Site, headers):
    assert get(office, "restricted/x.json", headers).status_code == 401
    with session(office, headers) as visit:
        told = visit.open("data", tab="history")
        assert t("access.nobody") in told.text
        assert set(told.widgets) == {t("frame.language")}


def test_a_person_without_a_role_is_told_so(office: Site):
    with session(office, vouched("la")) as visit:
        assert t("access.no_role") in visit.open("clusters").text
    assert get(office, "media/x.png", vouched("la")).status_code == 403


@pytest.mark.parametrize("who", ROLES)
def test_what_each_role_is_shown(office: Site, who):
    role = ROLES[who]
    with session(office, vouched(who)) as visit:
        told = visit.open("data", tab="use")
        tabs = next(
            choices for choices in told.options.values() if t("data.tab_use") in str(choices)
        )
        for tab, needs in (("import", "editor"), ("log", "administrator")):
            allowed = list(ROLES.values()).index(role) >= list(ROLES.values()).index(needs)
            assert (t(f"data.tab_{tab}") in str(tabs)) is allowed
        asked = visit.open("data", tab="log").text
        assert (t("access.log_help") in asked) is (role == "administrator")
        asked = visit.open("data", tab="import")
        assert (t("data.files") in asked.text) is (role != "viewer")
        assert t("data.who") not in asked.widgets, "the log takes the name signed in with"
        parts = str(visit.open("power", part="grid").options)
        assert (t("powerpage.part_grid") in parts) is (role == "administrator")
        card = visit.open("power", sel="communes:08542").text
        assert (MARK in card) is (role == "administrator")
        assert (t("access.hidden") in card) is (role != "administrator")


@pytest.mark.parametrize("who", ROLES)
def test_what_is_taken_away_holds_what_its_reader_may_see(office: Site, who):
    with session(office, vouched(who)) as visit:
        told = visit.open("data", tab="download")
        for name, kind in ((t("data.all_gpkg"), "gpkg"), (t("data.all_xlsx"), "xlsx")):
            path = visit.ask_for(told.files[name])
            content = get(office, path, vouched(who)).content
            assert len(content) > 10_000, kind
            if kind == "gpkg":
                assert (MARK.encode() in content) is (who == "hoa")
            assert get(office, path, {}).status_code == 401
            if who == "hoa":  # the address was passed on while the server keeps the file
                for part in ({}, {"Range": "bytes=0-99"}, {"Range": "bytes=-1"}):
                    assert get(office, path, vouched(who) | part).headers["Cache-Control"] == (
                        "no-store"
                    )
                    for other in ("xem", "sua"):
                        answer = get(office, path, vouched(other) | part)
                        assert (answer.status_code, answer.text) == (
                            403,
                            t("access.need_restricted"),
                        )
                head = requests.head(f"{office.url}{path}", headers=vouched("xem"), timeout=120)
                assert head.status_code == 403


def words_of(content: bytes) -> str:
    """Return all words of a file, whatever it is packed in."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(words_of(archive.read(name)) for name in archive.namelist())
    if content.startswith(b"PAR1"):
        return pd.read_parquet(io.BytesIO(content)).to_csv()
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", errors="replace")


@pytest.mark.parametrize("who", ["xem", "hoa"])
def test_no_export_of_any_page_holds_what_its_reader_may_not_see(office: Site, who):
    """Everything a page offers to take away, by request: the mark is a substation's name."""
    held, offered = set(), set()
    for page, query in (
        ("data", {"tab": "download"}),
        ("power", {"sel": "communes:08542"}),
        ("power", {"part": "grid"}),
        ("clusters", {"sel": "clusters:PT-017"}),
        ("cross_commune", {}),
        ("merger", {"sel": "communes:08542"}),
    ):
        with session(office, vouched(who)) as visit:
            told = visit.open(page, **query)
            told = visit.run(unfolded=[told.widgets[name] for name in {MAP} & set(told.widgets)])
            assert told.files, page
            for name, file in list(told.files.items()):
                path = visit.ask_for(file)
                answer = get(office, path, vouched(who))
                assert answer.status_code == 200, (page, name)
                offered.add(name)
                if MARK in words_of(answer.content):
                    held.add(name)
    kinds = ("map_png", "map_svg", "map_html", "annex_docx", "annex_pdf", "page")
    assert {t(f"papers.{kind}") for kind in kinds} <= offered
    if who == "hoa":
        assert {t("data.all_gpkg"), t("data.all_xlsx"), t("data.all_geoparquet")} <= held
        assert t("papers.page") in held
    else:
        assert held == set()


def test_an_original_of_an_administrator_is_not_for_who_has_its_address(office: Site):
    with session(office, vouched("hoa")) as visit:
        told = visit.open("data", tab="history")
        (name,) = (name for name in told.files if MARK in name)
        path = visit.ask_for(told.files[name])
        assert get(office, path, vouched("hoa")).text == MARK
        for other in ("xem", "sua"):
            assert get(office, path, vouched(other)).status_code == 403


@pytest.mark.parametrize("who", ["", "xem", "sua"])
def test_a_forged_press_of_the_administrators_button_does_nothing(office: Site, who):
    store = store_of(office)
    before = store.current().snapshot_id
    (older,) = (s.snapshot_id for s in store.snapshots() if s.snapshot_id != before)
    with session(office, vouched("hoa")) as visit:
        told = visit.open("data", tab="history")
        box = told.widgets[t("data.compare_later")]
        label = told.options[t("data.compare_later")][-1]
        told = visit.run(chosen={box: label})
        (button,) = (told.widgets[name] for name in told.widgets if name.startswith("Khôi phục"))
    with session(office, vouched(who)) as visit:
        told = visit.open("data", tab="history")
        assert f"{MARK}.xlsx" not in told.files
        assert button not in told.widgets.values()
        visit.run(button, chosen={box: label})
    assert store.current().snapshot_id == before
    if who == "sua":  # the same press by who may: it is no blank shot
        with session(office, vouched("hoa")) as visit:
            visit.open("data", tab="history")
            visit.run(button, chosen={box: label})
        assert store.current().snapshot_id == older
        assert audit.events(store.folder)[-1].who == "hoa"
        store.restore(before, who="test")


def test_uploads_are_for_editors(office: Site):
    for who, refused in (("", 401), ("xem", 403)):
        answer = requests.put(
            f"{office.url}/_stcore/upload_file/a/b", headers=vouched(who), timeout=120
        )
        assert answer.status_code == refused
    answer = requests.put(
        f"{office.url}/_stcore/upload_file/a/b", headers=vouched("sua"), timeout=120
    )
    assert answer.text != t("access.need_import")


def test_an_original_of_an_editor_is_not_for_viewers(office: Site):
    """It may hold more than was published; needs a third snapshot, so it stands last."""
    store = store_of(office)
    base = store.current()
    details = base.manifest.details | {"import": {"kind": "clusters", "counts": {"clusters": {}}}}
    act = Act("import", "sua", {"rieng.csv": b"dien thoai"}, details=details)
    later = dt.datetime.fromisoformat(base.manifest.created) + dt.timedelta(minutes=1)
    quality = base.manifest.border_quality
    tables = tables_of(store)
    changed = base.read("clusters")
    changed.loc[0, "name"] += " 2"
    tables["clusters"] = Table(changed, "import: rieng.csv", "2026-01-01")
    store.publish(tables, act, border_quality=quality, created=later)
    with session(office, vouched("xem")) as visit:
        assert "rieng" not in str(visit.open("data", tab="history").files)
    with session(office, vouched("sua")) as visit:
        told = visit.open("data", tab="history")
        (name,) = (name for name in told.files if "rieng" in name)
        path = visit.ask_for(told.files[name])
        for part in ({}, {"Range": "bytes=0-3"}):
            answer = get(office, path, vouched("sua") | part)
            assert answer.text == "dien thoai"[: 4 if part else None]
            assert "rieng.noi-bo.csv" in answer.headers["Content-Disposition"]
            assert get(office, path, vouched("hoa") | part).text == answer.text
            refused = get(office, path, vouched("xem") | part)
            assert (refused.status_code, refused.text) == (403, t("access.need_import"))
            assert get(office, path, part).status_code == 401
