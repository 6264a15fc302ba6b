"""Tables of the page *before and after the merger*: which commune was made of which units.

Everything follows from the table of the resolution and the list of
the communes. No area is computed: lines of former units are reconstructed,
150 m off or more, and the resolution names no line inside a unit it split.
"""

from collections.abc import Mapping

import pandas as pd
import shapely

from lib.language.text import Lang, date, same_spelling, sort_key, t
from lib.places import names as merger
from lib.tables.glossary import label, value_label


def merged(communes: pd.DataFrame, former_units: pd.DataFrame) -> pd.DataFrame:
    """Return what each commune of today was made of, in alphabetical order.

    Parameters
    ----------
    communes : DataFrame
        The communes; a geometry is not looked at.

    Returns
    -------
    DataFrame
        ``code``, ``name``, ``kind``, ``former_province`` and ``commune_codes``
        (its own code, for the filter), the columns of `composition` and
        ``kept`` (True if it has the name of a former unit inside it and is not
        just that unit).
    """
    columns = ["code", "name", "kind", "former_province"]
    made = composition(former_units).rename(columns={"new_code": "code"})
    rows = pd.DataFrame(communes[columns]).merge(made, on="code", validate="one_to_one")
    kept = _kept(communes, former_units)
    rows["kept"] = rows["code"].isin(kept)
    rows["commune_codes"] = [(code,) for code in rows["code"]]
    return rows.sort_values("name", key=lambda names: names.map(sort_key)).reset_index(drop=True)


def composition(former_units: pd.DataFrame) -> pd.DataFrame:
    """Return what each new commune was made of.

    Returns
    -------
    pandas.DataFrame
        One row a new commune: ``new_code``, ``former_units_n``,
        ``former_names``, ``districts``, ``districts_n``, ``provinces``,
        ``provinces_n`` (names joined by ``; ``) and ``split`` (True if a
        former unit came only in part).
    """
    units = former_units.assign(full_name=merger.full_names(former_units))
    grouped = units.groupby("new_code", sort=True)
    table = pd.DataFrame(
        {
            "former_units_n": grouped["former_code"].nunique(),
            "former_names": grouped["full_name"].agg(_joined),
            "districts": grouped["district"].agg(_joined),
            "districts_n": grouped["district"].nunique(),
            "provinces": grouped["province"].agg(_joined),
            "provinces_n": grouped["province"].nunique(),
            "split": grouped["part"].agg(lambda part: bool((part == "part").any())),
        }
    )
    return table.reset_index()


def _joined(names: pd.Series) -> str:
    return "; ".join(names.drop_duplicates())


def _kept(communes: pd.DataFrame, former_units: pd.DataFrame) -> set[str]:
    """Return the communes that have the name of a unit inside them and are more, or less, of it."""
    spelling = {
        c: same_spelling(n) for c, n in zip(communes["code"], communes["name"], strict=True)
    }
    names = former_units["name"].map(same_spelling)
    namesake = former_units.loc[names == former_units["new_code"].map(spelling), "new_code"]
    alone = former_units.groupby("new_code")["former_code"].transform("nunique") == 1
    unchanged = former_units.loc[alone & (former_units["part"] == "whole"), "new_code"]
    return set(namesake) - set(unchanged)


def district_tints(former_units: pd.DataFrame, tints: int) -> dict[str, int]:
    """Return code of a former unit -> number of a tint below `tints`, one for each district.

    Districts with neighbouring units, by the net of triangles between their label points
    (``lat``, ``lon``), have different tints as long as there are enough.
    """
    units = former_units.drop_duplicates("former_code").dropna(subset=["lat", "lon"])
    districts = (units["province"] + "/" + units["district"]).tolist()
    points = units[["lon", "lat"]].to_numpy(float).tolist()
    at = dict(zip(map(tuple, points), districts, strict=True))
    net = shapely.delaunay_triangles(shapely.MultiPoint(points), only_edges=True)
    beside: dict[str, set[str]] = {name: set() for name in districts}
    for start, end in shapely.get_coordinates(shapely.get_parts(net)).reshape(-1, 2, 2):
        one, other = at[tuple(start)], at[tuple(end)]
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    given: dict[str, int] = {}
    for name in sorted(beside, key=lambda name: (-len(beside[name]), name)):
        taken = {given[other] for other in beside[name] if other in given}
        free = [tint for tint in range(tints) if tint not in taken]
        given[name] = free[0] if free else 0
    return dict(zip(units["former_code"], (given[name] for name in districts), strict=True))


