"""What every test can use."""

import contextlib
import gc
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from actkiller import Killer
from backups import publish
from clones import once
from e2e import sites
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from lib.importing.readers import registry
from lib.operate.backup import backup
from lib.store import pending
from lib.store.store import Store
from lib.tables.statements.record import Statement

if TYPE_CHECKING:
    import databases

    from lib.store.database.postgis import Database

ROOT = Path(__file__).parents[1]
MAIN = sys.modules["__main__"]

# No test is a race, nor a game of chance: another program on the machine is no failure, and the
# same code is tried with the same examples. NEW_EXAMPLES=1 looks for others.
settings.register_profile(
    "house",
    settings.get_profile("default" if os.environ.get("NEW_EXAMPLES") else "ci"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("house"), max_examples=10)
settings.load_profile("house")

LIVE = {"browser", "site", "postgres", "killer", "server"}
"""Fixtures behind which something runs beside the test: Chromium, a server, what is killed."""

OWN_SERVERS = (
    "bombs",
    "data",
    "database",
    "door",
    "nginx",
    "payloads",
    "power",
    "rights",
    "server_killed",
    "signing_in",
    "unforeseen",
)
"""Modules of e2e that share no server with the others: another worker may take them."""
FACES = ("tests/cli/", "tests/ui/", "tests/e2e/")
"""Tests of what reads foreign files in a process apart only."""
LONG = (
    "e2e",
    "e2e-own",
    "tests/e2e/test_hostile.py",
    "tests/importing/test_badfiles.py",
    "tests/importing/test_killed.py",
    "tests/store/database/test_faults.py",
    "tests/operate/test_restore_killed.py",
    "tests/security/test_fuzz.py",
    "tests/reports/test_papers.py",
    "tests/ui/test_pages.py",
)
"""What takes a worker longest: begun last, it would leave the other one idle for minutes."""
SLOW = {
    "tests/cli/test_cli.py",
    "tests/cli/test_collect.py",
    "tests/cli/test_fact.py",
    "tests/cli/test_forms.py",
    "tests/cli/test_ground.py",
    "tests/cli/test_power.py",
    "tests/crossing/test_oracle.py",
    "tests/crossing/test_pieces.py",
    "tests/crossing/test_verdict.py",
    "tests/geo/test_coverage.py",
    "tests/geo/test_geometry.py",
    "tests/importing/apart/test_sandbox.py",
    "tests/importing/collecting/test_forms.py",
    "tests/importing/direct/test_maps.py",
    "tests/importing/direct/test_tables.py",
    "tests/importing/fonts/test_convert.py",
    "tests/importing/outlines/test_names.py",
    "tests/importing/ownlayers/test_bring.py",
    "tests/importing/readers/maps/test_shapefile.py",
    "tests/importing/readers/office/test_office.py",
    "tests/importing/sheets/test_reader.py",
    "tests/importing/templates/test_forms.py",
    "tests/importing/test_badfiles.py",
    "tests/importing/test_bring.py",
    "tests/importing/test_entering.py",
    "tests/importing/test_linear.py",
    "tests/importing/test_roundtrip.py",
    "tests/layers/ground/test_mosaic.py",
    "tests/layers/test_build_restricted.py",
    "tests/operate/test_integrity.py",
    "tests/operate/test_prepare.py",
    "tests/operate/test_province.py",
    "tests/operate/test_start.py",
    "tests/operate/test_windows.py",
    "tests/power/test_clean.py",
    "tests/power/test_follow.py",
    "tests/power/test_indices.py",
    "tests/power/test_keep.py",
    "tests/power/test_madeup.py",
    "tests/power/test_overlap.py",
    "tests/power/test_view.py",
    "tests/reports/alldata/test_everything.py",
    "tests/reports/cards/test_log.py",
    "tests/reports/test_own.py",
    "tests/reports/test_papers.py",
    "tests/store/test_store.py",
    "tests/tables/statements/test_say.py",
    "tests/tables/test_disclosure.py",
    "tests/tables/test_sample_exports.py",
    "tests/test_adding.py",
    "tests/test_imports.py",
    "tests/ui/test_answers.py",
    "tests/ui/test_drawing.py",
    "tests/ui/test_entering.py",
    "tests/ui/test_followup.py",
    "tests/ui/test_layers_page.py",
    "tests/ui/test_pages.py",
    "tests/ui/test_pages_access.py",
    "tests/ui/test_progress_page.py",
}
"""Modules `make quick` leaves out: each takes 3 seconds of a processor or more."""
QUICK = "not live and not slow"
"""The choice of `make quick`, see the Makefile."""


def _left_out(path: str) -> bool:
    """Return whether all of a file, named as in a test's id, is nothing for `make quick`."""
    return path in SLOW or "/security/" in path or "/e2e/" in path


def _scope(nodeid: str) -> str:
    """Return what goes to one worker: a file, or all that shares the browser's servers."""
    path = nodeid.partition("::")[0]
    if "/e2e/" not in path or path.endswith("test_hostile.py"):
        return path
    own = Path(path).stem.removeprefix("test_") in OWN_SERVERS
    return "e2e-own" if own else "e2e"


class _Files(LoadScopeScheduling):
    """A worker takes what `_scope` keeps together, in the order of collection."""

    def _split_scope(self, nodeid):
        return _scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep what shares servers together: pytest 9.2 does not see xdist's groups."""
    config.option.loadscopereorder = False  # by number of tests, which says little of their time
    return _Files(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what `make quick` leaves out: each worker would, and many do much."""
    if config.option.markexpr != QUICK or not collection_path.name.startswith("test_"):
        return None
    return _left_out(collection_path.relative_to(ROOT).as_posix()) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; try once more what fails beside something that runs.

    `make quick` leaves out what is marked here as live or slow.

    What a page shows between two runs of its script, or when a server answers, depends on the
    load of the machine. What is wrong is wrong twice; every second try is reported as RERUN.
    """
    again = pytest.mark.flaky(reruns=1)
    for item in items:
        if "/e2e/" in item.nodeid or LIVE & set(item.fixturenames):
            item.add_marker(again)
            item.add_marker("live")
        if _left_out(item.nodeid.partition("::")[0]):
            item.add_marker("slow")
    rank = {scope: place for place, scope in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(_scope(item.nodeid), len(LONG)))


def pytest_collection_finish() -> None:
    """Leave out of every later search for rubbish what is there to the end: modules and tests."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each test the real main module: Streamlit's test runner leaves a script in its place.

    A process that is started later would run that script. Tests of the readers read files
    in their own process; those of the pages and commands may not, as these never do.
    """
    sys.modules["__main__"] = MAIN
    registry._here[:] = [] if item.nodeid.startswith(FACES) else [True]


@pytest.fixture(scope="session", autouse=True)
def _disk_that_need_not_be_waited_for() -> Iterator[None]:
    """Take what is forced to the disk for done: nothing here ends the machine.

    What is killed here is a process, and the system keeps what that has written. That the
    store asks for it is tried in ``tests/store/test_disk.py``; servers and commands do wait.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of public development data beside the clone."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("../shared is not beside the clone: tests on real borders are left out")
    return folder


@pytest.fixture(scope="session")
def real_communes(shared: Path) -> gpd.GeoDataFrame:
    """Return the 148 communes exactly as published, EPSG:4326; never mutate."""
    rows = []
    for path in sorted((shared / "data/upstream/json/geojson/25_phu_tho/wards").glob("*.geojson")):
        (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
        props = feature["properties"]
        rows.append(
            {
                "code": props["code"],
                "name": props["name"],
                "area_km2_upstream": props["areaKm2"],
                "geometry": shapely.from_geojson(json.dumps(feature["geometry"])),
            }
        )
    assert len(rows) == 148
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


@pytest.fixture(scope="session")
def schematic_clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prepared clone without borders; copy it, see `clones`."""
    return once(tmp_path_factory, "schematic-clone", lambda at: sites.prepare(sites.copy_app(at)))


@pytest.fixture(scope="session")
def real_clone(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prepared clone with the published borders; copy it, see `clones`."""
    bundle = str(shared / "data" / "upstream")
    return once(
        tmp_path_factory,
        "real-clone",
        lambda at: sites.prepare(sites.copy_app(at), "--bundle", bundle),
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator["databases.Cluster"]:
    """Return a running PostgreSQL with PostGIS; one for all tests of a worker."""
    with importlib.import_module("databases").running() as cluster:
        yield cluster


@pytest.fixture
def url(postgres: "databases.Cluster") -> str:
    """Return the address of a database with nothing in it."""
    return postgres.emptied()


@pytest.fixture
def database(url: str) -> "Database":
    """Return a shared database with nothing in it."""
    return importlib.import_module("lib.store.database.postgis").Database(url)


@pytest.fixture
def here(tmp_path: Path, database: "Database") -> Store:
    """Return the store of a server on the shared database."""
    return Store(tmp_path / "máy này", database)


@pytest.fixture
def there(tmp_path: Path, database: "Database") -> Store:
    """Return the store of another server on it."""
    return Store(tmp_path / "máy kia", database)


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    """Return the program whose acts below the test's folder are killed."""
    with contextlib.closing(Killer(tmp_path)) as running:
        yield running


@pytest.fixture
def full_store(tmp_path) -> Store:
    """Return a store with two snapshots, the later in use, a draft, and something in its cache."""
    store = Store(tmp_path / "full")
    publish(store, 1.0)
    publish(store, 2.0)
    pending.keep(store, [Statement("clusters", "PT-001", "area_ha", "76", "Biên bản", "2026")])
    (store.cache / "borders").mkdir(parents=True)
    (store.cache / "borders" / "big.geojson").write_bytes(b"fetched again when needed")
    return store


@pytest.fixture
def saved_backup(full_store, tmp_path) -> Path:
    """Return a backup of the full store."""
    path = tmp_path / "saved.zip"
    backup(full_store, path)
    return path
