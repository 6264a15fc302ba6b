"""The lower half of the page on power: clusters and grid, published figures, what to ask for."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.language.text import Lang, date, is_blank, number
from lib.reports.cards.places import capacity
from lib.settings import province
from lib.tables.glossary import value_label
from lib.ui import state
from lib.ui.downloads import button
from lib.ui.power import listing
from lib.ui.power.listing import Shown
from lib.ui.power.log import about_log
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import Workspace

_ASKED = ("outages", "customers", "weak_supply", "substations")


def below(part: str, data: Workspace, shown: Shown, *, cluster: str) -> None:
    """Draw what the reader wants under the map.

    Parameters
    ----------
    part : str
        ``list``, ``grid``, ``published``, ``ask`` or ``log``.
    cluster : str
        Code of the cluster that is selected, empty for none.
    """
    if part == "grid":
        clusters_and_grid(data, cluster)
    elif part == "published":
        published(data)
    elif part == "ask":
        ask()
    elif part == "log" and shown.log:
        about_log(data, shown.log)
    else:
        listing.remarks(shown.answer)
        listing.gap_downloads(data, shown)
        listing.ranking(log=shown.log is not None)


def clusters_and_grid(data: Workspace, selected: str) -> None:
    """Draw which substations are on record with each cluster, and which clusters have none."""
    lang = language()
    pairs = data.cluster_grid
    alone = pairs[pairs["substation_id"].isna()]
    published = data.tables["published_totals"].query("metric == 'substations_110kv_count'")
    official = published[published["area"] == province().area]
    newest = {} if official.empty else official.iloc[0].to_dict()
    st.caption(
        tr(
            "powerpage.grid_caption",
            none=number(alone["cluster_id"].nunique(), lang),
            total=number(len(data.clusters), lang),
            known=number(len(data.tables["substations"]), lang),
            published=number(newest.get("value"), lang),
            date=date(newest.get("as_of"), lang),
        )
    )
    rows = pairs.assign(
        station=pairs["substation_name"].fillna(tr("powerpage.none_on_record")),
        voltage=pairs["voltage_kv"],
        capacity=[
            "" if is_blank(row["substation_id"]) else capacity(row, lang)
            for row in pairs.to_dict("records")
        ],
        state=[
            "" if is_blank(code) else value_label("power_status", code, lang)
            for code in pairs["status"]
        ],
        near=[
            "" if is_blank(code) else tr(f"clustergrid.relation_{code}")
            for code in pairs["relation"]
        ],
        distance=[_distance(row) for row in pairs.to_dict("records")],
    ).fillna({"voltage": ""})
    rows = rows.assign(order=rows["substation_id"].isna()).sort_values(
        ["order", "cluster_name"], kind="stable"
    )
    show_table(
        rows,
        [
            Column("cluster_name", tr("cross.cluster")),
            Column("station", tr("powerpage.stations")),
            Column("voltage", tr("powerpage.voltage"), width=115),
            Column("capacity", tr("powerpage.capacity")),
            Column("state", tr("powerpage.state"), width=135),
            Column("near", tr("powerpage.near"), width=135),
            Column("distance", tr("powerpage.distance"), width="large"),
        ],
        id_column="cluster_id",
        selected=selected,
        on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
        key="table-grid",
        alt=tr("powerpage.part_grid"),
    )
    all_stations(data)


def _distance(row: Mapping[Any, Any]) -> str:
    if is_blank(row["distance_km"]):
        return tr(str(row["reason"]))
    return number(float(str(row["distance_km"])), language(), 2, "km")


def published(data: Workspace) -> None:
    """Draw what others published, to stand beside our own figures and never be mixed with them."""
    lang = language()
    st.caption(tr("powerpage.published_caption"))
    index = data.tables["reliability_published"].to_dict("records")
    totals = data.tables["published_totals"].query("topic == 'power'").to_dict("records")
    rows = [
        (
            value_label("area", row["area"], lang),
            value_label("index", row["index"], lang),
            value_label("scope", row["scope"], lang),
            _figure(row),
            " – ".join(date(part, lang) for part in str(row["period"]).split("/")),
            row["source_url"],
        )
        for row in index
    ]
    rows += [
        (
            value_label("area", row["area"], lang),
            value_label("metric", row["metric"], lang),
            "",
            _figure(row),
            date(row["as_of"], lang),
            row["source_url"],
        )
        for row in totals
    ]
    names = ("area", "what", "scope", "figure", "period", "source")
    st.dataframe(
        pd.DataFrame(rows, columns=[tr(f"powerpage.published_{name}") for name in names]),
        hide_index=True,
        column_config={
            tr("powerpage.published_source"): st.column_config.LinkColumn(),
            tr("powerpage.published_figure"): st.column_config.Column(alignment="right"),
        },
        alt=tr("powerpage.part_published"),
    )


def _figure(row: Mapping[Any, Any]) -> str:
    value = float(str(row["value"]))
    digits = 0 if value.is_integer() else 2
    words = f"{number(value, language(), digits)} {value_label('unit', row['unit'], language())}"
    qualifier = row.get("qualifier")
    if is_blank(qualifier):
        return words
    return f"{value_label('qualifier', qualifier, language())} {words}"


def ask() -> None:
    """Draw what to ask the power company for, and the forms to fill in."""
    lang = language()  # a download is made outside the visitor's session
    st.markdown(tr("powerpage.ask_text"))
    with st.container(horizontal=True):
        for name in _ASKED:
            button(
                tr(f"about.table_{name}"),
                partial(_form, name, lang),
                f"mau-{name}.xlsx",
                icon=":material/table:",
                key=f"ask-{name}",
            )


def _form(name: str, lang: Lang) -> bytes:
    from lib.importing.templates import forms  # noqa: PLC0415 - loads pandera: only where a form is wanted

    return forms.template(name, lang)


def all_stations(data: Workspace) -> None:
    """Draw every substation with where it is, its state, its source and the date of that."""
    stations = data.tables["substations"]
    title = tr("powerpage.all_stations", count=number(len(stations), language()))
    with st.expander(title, key="all-stations", on_change="rerun") as box:
        if box.open:  # what is folded away is not sent
            st.dataframe(
                _rows(data, stations),
                hide_index=True,
                column_config={tr("gaps.column_source"): st.column_config.LinkColumn()},
                alt=title,
            )


def _rows(data: Workspace, stations: pd.DataFrame) -> pd.DataFrame:
    lang = language()
    names = data.commune_names
    return pd.DataFrame(
        {
            tr("powerpage.stations"): row["name"],
            tr("powerpage.voltage"): row["voltage_kv"],
            tr("powerpage.capacity"): capacity(row, lang),
            tr("powerpage.state"): value_label("power_status", row["status"], lang),
            tr("gaps.column_commune"): ""
            if is_blank(row["commune_code"])
            else str(names[row["commune_code"]]),
            tr("gaps.column_source"): row["source_url"],
            tr("gaps.column_as_of"): date(row["as_of"], lang),
        }
        for row in stations.to_dict("records")
    )
