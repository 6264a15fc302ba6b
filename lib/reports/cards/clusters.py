"""Card of one cluster: what is concluded, what is on record, its pieces."""

from dataclasses import replace
from functools import cached_property, partial
from typing import Final

from lib.crossing import words as crosstexts
from lib.language.text import Lang, hectares, is_blank, no_data, percent, t
from lib.layers.target import Target
from lib.reports.cards.card import Card, Fact, Row, fact, row_of, source_of
from lib.reports.cards.conclusions import conclusion_facts
from lib.reports.cards.head import cluster_head, communes_of
from lib.reports.cards.known import Known
from lib.reports.cards.lead import assigned, named_by, rule_words
from lib.reports.cards.log import log_facts
from lib.reports.cards.material import Material
from lib.reports.cards.own import own_card
from lib.reports.cards.places import (
    commune_card,
    country_card,
    place_told,
    station_card,
    weak_card,
)
from lib.reports.cards.projects import project_card
from lib.reports.cards.recorded import named, recorded
from lib.tables.glossary import value_label

_COLUMNS: Final = ("commune", "area", "range", "share", "stands")


def card_of(known: Known, target: Target, lang: Lang) -> Card:
    """Return the card of what is selected; of a cluster with what is concluded, given an answer.

    Parameters
    ----------
    known : Known
        The data; a `Material` has the answer of clusters on two communes too.
    target : Target
        A feature of a layer, known to be there.
    """
    if target.layer_id == "clusters" and isinstance(known, Material):
        return Dossier(known, target.code).card
    if target.layer_id == "communes" and isinstance(known, Material):
        card = commune_card(known, target.code, lang)
        return replace(card, facts=(*card.facts, *log_facts(known.log, target.code, lang)))
    cards = {
        "clusters": cluster_card,
        "weak": weak_card,
        "substations": station_card,
        "country": country_card,
        "projects": project_card,
        "own-areas": own_card,
        "own-lines": own_card,
        "own-points": own_card,
    }
    return cards.get(target.layer_id, commune_card)(known, target.code, lang)


def cluster_card(known: Known, cluster_id: str, lang: Lang) -> Card:
    """Return the card of a cluster of the register: what is on record, nothing concluded."""
    cluster = row_of(known.clusters, "cluster_id", cluster_id)
    told = place_told(cluster)
    return Card(
        *named(cluster, lang),
        (*conclusion_facts(known, "cluster_id", cluster_id, lang), *recorded(known, cluster, lang)),
        lang,
        note=str(cluster["note"] or ""),
        cautions=(t(told, lang),) if told else (),
    )


class Dossier:
    """Conclusions on one cluster with their reasons, beside what is on record.

    Parameters
    ----------
    cluster_id : str
        A cluster of the answer: of the register, or a sample.
    """

    def __init__(self, material: Material, cluster_id: str) -> None:
        self.material = material
        self.cluster_id = cluster_id
        self.lang = material.lang
        self.row = row_of(material.summary, "cluster_id", cluster_id)
        self.cluster = row_of(material.clusters, "cluster_id", cluster_id)
        self.rows = material.answer.rows.query("cluster_id == @cluster_id")
        cut = material.answer.cut
        self.verdict = row_of(cut.verdicts, "cluster_id", cluster_id) if cut else {}
        self.pieces = cut.pieces[cut.pieces["cluster_id"] == cluster_id] if cut else None

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.row["cluster_name"])

    @property
    def measured(self) -> bool:
        """Whether an outline was cut by the borders."""
        return bool(self.verdict) and self.verdict["tolerance_m"] is not None

    @property
    def measured_rows(self) -> int:
        """Number of measured pieces."""
        return int(self.rows["area_ha"].notna().sum())

    @property
    def verdict_words(self) -> str:
        """Verdict in words."""
        return t(f"crossing.value.verdict.{self.row['verdict']}", self.lang)

    @property
    def lead(self) -> str:
        """The commune that leads and how sure that is, or that a decision is needed."""
        return crosstexts.lead_words(self.row, self.material.commune_names, self.lang)

    @property
    def rule(self) -> str:
        """The rule that names the lead; of an assignment its document or its day."""
        return rule_words(self.material, self.row, self.lang)

    @property
    def by_geometry(self) -> str:
        """Verdict of the outline and its reason in words."""
        quality = self.cluster.get("outline_quality")
        if not self.verdict and quality not in {None, "none"}:
            key = "crossing.schematic" if self.material.schematic else "crossing.outline_elsewhere"
            return t(key, self.lang, quality=value_label("outline_quality", quality, self.lang))
        standing = 0
        if self.pieces is not None:
            standing = int((self.pieces["stands"] & self.pieces["commune_code"].ne("")).sum())
        return crosstexts.by_geometry(self.verdict, standing=standing, lang=self.lang)

    @cached_property
    def card(self) -> Card:
        """The card: what is concluded and why, then what is on record."""
        lang = self.lang
        sample = (t("cross.sample", lang),) if self.row["sample"] else ()
        if not self.cluster:
            sub = t("cards.cluster_sub", lang, kind=t("reports.sample", lang), id=self.cluster_id)
            told = tuple(self._concluded())
            return Card(self.name, sub, told, lang, cautions=sample, head=self._head())
        card = cluster_card(self.material, self.cluster_id, lang)
        facts = (*self._concluded(), *card.facts)
        cautions = (*sample, *card.cautions)
        return replace(card, facts=facts, cautions=cautions, head=self._head())

    def _head(self) -> tuple[Fact, ...]:
        rows = self.rows.dropna(subset=["commune_code"]).to_dict("records")
        return cluster_head(self.material, self.row, self.cluster, rows, self.lang)

    def _concluded(self) -> list[Fact]:
        """Return what is concluded, by which rule, and both kinds of evidence."""
        lang, row, note = self.lang, self.row, str(self.row["note"] or "")
        say = partial(fact, lang=lang)
        named = [] if row["lead"] is None else [row["lead"]]
        leads = communes_of(named, self.material.commune_names)
        told = [
            say(
                "cross.lead",
                self.lead,
                None,
                *assigned(self.material, self.cluster_id, lang),
                strong=True,
                places=leads,
            ),
        ]
        if row["lead"] is not None:
            told.append(say("cross.rule", row["lead_rule"], self.rule))
        if self.cluster:
            tables = self.material.tables
            law = tables["former_units"].iloc[0].to_dict()
            sources = (
                source_of(self.cluster, lang),
                source_of(law, lang, t("cards.table_479", lang)),
            )
            change = t(f"schemas.value.change.{row['change']}", lang)
            steps = crosstexts.by_decision(self.cluster, tables, lang)
            told += [
                say("cross.change", row["change"], change),
                say("cross.by_decision", steps, None, *sources, label=named_by(self.cluster, lang)),
            ]
        told.append(say("cross.by_geometry", self.by_geometry))
        if row["evidence"] == "both":
            told.append(say("cross.agree", note or t("crossing.agree", lang)))
        elif note:
            told.append(say("schemas.column.note", note))
        return told

    def head(self) -> list[str]:
        """Return the headings of `listing`."""
        columns = _COLUMNS if self.measured else _COLUMNS[:2]
        return [*(t(f"shares.{n}", self.lang) for n in columns), t("reports.evidence", self.lang)]

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
