"""The map as it stands on the screen, handed over to paper: what a page shows, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.layers import LAYERS
from lib.reports import maps
from lib.reports.canvas import Bounds
from lib.reports.maps import Classes
from lib.reports.material import Material
from lib.text import number, t


@dataclass(frozen=True)
class View:
    """What a page shows.

    Parameters
    ----------
    title : str
        Name of the page.
    sentence : str
        What is shown: the filter, in words.
    styles : mapping
        Layer -> class of each code (or one for all), as the page gives its map;
        a layer that is missing is hidden.
    bounds : tuple of float, optional
        West, south, east, north in degrees, WGS 84; the province by default.
    """

    title: str
    sentence: str
    styles: Mapping[str, Classes]
    bounds: Bounds | None = None


def overview(material: Material) -> View:
    """Return the view of all clusters by what the merger did to them."""
    lang = material.lang
    summary = material.summary[~material.summary["sample"]]
    styles = maps.ground(material)
    styles["clusters"] = dict(zip(summary["cluster_id"], summary["change"], strict=True))
    own = set(material.tables["outlines"]["cluster_id"]) if "outlines" in material.tables else set()
    outlined = summary[summary["cluster_id"].isin(own)]
    styles["outlines"] = dict(zip(outlined["cluster_id"], outlined["verdict"], strict=True))
    placed = material.clusters["lat"].notna()
    sentence = t(
        "reports.view_all",
        lang,
        total=number(len(summary), lang),
        placed=number(int(placed.sum()), lang),
        cross=number(int((summary["verdict"] == "cross_commune").sum()), lang),
    )
    return View(t("reports.view_title", lang), sentence, styles)


def classes(material: Material, view: View) -> dict[str, list[str]]:
    """Return layer -> classes really on the map, in the order of the registry, bottom first."""
    found: dict[str, list[str]] = {}
    for file in material.files:
        chosen = view.styles.get(file.layer_id, {})
        if isinstance(chosen, str):
            used = {chosen}
        else:
            used = {chosen[code] for code in file.codes if code in chosen}
        keys = [style.key for style in LAYERS[file.layer_id].styles if style.key in used]
        if keys:
            found[file.layer_id] = keys
    return found
