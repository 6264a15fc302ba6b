"""Match each outline with a cluster: by its code, its name, the name of its file, or a choice."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from lib.importing.draft import Options
from lib.importing.matching import ClusterMatch, alike, match_clusters
from lib.language.errors import WrongUseError
from lib.language.findings import Finding, Twin
from lib.language.text import number


def matched(
    given: gpd.GeoDataFrame, options: Options, clusters: pd.DataFrame, far: Mapping[int, Twin]
) -> tuple[list[ClusterMatch], list[Finding]]:
    """Return the cluster of each shape, and what a person is told or asked about it.

    A file of one unnamed shape is known by its name, as is one whose layer has a
    name that is no cluster's; several unnamed ones are asked.

    Parameters
    ----------
    given : GeoDataFrame
        ``code``, ``name``, ``by_layer``, ``row``, ``file``, ``stem``; index 0, 1, 2 ...
    options : Options
        With what was picked by hand.
    far : mapping
        Position of a shape that lies far from all others' province -> how far.

    Raises
    ------
    WrongUseError
        The cluster chosen for the whole file is not in the register.
    """
    near = ~given.index.isin(list(far))
    same = given[near].groupby("stem")
    alone = given["row"].where(near).groupby(given["stem"]).transform("count") == 1
    nameless = same["name"].transform(lambda names: (names == "").all()).reindex(given.index)
    by_file = (given["code"] == "") & (given["name"] == "") & near
    by_file &= alone | nameless.eq(True)  # noqa: FBT003 - pandas' own method
    given["name"] = given["name"].mask(by_file, given["stem"])
    labels = list(zip(given["code"], given["name"], strict=True))
    if options.cluster:
        matches = _all_of(options.cluster, labels, clusters)
    else:
        matches = match_clusters(labels, clusters, options.matches)
    found = [] if options.cluster else _asked_by_file(given[by_file & ~alone])
    known = clusters.set_index("cluster_id")["name"]
    for at, (code, name) in enumerate(labels):
        file, row = str(given["file"].iloc[at]), int(given["row"].iloc[at])
        if at in far and (matches[at].how == "none" or options.cluster):
            matches[at] = ClusterMatch(matches[at].label, "", "none", 0)
            values = {"label": code or name or "-", "far": far[at]}
            found.append(Finding("ask", "importing.stray", values, file, row))
            continue
        by_layer = name and not code and given["by_layer"].iloc[at]
        if matches[at].how == "none" and alone.iloc[at] and by_layer:
            stem = str(given["stem"].iloc[at])
            (other,) = match_clusters([("", stem)], clusters, options.matches)
            if other.how != "none":
                matches[at] = other
                values = {"label": name, "stem": stem}
                found.append(Finding("note", "importing.named_by_file", values, file, row))
                name = stem  # noqa: PLW2901 - what it is called from here on
        found += _said(matches[at], (code, name), known, options, (file, row))
    return matches, found


def _all_of(
    cluster: str, labels: list[tuple[str, str]], clusters: pd.DataFrame
) -> list[ClusterMatch]:
    """Return the one cluster chosen for every shape; what is called as another one is not of it."""
    if cluster not in set(clusters["cluster_id"]):
        raise WrongUseError("importing.cluster_unknown", value=cluster)
    said = match_clusters(labels, clusters, {})
    return [
        one
        if one.how in {"code", "name"} and one.cluster_id != cluster
        else ClusterMatch(one.label or cluster, cluster, "chosen", 100)
        for one in said
    ]


def _asked_by_file(unnamed: gpd.GeoDataFrame) -> list[Finding]:
    """Return a question for each file of several shapes that have no name but the file's."""
    return [
        Finding(
            "ask",
            "importing.several_by_file",
            {"count": len(shapes), "stem": shapes["stem"].iloc[0]},
            str(shapes["file"].iloc[0]),
        )
        for _, shapes in unnamed.groupby("stem", sort=False)
    ]


def _said(
    match: ClusterMatch,
    label: tuple[str, str],
    known: pd.Series,
    options: Options,
    place: tuple[str, int],
) -> list[Finding]:
    """Return what there is to say of one match."""
    code, name = label
    file, row = place
    values: dict[str, Any] = {"label": match.label or f"{row}"}
    found = []
    if options.cluster and match.how != "chosen":
        values |= {"cluster": match.cluster_id, "chosen": options.cluster}
        return [Finding("refused", "importing.other_cluster", values, file, row)]
    if match.how == "code" and name and not alike(name, match.cluster_id, known):
        values |= {"name": name, "cluster": match.cluster_id, "known": known[match.cluster_id]}
        found.append(Finding("ask", "importing.other_name", values, file, row))
    if match.how == "similar":
        score = Twin.of(lambda lang: number(match.score, lang, 0, "%"))
        values |= {"cluster": match.cluster_id, "name": known[match.cluster_id], "score": score}
        found.append(Finding("ask", "importing.match_similar", values, file, row))
    elif match.how == "left_out":
        found.append(Finding("note", "importing.match_left_out", values, file, row))
    elif match.how == "none" and not (code and options.kind == "clusters" and name):
        near = ", ".join(f"{c} {known[c]}" for c, _ in match.candidates)
        found.append(
            Finding("refused", "importing.match_none", values | {"near": near or "-"}, file, row)
        )
    return found
