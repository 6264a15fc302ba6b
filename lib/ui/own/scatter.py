"""Two numbers of the communes beside each other: one point a commune, with its name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from lib.language.text import is_blank, number
from lib.layers.own.look import Look, by_commune
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES
from lib.tables.ownlayers import OwnLayer
from lib.tables.palette import COLOURS
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_DECIMALS: Final = 2
_DOT: Final = 70
_WIDE: Final = 0.1
_HIGH: Final = 0.05
"""Room of a name, as a share of the chart's width and height."""


@dataclass(frozen=True)
class _Number:
    """A number by commune: its words, and how it is found."""

    words: str
    values: Callable[[], pd.Series]


def _numbers(data: Workspace) -> dict[str, _Number]:
    """Return every number by commune: of the communes, of clusters, of power, of own layers."""
    rows = data.commune_rows.set_index("code")
    found = {
        "population": _Number(tr("pages.population"), lambda: rows["population"].astype(float)),
        "area": _Number(tr("ownpage.area_km2"), lambda: rows["area_km2"].astype(float)),
        "clusters": _Number(tr("pages.clusters_count"), partial(_of_clusters, data, "")),
        "cluster_ha": _Number(tr("ownpage.cluster_ha"), partial(_of_clusters, data, "area_ha")),
        "workers": _Number(tr("ownpage.cluster_workers"), partial(_of_clusters, data, "workers")),
    }
    communes = data.gaps_on_record.communes.set_index("commune_code")
    for key in MEASURES:
        if key in communes and communes[key].notna().any():
            words = gapwords.measure_name(key, language())
            found[f"m-{key}"] = _Number(words, partial(communes[key].astype, float))
    for layer in data.own:
        found |= _of_layer(layer)
    return found


def _of_clusters(data: Workspace, column: str) -> pd.Series:
    """Return commune -> count of its clusters, or the sum of a column of those in it alone."""
    clusters = data.clusters
    if column and column not in clusters:
        return pd.Series(dtype=float)
    alone = clusters[clusters["commune_codes"].map(len) == 1] if column else clusters
    of = alone.explode("commune_codes")
    if not column:
        return of["commune_codes"].value_counts().astype(float)
    return of[column].astype(float).groupby(of["commune_codes"]).sum(min_count=1)


def _of_layer(layer: OwnLayer) -> dict[str, _Number]:
    every = pd.Series(data=True, index=layer.rows.index)
    looks = [Look("count"), *(Look("sum", name) for name in layer.quantities)]
    return {
        f"{layer.layer_id}-{look.code(layer)}": _Number(
            f"{layer.name}: {tr(f'ownpage.look_{look.kind}', column=look.column)}",
            partial(by_commune, layer, look, every),
        )
        for look in looks
    }


def two(data: Workspace, selected: str) -> None:
    """Draw two numbers chosen of all; a click on a point chooses its commune on the map."""
    numbers = _numbers(data)
    keys = list(numbers)
    left, right = st.columns(2)
    picked = []
    for place, side in enumerate((left, right)):
        with side:
            picked.append(
                st.selectbox(
                    tr("ownpage.across" if place == 0 else "ownpage.up"),
                    keys,
                    index=min(place, len(keys) - 1),
                    format_func=lambda key: numbers[key].words,
                    key=f"own-two-{place}",
                )
            )
    x, y = (numbers[key] for key in picked)
    table = pd.DataFrame({"x": x.values(), "y": y.values()}).reindex(list(data.commune_names))
    known = table.dropna()
    st.caption(
        tr(
            "ownpage.two_known",
            known=number(len(known), language()),
            total=number(len(table), language()),
        )
    )
    if known.empty:
        return
    known = known.assign(code=known.index, name=[data.commune_names[c] for c in known.index])
    for axis in ("x", "y"):
        known[f"{axis}_said"] = [_said(value) for value in known[axis]]
    _draw(known, x.words, y.words, selected)


def _said(value: float) -> str:
    return number(value, language(), 0 if float(value).is_integer() else _DECIMALS)


def _axis() -> alt.Axis:
    """Return an axis with its figures written the reader's way."""
    if language() == "en":
        return alt.Axis()
    swapped = "replace(replace(replace(datum.label, /,/g, '_'), /[.]/g, ','), /_/g, '.')"
    return alt.Axis(labelExpr=swapped)


def _apart(known: pd.DataFrame) -> list[str]:
    """Return the communes whose names have room, those farthest from the middle first."""
    spread = known[["x", "y"]].max() - known[["x", "y"]].min()
    at = (known[["x", "y"]] - known[["x", "y"]].min()) / spread.where(spread > 0, 1)
    far = ((at - at.median()) ** 2).sum(axis=1).sort_values(ascending=False)
    taken: list[tuple[float, float]] = []
    named = []
    for code in far.index:
        x, y = at.loc[code, "x"], at.loc[code, "y"]
        if all(abs(x - a) > _WIDE or abs(y - b) > _HIGH for a, b in taken):
            taken.append((x, y))
            named.append(str(code))
    return named


def _draw(known: pd.DataFrame, x: str, y: str, selected: str) -> None:
    pick = alt.selection_point(name="commune", fields=["code"], on="click", empty=False)
    known = known.assign(chosen=known["code"] == selected)
    base = alt.Chart(known).encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(zero=False), axis=_axis()),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(zero=False), axis=_axis()),
        tooltip=[
            alt.Tooltip("name:N", title=tr("ownpage.commune")),
            alt.Tooltip("x_said:N", title=x),
            alt.Tooltip("y_said:N", title=y),
        ],
    )
    colour = alt.condition(alt.datum.chosen, alt.value("#D55E00"), alt.value(COLOURS["accent"]))
    points = base.mark_circle(size=_DOT, opacity=0.8).encode(color=colour).add_params(pick)
    apart = known["chosen"] | known["code"].isin(_apart(known))
    named = base.mark_text(align="left", dx=6, fontSize=11).encode(text="name:N")
    named = named.properties(data=known[apart])
    event = st.altair_chart(
        (points + named).properties(height=360),
        key="own-two",
        on_select="rerun",
        selection_mode="commune",
    )
    chosen = event["selection"].get("commune", [])
    code = str(chosen[0].get("code", "")) if chosen else ""
    if code and code != selected and st.session_state.get("_own_two") != code:
        st.session_state["_own_two"] = code
        state.select(f"communes:{code}")
        st.rerun()
    if is_blank(code):
        st.session_state.pop("_own_two", None)
