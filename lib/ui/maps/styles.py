"""Compute the class of each feature of the map for the page's filter."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, cast

import pandas as pd

from lib.language.text import today
from lib.layers.files import LayerFile, by_layer
from lib.layers.looks.paints import CHOROPLETH, DISTRICTS, TINTS, class_key, side_key
from lib.places import merger
from lib.register.projects import projects as projects_of
from lib.register.projects import to_recover
from lib.ui.maps.view import Left
from lib.ui.workspace import Workspace

MOST_UNITS: Final = len(CHOROPLETH)
"""Communes of this many former units or more are one class."""

Styles = dict[str, Mapping[str, str] | str]


def ground(
    data: Workspace,
    inside: Collection[str],
    named: Collection[str] = (),
    *,
    lines: bool = True,
) -> Styles:
    """Return the styles of everything below the markers.

    Parameters
    ----------
    inside : collection of str
        Codes of the communes the filter leaves; the others are pale.
    named : collection of str
        Codes to tint: the communes of the selected cluster.
    lines : bool
        False where exact lines are drawn over simplified ones.
    """
    suffix = "schematic" if data.schematic else "land"
    pale = "schematic-dim" if data.schematic else "dim"
    communes = {
        code: "named" if code in named else suffix if code in inside else pale
        for code in data.commune_names
    }
    if not lines:
        communes = {code: "named-bare" if code in named else "bare" for code in communes}
    present = by_layer(data.files)
    styles: Styles = {
        name: drawn for name, file in present.items() if (drawn := file.on_every_page())
    }
    styles["communes"] = communes
    if "country" in present:
        styles["country"] = "land" if len(inside) == len(communes) else "dim"
    return styles


def named(data: Workspace, cluster_id: str) -> Collection[str]:
    """Return the communes to tint for a cluster: by decision, assignment, else of its district."""
    if not cluster_id:
        return ()
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    codes: tuple[str, ...] = row["commune_codes"] or row["assigned_codes"] or row["district_codes"]
    return codes


def sides(codes: Sequence[str], *, lines: bool) -> Mapping[str, str]:
    """Return the tints of the communes a chosen cluster lies on, each its own.

    Parameters
    ----------
    codes : sequence of str
        The communes, that with the most hectares first.
    lines : bool
        False where exact lines are drawn over simplified ones.
    """
    return {code: side_key(rank, lines=lines) for rank, code in enumerate(codes)}


def clusters(frame: pd.DataFrame, column: str) -> Mapping[str, str]:
    """Return the class of each cluster of `frame` from its `column`."""
    return dict(zip(frame["cluster_id"], frame[column], strict=True))


def tasks(frame: pd.DataFrame, cross: Collection[str], late: Collection[str]) -> Mapping[str, str]:
    """Return the class of each cluster of `frame` by what is to be done about it.

    Parameters
    ----------
    cross, late : collection of str
        Clusters on two communes; clusters with something overdue.
    """
    classes = {
        (True, True): "task-both",
        (True, False): "task-cross",
        (False, True): "task-late",
        (False, False): "task-none",
    }
    return {code: classes[code in cross, code in late] for code in frame["cluster_id"]}


def projects(data: Workspace, ids: Collection[str]) -> Styles:
    """Return the projects of the clusters `ids`: those for land recovery marked."""
    found = projects_of(data.tables.get("projects"), on=today())
    late = {str(one.row["project_id"]) for one in to_recover(found)}
    own = (str(one.row["project_id"]) for one in found if one.row["cluster_id"] in ids)
    looks = {code: "recover" if code in late else "listed" for code in own}
    return {"projects": looks} if "projects" in by_layer(data.files) else {}


def former_areas(data: Workspace) -> Styles:
    """Return the tints of the former provinces, each its own; nothing where they are not drawn."""
    file = by_layer(data.files).get("former-areas")
    if file is None:
        return {}
    return {
        file.layer_id: {
            code: TINTS[place % len(TINTS)].key for place, code in enumerate(file.codes)
        }
    }


def placed(data: Workspace, ids: Collection[str]) -> int:
    """Return how many of the clusters `ids` have a marker or an outline in the layers."""
    files = by_layer(data.files)
    drawn = {
        code for name in ("clusters", "outlines") if name in files for code in files[name].codes
    }
    return len(drawn.intersection(ids))


def weak(frame: pd.DataFrame) -> Mapping[str, str]:
    """Return the class of each place with weak supply; what is settled looks settled."""
    kinds = frame["kind"].where(frame["state"] != "solved", "solved")
    return dict(zip(frame["weak_id"], kinds, strict=True))


def choropleth(classes: pd.Series, inside: Collection[str], listed: Collection[str]) -> Styles:
    """Return the styles of a choropleth of the communes.

    Parameters
    ----------
    classes : Series
        Code -> number of its class from 0, -1 for no data.
    inside : collection of str
        Codes the filter leaves; the others are pale.
    listed : collection of str
        Codes with a heavy edge.
    """
    return {
        "communes": {
            str(code): class_key(int(number), listed=code in listed) if code in inside else "dim"
            for code, number in classes.items()
        }
    }


def further(answers: Mapping[str, str]) -> Styles:
    """Return the communes by whether a further cluster may be set up there."""
    looks = {code: f"further-{said}" for code, said in answers.items() if said != "unknown"}
    return {"communes": dict.fromkeys(answers, class_key(-1)) | looks}


def merged(
    data: Workspace, made_of: Mapping[str, str], inside: Collection[str], *, before: bool
) -> Styles:
    """Return the styles of the province before or after the merger.

    Parameters
    ----------
    made_of : mapping
        Code of a commune -> its class by what it is made of, see `by_units`.
    inside : collection of str
        Codes the filter leaves; the others are pale.
    before : bool
        Former units by district, and former lines, over pale communes; else the communes by
        what they are made of.
    """
    pale = "merger-before-schematic" if data.schematic else "merger-before"
    styles = ground(data, inside)
    drawn = {code: pale if before else key for code, key in made_of.items() if code in inside}
    styles["communes"] = {**cast("Mapping[str, str]", styles["communes"]), **drawn}
    former: Mapping[str, str] | str = "base" if before else {}
    styles |= {"former-units": former, "former-provinces": former}
    if before and "former-names" in by_layer(data.files):
        units = data.tables["former_units"]
        tints = merger.district_tints(units, len(DISTRICTS))
        wanted = set(units.loc[units["new_code"].isin(list(inside)), "former_code"])
        styles["former-names"] = {
            code: DISTRICTS[tint].key for code, tint in tints.items() if code in wanted
        }
    return styles


def by_units(rows: pd.DataFrame) -> Mapping[str, str]:
    """Return the class of each commune by the number of former units in it.

    Parameters
    ----------
    rows : DataFrame
        Of `lib.places.merger.merged`; one that got part of a split unit has a heavy edge.
    """
    number = rows["former_units_n"].clip(upper=MOST_UNITS) - 1
    return {
        code: class_key(int(place), listed=bool(split))
        for code, place, split in zip(rows["code"], number, rows["split"], strict=True)
    }


def eras(
    data: Workspace, made_of: Mapping[str, str], inside: Collection[str], era: str
) -> tuple[Styles, Left | None]:
    """Return the styles of one era; of both, those right of a slider and those on its left.

    Parameters
    ----------
    data, made_of, inside
        As of `merged`.
    era : {"before", "both", "after"}
        *Both* are parted by the map's slider.
    """
    styles = merged(data, made_of, inside, before=era == "before")
    if era != "both":
        return styles, None
    before = merged(data, made_of, inside, before=True)
    alone = ("former-names", "former-units", "former-provinces")
    lines = {name: before[name] for name in alone if name in before}
    return styles | lines, Left({"communes": before["communes"]}, tuple(lines))


def grid(data: Workspace) -> Styles:
    """Return the class of each line and substation: lines by their highest voltage."""
    styles: Styles = {}
    tables = {"grid-2016": "grid_2016", "power-lines": "power_lines"}
    for file in data.files:
        if file.layer_id in tables:
            voltages = data.tables[tables[file.layer_id]]["voltage_kv"]
            styles[file.layer_id] = {
                code: _voltage(str(kv)) for code, kv in zip(file.codes, voltages, strict=True)
            }
        elif file.layer_id == "substations":
            styles[file.layer_id] = "base"
    return styles


def _voltage(kv: str) -> str:
    highest = kv.partition("/")[0]
    return highest if highest in {"500", "220", "110"} else "lower"


def drawn_classes(file: LayerFile, styles: Styles) -> list[str]:
    """Return the class keys of a layer that are really on the map, for the legend."""
    chosen = styles.get(file.layer_id, {})
    if isinstance(chosen, str):
        return [chosen]
    return list(dict.fromkeys(chosen[code] for code in file.codes if code in chosen))
