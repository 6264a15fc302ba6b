"""The data of the pages: read once a snapshot, shared by all visitors.

Everything here is handed to every session: never change it in place.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pandas as pd
import streamlit as st

from lib.access import acts
from lib.access.serving import serve_all_layers, serve_layers
from lib.crossing.answer import of_register
from lib.crossing.communes import CommuneIndex, prepare_communes
from lib.geo.country import TABLE as COUNTRY
from lib.importing.samples import sample_outlines
from lib.language.errors import StoreError
from lib.language.text import Lang
from lib.layers.browser import Picture
from lib.layers.files import LayerFile, of_province
from lib.layers.ground import kept, pictures
from lib.layers.web import check_assets
from lib.places import search
from lib.power.gaps import find
from lib.register.clusters import register
from lib.register.duties import TABLES, Duty, duties
from lib.register.filters import FILTERS
from lib.reports.cards.known import Known
from lib.reports.cards.material import Material
from lib.settings import settings
from lib.store import history
from lib.store.store import Store
from lib.ui import sharing, visitor
from lib.ui.state import open_with, require_frame


@dataclass(frozen=True)
class Workspace(Known):
    """One snapshot, ready for the pages.

    Parameters
    ----------
    manifest, tables, clusters
        Of `lib.reports.cards.known.Known`.
    files : tuple of LayerFile
        The layers of the map, bottom first.
    index : tuple
        What the search box looks through, see `lib.places.search`.
    closed : frozenset of str
        Tables kept from this visitor: they are in none of the above.
    ground : str
        What changes whenever a ground is added or taken away: it is of no snapshot.
    pictures : tuple of Picture
        What can lie under the communes.
    """

    files: tuple[LayerFile, ...]
    index: tuple[tuple[str, search.Hit], ...]
    closed: frozenset[str] = frozenset()
    ground: str = ""
    pictures: tuple[Picture, ...] = ()

    @property
    def key(self) -> str:
        """Cache key: the snapshot, the ground and the tables hidden from the visitor."""
        return " ".join([self.manifest.snapshot_id, self.ground, *sorted(self.closed)])

    @property
    def country(self) -> pd.DataFrame | None:
        """The communes of the other provinces, None in the scope of the province."""
        return self.tables.get(COUNTRY)

    @cached_property
    def gaps_on_record(self) -> find.Gaps:
        """The communes on record as weakly supplied, by no threshold of anybody."""
        return find.find(self.tables, find.Choice())

    @cached_property
    def names(self) -> dict[str, Mapping[str, str]]:
        """What there is to choose from in the filters that take it from the clusters."""
        return {item.key: item.names(self.clusters) for item in FILTERS if item.names}


@st.cache_resource(max_entries=2, show_spinner=False)
def commune_index(
    key: str,  # noqa: ARG001 - tells what is seen apart
    _data: Workspace,
) -> CommuneIndex | None:
    """Return the communes ready for cutting, None where borders are schematic."""
    return None if _data.schematic else prepare_communes(_data.communes)


@st.cache_resource(max_entries=64, show_spinner=False)
def cross_answer(
    key: str, _data: Workspace, *, tolerance_m: float, samples: bool, lang: Lang
) -> Material:
    """Return the clusters on two communes for one position of the slider, with the data."""
    answer = of_register(
        _data.tables,
        partial(commune_index, key, _data),
        tolerance_m=tolerance_m,
        samples=sample_outlines() if samples else None,
        lang=lang,
    )
    return Material(
        _data.manifest,
        _data.tables,
        _data.clusters,
        answer,
        of_province(_data.files),
        settings().static,
        lang,
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def due(
    key: str,  # noqa: ARG001 - tells what is seen apart
    on: dt.date,
    _data: Workspace,
) -> list[Duty]:
    """Return what is due on a day for what this visitor sees, the nearest first."""
    return duties({name: _data.tables[name] for name in TABLES if name in _data.tables}, on=on)


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(snapshot_id: str, folder: str, closed: frozenset[str], ground: str) -> Workspace:
    whole = Store(Path(folder)).open(snapshot_id)
    snapshot = history.seen_without(whole, closed)
    tables = {
        name: snapshot.read(name)
        for name in snapshot.manifest.tables
        if name != COUNTRY and (not name.startswith("former_") or name == "former_units")
    }
    if COUNTRY in snapshot.manifest.tables:  # names only: what is drawn is in the layer files
        tables[COUNTRY] = pd.DataFrame(snapshot.read_geo(COUNTRY).drop(columns="geometry"))
    files = serve_layers(whole) if closed else serve_all_layers(whole)
    return Workspace(
        snapshot.manifest,
        tables,
        register(tables),
        files,
        search.build_index(tables),
        closed,
        ground,
        pictures.known(Path(folder)),
    )


def workspace() -> Workspace:
    """Return the data in use, as far as the visitor may see it; stop for who may see nothing.

    Raises
    ------
    StoreError
        If ``prepare`` has not run, or what it left is damaged.
    """
    require_frame()
    visitor.gate()  # also for a page reached without app.py
    check_assets(settings().static)
    store = sharing.store()
    current = store.current()
    if current is None:
        raise StoreError("store.empty")
    closed = acts.closed(visitor.actor())
    open_with(current.snapshot_id, visitor.stands())
    return _load(current.snapshot_id, str(store.folder), closed, kept.digest(store.folder))
