"""Forms 01 and 02 of Circular 14/2024/TT-BCT: what each row is of, whose form it is, what is known.

Form 01 is of one project of a firm in a cluster, form 02 of the infrastructure of one cluster.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from lib.language.errors import WrongUseError
from lib.language.text import Lang, is_blank, t
from lib.register.period import Period, period_of
from lib.tables.statements.derive import SILENT
from lib.tables.statements.say import said

Form = Literal["01", "02"]
_CODE: Final = re.compile(r"(0[12])/([^/\s]{1,32})/(20\d\d(?:-H1)?)(?:/(\S.{0,199}))?")


@dataclass(frozen=True)
class Line:
    """One row of a form.

    Parameters
    ----------
    tt : str
        Its number.
    unit : str
        ``lawform.unit_<unit>``; ``flag`` is 1 or 0.
    column : str
        Of ``projects`` in form 01, of ``clusters`` in form 02; empty for what is computed.
    flow : bool
        It is of the period alone: the figure of another period is none of this one.
    yes, no : tuple of str
        Codes a flag means, the one that is written first.
    """

    tt: str
    unit: str
    column: str = ""
    flow: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    @property
    def digits(self) -> int:
        """Decimals the figure is shown with."""
        return 2 if self.unit in ("bn", "ha", "income") else 1 if self.unit == "pct" else 0


LINES: Final[Mapping[Form, tuple[Line, ...]]] = {
    "01": (
        Line("1", "bn", "revenue_bn", flow=True),
        Line("2", "bn", "budget_bn", flow=True),
        Line("3", "person", "workers"),
        Line("4", "income", "income_mn", flow=True),
    ),
    "02": (
        Line("1", "bn", "infra_capital_bn"),
        Line("2", "bn", "infra_paid_bn"),
        Line("3", "ha", "infra_ready_ha"),
        Line("4", "ha", "leased_ha"),
        Line("5", "pct"),
        Line("6", "project", "tenants"),
        Line("7", "project", "tenants_fdi"),
        Line("8", "project", "tenants_operating"),
        Line("9", "bn", "infra_revenue_bn", flow=True),
        Line("10", "bn", "infra_budget_bn", flow=True),
        Line("11", "person", "infra_workers"),
        Line("12", "income", "infra_income_mn", flow=True),
        Line(
            "13",
            "flag",
            "wastewater",
            yes=("building", "operating", "stopped"),
            no=("none",),
        ),
        Line("14", "flag", "wastewater_standard", yes=("yes",), no=("no",)),
    ),
}
FILL: Final = "5"
"""The row of form 02 that is computed: leased of industrial land."""


def label(form: Form, tt: str, lang: Lang = "vi") -> str:
    """Return the words of a row in the form."""
    row = f"{form}_{tt}"
    return t(f"lawform.form{row}", lang)


@dataclass(frozen=True)
class Subject:
    """Whose form it is, and of which period.

    Parameters
    ----------
    project_id : str
        Of form 01; empty for a firm the register does not list yet.
    """

    form: Form
    cluster_id: str
    period: Period
    project_id: str = ""

    @property
    def code(self) -> str:
        """What stands on the form, by which it is known again: ``02/PT-002/2026-H1``."""
        parts = (self.form, self.cluster_id, self.period.name, self.project_id)
        return "/".join(filter(None, parts))

    @property
    def row(self) -> tuple[str, str]:
        """Table and key of the row it is about; an empty key for a firm that is not listed."""
        if self.form == "01":
            return "projects", self.project_id
        return "clusters", self.cluster_id


def subject_of(code: str) -> Subject | None:
    """Return whose form a code says it is; None if it is no code of a form."""
    found = _CODE.fullmatch(code.strip())
    if found is None or (found[1] == "02" and found[4]):
        return None
    form: Form = "01" if found[1] == "01" else "02"
    return Subject(form, found[2], period_of(found[3]), found[4] or "")


def require(tables: Mapping[str, pd.DataFrame], subject: Subject) -> None:
    """Refuse a form of a cluster or a project that is not in the register.

    Raises
    ------
    WrongUseError
        There is none, or the project is in another cluster.
    """
    if subject.cluster_id not in set(tables["clusters"]["cluster_id"]):
        raise WrongUseError("clusterreport.unknown", value=subject.cluster_id)
    if subject.project_id and subject.project_id not in listed(tables, subject.cluster_id):
        raise WrongUseError(
            "lawform.no_project", value=subject.project_id, cluster=subject.cluster_id
        )


def listed(tables: Mapping[str, pd.DataFrame], cluster_id: str) -> list[str]:
    """Return the projects the register lists in a cluster, in its order."""
    rows = tables.get("projects")
    if rows is None:
        return []
    return [str(code) for code in rows.loc[rows["cluster_id"] == cluster_id, "project_id"]]


def known_values(tables: Mapping[str, pd.DataFrame], subject: Subject) -> dict[str, object]:
    """Return row of the form -> value in use, as its table has it; None where it is not known.

    A figure of a period is known if it was said to be of the end of this very one.
    """
    table, row_id = subject.row
    if not row_id:
        return {line.tt: None for line in LINES[subject.form]}
    told = said(tables, table, row_id)
    end = subject.period.end.isoformat()
    found: dict[str, object] = {}
    for line in LINES[subject.form]:
        one = told.get(line.column)
        value = None if one is None or is_blank(one.value) or one.value in SILENT else one.value
        of_period = one is not None and (not line.flow or one.as_of == end)
        found[line.tt] = value if of_period else None
    if subject.form == "02":
        land = told["industrial_land_ha"].value
        leased = found["4"]
        if not is_blank(land) and not is_blank(leased) and float(str(land)) > 0:
            found[FILL] = 100 * float(str(leased)) / float(str(land))
    return found
