"""What the page on power computes, once a snapshot and choice, shared by all visitors."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import streamlit as st

from lib import clustergrid, crosswork, gaps, outageview
from lib.ui.workspace import Workspace


@dataclass(frozen=True)
class LogView:
    """A log for one choice of the reader.

    Parameters
    ----------
    facts : LogFacts
        What has to be said beside its figures.
    indices : DataFrame
        One row a commune, as `lib.outageview.by_commune`.
    """

    facts: outageview.LogFacts
    indices: pd.DataFrame


@st.cache_resource(max_entries=2, show_spinner=False)
def log_facts(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
) -> outageview.LogFacts | None:
    """Return what has to be said of the log, None without one."""
    return outageview.log_facts(_data.tables)


@st.cache_data(max_entries=64, show_spinner=False)
def indices(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
    choice: outageview.Choice,
) -> pd.DataFrame:
    """Return the indices of every commune for one choice."""
    return outageview.by_commune(_data.tables, choice)


@st.cache_data(max_entries=256, show_spinner=False)
def commune_log(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
    choice: outageview.Choice,
    code: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the months and the outages of one commune for one choice."""
    return (
        outageview.series(_data.tables, choice, code),
        outageview.events(_data.tables, choice, code),
    )


@st.cache_data(max_entries=2, show_spinner=False)
def cluster_grid(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
) -> pd.DataFrame:
    """Return the substations on record with each cluster."""
    outlines = crosswork.outlines_of(_data.tables)
    given = None if outlines is None else gpd.GeoDataFrame(outlines)
    return clustergrid.near(_data.clusters, _data.tables["substations"], given)


@st.cache_resource(max_entries=2, show_spinner=False)
def gaps_on_record(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
) -> gaps.Gaps:
    """Return the communes on record as weakly supplied, by no threshold of anybody."""
    return gaps.find(_data.tables, gaps.Choice())


def found(data: Workspace, choice: gaps.Choice, log: LogView | None) -> gaps.Gaps:
    """Return the communes that are remote and weak by `choice`."""
    if log is None:
        return gaps.find(data.tables, choice)
    return gaps.find(data.tables, choice, log.indices, log=log.facts.said())