def split_units(former_units: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the units that went to more than one commune."""
    return former_units[former_units["part"] == "part"]


def origins(former_units: pd.DataFrame, lang: Lang = "vi") -> dict[str, str]:
    """Return code of a commune -> its former units: ``Huyện A: xã B, xã C; Huyện D: …``."""
    of_part = t("cards.part", lang)
    columns = ("new_code", "district", "kind", "name", "part")
    made: dict[str, dict[str, list[str]]] = {}
    for code, district, kind, name, part in zip(*(former_units[c] for c in columns), strict=True):
        unit = f"{kind} {name}{of_part if part == 'part' else ''}"
        made.setdefault(str(code), {}).setdefault(district, []).append(unit)
    return {
        code: "; ".join(f"{district}: {', '.join(names)}" for district, names in places.items())
        for code, places in made.items()
    }


def rest_of(former_code: str, code: str, former_units: pd.DataFrame) -> tuple[str, ...]:
    """Return the codes of the communes that got the other parts of a former unit."""
    return tuple(new for new in merger.became(former_code, former_units) if new != code)


def namesakes(code: str, communes: pd.DataFrame, former_units: pd.DataFrame) -> pd.DataFrame:
    """Return the former units with the name of commune `code` that are not in it.

    Somebody who says the name of today may mean one of these.
    """
    name = same_spelling(str(communes.set_index("code")["name"][code]))
    own = set(former_units.loc[former_units["new_code"] == code, "former_code"])
    same = former_units["name"].map(same_spelling) == name
    return former_units[same & ~former_units["former_code"].isin(own)]


def ended_in(code: str, former_units: pd.DataFrame, ended: pd.DataFrame) -> pd.DataFrame:
    """Return the names that ended before 2025 inside a former unit that went whole to `code`."""
    own = former_units[(former_units["new_code"] == code) & (former_units["part"] == "whole")]
    return ended[ended["successor_code"].isin(own["former_code"])]


def ended_by(basis: str) -> str:
    """Return the resolution that ended a unit, as its `basis` cites it; empty if it cites none."""
    cited = basis.partition("; ")[0]
    return cited if cited.startswith("Nghị quyết") else ""


def taken_away(rows: pd.DataFrame, former_units: pd.DataFrame, lang: Lang = "vi") -> pd.DataFrame:
    """Return the table of changes for export: one row a commune and a former unit.

    Parameters
    ----------
    rows : DataFrame
        The communes in view, of `merged`; their order is kept.

    Returns
    -------
    DataFrame
        Codes and names of both, what went over, the clause, source and date.
    """
    columns = ["code", "name", "kind", "split", "kept"]
    new = rows[columns].rename(columns=lambda name: name if name == "code" else f"new_{name}")
    joined = new.merge(former_units, left_on="code", right_on="new_code", how="left")
    answer = {True: t("mergerpage.yes", lang), False: t("mergerpage.no", lang)}
    given: Mapping[str, pd.Series] = {
        t("mergerpage.column_code", lang): joined["code"],
        t("mergerpage.column_kind", lang): joined["new_kind"].map(
            lambda kind: value_label("commune_kind", kind, lang)
        ),
        t("mergerpage.column_name", lang): joined["new_name"],
        t("mergerpage.column_kept", lang): joined["new_kept"].map(answer),
        t("mergerpage.column_split", lang): joined["new_split"].map(answer),
        label("former_units", "former_code", lang): joined["former_code"],
        t("mergerpage.column_former_kind", lang): joined["kind"].map(
            lambda kind: value_label("unit_kind", kind, lang)
        ),
        t("mergerpage.column_former_name", lang): joined["name"],
        t("mergerpage.column_district", lang): joined["district"],
        t("mergerpage.column_province", lang): joined["province"],
        t("mergerpage.column_part", lang): joined["part"].map(
            lambda part: value_label("part", part, lang)
        ),
        t("mergerpage.column_clause", lang): joined["clause"],
        t("mergerpage.column_source", lang): joined["source_url"],
        t("mergerpage.column_as_of", lang): joined["as_of"].map(lambda day: date(day, lang)),
    }
    return pd.DataFrame(dict(given))


def notes(
    former_units: pd.DataFrame, *, data_date: str, filters: str, lang: Lang = "vi"
) -> dict[str, str]:
    """Return the metadata of the exported table: data date, basis, filter, rules, sources."""
    return {
        "_sheet": t("crosswork.sheet_notes", lang),
        t("crosswork.note_date", lang): date(data_date, lang),
        t("mergerpage.note_basis", lang): t("mergerpage.basis", lang),
        t("mergerpage.note_filter", lang): filters,
        t("mergerpage.note_kept", lang): t("mergerpage.kept_rule", lang),
        t("mergerpage.note_split", lang): t("mergerpage.split_rule", lang),
        t("crosswork.note_sources", lang): ", ".join(former_units["source_url"].unique()),
    }
