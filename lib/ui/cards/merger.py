"""The card and the downloads of the page on before and after the merger."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.language.text import Lang, number
from lib.layers.browser import Note
from lib.layers.looks.paints import class_key
from lib.layers.registry import LAYERS
from lib.places import merger
from lib.reports.cards.card import Card, fact, row_of, source_of
from lib.reports.cards.places import commune_title
from lib.tables.facts import data_date
from lib.tables.glossary import value_label
from lib.ui.card import show_card
from lib.ui.downloads import table_row
from lib.ui.maps.legend import ClassLegend, show_classes
from lib.ui.maps.styles import MOST_UNITS
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


def merger_card(data: Workspace, rows: pd.DataFrame, code: str) -> None:
    """Draw what commune `code` was made of: each former unit with its place and part.

    Parameters
    ----------
    rows : DataFrame
        Every commune, of `lib.places.merger.merged`.
    """
    lang = language()
    row = row_of(rows, "code", code)
    former = data.tables["former_units"]
    units = former[former["new_code"] == code].to_dict("records")
    names = _names(data)
    say = partial(fact, lang=lang)
    law = source_of(units[0], lang, tr("cards.table_479"))
    basis = tr("mergerpage.clause", clause=_clauses(units))
    facts = [
        say("mergerpage.basis_label", basis, None, law, strong=True),
        *(
            say("mergerpage.unit", _unit(data, unit, names), None, law, label=_name(unit))
            for unit in units
        ),
    ]
    same = merger.namesakes(code, data.communes, former)
    if len(same):
        told = [
            tr(
                "mergerpage.namesake",
                unit=_name(unit),
                district=unit["district"],
                now=names[unit["new_code"]],
            )
            for unit in same.to_dict("records")
        ]
        facts.append(say("mergerpage.namesakes", "; ".join(told), None, law))
    ended = merger.ended_in(code, former, data.tables["ended_units"]).to_dict("records")
    if ended:
        older = [
            tr(
                "mergerpage.older_unit",
                unit=_name(one),
                district=one["district"],
                by=merger.ended_by(one["basis"]) or tr("mergerpage.no_resolution"),
            )
            for one in ended
        ]
        cited = dict.fromkeys(source_of(one, lang) for one in ended)
        facts.append(say("mergerpage.older", "; ".join(older), None, *cited))
    sub = tr(
        "mergerpage.card_sub",
        province=row["former_province"],
        count=number(row["former_units_n"], lang),
    )
    show_card(Card(commune_title(row, lang), sub, tuple(facts), lang, cautions=_cautions(row)))


def _name(unit: Mapping[Any, Any]) -> str:
    return f"{unit['kind']} {unit['name']}"


def _names(data: Workspace) -> dict[str, str]:
    communes = data.communes
    full = communes["kind"] + " " + communes["name"]
    return dict(zip(communes["code"], full, strict=True))


def _clauses(units: Sequence[Mapping[Any, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(unit["clause"]) for unit in units))


def _unit(data: Workspace, unit: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """Return where a former unit was, whether all of it came, and where the rest went."""
    given = {
        "district": unit["district"],
        "province": unit["province"],
        "part": value_label("part", unit["part"], language()),
    }
    code, new = str(unit["former_code"]), str(unit["new_code"])
    others = merger.rest_of(code, new, data.tables["former_units"])
    if not others:
        return tr("mergerpage.unit", **given)
    rest = ", ".join(names[other] for other in others)
    return tr("mergerpage.unit_rest", **given, others=rest)


def _cautions(row: Mapping[str, Any]) -> tuple[str, ...]:
    kept = (tr("mergerpage.kept_caution", name=row["name"]),) if row["kept"] else ()
    return (*kept, tr("mergerpage.split_caution")) if row["split"] else kept


@st.cache_resource(max_entries=4, show_spinner=False)
def _origins(
    snapshot_id: str,  # noqa: ARG001 - the key of the cache
    _former: pd.DataFrame,
    lang: Lang,
) -> dict[str, str]:
    return merger.origins(_former, lang)


def table_of(snapshot_id: str, rows: pd.DataFrame, former: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the words the table on the screen shows."""
    lang = language()
    made = _origins(snapshot_id, former, lang)
    marks = [
        "; ".join(
            tr(key)
            for key, said in (("mergerpage.mark_kept", kept), ("mergerpage.mark_split", split))
            if said
        )
        for kept, split in zip(rows["kept"], rows["split"], strict=True)
    ]
    return rows.assign(
        full_name=[
            f"{name} ({value_label('commune_kind', kind, lang)})"
            for name, kind in zip(rows["name"], rows["kind"], strict=True)
        ],
        origin=rows["code"].map(made),
        marks=marks,
    )


def old_names(data: Workspace) -> Note:
    """Return what the map says of a commune that is pointed at: the units it was made of."""
    made = _origins(data.manifest.snapshot_id, data.tables["former_units"], language())
    return Note(tr("mergerpage.made_of"), made, tr("common.no_data"), lasting=True)


def legend(listed: pd.DataFrame) -> None:
    """Draw the classes of communes by the number of former units in them.

    Parameters
    ----------
    listed : DataFrame
        The communes in view, of `lib.places.merger.merged`.
    """
    lang = language()
    counts = listed["former_units_n"].clip(upper=MOST_UNITS).value_counts()
    rows = []
    for units in range(1, MOST_UNITS + 1):
        key = "mergerpage.class_most" if units == MOST_UNITS else "mergerpage.class_units"
        words = tr(key, count=number(units, lang))
        rows.append((class_key(units - 1), words, int(counts.get(units, 0))))
    note = tr("mergerpage.class_split") if listed["split"].any() else ""
    show_classes(LAYERS["communes"], ClassLegend(tr("mergerpage.class_title"), rows, note))


def downloads(data: Workspace, listed: pd.DataFrame, filters: str) -> None:
    """Draw the downloads of the table of changes: exactly the communes in view."""
    lang = language()
    former = data.tables["former_units"]
    about = merger.notes(former, data_date=data_date(former), filters=filters, lang=lang)
    table_row(
        lambda: merger.taken_away(listed, former, lang),
        about,
        file=tr("mergerpage.file"),
        sheet=tr("mergerpage.sheet"),
    )
