"""Prepared lists of clusters and communes to step through in a meeting."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import pandas as pd

from lib.language.text import sort_key

Playlist = Literal["cross", "delayed", "stopped", "gaps"]
PLAYLISTS: Final[tuple[Playlist, ...]] = get_args(Playlist)


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
        rows = summary.loc[both & ~summary["sample"], ["cluster_id", "cluster_name"]]
        return _stops("cross_commune", rows.rename(columns={"cluster_name": "name"}))
    column, code = {"delayed": ("behind_schedule", "yes"), "stopped": ("wastewater", "stopped")}[
        playlist
    ]
    return _stops("clusters", clusters.loc[clusters[column] == code, ["cluster_id", "name"]])


def communes_of(communes: pd.DataFrame) -> list[Stop]:
    """Return the communes with a gap in power, by name.

    Parameters
    ----------
    communes : DataFrame
        ``communes`` of `lib.power.gaps.find.Gaps`.
    """
    rows = communes.loc[communes["listed"], ["commune_code", "commune_name"]]
    found = zip(rows["commune_code"], rows["commune_name"], strict=True)
    stops = [Stop("power", f"communes:{code}", name) for code, name in found]
    return sorted(stops, key=lambda stop: sort_key(stop.name))


def _stops(page: str, rows: pd.DataFrame) -> list[Stop]:
    found = zip(rows["cluster_id"], rows["name"], strict=True)
    stops = [Stop(page, f"clusters:{cluster}", name) for cluster, name in found]
    return sorted(stops, key=lambda stop: sort_key(stop.name))


def neighbour(stops: list[Stop], target: str, step: int) -> Stop | None:
    """Return the stop `step` places on, round the end; the first where `target` is none of them."""
    if not stops:
        return None
    places = {stop.target: place for place, stop in enumerate(stops)}
    if target not in places:
        return stops[0 if step > 0 else -1]
    return stops[(places[target] + step) % len(stops)]
