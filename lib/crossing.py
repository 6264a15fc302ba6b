"""Which clusters lie on two or more communes: verdict, evidence, lead.

Two kinds of evidence stand side by side. A written decision names former
communes, which the merger turned into new ones; an outline of known accuracy is
cut by the borders. A decision outranks geometry, and a disagreement is told.

By geometry, with T = 2·√(s_outline² + s_border²) (error propagation; the mean
square errors of Vietnamese topographic maps, see the notes on tolerances):

- `cross_commune`: two or more pieces inside communes stand. A piece stands if
  something is left after shrinking it by T/2: it is its width that counts, not
  its share.
- `within`: the outline lies in one commune and no border of it comes within T.
- `undetermined`: everything else. Land outside the province is a row of its own
  and, as its border is within T, never leaves a cluster `within`.

A larger T makes pieces fall and borders come near, so it can only take a
verdict away, never make one.

The lead is proposed by the commune with the larger area, the model rule of the
neighbouring province (Lào Cai, Decision 16/2026/QĐ-UBND, art. 14.3). Phú Thọ's
own rule (Decision 64/2025/QĐ-UBND) could not be read; when it is, it replaces
this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from lib.borders import CommuneIndex, on_globe
from lib.crs import STORAGE_CRS
from lib.outlines import check_outlines, unmeasured
from lib.pieces import measure
from lib.text import Lang, t

Verdict = Literal["cross_commune", "within", "undetermined"]

SURVEYED_M: Final = 0.5
"""Accuracy of an outline from a surveyed VN-2000 table, metres."""

M2_PER_HA: Final = 10_000.0

COLUMNS: Final = (
    "cluster_id",
    "cluster_name",
    "commune_code",
    "commune_name",
    "area_ha",
    "share",
    "area_ha_low",
    "area_ha_high",
    "evidence",
    "verdict",
    "change",
    "lead",
    "lead_rule",
    "note",
)
"""Columns of the answer, in order: the contract of ``cross-commune``."""


@dataclass(frozen=True)
class Cut:
    """What geometry says.

    Attributes
    ----------
    pieces : GeoDataFrame, EPSG:4326
        ``cluster_id``, ``commune_code`` and ``commune_name`` (empty: outside
        every commune), ``area_ha``, ``share``, ``area_ha_low``,
        ``area_ha_high``, ``stands``, ``geometry``; largest piece first.
    verdicts : DataFrame
        ``cluster_id``, ``verdict``, ``reason`` (text key ``crossing.<reason>``),
        ``tolerance_m``.
    refused : DataFrame
        ``cluster_id``, ``reason`` (text key) and ``values``: outlines that
        cannot be cut.
    """

    pieces: gpd.GeoDataFrame
    verdicts: pd.DataFrame
    refused: pd.DataFrame


def tolerances(outline_accuracy_m: pd.Series, tolerance_m: float) -> pd.Series:
    """Return T of each cluster in metres.

    Parameters
    ----------
    outline_accuracy_m : Series
        Mean square error of each outline, metres.
    tolerance_m : float
        T of a surveyed outline (0.5 m); it fixes the error of the border.
    """
    border = (tolerance_m / 2) ** 2 - SURVEYED_M**2
    squares = outline_accuracy_m.astype(float) ** 2 + max(border, 0.0)
    return 2 * squares**0.5


def cut(clusters: gpd.GeoDataFrame, index: CommuneIndex, *, tolerance_m: float = 50.0) -> Cut:
    """Cut cluster outlines by the communes and say what can be said.

    Parameters
    ----------
    clusters : GeoDataFrame
        ``cluster_id``, ``outline_accuracy_m`` (blank: unknown), ``geometry`` in
        any stated CRS; optional ``outline_quality``.
    index : CommuneIndex
        Of `lib.borders.prepare_communes`.
    tolerance_m : float
        T of a surveyed outline, metres.

    Raises
    ------
    WrongUseError
        If the CRS is not stated.
    """
    clusters = clusters.reset_index(drop=True)
    why = unmeasured(clusters)
    outlines, refused = check_outlines(clusters, pd.isna(why))
    good = np.flatnonzero(pd.isna(why) & ~clusters.index.isin(refused.index))
    limits = tolerances(clusters["outline_accuracy_m"].iloc[good], tolerance_m).to_numpy()
    raw = measure(outlines[good], limits, index)
    ids = clusters["cluster_id"].to_numpy(dtype=object)
    total = raw.groupby("outline")["area"].transform("sum")
    outside = raw["region"].to_numpy() == len(index.codes) - 1
    pieces = gpd.GeoDataFrame(
        {
            "cluster_id": ids[good[raw["outline"]]],
            "commune_code": index.codes[raw["region"]],
            "commune_name": index.names[raw["region"]],
            "area_ha": raw["area"] / M2_PER_HA,
            "share": raw["area"] / total,
            "area_ha_low": raw["low"] / M2_PER_HA,
            "area_ha_high": raw["high"] / M2_PER_HA,
            "stands": raw["stands"],
        },
        geometry=on_globe(raw["shape"].to_numpy()).to_numpy(),
        crs=STORAGE_CRS,
    )
    pieces = pieces.assign(_order=raw["outline"]).sort_values(
        ["_order", "area_ha"], ascending=[True, False], kind="stable", ignore_index=True
    )
    judged = _judge(raw.assign(inside=~outside), len(good))
    verdicts = pd.DataFrame({"cluster_id": ids, "verdict": "undetermined", "reason": why})
    verdicts["tolerance_m"] = np.nan
    verdicts.loc[good, ["verdict", "reason"]] = judged[["verdict", "reason"]].to_numpy()
    verdicts.loc[good, "tolerance_m"] = limits
    verdicts.loc[refused.index, "reason"] = "refused"
    return Cut(pieces.drop(columns="_order"), verdicts, refused.reset_index(drop=True))


def _judge(raw: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return verdict and reason of each outline from its pieces."""
    by = raw.groupby("outline")
    standing = raw[raw["stands"] & raw["inside"]].groupby("outline").size()
    judged = pd.DataFrame(index=range(count))
    judged["standing"] = standing.reindex(judged.index, fill_value=0)
    judged["pieces"] = by.size().reindex(judged.index, fill_value=0)
    judged["near"] = by["near"].any().reindex(judged.index, fill_value=False)
    judged["outside"] = ~by["inside"].all().reindex(judged.index, fill_value=True)
    choices = [
        (judged["standing"] >= 2, "cross_commune", "pieces_stand"),  # noqa: PLR2004 - two communes
        (judged["outside"], "undetermined", "outside_province"),
        (judged["pieces"] >= 2, "undetermined", "thin_piece"),  # noqa: PLR2004
        (judged["near"], "undetermined", "near_border"),
        (judged["standing"] == 0, "undetermined", "thin_piece"),
    ]
    when = [choice[0] for choice in choices]
    judged["verdict"] = np.select(when, [choice[1] for choice in choices], default="within")
    judged["reason"] = np.select(when, [choice[2] for choice in choices], default="far_inside")
    return judged


