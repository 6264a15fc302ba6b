"""All substations a source names, with that source: what the figure over the map counts."""

import pandas as pd
import streamlit as st

from lib.language.text import date, is_blank, number
from lib.tables.glossary import value_label
from lib.ui.cards.places import station_capacity
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


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
            tr("powerpage.capacity"): station_capacity(row),
            tr("powerpage.state"): value_label("power_status", row["status"], lang),
            tr("gaps.column_commune"): ""
            if is_blank(row["commune_code"])
            else str(names[row["commune_code"]]),
            tr("gaps.column_source"): row["source_url"],
            tr("gaps.column_as_of"): date(row["as_of"], lang),
        }
        for row in stations.to_dict("records")
    )
