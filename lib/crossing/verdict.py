"""Decide which clusters lie on two or more communes: verdict, evidence, lead.

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
neighbouring province (Lào Cai, Decision 16/2026/QĐ-UBND, art. 14.3). This province's
own rule (Decision 64/2025/QĐ-UBND) could not be read; when it is, it replaces
this one.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.crossing.communes import CommuneIndex, on_globe
from lib.crossing.evidence import Evidence, Record, Verdict
from lib.crossing.outlines import check_outlines, unmeasured
from lib.crossing.pieces import Bools, measure
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.text import Lang, is_blank

Words = npt.NDArray[np.str_]

__all__ = ["COLUMNS", "SURVEYED_M", "Cut", "Verdict", "combine", "cut", "tolerances"]

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
    """Result of a cut: pieces, verdict and reason of each outline.

    Attributes
    ----------
    pieces : GeoDataFrame, EPSG:4326
        ``cluster_id``, ``commune_code`` and ``commune_name`` (empty: outside
        every commune), ``area_ha``, ``share``, ``area_ha_low``,
        ``area_ha_high``, ``stands``, ``geometry``; largest piece first. A
        ``share`` is of the cluster: shares sum to one unless borders overlap.
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
    """Cut cluster outlines by the communes; return pieces, area intervals and verdicts.

    Parameters
    ----------
    clusters : GeoDataFrame
        ``cluster_id``, ``outline_accuracy_m`` (blank: unknown), ``geometry`` in
        any stated CRS; optional ``outline_quality``.
    index : CommuneIndex
        Of `lib.crossing.communes.prepare_communes`.
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
    raw = raw.iloc[np.lexsort((-raw["area"], raw["outline"]))]  # of each outline the largest first
    ids = clusters["cluster_id"].to_numpy(dtype=object)
    total = shapely.area(outlines[good])[raw["outline"]]
    pieces = gpd.GeoDataFrame(
        {
            "cluster_id": ids[good[raw["outline"]]],
            "commune_code": index.codes[raw["region"]],
            "commune_name": index.names[raw["region"]],
            "area_ha": raw["area"].to_numpy() / M2_PER_HA,
            "share": raw["area"].to_numpy() / total,
            "area_ha_low": raw["low"].to_numpy() / M2_PER_HA,
            "area_ha_high": raw["high"].to_numpy() / M2_PER_HA,
            "stands": raw["stands"].to_numpy(),
        },
        geometry=_shapes(raw, clusters.geometry.iloc[good]),
        crs=STORAGE_CRS,
    )
    verdict, limit = np.full(len(ids), "undetermined", dtype=object), np.full(len(ids), np.nan)
    verdict[good], why[good] = _judge(raw, len(good), index.outside)
    limit[good], why[refused.index] = limits, "refused"
    verdicts = {"cluster_id": ids, "verdict": verdict, "reason": why, "tolerance_m": limit}
    return Cut(pieces, pd.DataFrame(verdicts), refused.reset_index(drop=True))


def _shapes(raw: pd.DataFrame, outlines: gpd.GeoSeries) -> Geometries:
    """Return the pieces in EPSG:4326; an outline that is not cut, as it was given."""
    shapes = np.array(outlines.to_crs(STORAGE_CRS), dtype=object)[raw["outline"]]
    cut_off = ~raw["whole"].to_numpy(dtype=bool)
    shapes[cut_off] = on_globe(raw.loc[cut_off, "shape"].to_numpy())
    return shapely.force_2d(shapes)


def _judge(raw: pd.DataFrame, count: int, outside: int) -> tuple[Words, Words]:
    """Return verdict and reason of each of `count` outlines from its pieces."""
    outline, beyond = raw["outline"].to_numpy(), raw["region"].to_numpy() == outside

    def number(of: Bools) -> npt.NDArray[np.intp]:
        return np.bincount(outline[of], minlength=count)

    stands = raw["stands"].to_numpy(dtype=bool)
    standing, pieces = number(stands & ~beyond), number(outline >= 0)
    choices = [
        (standing >= 2, "cross_commune", "pieces_stand"),  # noqa: PLR2004 - two communes
        (number(beyond) > 0, "undetermined", "outside_province"),
        (pieces >= 2, "undetermined", "thin_piece"),  # noqa: PLR2004
        (number(raw["near"].to_numpy(dtype=bool)) > 0, "undetermined", "near_border"),
        (standing == 0, "undetermined", "thin_piece"),
    ]
    when, verdicts, reasons = (list(each) for each in zip(*choices, strict=True))
    return np.select(when, verdicts, "within"), np.select(when, reasons, "far_inside")


def combine(
    cut: Cut | None,
    by_decision: pd.DataFrame,
    assignments: pd.DataFrame,
    changes: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    lang: Lang = "vi",
) -> pd.DataFrame:
    """Join documents and geometry: one row for each cluster and commune.

    Parameters
    ----------
    cut : Cut or None
        What geometry says, None without any outline.
    by_decision : DataFrame
        Of `lib.places.names.by_decision`.
    assignments : DataFrame
        ``cluster_id``, ``commune_code``, ``status`` (proposed | decided).
    changes : DataFrame
        ``cluster_id``, ``change``.
    clusters : DataFrame
        ``cluster_id``, ``name``; every cluster gets at least one row.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`, clusters in the order given, their pieces largest
        first. ``evidence`` is by_decision, by_geometry, both or NA; ``lead`` a
        commune code or NA; ``lead_rule`` the rule that gave it.
    """
    decided, assigned = _grouped(by_decision), _grouped(assignments)
    pieces = _grouped(cut.pieces.drop(columns="geometry")) if cut else {}
    measured = _grouped(cut.verdicts) if cut else {}
    refused = {key: iter(rows) for key, rows in _grouped(cut.refused).items()} if cut else {}
    change = {
        _key(of): what for of, what in zip(changes["cluster_id"], changes["change"], strict=True)
    }
    rows: list[dict[str, object]] = []
    for cluster_id, name in zip(clusters["cluster_id"], clusters["name"], strict=True):
        key = _key(cluster_id)
        known = Evidence(
            decided=decided.get(key, []),
            pieces=pieces.get(key, []),
            geometry=next(iter(measured.get(key, ())), None),
            refused=next(refused.get(key, iter(())), None),
            assigned=assigned.get(key, []),
        )
        lead, rule = known.lead()
        common = {
            "cluster_id": cluster_id,
            "cluster_name": name,
            "verdict": known.verdict,
            "change": change.get(key, "undetermined"),
            "lead": lead,
            "lead_rule": rule,
            "note": known.note(lang),
        }
        rows += [common | row for row in known.rows(lang)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ["area_ha", "share", "area_ha_low", "area_ha_high"]
    # To a tenth of a square centimetre: a piece of 10 m² still keeps six figures.
    return table.astype(dict.fromkeys(COLUMNS, "str") | dict.fromkeys(numbers, "float")).round(9)


def _grouped(frame: pd.DataFrame) -> dict[str, list[Record]]:
    """Return the rows of each cluster, blanks as None."""
    groups: dict[str, list[Record]] = {}
    for record in frame.to_dict("records"):
        clean = {str(k): None if _is_na(v) else v for k, v in record.items()}
        groups.setdefault(_key(record["cluster_id"]), []).append(clean)
    return groups


def _key(cluster_id: object) -> str:
    return "" if is_blank(cluster_id) else str(cluster_id)


def _is_na(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