def combine(
    cut: Cut | None,
    by_decision: pd.DataFrame,
    assignments: pd.DataFrame,
    changes: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    lang: Lang = "vi",
) -> pd.DataFrame:
    """Put both kinds of evidence side by side: one row a cluster and commune.

    Parameters
    ----------
    cut : Cut or None
        What geometry says, None without any outline.
    by_decision : DataFrame
        Of `lib.merger.by_decision`.
    assignments : DataFrame
        ``cluster_id``, ``commune_code``, ``status`` (proposed | decided).
    changes : DataFrame
        ``cluster_id``, ``change``.
    clusters : DataFrame
        ``cluster_id``, ``name``; every cluster gets at least one row.
    lang : {"vi", "en"}
        Language of the notes.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`, clusters in the order given, their pieces largest
        first. ``evidence`` is by_decision, by_geometry, both or NA; ``lead`` a
        commune code or NA; ``lead_rule`` the rule that gave it.
    """
    decided = _grouped(by_decision)
    pieces = _grouped(cut.pieces.drop(columns="geometry")) if cut else {}
    measured = _grouped(cut.verdicts) if cut else {}
    refused = _grouped(cut.refused) if cut else {}
    assigned = _grouped(assignments)
    change = dict(zip(changes["cluster_id"], changes["change"], strict=True))
    rows: list[dict[str, object]] = []
    for cluster_id, name in zip(clusters["cluster_id"], clusters["name"], strict=True):
        case = _Case(
            decided=decided.get(cluster_id, []),
            pieces=pieces.get(cluster_id, []),
            geometry=next(iter(measured.get(cluster_id, ())), None),
            refused=next(iter(refused.get(cluster_id, ())), None),
            assigned=assigned.get(cluster_id, []),
        )
        verdict = case.verdict
        lead, rule = case.lead()
        common = {
            "cluster_id": cluster_id,
            "cluster_name": name,
            "verdict": verdict,
            "change": change.get(cluster_id, "undetermined"),
            "lead": lead,
            "lead_rule": rule,
            "note": case.note(lang),
        }
        rows += [common | row for row in case.rows(lang)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ["area_ha", "share", "area_ha_low", "area_ha_high"]
    # A square centimetre is far below any meaning; more digits would pretend.
    return table.astype(dict.fromkeys(COLUMNS, "str") | dict.fromkeys(numbers, "float")).round(6)


Record = Mapping[str, object]


def _grouped(frame: pd.DataFrame) -> dict[object, list[Record]]:
    groups: dict[object, list[Record]] = {}
    for record in frame.to_dict("records"):
        groups.setdefault(record["cluster_id"], []).append(
            {str(k): None if _na(v) else v for k, v in record.items()}
        )
    return groups


def _na(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


@dataclass(frozen=True)
class _Case:
    """All that is known of one cluster."""

    decided: list[Record]
    pieces: list[Record]
    geometry: Record | None
    refused: Record | None
    assigned: list[Record]

    @property
    def decision_verdict(self) -> Verdict | None:
        """What the documents say; None if they name no commune."""
        if not self.decided:
            return None
        certain = {row["commune_code"] for row in self.decided if row["certain"]}
        if len(certain) > 1:
            return "cross_commune"
        doubtful = any(not row["certain"] for row in self.decided)
        return "undetermined" if doubtful or not certain else "within"

    @property
    def geometry_verdict(self) -> Verdict | None:
        """What the outline says; None without one that can be measured."""
        if self.geometry is None or self.geometry["tolerance_m"] is None:
            return None
        return self.geometry["verdict"]  # type: ignore[return-value]

    @property
    def verdict(self) -> Verdict:
        """The documents' verdict where they have one, else the outline's."""
        said = self.decision_verdict
        if said in {"cross_commune", "within"}:
            return said
        return self.geometry_verdict or "undetermined"

    def lead(self) -> tuple[object, str]:
        """Return the commune that leads and the rule that says so."""
        for status, rule in (("decided", "assigned"), ("proposed", "proposed_assignment")):
            for row in self.assigned:
                if row["status"] == status:
                    return row["commune_code"], rule
        inside = [p for p in self.pieces if p["commune_code"]]
        if self.verdict == "within":
            codes = [row["commune_code"] for row in (self.decided or inside) if row["commune_code"]]
            return codes[0], "only_commune"
        for one in inside:
            others = [p for p in inside if p is not one]
            if others and all(one["area_ha_low"] > p["area_ha_high"] for p in others):  # type: ignore[operator]
                return one["commune_code"], "larger_area"
        return None, "needs_decision"

    def note(self, lang: Lang) -> str | None:
        """Return what a reader has to know beside the figures."""
        notes = []
        if self.refused is not None:
            notes.append(t(str(self.refused["reason"]), lang, **self.refused["values"]))  # type: ignore[arg-type]
        lost = [str(row["former_names"]) for row in self.decided if row["commune_code"] is None]
        if lost:
            notes.append(t("crossing.note_unresolved", lang, names="; ".join(lost)))
        if any(row.get("conflict") for row in self.decided):
            notes.append(t("crossing.note_conflict", lang))
        by_paper, by_outline = self.decision_verdict, self.geometry_verdict
        if {by_paper, by_outline} == {"cross_commune", "within"} or self._other_communes():
            notes.append(t("crossing.note_disagree", lang))
        if not self.decided and not self.pieces and self.refused is None:
            notes.append(t("crossing.note_nothing", lang))
        return " ".join(notes) or None

    def _other_communes(self) -> bool:
        """Whether land stands in a commune that the documents, all certain, do not name."""
        if self.decision_verdict not in {"cross_commune", "within"}:
            return False
        named = {row["commune_code"] for row in self.decided}
        standing = {p["commune_code"] for p in self.pieces if p["stands"] and p["commune_code"]}
        return bool(standing - named)

    def rows(self, lang: Lang) -> list[dict[str, object]]:
        """Return one row a commune: pieces first, then what only a document names."""
        said = {row["commune_code"]: row for row in self.decided if row["commune_code"]}
        rows: list[dict[str, object]] = [
            {
                **{k: piece[k] for k in ("area_ha", "share", "area_ha_low", "area_ha_high")},
                "commune_code": piece["commune_code"] or None,
                "commune_name": piece["commune_name"] or t("crossing.outside", lang),
                "evidence": "both" if piece["commune_code"] in said else "by_geometry",
            }
            for piece in self.pieces
        ]
        drawn = {piece["commune_code"] for piece in self.pieces}
        rows += [
            {
                "commune_code": code,
                "commune_name": row["commune_name"],
                "evidence": "by_decision",
            }
            for code, row in said.items()
            if code not in drawn
        ]
        return rows or [{"evidence": "by_decision" if self.decided else None}]
