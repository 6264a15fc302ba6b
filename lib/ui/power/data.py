"""Computed answers of the page on power, cached by snapshot and choice for all visitors.

What is kept here is handed to every session as it is: never change it in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.layers.looks.classes import Classes, classify
from lib.power.gaps import find, measures
from lib.settings import settings
from lib.ui.workspace import Workspace

if TYPE_CHECKING:
    from lib.power import inuse, view  # load Ibis: only where there is a log


@dataclass(frozen=True)
class LogView:
    """A log for one choice of the reader.

    Parameters
    ----------
    indices : DataFrame
        One row a commune, as `lib.power.view.by_commune`.
    """

    facts: inuse.LogFacts
    indices: pd.DataFrame
    choice: view.Choice


@st.cache_resource(max_entries=2, show_spinner=False)
def log_in_use(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
) -> inuse.Log | None:
    """Return the log in use, whose rules are applied once."""
    from lib.power import inuse, keep  # noqa: PLC0415 - loads Ibis: only where there is a log

    kept = keep.place(settings().store, _data.manifest.tables)
    return inuse.log_in_use(_data.tables, kept=kept)


@st.cache_resource(max_entries=2, show_spinner=False)
def log_facts(key: str, _data: Workspace) -> inuse.LogFacts | None:
    """Return what has to be said of the log, None without one."""
    if "outages" not in _data.tables:
        return None
    from lib.power import inuse  # noqa: PLC0415 - as in `log_in_use`

    return inuse.log_facts(_data.tables, log=log_in_use(key, _data))


@st.cache_resource(max_entries=2, show_spinner=False)
def log_months(
    snapshot_id: str,  # noqa: ARG001 - the key of the cache
    _data: Workspace,
) -> list[str]:
    """Return the months the log covers, in order; none without one."""
    if "outages" not in _data.tables:
        return []
    from lib.power import view  # noqa: PLC0415 - as in `log_in_use`

    return view.months_of(_data.tables)


@st.cache_resource(max_entries=64, show_spinner=False)
def indices(key: str, _data: Workspace, choice: view.Choice) -> pd.DataFrame:
    """Return the indices of every commune for one choice."""
    from lib.power import view  # noqa: PLC0415 - as in `log_in_use`

    return view.by_commune(_data.tables, choice, log=log_in_use(key, _data))


@st.cache_resource(max_entries=256, show_spinner=False)
def commune_log(
    key: str, _data: Workspace, choice: view.Choice, code: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the months and the outages of one commune for one choice."""
    from lib.power import view  # noqa: PLC0415 - as in `log_in_use`

    return (
        view.series(_data.tables, choice, code, log=log_in_use(key, _data)),
        view.events(_data.tables, choice, code, log=log_in_use(key, _data)),
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def totals(key: str, _data: Workspace, choice: view.Choice) -> pd.DataFrame:
    """Return the indices of larger areas for one choice, as `lib.power.view.totals`."""
    from lib.power import view as outagefollow  # noqa: PLC0415 - as in `log_in_use`

    return outagefollow.totals(_data.tables, choice, log=log_in_use(key, _data))


@st.cache_resource(max_entries=2, show_spinner=False)
def listed(key: str, _data: Workspace) -> pd.DataFrame:
    """Return the records the rules of the log name, as `lib.power.view.listed`."""
    from lib.power import view as outagefollow  # noqa: PLC0415 - as in `log_in_use`

    log = log_in_use(key, _data)
    return pd.DataFrame() if log is None else outagefollow.listed(log)


def found(data: Workspace, choice: find.Choice, log: LogView | None) -> find.Gaps:
    """Return the communes that are remote and weak by `choice`."""
    return _found(data.key, data, choice, log.choice if log else None, log)


@st.cache_resource(max_entries=64, show_spinner=False)
def _found(
    snapshot_id: str,  # noqa: ARG001 - the key of the cache
    _data: Workspace,
    choice: find.Choice,
    period: view.Choice | None,  # noqa: ARG001 - the key of the cache
    _log: LogView | None,
) -> find.Gaps:
    if _log is None:
        asked = choice != find.Choice()
        return find.find(_data.tables, choice) if asked else _data.gaps_on_record
    return find.find(_data.tables, choice, _log.indices, log=_log.facts.said())


def painted_classes(data: Workspace, measure: str, log: LogView | None) -> Classes:
    """Return the classes of `measure` (key of `MEASURES`) over all communes."""
    return _classes(data.key, data, measure, log.choice if log else None, log)


@st.cache_resource(max_entries=128, show_spinner=False)
def _classes(
    snapshot_id: str,  # noqa: ARG001 - the key of the cache
    _data: Workspace,
    measure: str,
    period: view.Choice | None,  # noqa: ARG001 - the key of the cache
    _log: LogView | None,
) -> Classes:
    values = measures.measures(_data.tables, _log.indices if _log else None)
    by_code = values.set_index("commune_code")[measure]
    return classify(by_code, digits=measures.MEASURES[measure].digits)


def file_stem(name: str, *, sample: bool) -> str:
    """Return the name of a file taken away, without its ending; that of a sample says so."""
    return f"{name}-mau" if sample else name
