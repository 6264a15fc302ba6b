"""Prepare a fresh clone for use: facts, borders, snapshot, layer files.

Borders come from a bundle, the public release or, without either, from the
schematic cells; see `lib.geo.sources`. If only schematic ones can be had while the
store already holds better, the better ones stay.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from lib.access.serving import serve_layers
from lib.geo import country, coverage, geometry, sources
from lib.language.errors import DataRefusedError
from lib.language.text import Lang, t
from lib.layers import web
from lib.settings import ROOT, province
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import facts
from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES
from lib.tables.statements.record import NAME, as_table, statements_of

Note = tuple[str, dict[str, Any]]
Scope = Literal["province", "vietnam"]

FACTS_SOURCE: Final = "data/facts"
"""What the manifest says of a table that came with the program."""
_QUALITY: Final = ("schematic", "reference", "official")


@dataclass(frozen=True)
class Prepared:
    """Result of `prepare`.

    Parameters
    ----------
    border_quality : str
        official, reference or schematic.
    notes : tuple
        Text keys and values of what was tried and passed over, in order.
    kept : bool
        True if the borders of the snapshot before were kept.
    """

    snapshot: Snapshot
    border_quality: str
    notes: tuple[Note, ...]
    kept: bool

    def summary(self, lang: Lang = "vi") -> str:
        """Return the one line that says which borders are in use."""
        communes = self.snapshot.manifest.tables["communes"]
        key = "prepare.kept" if self.kept else f"prepare.used_{self.border_quality}"
        return t(key, lang, count=communes.rows, source=communes.source)


def prepare(
    *,
    store: Store,
    static: Path,
    bundle: Path | None,
    offline: bool,
    simplify_m: float,
    scope: Scope = "province",
    root: Path = ROOT,
    download: sources.DownloadOptions | None = None,
) -> Prepared:
    """Fill `store` and `static` so that the pages can open.

    Parameters
    ----------
    store : Store
        Where the snapshot goes; files fetched are kept in its cache.
    static : Path
        Folder Streamlit serves.
    bundle : Path or None
        Folder with border files as published; refused if it is not whole.
    simplify_m : float
        Tolerance of drawn lines in metres.
    scope : {"province", "vietnam"}
        Whether the communes of the other provinces are on the map too.
    root : Path
        Where ``bundle/`` and ``../shared/data/upstream`` are looked for.

    Raises
    ------
    DataRefusedError
        If a file of `bundle` or a table of facts is not what it should be; if no bundle
        has the country that is asked for.
    """
    tables = facts.load_all()
    _check_counts(tables)
    former = tables["former_units"].merge(
        tables["communes"][["code", "name"]].rename(
            columns={"code": "new_code", "name": "new_name"}
        ),
        on="new_code",
    )
    borders = sources.find_borders(
        bundle=bundle,
        root=root,
        cache=store.cache / "borders",
        former_points=former,
        offline=offline,
        download=download,
    )
    around = (
        country.read_country(_bundles(bundle, root), set(tables["communes"]["code"]))
        if scope == "vietnam"
        else None
    )
    notes: tuple[Note, ...] = tuple((note.key, dict(note.values)) for note in borders.notes)
    before = store.whole()  # what is damaged is not worth keeping: this is how it is mended
    kept = before is not None and _QUALITY.index(before.manifest.border_quality) > _QUALITY.index(
        borders.quality
    )
    published = {name: _fact_table(frame) for name, frame in tables.items() if name != "communes"}
    published |= _imported(before)
    published |= _said_besides(tables.get(NAME), published)
    if kept and before is not None:
        quality = before.manifest.border_quality
        for name in before.manifest.tables:
            if name not in published and name != country.TABLE:
                info = before.manifest.tables[name]
                published[name] = Table(before.read(name), info.source, info.as_of)
        details = dict(before.manifest.details)
    else:
        quality = borders.quality
        communes, details = _communes(tables["communes"], borders)
        published["communes"] = Table(communes, borders.source, borders.as_of)
        background, damaged = _context(bundle, root)
        published |= background
        notes += damaged
        details["borders"] = {
            "origin": borders.origin,
            "source_url": borders.source_url,
            "licence": borders.licence,
        }
    if around is not None:
        published[country.TABLE] = Table(around, country.SOURCE, country.AS_OF)
        notes += (("country.used", {"count": len(around)}),)
    snapshot = store.publish(
        published, Act("prepare", notes=notes, details=details), border_quality=quality
    )
    draw(snapshot, static, simplify_m=simplify_m)
    return Prepared(snapshot, quality, notes, kept)


def _check_counts(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse facts with more or fewer units than the law names."""
    found = {
        "communes": (len(tables["communes"]), province().communes),
        "former_units": (tables["former_units"]["former_code"].nunique(), province().former_units),
    }
    for table, (count, wanted) in found.items():
        if count != wanted:
            raise DataRefusedError(
                "prepare.other_count", file=f"{table}.csv", count=count, wanted=wanted
            )


