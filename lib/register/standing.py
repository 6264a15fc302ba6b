"""What is known of each cluster for the forms of the law: yes, no, or not known.

Columns are pandas' ``boolean``: *not known* stays NA through and, or, not. A blank is
never a no; only what a source says, or what follows from it, is.
"""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from lib.language.text import is_blank
from lib.register.period import Period

_FROM_LIST: Final = ("tenants", "tenants_fdi", "tenants_operating", "workers")
"""Figures of a cluster that can be counted in its list of projects."""
MONEY: Final = ("revenue_bn", "budget_bn")
"""Figures of one period, which the list of projects gives too where all say them."""


def counted(clusters: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that count: without those that left the plan."""
    gone = (clusters["legal_status"] == "withdrawn") | (clusters["operation_status"] == "withdrawn")
    kept: pd.DataFrame = clusters[~gone].reset_index(drop=True)
    return kept


def known(tables: Mapping[str, pd.DataFrame], period: Period) -> pd.DataFrame:
    """Return one row a counted cluster with what the forms ask, at the end of a period.

    Parameters
    ----------
    tables : mapping
        ``clusters``; ``projects``, ``milestones`` and ``statements`` where there are any.
    period : Period
        What came after its end does not count.

    Returns
    -------
    DataFrame
        Index ``cluster_id``; the columns of ``clusters``, with the counts of
        `with_projects`; ``is_<what>``: boolean, NA where not known.
    """
    rows = with_projects(counted(tables["clusters"]), tables.get("projects"))
    rows = rows.set_index("cluster_id")
    told = _in_period(rows, "clusters", tables.get("statements"), period)
    listed = _listed_money(tables.get("projects"), tables.get("statements"), period)
    for column in MONEY:
        own = rows[column].astype("Float64").where(told[column])
        of_list = listed[column].reindex(rows.index).where(rows["listed"])
        rows[f"listed_{column}"] = of_list.notna()
        rows[column] = of_list.fillna(own).astype(float)
    found = _axes(rows, period)
    found["detailed_plan"] = _approved(rows, "detailed_plan", tables.get("milestones"), period)
    found["infra_project"] = _approved(rows, "infra_project", None, period)
    found["infra_money"] = _money(rows, found)
    return rows.assign(**{f"is_{name}": values for name, values in found.items()})


def _axes(rows: pd.DataFrame, period: Period) -> dict[str, pd.Series]:
    legal, kind = rows["legal_status"], rows["decision_kind"]
    founding = kind.eq("establish").fillna(value=False) & rows["decision_date"].notna()
    dated = rows["decision_date"].where(founding)
    established = _code(legal, yes=("established",), no=("in_plan",))
    later = _bool(dated.map(period.reached))
    established = established & (later | dated.isna().astype("boolean"))
    operating = _code(rows["operation_status"], yes=("operating",), no=("building", "planned"))
    let = _bool(rows["tenants"].gt(0).where(rows["tenants"].notna()))
    working = operating.fillna(let)
    said = _code(rows["in_plan"], yes=("yes",), no=("no",))
    cluster_type = rows["cluster_type"].where(
        rows["cluster_type"].notna() | rows["kind"].ne("craft_village"), "craft_village"
    )
    plant = _code(rows["wastewater"], yes=("building", "stopped", "operating"), no=("none",))
    clean = _code(rows["wastewater_standard"], yes=("yes",), no=("no",))
    return {
        "in_plan": said.fillna(_code(legal, yes=("in_plan",))),
        "established": established,
        "new": established & _bool(dated.map(period.holds)),
        "enterprise": _code(rows["investor_kind"], yes=("enterprise",), no=("state", "none")),
        "operating": working,
        "active": working | let.fillna(value=False),
        "unfounded": ~established,
        "craft_village": _bool(cluster_type.eq("craft_village").where(cluster_type.notna())),
        "specialised": _bool(cluster_type.eq("specialised").where(cluster_type.notna())),
        "wastewater": plant,
        "clean": clean & plant.fillna(value=True),
    }


def _approved(
    rows: pd.DataFrame, name: str, milestones: pd.DataFrame | None, period: Period
) -> pd.Series:
    """Return whether a plan or project is approved: by number or date, else by its milestone."""
    dated = _bool(rows[f"{name}_date"].map(period.reached))
    numbered = rows[f"{name}_no"].notna().astype("boolean")
    found = dated.fillna(numbered.where(numbered & rows[f"{name}_date"].isna()))
    if milestones is None or milestones.empty:
        return found
    own = milestones[milestones["milestone"] == name].set_index("cluster_id")
    done = own["actual"].map(period.reached)
    # A milestone that is planned and has not come is a no; one nobody planned says nothing.
    done = done.where(own["actual"].notna() | own["planned"].isna(), other=False)
    return found.fillna(_bool(done.reindex(rows.index)))


def _money(rows: pd.DataFrame, found: Mapping[str, pd.Series]) -> pd.Series:
    """Return whether money for infrastructure can be there: not before there is a cluster."""
    stated = rows[["infra_capital_bn", "infra_paid_bn"]].notna().any(axis=1)
    planned = rows["operation_status"].eq("planned").astype("boolean")
    none = ~found["established"] & planned & ~found["infra_project"].fillna(value=False)
    return (found["infra_project"] | stated.astype("boolean")).where(~none | stated, other=False)


def with_projects(clusters: pd.DataFrame, projects: pd.DataFrame | None) -> pd.DataFrame:
    """Return the clusters with the counts of their list of projects where it is complete.

    A list is complete if it has at least as many projects as the cluster says, or the
    cluster says no number. Of a figure that a project of the list lacks, the stated one holds.

    Returns
    -------
    DataFrame
        `clusters` with ``tenants``, ``tenants_fdi``, ``tenants_operating`` and ``workers``;
        ``listed`` says whether the list gave ``tenants``. Without either, ``enterprises`` does.
    """
    rows = clusters.assign(listed=False)
    if projects is not None and not projects.empty:
        counts = _counts(projects).reindex(rows["cluster_id"]).reset_index(drop=True)
        whole = counts["tenants"].notna() & ~(counts["tenants"] < rows["tenants"]).fillna(
            value=False
        )
        for name in _FROM_LIST:
            own = rows[name].astype("Float64")
            rows[name] = counts[name].where(whole & counts[name].notna(), own)
        rows["listed"] = whole.astype(bool)
    rows["tenants"] = (
        rows["tenants"].astype("Float64").fillna(rows["enterprises"].astype("Float64"))
    )
    return rows


def _counts(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each cluster's projects; NA where one of them lacks the answer."""
    frame = pd.DataFrame(
        {
            "cluster_id": projects["cluster_id"],
            "tenants": 1.0,
            "tenants_fdi": projects["fdi"].eq("yes").astype(float).where(projects["fdi"].notna()),
            "tenants_operating": projects["state"]
            .eq("operating")
            .astype(float)
            .where(projects["state"].notna()),
            "workers": projects["workers"].astype("Float64").astype(float),
        }
    )
    groups = frame.groupby("cluster_id")
    whole = groups.count().eq(groups.size(), axis=0)
    return groups.sum().where(whole).astype("Float64")


def _listed_money(
    projects: pd.DataFrame | None, statements: pd.DataFrame | None, period: Period
) -> pd.DataFrame:
    """Return the sums over the projects of each cluster; NA where one lacks the figure."""
    if projects is None or projects.empty:
        return pd.DataFrame(columns=list(MONEY), dtype="Float64")
    own = projects.set_index("project_id")
    told = _in_period(own, "projects", statements, period)
    known = pd.DataFrame({n: own[n].astype("Float64").where(told[n]) for n in MONEY})
    groups = known.groupby(own["cluster_id"])
    return groups.sum().where(groups.count().eq(groups.size(), axis=0)).astype("Float64")


def _in_period(
    rows: pd.DataFrame, table: str, statements: pd.DataFrame | None, period: Period
) -> pd.DataFrame:
    """Return whether a figure of a period can be of this one: it is not older than its start.

    One of the last day of the first half is that of the half year, none of the year.
    """
    dates = {name: rows["as_of"].copy() for name in MONEY}
    if statements is not None and not statements.empty:
        own = statements[(statements["table"] == table) & (statements["state"] == "in_use")]
        for name, dated in dates.items():
            said = own[own["field"] == name].drop_duplicates("id", keep="last").set_index("id")
            dates[name] = said["as_of"].reindex(rows.index).fillna(dated)
    return pd.DataFrame(
        {name: dated.map(lambda day: _not_before(day, period)) for name, dated in dates.items()}
    )


def _not_before(day: object, period: Period) -> bool:
    if not is_blank(day) and str(day) == period.half_end.isoformat() != period.end.isoformat():
        return False
    return is_blank(day) or period.holds(day) is not False or period.reached(day) is False


def _code(values: pd.Series, yes: tuple[str, ...], no: tuple[str, ...] = ()) -> pd.Series:
    said = values.isin(yes).astype("boolean")
    return said.where(values.isin((*yes, *no)))


def _bool(values: pd.Series) -> pd.Series:
    return pd.Series(
        pd.array([pd.NA if is_blank(v) else bool(v) for v in values], dtype="boolean"),
        index=values.index,
    )
