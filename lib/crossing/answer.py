"""Compute the answer of ``cross-commune`` from files or tables, and write it as a file.

The page and the command line both ask here, so that they cannot differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from lib.crossing import verdict
from lib.crossing.communes import CommuneIndex
from lib.crossing.verdict import COLUMNS, Cut
from lib.geo.crs import STORAGE_CRS
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import Lang, date, number, t
from lib.places import names as merger
from lib.tables import export

_NO_DECISIONS: Final = pd.DataFrame({"cluster_id": [], "commune_code": [], "certain": []})
_NO_CHANGES: Final = pd.DataFrame({"cluster_id": [], "change": []})
_NO_ASSIGNMENTS: Final = pd.DataFrame({"cluster_id": [], "commune_code": [], "status": []})


@dataclass(frozen=True)
class Answer:
    """Rows of one run, with what geometry said and the tolerance they hold for.

    Parameters
    ----------
    rows : DataFrame
        The columns of the contract, `lib.crossing.verdict.COLUMNS`.
    cut : Cut or None
        What geometry said; None if no outline was there.
    tolerance_m : float
        T of a surveyed outline, metres.
    index : CommuneIndex or None
        The communes the outlines were cut by; None if none was.
    """

    rows: pd.DataFrame
    cut: Cut | None
    tolerance_m: float
    index: CommuneIndex | None = None

    def shapes(self) -> gpd.GeoDataFrame:
        """Return the rows with the geometry of their pieces, EPSG:4326; None where not measured."""
        rows = self.rows.copy()
        if self.cut is None:
            return gpd.GeoDataFrame(rows, geometry=[None] * len(rows), crs=STORAGE_CRS)
        pieces = self.cut.pieces
        where = {
            (cluster, commune): shape
            for cluster, commune, shape in zip(
                pieces["cluster_id"], pieces["commune_code"], pieces.geometry, strict=True
            )
        }
        keys = zip(rows["cluster_id"], rows["commune_code"].fillna(""), strict=True)
        measured = rows["area_ha"].notna()
        shapes = [
            where.get(key) if there else None for key, there in zip(keys, measured, strict=True)
        ]
        return gpd.GeoDataFrame(rows, geometry=shapes, crs=STORAGE_CRS)


def answer(
    tables: Mapping[str, pd.DataFrame],
    outlines: gpd.GeoDataFrame | None,
    index: CommuneIndex | None,
    *,
    tolerance_m: float,
    lang: Lang = "vi",
) -> Answer:
    """Return both kinds of evidence for the clusters of the register and `outlines`.

    Parameters
    ----------
    tables : mapping
        ``clusters``, ``former_units``, ``ended_units``, ``communes``,
        ``assignments``.
    outlines : GeoDataFrame or None
        ``cluster_id``, ``name``, ``outline_accuracy_m``, ``geometry``; clusters
        that are not in the register come after it.
    index : CommuneIndex or None
        The communes; None where borders are schematic and measure nothing.
    tolerance_m : float
        T of a surveyed outline, metres.
    """
    clusters, former, ended = (tables[n] for n in ("clusters", "former_units", "ended_units"))
    names = merger.Names(former, ended, tables["communes"])
    cut = None
    listed = clusters[["cluster_id", "name"]]
    if outlines is not None and index is not None and len(outlines):
        cut = verdict.cut(outlines, index, tolerance_m=tolerance_m)
        more = outlines.loc[~outlines["cluster_id"].isin(listed["cluster_id"])]
        listed = pd.concat([listed, pd.DataFrame(more[["cluster_id", "name"]])])
    rows = verdict.combine(
        cut,
        merger.by_decision(clusters, former, ended, tables["communes"], index=names),
        tables["assignments"],
        merger.changes(clusters, former, ended, index=names),
        listed,
        lang=lang,
    )
    return Answer(rows, cut, tolerance_m, index if cut is not None else None)


def of_register(
    tables: Mapping[str, pd.DataFrame],
    index: Callable[[], CommuneIndex | None],
    *,
    tolerance_m: float,
    samples: gpd.GeoDataFrame | None = None,
    lang: Lang = "vi",
) -> Answer:
    """Return `answer` for the outlines the office brought and, if given, `samples`.

    Parameters
    ----------
    tables : mapping
        As of `answer`, and ``outlines`` where the office has brought some.
    index : callable
        Returns the communes ready for cutting; called only if there is an outline.
    tolerance_m : float
        T of a surveyed outline, metres.
    samples : GeoDataFrame or None
        Made-up outlines to measure besides, EPSG:4326.
    """
    given = [part for part in (outlines_of(tables), samples) if part is not None]
    outlines = gpd.GeoDataFrame(pd.concat(given, ignore_index=True)) if given else None
    found = index() if given else None
    return answer(tables, outlines, found, tolerance_m=tolerance_m, lang=lang)


def outlines_of(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    """Return the outlines the office brought with the names of their clusters, None if none."""
    if "outlines" not in tables or tables["outlines"].empty:
        return None
    named = tables["clusters"][["cluster_id", "name"]]
    outlines = tables["outlines"].merge(named, on="cluster_id", validate="one_to_one")
    return gpd.GeoDataFrame(outlines, geometry="geometry", crs=STORAGE_CRS)


def answer_given(
    outlines: gpd.GeoDataFrame, communes: CommuneIndex, *, tolerance_m: float
) -> Answer:
    """Return what geometry says of outlines and borders alone, without any store.

    Parameters
    ----------
    outlines : GeoDataFrame
        ``cluster_id``, ``name``, ``outline_accuracy_m`` (metres), ``geometry`` in
        any stated CRS.
    communes : CommuneIndex
        Of `lib.crossing.communes.prepare_communes`.
    tolerance_m : float
        T of a surveyed outline, metres.

    Raises
    ------
    DataRefusedError
        If no outline can be cut.
    """
    cut = verdict.cut(outlines, communes, tolerance_m=tolerance_m)
    if len(outlines) and len(cut.refused) == len(outlines):
        first = cut.refused.iloc[0]
        raise DataRefusedError(str(first["reason"]), **first["values"])
    listed = pd.DataFrame(outlines[["cluster_id", "name"]]).drop_duplicates("cluster_id")
    rows = verdict.combine(cut, _NO_DECISIONS, _NO_ASSIGNMENTS, _NO_CHANGES, listed)
    return Answer(rows, cut, tolerance_m)


def notes(
    *, tolerance_m: float, data_date: str, borders: str, sources: str, lang: Lang = "vi"
) -> dict[str, str]:
    """Return the metadata of every file: data date, tolerance, rules, borders, sources."""
    return {
        "_sheet": t("crosswork.sheet_notes", lang),
        t("crosswork.note_date", lang): date(data_date, lang),
        t("crosswork.note_tolerance", lang): number(tolerance_m, lang, unit="m"),
        t("crosswork.note_borders", lang): borders,
        t("crosswork.note_rule", lang): t("crosswork.rule", lang),
        t("crosswork.note_lead", lang): t("crossing.value.lead_rule.larger_area", lang),
        t("crosswork.note_sources", lang): sources,
    }


def write(given: Answer, path: Path, about: Mapping[str, str]) -> None:
    """Write the answer as the ending of `path` asks: csv, xlsx, geojson or gpkg.

    Raises
    ------
    WrongUseError
        If the ending is none of these, or the folder is not there.
    """
    kind = export.suffix_of(path)
    if not path.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(path.parent))
    path.write_bytes(content(given, kind, about))


def content(given: Answer, kind: str, about: Mapping[str, str]) -> bytes:
    """Return the file of format `kind` (csv, xlsx, geojson, gpkg) as bytes."""
    if kind == "csv":
        return export.to_csv(given.rows[list(COLUMNS)])
    if kind == "xlsx":
        numbers = ("area_ha", "area_ha_low", "area_ha_high")
        return export.to_xlsx(
            given.rows[list(COLUMNS)], notes=about, sheet="cross_commune", decimals=numbers
        )
    if kind == "geojson":
        return export.to_geojson(given.shapes(), notes=about)
    return export.to_gpkg(given.shapes(), layer="cross_commune", notes=about)
