"""Figures beside an outline that is drawn: hectares on each commune, old and new."""

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from lib.crossing.sketch import hectares_by_commune
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import areas_ha
from lib.language.text import hectares, is_blank, number, percent, plain
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace, commune_index


def sound(outline: shapely.Geometry | None) -> bool:
    """Return whether there is land to measure: an outline whose sides do not cross."""
    return bool(shapely.is_valid(outline)) and float(shapely.area(outline)) > 0


def _series(outline: shapely.Geometry) -> gpd.GeoSeries:
    return gpd.GeoSeries([outline], crs=STORAGE_CRS)


def _ha(outline: shapely.Geometry) -> float:
    return float(areas_ha(_series(outline)).iloc[0])


def figure(outline: shapely.Geometry) -> str:
    """Return area and perimeter of an outline in words, measured in `AREA_CRS`."""
    around = float(_series(outline).to_crs(AREA_CRS).length.iloc[0])
    lang = language()
    return tr(
        "data.draw_figure", area=hectares(_ha(outline), lang), around=number(around, lang, 0, "m")
    )


def measured(
    data: Workspace,
    cluster_id: str,
    old: shapely.Geometry | None,
    new: shapely.Geometry | None,
) -> None:
    """Draw the hectares on each commune, and what differs from the outline in use.

    Parameters
    ----------
    old, new : shapely.Geometry or None
        The outline in use and the one that is drawn, EPSG:4326.
    """
    if new is None:
        st.info(tr("data.draw_how"), icon=":material/draw:")
        return
    if not sound(new):
        st.warning(tr("data.draw_crossing"), icon=":material/warning:")
        return
    lang = language()
    st.markdown(f"**{figure(new)}** · {tr('data.draw_plane')}")
    index = commune_index(data.key, data)
    if index is None:
        st.caption(tr("data.draw_schematic"))
    else:
        found = hectares_by_commune(new, index)
        names = [
            plain(data.commune_names.get(code) or tr("data.draw_outside")) for code in found["code"]
        ]
        st.table(
            pd.DataFrame(
                {
                    tr("shares.commune"): names,
                    tr("shares.area"): [hectares(area, lang) for area in found["area_ha"]],
                    tr("shares.share"): [percent(share, lang) for share in found["share"]],
                }
            ).set_index(tr("shares.commune")),
            alt=tr("data.draw_by_commune"),
        )
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    if not is_blank(row["area_ha"]):
        st.caption(tr("data.draw_decided", area=hectares(row["area_ha"], lang)))
    if old is not None and sound(old):
        _compared(old, new)


def _compared(old: shapely.Geometry, new: shapely.Geometry) -> None:
    lang = language()
    if shapely.equals(old, new):
        st.caption(tr("data.draw_same"))
        return
    areas = {
        "old": old,
        "new": new,
        "added": shapely.difference(new, old),
        "removed": shapely.difference(old, new),
    }
    st.caption(
        tr("data.draw_compared", **{key: hectares(_ha(one), lang) for key, one in areas.items()})
    )