def draw(snapshot: Snapshot, static: Path, *, simplify_m: float) -> None:
    """Write the static files of `snapshot`, Leaflet and the layer files, all anew."""
    web.install(static)
    serve_layers(snapshot, static=static, simplify_m=simplify_m, anew=True)


def _imported(before: Snapshot | None) -> dict[str, Table]:
    """Return the tables the office brought: facts of the program never replace them."""
    if before is None:
        return {}
    return {
        name: Table(before.read(name), info.source, info.as_of)
        for name, info in before.manifest.tables.items()
        if name in ALL_TABLES and name != "communes" and info.source != FACTS_SOURCE
    }


def _said_besides(said: pd.DataFrame | None, published: Mapping[str, Table]) -> dict[str, Table]:
    """Return the statements with those of the program that tables of the office do not have yet.

    Facts never change such a table: what they say of it is kept, until the rule is next asked.
    """
    office = {
        name
        for name, table in published.items()
        if name in TABLES and TABLES[name].stated and table.source != FACTS_SOURCE
    }
    if said is None or not office:
        return {}
    known = published[NAME]
    told = statements_of(known.frame) if known.source != FACTS_SOURCE else []
    have = {one.key for one in told}
    fresh = [
        replace(one, state="kept") if one.table in office else one
        for one in statements_of(said)
        if one.key not in have
    ]
    return {NAME: Table(as_table([*told, *fresh]), known.source, known.as_of)}


def _fact_table(frame: pd.DataFrame) -> Table:
    return Table(frame, FACTS_SOURCE, facts.data_date(frame))


def _communes(
    attributes: pd.DataFrame, borders: sources.Borders
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the communes with settled borders and what had to be settled.

    ``measured_ha`` (hectares, `AREA_CRS`, unsimplified) stays blank where the
    borders are schematic: no area is ever computed from those.
    """
    shapes = borders.communes[["code", "geometry"]]
    official = attributes.set_index("code")["area_km2"]
    report, settled, settlements = coverage.check_and_settle(shapes, official)
    joined = settled.merge(attributes, on="code", how="left", validate="one_to_one")
    joined["border_quality"] = borders.quality
    measured = geometry.areas_ha(joined.geometry)
    joined["measured_ha"] = measured if borders.quality != "schematic" else float("nan")
    details = {
        "coverage": {
            "units": report.units,
            "overlaps": len(report.overlaps),
            "overlap_ha": sum(overlap[-1] for overlap in report.overlaps),
            "gaps": len(report.gaps),
            "gap_ha": sum(report.gaps),
        },
        "settlements": [asdict(settlement) for settlement in settlements],
    }
    return joined, details


def _bundles(bundle: Path | None, root: Path) -> list[Path]:
    """Return the folders that may hold more than borders, the given one first."""
    folders = [root / "bundle", root.parent / "shared" / "data" / "upstream"]
    return folders if bundle is None else [bundle, *folders]


def _context(bundle: Path | None, root: Path) -> tuple[dict[str, Table], tuple[Note, ...]]:
    """Return the background layers a bundle brings; a damaged one is told, not fatal."""
    try:
        found = sources.read_context(_bundles(bundle, root))
    except DataRefusedError as error:
        return {}, ((error.key, error.values),)
    if "former_units" in found:
        found["former_borders"] = found.pop("former_units")
    tables = {
        name: Table(frame, str(frame.attrs["source"]), str(frame.attrs["as_of"]))
        for name, frame in found.items()
    }
    return tables, ()
