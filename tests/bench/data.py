"""What everybody gets: a copy of the application with its data, the same communes for others."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from lib.store.store import Store
from tests.e2e.sites import ROOT, environment

WORK = ROOT / "build" / "bench"
SHARED = ROOT.parent / "shared" / "data"
UPSTREAM = SHARED / "upstream"
COUNTRY = SHARED / "scale" / "communes_vietnam_20m.parquet"
CARRIED = ("lib", "pages", "data/facts", "data/samples", ".streamlit")
COUNTRY_SIMPLIFY_M = 100.0


class NoCountryError(RuntimeError):
    """The application in this clone does not know the whole country, or its data are not here."""


@dataclass(frozen=True)
class Ground:
    """One extent all contenders are compared on.

    Parameters
    ----------
    part : str
        Of which part of the benchmark.
    case : str
        How it is called in the report.
    count : int
        How many communes are on the map.
    folder : Path
        ``communes.parquet`` for contenders: code, name, group, geometry as ours draws it.
    site : Path or None
        The copy of the application; None if it cannot show this extent.
    groups : dict
        Group -> how many communes; a page's pills.
    layers : int
        How many layers the application's own map has.
    """

    part: str
    case: str
    count: int
    folder: Path
    site: Path | None
    groups: dict[str, int]
    layers: int


def site(name: str, *options: str) -> Path:
    """Copy the application as it is now and prepare it; data of an earlier run are kept.

    Without options on published borders, if they are beside the clone or can be fetched.
    """
    if not options and UPSTREAM.is_dir():
        options = ("--offline", "--bundle", str(UPSTREAM))
    root = WORK / name
    root.mkdir(parents=True, exist_ok=True)
    for part in CARRIED:
        shutil.rmtree(root / part, ignore_errors=True)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, root / part, ignore=ignored)
    for file in ("app.py", "data/province.toml"):
        shutil.copyfile(ROOT / file, root / file)
    done = subprocess.run(
        [sys.executable, "-m", "lib", "prepare", *options],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        msg = next((line for line in reversed(lines) if any(map(str.isalpha, line))), "no word")
        raise RuntimeError(msg)
    return root


def _layers(site: Path) -> list[dict]:
    """Return what ``prepare`` says of the layers of the map."""
    (index,) = sorted((site / "static" / "layers").glob("*.index.json"))[-1:]
    return json.loads(index.read_text(encoding="utf-8"))


def _drawn(site: Path) -> gpd.GeoDataFrame:
    """Return the communes exactly as the application's own map draws them."""
    features = []
    for layer in _layers(site):
        if layer["layer_id"] in {"communes", "country"}:
            file = site / "static" / layer["path"]
            features += json.loads(file.read_text(encoding="utf-8"))["features"]
    return gpd.GeoDataFrame.from_features(features, crs=4326)[["code", "name", "geometry"]]


def snapshot(site: Path):
    """Return the data the site shows."""
    return Store(site / "data" / "store").current()


def province() -> Ground:
    """Return Phú Thọ, published borders if they are beside the clone or can be fetched."""
    root = site("province")
    drawn = _drawn(root)
    facts = pd.DataFrame(snapshot(root).read("communes")).set_index("code")
    drawn["group"] = drawn["code"].map(facts["former_province"])
    return _ground("maps", drawn, root)


def country() -> Ground:
    """Return Vietnam: as the application draws it, else simplified here for the others alone.

    Raises
    ------
    NoCountryError
        If there are no borders of the country beside the clone.
    """
    if not COUNTRY.exists():
        msg = "there are no borders of the country beside the clone"
        raise NoCountryError(msg)
    whole = gpd.read_parquet(COUNTRY)
    try:
        options = ("--offline", "--scope", "vietnam", "--bundle", str(UPSTREAM))
        root = site("country", *options)
        drawn = _drawn(root)
    except RuntimeError as error:
        print(f"  ours is left out: {error}")
        root = None
        plane = whole.to_crs(9208)
        drawn = plane.assign(
            geometry=plane.geometry.simplify_coverage(COUNTRY_SIMPLIFY_M), name=plane["fullName"]
        ).to_crs(4326)[["code", "name", "geometry"]]
        drawn["geometry"] = drawn.geometry.set_precision(1e-5)
    drawn["group"] = drawn["code"].map(whole.set_index("code")["province"])
    return _ground("country", drawn, root)


def _ground(part: str, drawn: gpd.GeoDataFrame, site: Path | None) -> Ground:
    folder = WORK / f"{part}-communes"
    folder.mkdir(parents=True, exist_ok=True)
    drawn.to_parquet(folder / "communes.parquet")
    groups = {str(group): int(count) for group, count in drawn["group"].value_counts().items()}
    layers = len(_layers(site)) if site else 0
    return Ground(part, f"{len(drawn):,} communes", len(drawn), folder, site, groups, layers)


def real_communes() -> gpd.GeoDataFrame:
    """Return the 148 communes as published, with ``code`` and ``name``; EPSG:4326."""
    communes = snapshot(WORK / "province").read_geo("communes")
    return communes[["code", "name", "geometry"]]


def country_communes() -> gpd.GeoDataFrame:
    """Return the 3,321 communes with ``code`` and ``name``; EPSG:4326."""
    if not COUNTRY.exists():
        msg = "there are no borders of the country beside the clone"
        raise NoCountryError(msg)
    return gpd.read_parquet(COUNTRY).rename(columns={"fullName": "name"})[
        ["code", "name", "geometry"]
    ]
