"""One cluster in words: what its page, the annex and a brief say of it.

The sentences are those of the card on the screen.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from lib.crossing import words as crosstexts
from lib.language.text import Lang, date, hectares, is_blank, no_data, percent, t
from lib.register import delay
from lib.reports.material import Material, site
from lib.tables.facts import CHECKED, data_date
from lib.tables.glossary import value_label

Row = Mapping[Any, Any]
_DAY: Final = len("2026-10-05")


def row_of(frame: pd.DataFrame, column: str, code: str) -> dict[str, Any]:
    """Return the first row of `frame` with `code` as a mapping, blanks None; empty if none."""
    found = frame.loc[frame[column] == code].to_dict("records")
    return {str(k): None if is_blank(v) else v for k, v in found[0].items()} if found else {}


def fact(label: str, value: str | None, lang: Lang, *, strong: bool = False) -> dict[str, Any]:
    """Return one line of facts; a blank is said in words."""
    if is_blank(value):
        return {"label": label, "value": no_data(lang), "blank": True}
    return {"label": label, "value": value, "strong": strong}


def source_of(row: Row, lang: Lang, name: str = "") -> dict[str, str]:
    """Return the source of a row of facts: its name or host, and its date in words."""
    undated = row["as_of"] == CHECKED
    as_of = (
        t("cards.undated", lang, date=date(CHECKED, lang)) if undated else date(row["as_of"], lang)
    )
    host = site(str(row["source_url"]), lang)
    return {"name": f"{name} ({host})" if name else host, "as_of": as_of}


class Dossier:
    """All that paper says of one cluster.

    Parameters
    ----------
    material : Material
        The data.
    cluster_id : str
        A cluster of the answer.
    """

    def __init__(self, material: Material, cluster_id: str) -> None:
        self.material = material
        self.cluster_id = cluster_id
        self.lang = material.lang
        self.row = row_of(material.summary, "cluster_id", cluster_id)
        self.cluster = row_of(material.clusters, "cluster_id", cluster_id)
        rows = material.answer.rows
        self.rows = rows[rows["cluster_id"] == cluster_id]
        cut = material.answer.cut
        self.verdict = row_of(cut.verdicts, "cluster_id", cluster_id) if cut else {}
        self.pieces = cut.pieces[cut.pieces["cluster_id"] == cluster_id] if cut else None

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.row["cluster_name"])

    @property
    def title(self) -> str:
        """Its name with what it is."""
        if not self.cluster:
            return self.name
        return t("cards.cluster_title", self.lang, name=self.name)

    @property
    def measured(self) -> bool:
        """Whether an outline was cut by the borders."""
        return bool(self.verdict) and self.verdict["tolerance_m"] is not None

    @property
    def measured_rows(self) -> int:
        """How many pieces were measured."""
        return int(self.rows["area_ha"].notna().sum())

    @property
    def sub(self) -> str:
        """The line under its name: kind, code, what is concluded."""
        kind = self.cluster.get("kind")
        words = (
            value_label("cluster_kind", kind, self.lang) if kind else t("reports.sample", self.lang)
        )
        what = t("cards.cluster_sub", self.lang, kind=words, id=self.cluster_id)
        return f"{what} · {self.verdict_words}"

    @property
    def verdict_words(self) -> str:
        """What is concluded."""
        return t(f"crossing.value.verdict.{self.row['verdict']}", self.lang)

    @property
    def lead(self) -> str:
        """The commune that leads and how sure that is, or that a decision is needed."""
        code = self.row["lead"]
        if code is None:
            return t("crossing.value.lead_rule.needs_decision", self.lang)
        state = t(f"crossing.value.lead_state.{self.row['lead_state']}", self.lang)
        return f"{self.material.commune_names.get(code, code)} ({state})"

    @property
    def rule(self) -> str:
        """The rule that names the lead."""
        return t(f"crossing.value.lead_rule.{self.row['lead_rule']}", self.lang)

    @property
    def by_decision(self) -> str:
        """How the documents lead to the new communes, name by name."""
        return crosstexts.by_decision(self.cluster, self.material.tables, self.lang)

    @property
    def by_geometry(self) -> str:
        """What the outline says and why."""
        standing = 0
        if self.pieces is not None:
            standing = int((self.pieces["stands"] & self.pieces["commune_code"].ne("")).sum())
        return crosstexts.by_geometry(self.verdict, standing=standing, lang=self.lang)

    @property
    def decision(self) -> str | None:
        """Number, date and kind of the decision."""
        found = self.cluster.get("decision_no")
        if not found:
            return None
        kind = self.cluster["decision_kind"]
        words = f" ({value_label('decision_kind', kind, self.lang)})" if kind else ""
        return f"{found}, {date(self.cluster['decision_date'], self.lang)}{words}"

    def progress(self) -> list[dict[str, Any]]:
        """Return the facts on time: Land Law, and what a source says with its name."""
        known = data_date(self.material.tables["clusters"])
        on = delay.last_day(known or self.material.manifest.created[:_DAY])
        schedules = delay.of_cluster(self.cluster, on=on, lang=self.lang)
        told = [
            fact(t("reports.delay", self.lang), schedules.land_law, self.lang),
            fact(t("reports.decision_schedule", self.lang), schedules.decision, self.lang),
        ]
        if self.cluster["behind_schedule"] == "yes":
            words = value_label("behind_schedule", "yes", self.lang)
            host = site(str(self.cluster["source_url"]), self.lang)
            said = t("reports.no_document", self.lang, said=words, source=host)
            told.append(fact(t("schemas.column.behind_schedule", self.lang), said, self.lang))
        return told

    def facts(self) -> list[dict[str, Any]]:
        """Return the lines of the page: what is concluded, why, and what a meeting asks."""
        lang = self.lang
        lines = [
            fact(t("cross.verdict", lang), self.verdict_words, lang, strong=True),
            fact(t("cross.lead", lang), self.lead, lang, strong=True),
        ]
        if self.row["lead"] is not None:
            lines.append(fact(t("cross.rule", lang), self.rule, lang))
        if self.cluster:
            change = t(f"schemas.value.change.{self.row['change']}", lang)
            lines += [
                fact(t("cross.change", lang), change, lang),
                fact(t("cross.by_decision", lang), self.by_decision, lang),
            ]
        lines.append(fact(t("cross.by_geometry", lang), self.by_geometry, lang))
        if self.cluster:
            lines += [
                fact(t("cards.area", lang), self._ha("area_ha"), lang),
                fact(t("cards.decision", lang), self.decision, lang),
                fact(t("cards.investor", lang), self.cluster["investor"], lang),
                fact(t("schemas.column.cleared_ha", lang), self._ha("cleared_ha"), lang),
                fact(t("schemas.column.leased_ha", lang), self._ha("leased_ha"), lang),
                fact(t("cards.wastewater", lang), self._wastewater(), lang),
                *self.progress(),
            ]
        if self.row["note"]:
            lines.append(fact(t("schemas.column.note", lang), str(self.row["note"]), lang))
        return lines

    def _ha(self, column: str) -> str | None:
        value = self.cluster[column]
        return None if value is None else hectares(value, self.lang)

    def _wastewater(self) -> str:
        return value_label("wastewater", self.cluster["wastewater"], self.lang)

    def listing(self) -> list[list[str]]:
        """Return the rows of the table of pieces.

        Measured: commune, hectares, range, share, whether it stands, evidence; and
        last the sum. Not measured: commune, *no data*, evidence.
        """
        lang = self.lang
        found = [
            self._piece({str(k): None if is_blank(v) else v for k, v in row.items()})
            for row in self.rows.to_dict("records")
        ]
        if self.measured:
            total = hectares(self.row["measured_ha"], lang)
            share = percent(self.rows["share"].sum(), lang)
            found.append([t("reports.total", lang), total, "", share, "", ""])
        return found

    def _piece(self, row: Row) -> list[str]:
        lang = self.lang
        name = str(row["commune_name"] or no_data(lang))
        code = row["evidence"]
        evidence = t(f"crossing.value.evidence.{code}", lang) if code else no_data(lang)
        if not self.measured:
            return [name, no_data(lang), evidence]
        if row["area_ha"] is None:
            return [name, no_data(lang), "", "", "", evidence]
        between = t(
            "shares.between",
            lang,
            low=hectares(row["area_ha_low"], lang),
            high=hectares(row["area_ha_high"], lang),
        )
        stands = t("shares.yes" if self._stands(row["commune_code"]) else "shares.no", lang)
        share = percent(row["share"], lang)
        return [name, hectares(row["area_ha"], lang), between, share, stands, evidence]

    def _stands(self, code: str | None) -> bool:
        if self.pieces is None:
            return False
        return bool(self.pieces.loc[self.pieces["commune_code"] == (code or ""), "stands"].any())

    def sources(self) -> list[dict[str, str]]:
        """Return the documents and sources: name and date."""
        lang, tables = self.lang, self.material.tables
        if not self.cluster:
            return []
        units = tables["former_units"].iloc[0].to_dict()
        found = [source_of(self.cluster, lang), source_of(units, lang, t("cards.table_479", lang))]
        outline = (
            row_of(tables["outlines"], "cluster_id", self.cluster_id)
            if "outlines" in tables
            else {}
        )
        if outline:
            quality = value_label("outline_quality", outline["outline_quality"], lang)
            found.append(source_of(outline, lang, f"{t('cards.outline', lang)}: {quality}"))
        assigned = tables["assignments"].query("cluster_id == @self.cluster_id")
        for row in assigned.to_dict("records"):
            number_of = row["document_no"]
            name = t(
                "reports.assignment",
                lang,
                status=value_label("assignment_status", row["status"], lang),
                commune=self.material.commune_names.get(row["commune_code"], row["commune_code"]),
                document=t("reports.no_number", lang) if is_blank(number_of) else number_of,
            )
            found.append(source_of(row, lang, name))
        return found
