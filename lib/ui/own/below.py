"""Below the map of an own layer: its rows, its sums by area, downloads."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from lib.language.text import date, no_data, number, plain
from lib.layers.own.total import AREAS, totals
from lib.places.owntable import geo_table, plain_table
from lib.reports.cards.own import figure
from lib.tables import export
from lib.tables.glossary import label, value_label
from lib.tables.ownlayers import ADDED, OwnLayer
from lib.ui import state
from lib.ui.downloads import guarded
from lib.ui.own import choose
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import Workspace

_WHOLE: Final = 300
"""Most rows that are all sent to the browser; filters, sums and downloads are of all."""
_FIRST: Final = 100
"""Rows sent of more: nobody reads on, and each is written and sent with every filter."""
_NOWHERE: Final = "-"
_KINDS: Final = ("xlsx", "csv", "geojson", "gpkg")


def rows(data: Workspace, layer: OwnLayer, left: pd.Series) -> None:
    """Draw the rows that pass; a click on one goes to its sign or its commune."""
    passing = layer.rows.index[left]
    total = len(passing)
    if total > _WHOLE:
        shown, every = number(_FIRST, language()), number(total, language())
        st.caption(tr("ownpage.first_rows", shown=shown, total=every))
        passing = passing[:_FIRST]
    table = plain_table(layer, data.commune_rows, passing)
    table = table.assign(match=[value_label("own_match", m, language()) for m in table["match"]])
    target = {
        str(row): layer.signs.get(row, f"communes:{code}" if code else "")
        for row, code in table["commune_code"].fillna("").items()
    }
    heads = _heads([str(name) for name in table.columns])
    numbers = set(layer.of_type("number"))
    columns = [
        Column(str(name), heads[str(name)], _figure if name in numbers else None)
        for name in table.columns
    ]
    show_table(
        table.assign(_row=[str(row) for row in table.index]),
        columns,
        id_column="_row",
        selected="",
        on_pick=lambda row: state.select(target.get(row, "")),
        key=f"table-own-{layer.layer_id}",
        alt=layer.name,
    )


def _figure(value: object) -> str:
    return figure(float(str(value)), language())


def _heads(names: list[str]) -> Mapping[str, str]:
    """Return the headings: those of the file as they are, the added ones in words, each once."""
    words = {
        "commune_code": label("own_rows", "commune_code", language()),
        "commune_name": tr("ownpage.commune"),
        "match": label("own_rows", "match", language()),
    }
    heads: dict[str, str] = {}
    for name in names:
        head = words[name] if name in ADDED else name
        while head in heads.values():
            head = f"{head} ·"
        heads[name] = head
    return heads


def sums(data: Workspace, layer: OwnLayer, left: pd.Series) -> None:
    """Draw the sums by commune, former district or former province; a click shows the rows."""
    area = st.segmented_control(
        tr("ownpage.by"),
        AREAS,
        format_func=lambda one: tr(f"ownpage.by_{one}"),
        default=AREAS[0],
        required=True,
        key="own-by",
    )
    table = totals(layer, left, choose.area_names(data, area))
    shown = table.assign(
        called=table["area"].where(table["area"] != "", tr("ownpage.nowhere")),
        _id=[name or _NOWHERE for name in table["area"]],
    )
    heads = {"called": tr(f"ownpage.by_{area}"), "rows": tr("about.rows")}
    heads |= {name: tr("ownpage.sum_of", column=name) for name in layer.quantities}
    show_table(
        shown,
        [Column("called", heads["called"])]
        + [Column(str(n), heads[str(n)], _figure) for n in table.columns if n != "area"],
        id_column="_id",
        selected="",
        on_pick=partial(choose.look_at, layer, area),
        key=f"table-own-sums-{layer.layer_id}",
        alt=heads["called"],
    )


def downloads(data: Workspace, layer: OwnLayer, left: pd.Series) -> None:
    """Draw the downloads of the rows that pass, with source and date inside."""
    lang = language()
    about = {
        tr("ownlayers.name"): layer.name,
        tr("ownlayers.source"): layer.source or layer.source_url,
        tr("about.as_of"): date(layer.as_of, lang),
        tr("ownlayers.position"): tr("ownlayers.label_points"),
        "_sheet": tr("alldata.notes"),
    }
    communes = data.commune_rows
    st.caption(f"{tr('cross.download')} {tr('ownpage.replace_help')}")
    with st.container(horizontal=True):
        for kind in _KINDS:
            make = partial(content, layer, communes, left, about, kind)
            guarded(kind.upper(), make, f"{layer.layer_id}.{kind}", key=f"own-{kind}")


def content(
    layer: OwnLayer, communes: pd.DataFrame, left: pd.Series, about: Mapping[str, str], kind: str
) -> bytes:
    """Return the rows that pass as a file of one kind; a formula stays text in each."""
    makers: Mapping[str, Callable[[], bytes]] = {
        "csv": lambda: export.to_csv(plain_table(layer, communes)[left], excel=True),
        "xlsx": lambda: export.to_xlsx(
            plain_table(layer, communes)[left], notes=about, sheet="lop"
        ),
        "geojson": lambda: export.to_geojson(geo_table(layer, communes)[left], notes=about),
        "gpkg": lambda: export.to_gpkg(
            geo_table(layer, communes)[left], layer=layer.layer_id, notes=about
        ),
    }
    return makers[kind]()


def described(data: Workspace) -> None:
    """Draw the list of all layers: rows, date, source, how many of them have a commune."""
    lang = language()
    table = pd.DataFrame(
        {
            tr("ownlayers.name"): [one.name for one in data.own],
            tr("about.rows"): [number(len(one.rows), lang) for one in data.own],
            tr("ownpage.placed"): [
                number(int(one.rows["commune_code"].notna().sum()), lang) for one in data.own
            ],
            tr("about.as_of"): [date(one.as_of, lang) for one in data.own],
            tr("ownlayers.source"): [
                one.source or one.source_url.removeprefix("file:") or no_data(lang)
                for one in data.own
            ],
        }
    )
    st.dataframe(table, hide_index=True, alt=plain(tr("ownpage.list")), height="content")
