"""State of the map on the screen, as papers reproduce it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lib.language.text import number, t
from lib.layers import browser
from lib.layers.browser import Shape
from lib.layers.pieces import shapes_of
from lib.layers.registry import LAYERS
from lib.layers.target import Target
from lib.reports.cards.material import Material
from lib.reports.drawing import maps, own
from lib.reports.drawing.canvas import Bounds
from lib.reports.drawing.maps import Classes


@dataclass(frozen=True)
class View:
    """Title, sentence, styles and selection of a page's map.

    Parameters
    ----------
    styles : mapping
        Layer -> class of each code (or one for all), as the page gives its map;
        a layer that is missing is hidden.
    bounds : tuple of float, optional
        West, south, east, north in degrees, WGS 84; the province by default.
    cluster_id : str
        A measured cluster whose pieces and band are drawn over the layers, as on
        the screen; the map goes there unless `bounds` say otherwise.
    target : Target, optional
        What is selected: its card stands beside the map in one file.
    notes : mapping
        Layer -> ``label`` and ``values`` (one a feature, in the order of its file):
        what the answer says of each, for the tooltips of the single-file page.
    words : mapping
        Key of a class -> its words in the legend, for a class the registry has none
        for: the ranges of a choropleth.
    """

    title: str
    sentence: str
    styles: Mapping[str, Classes]
    bounds: Bounds | None = None
    cluster_id: str = ""
    target: Target | None = None
    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def overview(material: Material) -> View:
    """Return the view of all clusters by what the merger did to them."""
    lang = material.lang
    summary = material.summary[~material.summary["sample"]]
    styles = maps.ground(material)
    styles["clusters"] = dict(zip(summary["cluster_id"], summary["change"], strict=True))
    drawn = material.tables["outlines"]["cluster_id"] if "outlines" in material.tables else ()
    outlined = summary[summary["cluster_id"].isin(set(drawn))]
    styles["outlines"] = dict(zip(outlined["cluster_id"], outlined["verdict"], strict=True))
    placed = material.clusters["lat"].notna()
    sentence = t(
        "reports.view_all",
        lang,
        total=number(len(summary), lang),
        placed=number(int(placed.sum()), lang),
        cross=number(int((summary["verdict"] == "cross_commune").sum()), lang),
    )
    told = own.words(material, own.chosen(material, areas=True))
    return View(t("reports.view_title", lang), sentence, styles, words=told)


def of_cluster(material: Material, view: View) -> tuple[View, bool]:
    """Return `view` with its cluster in the title, and whether that one is a sample."""
    row = material.summary[material.summary["cluster_id"] == view.cluster_id]
    if row.empty:
        return view, False
    title = f"{view.title} · {row['cluster_name'].iloc[0]}"
    return replace(view, title=title), bool(row["sample"].iloc[0])


def shapes(material: Material, view: View) -> list[Shape]:
    """Return what is drawn of the selected cluster; nothing if it was not measured."""
    return shapes_of(material.answer, view.cluster_id, material.lang)


def bounds_of(view: View, drawn: Sequence[Shape]) -> Bounds | None:
    """Return the bounds in degrees the map shows: those asked for, else the selected cluster's."""
    around = browser.bounds_of(drawn)
    if view.bounds is not None or around is None:
        return view.bounds
    west, south, east, north = around
    more = max(east - west, north - south) / 3
    return west - more, south - more, east + more, north + more


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
