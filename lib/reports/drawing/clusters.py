"""The map of one cluster: measured pieces as published, or the place its papers name.

Without a measured outline nothing on the map can be taken for one: the communes
of the decision are tinted and the mark is called approximate.
"""

from collections.abc import Collection, Iterable
from typing import cast

import geopandas as gpd
import numpy as np
import shapely

from lib.crossing.communes import CommuneIndex, plane
from lib.crossing.pieces import tolerance_band
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.text import is_blank, number, t
from lib.layers.looks.symbols import BAND, CROSS, EXACT_LINE, Style, piece
from lib.reports.cards.clusters import Dossier
from lib.reports.cards.places import place_told
from lib.reports.drawing import own
from lib.reports.drawing.canvas import Canvas, fit
from lib.reports.drawing.maps import (
    BAND_STYLE,
    EXACT_STYLE,
    NAMED,
    Drawn,
    around,
    bounds_of,
    ground,
    lay_pictures,
    province,
)


def cluster(dossier: Dossier, width: float, height: float) -> Drawn:
    """Draw one cluster: its pieces and the band, or where its papers put it.

    Without a measured outline nothing on the map can be taken for one: the
    communes of the decision are tinted and the mark is called approximate.
    """
    index = dossier.material.answer.index
    if dossier.measured and index is not None:
        return _measured(dossier, index, width, height)
    return _unmeasured(dossier, width, height)


def _measured(dossier: Dossier, index: CommuneIndex, width: float, height: float) -> Drawn:
    material = dossier.material
    pieces = cast("gpd.GeoDataFrame", dossier.pieces)
    shapes = plane(pieces.geometry)
    limit = float(dossier.verdict["tolerance_m"])
    layers = own.chosen(material, areas=False)
    frame = fit(around(bounds_of(shapes)), width, height)
    drawn = Drawn(Canvas(frame), words=own.words(material, layers))
    lay_pictures(material, drawn.canvas)
    window = shapely.box(*drawn.canvas.window.bounds)
    seen = index.tree.query(window, predicate="intersects")
    codes = index.codes[seen]
    land = gpd.GeoDataFrame({"code": codes}, geometry=index.shapes[seen], crs=AREA_CRS)
    concerned = set(dossier.row["commune_codes"])
    drawn.add(
        "communes",
        land,
        {code: "named-bare" if code in concerned else "bare" for code in codes},
    )
    for layer_id in ("former-units", "rivers"):
        if layer_id in material.layers and _meets(material.layers[layer_id], window):
            drawn.add(layer_id, material.layers[layer_id], "base")
    for rank, shape in enumerate(shapes):
        drawn.canvas.draw([shape], piece(rank))
    whole = shapely.union_all(pieces.geometry.to_numpy())
    band = tolerance_band(whole, index, limit)
    if not shapely.is_empty(band):
        drawn.canvas.draw_globe([band], BAND)
        drawn.explain(BAND_STYLE, "polygon")
    runs = index.runs[index.run_tree.query(window, predicate="intersects")]
    drawn.canvas.draw([shapely.line_merge(shapely.union_all(runs))], EXACT_LINE)
    drawn.explain(EXACT_STYLE, "line")
    for name, classes in own.styles(material, layers).items():
        if name in material.layers:
            drawn.add(name, material.layers[name], classes)
    _name_communes(drawn.canvas, index.shapes[seen], index.names[seen], codes, concerned)
    drawn.rename(NAMED, "reports.named_area")
    lang = material.lang
    drawn.caption = t("reports.caption_measured", lang, tolerance=number(limit, lang, unit="m"))
    drawn.stamp = t("reports.stamp_sample", lang) if dossier.row["sample"] else ""
    return drawn


def _meets(frame: gpd.GeoDataFrame, window: shapely.Geometry) -> bool:
    return bool(shapely.intersects(frame.geometry.to_numpy(), window).any())


def _name_communes(
    canvas: Canvas,
    shapes: Geometries,
    names: Iterable[str],
    codes: Iterable[str],
    concerned: Collection[str],
) -> None:
    for shape, name, code in zip(shapes, names, codes, strict=True):
        kind = "named" if code in concerned else "commune"
        canvas.name_areas(np.array([shape], dtype=object), [name], kind)


def _unmeasured(dossier: Dossier, width: float, height: float) -> Drawn:
    material, lang = dossier.material, dossier.material.lang
    decided = tuple(dossier.row["commune_codes"])
    codes = decided or tuple(dossier.cluster.get("district_codes") or ())
    communes = material.layers["communes"]
    inside = communes["code"].isin(codes)
    placed = not is_blank(dossier.cluster.get("lat"))
    shown = communes.geometry[inside] if inside.any() else communes.geometry
    rough = _own_outline(dossier)
    bounds = bounds_of(np.concatenate([shown.to_numpy(), rough.to_crs(AREA_CRS).to_numpy()]))
    styles = ground(material, codes)
    if decided and "former-units" in material.layers:
        styles["former-units"] = "base"
    if placed:
        styles["clusters"] = {dossier.cluster_id: dossier.row["change"]}
    drawn = province(
        material, styles, width, height, bounds=around(bounds, share=0.08), names=False
    )
    drawn.rename(NAMED, "reports.named_area" if decided else "reports.district_area")
    if len(rough):
        look = {**EXACT_LINE, "color": CROSS, "dashArray": "6 4"}
        drawn.canvas.draw_globe(rough, look)
        drawn.explain(Style("rough", "reports.rough_outline", look), "line")
    shapes = communes.geometry.to_numpy()
    _name_communes(drawn.canvas, shapes, communes["name"], communes["code"], set(codes))
    told = place_told(dossier.cluster) if dossier.cluster else ""
    if placed and told:
        drawn.stamp = t("reports.stamp_approximate", lang)
        drawn.caption = t(told, lang)
    elif placed:
        drawn.caption = dossier.by_geometry
    else:
        drawn.caption = t("cards.no_marker", lang)
    return drawn


def _own_outline(dossier: Dossier) -> gpd.GeoSeries:
    """Return the outline of a cluster that is there but not measured; EPSG:4326."""
    outlines = dossier.material.tables.get("outlines")
    if outlines is None:
        return gpd.GeoSeries([], crs=STORAGE_CRS)
    of = outlines["cluster_id"] == dossier.cluster_id
    return gpd.GeoSeries(outlines.loc[of, "geometry"].to_numpy(), crs=STORAGE_CRS)
