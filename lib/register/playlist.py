"""Prepared lists of clusters and communes to step through in a meeting."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import pandas as pd

from lib.language.text import sort_key
from lib.places.merger import split_units

Playlist = Literal["agenda", "cross", "delayed", "stopped", "late", "split", "gaps", "own"]
PLAYLISTS: Final[tuple[Playlist, ...]] = get_args(Playlist)
PAGES: Final[dict[str, str]] = {
    "agenda": "overview",
    "cross": "cross_commune",
    "delayed": "clusters",
    "stopped": "clusters",
    "late": "progress",
    "split": "merger",
    "gaps": "power",
    "own": "layers",
}
"""List -> the page it is walked through on."""


@dataclass(frozen=True)
class Stop:
    """One view of a list.

    Parameters
    ----------
    target : str
        ``layer:code`` of what is selected.
    """

    page: str
    target: str
    name: str


def of_page(page: str) -> list[Playlist]:
    """Return the lists that are walked through on a page: an arrow never leaves it."""
    return [name for name in PLAYLISTS if PAGES[name] == page]


def clusters_of(playlist: Playlist, clusters: pd.DataFrame, summary: pd.DataFrame) -> list[Stop]:
    """Return the clusters of a list, by name.

    Parameters
    ----------
    playlist : {"cross", "delayed", "stopped"}
        On two communes; behind schedule by a source; wastewater plant stopped.
    clusters : DataFrame
        As `lib.register.clusters.register`.
    summary : DataFrame
        As `lib.crossing.summary.summarise`: what documents and outlines say together.
    """
    if playlist == "cross":
        both = (summary["verdict"] == "cross_commune") | (summary["change"] == "remains")
        rows = summary[both & ~summary["sample"]]
        return _by_name(playlist, "clusters", rows["cluster_id"], rows["cluster_name"])
    column, code = {"delayed": ("behind_schedule", "yes"), "stopped": ("wastewater", "stopped")}[
        playlist
    ]
    rows = clusters[clusters[column] == code]
    return _by_name(playlist, "clusters", rows["cluster_id"], rows["name"])


def communes_of(communes: pd.DataFrame) -> list[Stop]:
    """Return the communes with a gap in power, by name.

    Parameters
    ----------
    communes : DataFrame
        ``communes`` of `lib.power.gaps.find.Gaps`.
    """
    rows = communes[communes["listed"]]
    return _by_name("gaps", "communes", rows["commune_code"], rows["commune_name"])


def communes_split(communes: pd.DataFrame, former_units: pd.DataFrame) -> list[Stop]:
    """Return the communes that got a part of a divided former unit, by name."""
    rows = communes[communes["code"].isin(split_units(former_units)["new_code"])]
    return _by_name("split", "communes", rows["code"], rows["name"])


def communes_most(rows: pd.DataFrame, names: Mapping[str, str]) -> list[Stop]:
    """Return the communes with rows of an own layer, those with most of them first."""
    counts = rows["commune_code"].value_counts()
    known = {str(code): int(count) for code, count in counts.items() if str(code) in names}
    codes = sorted(known, key=lambda code: (-known[code], sort_key(names[code])))
    return [Stop(PAGES["own"], f"communes:{code}", names[code]) for code in codes]


def _by_name(
    playlist: Playlist, layer: str, codes: Iterable[str], names: Iterable[str]
) -> list[Stop]:
    named = zip(codes, names, strict=True)
    stops = [Stop(PAGES[playlist], f"{layer}:{code}", name) for code, name in named]
    return sorted(stops, key=lambda stop: sort_key(stop.name))


def walked(stops: Iterable[Stop]) -> list[Stop]:
    """Return the stops that are a place on the map, each once, where it comes first.

    A duty of the whole province is none, and a cluster may stand under two questions.
    """
    found: dict[str, Stop] = {}
    for stop in stops:
        if stop.target:
            found.setdefault(stop.target, stop)
    return list(found.values())


def neighbour(stops: list[Stop], target: str, step: int) -> Stop | None:
    """Return the stop `step` places on, round the end; the first where `target` is none of them."""
    if not stops:
        return None
    places = {stop.target: place for place, stop in enumerate(stops)}
    if target not in places:
        return stops[0 if step > 0 else -1]
    return stops[(places[target] + step) % len(stops)]
