"""The one glossary of tables: columns, types, units, allowed codes, labels.

Every table of facts is a strict pandera model: no column more, none less, each
with its type, whether it may be blank and which codes it takes. A blank means
*no source says it*; it is never filled by guessing. Labels and the words for
codes are in ``lib/language/texts/tables.toml``, in Vietnamese and English.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from lib.tables.glossary import CODES, label, value_label

CODE: Final = r"^\d{5}$"
"""Five digits as the General Statistics Office gives them; leading zeros matter."""
CLUSTER_ID: Final = r"^(?!MAU-)[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
"""The register's own are ``PT-001``; an office may bring others, but none that marks a sample."""
ISO_DATE: Final = r"^(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
"""A day, or only a month or a year where the source gives no more."""
URL: Final = r"^(https?://[^\s\[\]/]+(/\S*)?|file:[^\s/]+)$"
"""A public address, or ``file:<name>`` for what came from a file of the office."""
TRIMMED: Final = r"^\S(.{0,3998}\S)?$"
"""Some text, on one line, no space around it, at most 4,000 letters."""

__all__ = ["CODES", "label", "value_label"]
"""What is said here of `lib.tables.glossary`: the words belong to the tables."""


def _text(*, blank: bool = False, unique: bool = False) -> Any:  # noqa: ANN401 as pandera's Field
    return pa.Field(nullable=blank, unique=unique, str_matches=TRIMMED)


def _like(pattern: str, *, blank: bool = False, unique: bool = False) -> Any:  # noqa: ANN401
    return pa.Field(nullable=blank, unique=unique, str_matches=pattern)


def _coded(codes: str, *, blank: bool = False) -> Any:  # noqa: ANN401
    return pa.Field(nullable=blank, isin=list(CODES[codes]), metadata={"codes": codes})


def _number(low: float, high: float, unit: str | None = None, *, blank: bool = False) -> Any:  # noqa: ANN401
    return pa.Field(nullable=blank, ge=low, le=high, metadata={"unit": unit})


def _lat(*, blank: bool = True) -> Any:  # noqa: ANN401
    return _number(20.0, 22.2, "°", blank=blank)


def _lon(*, blank: bool = True) -> Any:  # noqa: ANN401
    return _number(104.2, 106.4, "°", blank=blank)


class Sourced(pa.DataFrameModel):
    """A table whose every row says who said it and when."""

    source_url: Series[str] = _like(URL)
    as_of: Series[str] = _like(ISO_DATE)

    class Config:
        """No column beside the declared ones."""

        strict = True
        coerce = True


class Communes(Sourced):
    """The 148 communes and wards since 1 July 2025."""

    code: Series[str] = _like(CODE, unique=True)
    name: Series[str] = _text(unique=True)
    kind: Series[str] = _coded("commune_kind")
    area_km2: Series[float] = _number(1, 400, "km²")
    population: Series[pd.Int64Dtype] = _number(500, 200_000)
    former_province: Series[str] = _coded("province")
    legal_basis: Series[str] = _text()
    seat_text: Series[str] = _text(blank=True)
    lat: Series[float] = _lat(blank=False)
    lon: Series[float] = _lon(blank=False)
    note: Series[str] = _text(blank=True)
    source: Series[str] = _text()


class FormerUnits(Sourced):
    """The 479 units before 1 July 2025; one split between two communes has two rows."""

    former_code: Series[str] = _like(CODE)
    name: Series[str] = _text()
    kind: Series[str] = _coded("unit_kind")
    district: Series[str] = _text()
    province: Series[str] = _coded("province")
    new_code: Series[str] = _like(CODE)
    part: Series[str] = _coded("part")
    clause: Series[pd.Int64Dtype] = _number(1, 147)
    lat: Series[float] = _lat(blank=False)
    lon: Series[float] = _lon(blank=False)

    class Config(Sourced.Config):
        """A unit goes to a commune once."""

        unique = ["former_code", "new_code"]  # noqa: RUF012 pandera reads a list


class EndedUnits(Sourced):
    """Names that ended before 2025 and the former unit that took them in."""

    name: Series[str] = _text()
    kind: Series[str] = _coded("unit_kind")
    district: Series[str] = _text()
    province: Series[str] = _coded("province")
    successor_code: Series[str] = _like(CODE)
    basis: Series[str] = _text()

    class Config(Sourced.Config):
        """A name of a kind ended once in its district."""

        unique = ["name", "kind", "district"]  # noqa: RUF012


class Clusters(Sourced):
    """Industrial clusters: a sample of the register."""

    cluster_id: Series[str] = _like(CLUSTER_ID, unique=True)
    name: Series[str] = _text()
    kind: Series[str] = _coded("cluster_kind")
    former_province: Series[str] = _coded("province")
    former_district: Series[str] = _text(blank=True)
    former_communes: Series[str] = _text(blank=True)
    stated_communes: Series[str] = _text(blank=True)
    area_ha: Series[float] = _number(0, 200, "ha", blank=True)
    industrial_land_ha: Series[float] = _number(0, 200, "ha", blank=True)
    legal_status: Series[str] = _coded("legal_status")
    operation_status: Series[str] = _coded("operation_status")
    decision_no: Series[str] = _text(blank=True)
    decision_kind: Series[str] = _coded("decision_kind", blank=True)
    decision_date: Series[str] = _like(ISO_DATE, blank=True)
    decision_end: Series[str] = _like(ISO_DATE, blank=True)
    investor: Series[str] = _text(blank=True)
    occupancy_pct: Series[float] = _number(0, 100, "%", blank=True)
    enterprises: Series[pd.Int64Dtype] = _number(0, 2_000, blank=True)
    wastewater: Series[str] = _coded("wastewater")
    behind_schedule: Series[str] = _coded("behind_schedule")
    cleared_ha: Series[float] = _number(0, 200, "ha", blank=True)
    leased_ha: Series[float] = _number(0, 200, "ha", blank=True)
    handover_date: Series[str] = _like(ISO_DATE, blank=True)
    schedule_end: Series[str] = _like(ISO_DATE, blank=True)
    extension_end: Series[str] = _like(ISO_DATE, blank=True)
    outline_quality: Series[str] = _coded("outline_quality")
    outline_accuracy_m: Series[float] = _number(0, 1_000, "m", blank=True)
    note: Series[str] = _text(blank=True)
    source_date: Series[str] = _like(ISO_DATE, blank=True)


class Assignments(Sourced):
    """Which commune leads a cluster, proposed or decided in writing."""

    cluster_id: Series[str] = _like(CLUSTER_ID)
    commune_code: Series[str] = _like(CODE)
    document_no: Series[str] = _text(blank=True)
    date: Series[str] = _like(ISO_DATE)
    status: Series[str] = _coded("assignment_status")
    note: Series[str] = _text(blank=True)


class WeakSupply(Sourced):
    """Places with weak or no power; programmes and context keep a kind of their own."""

    weak_id: Series[str] = _text(unique=True)
    commune_code: Series[str] = _like(CODE, blank=True)
    former_commune: Series[str] = _text(blank=True)
    former_district: Series[str] = _text(blank=True)
    former_province: Series[str] = _coded("province")
    kind: Series[str] = _coded("weak_kind")
    villages: Series[str] = _text(blank=True)
    households: Series[pd.Int64Dtype] = _number(0, 100_000, blank=True)
    state: Series[str] = _coded("weak_state")
    value: Series[str] = _text(blank=True)
    programme: Series[str] = _text(blank=True)
    note: Series[str] = _text(blank=True)


class Substations(Sourced):
    """Substations as published; no source gives their coordinates."""

    substation_id: Series[str] = _text(unique=True)
    name: Series[str] = _text(unique=True)
    voltage_kv: Series[str] = _like(r"^\d+(/\d+)*$")
    capacity_mva: Series[float] = _number(0, 5_000, "MVA", blank=True)
    capacity_text: Series[str] = _text(blank=True)
    former_district: Series[str] = _text(blank=True)
    commune_code: Series[str] = _like(CODE, blank=True)
    place_text: Series[str] = _text(blank=True)
    lat: Series[float] = _lat()
    lon: Series[float] = _lon()
    status: Series[str] = _coded("power_status")
    note: Series[str] = _text(blank=True)


class PowerPlants(Sourced):
    """Power plants in or near the province; ``location`` says which may be drawn."""

    plant_id: Series[str] = _text(unique=True)
    name: Series[str] = _text(unique=True)
    fuel: Series[str] = _coded("fuel")
    capacity_mw: Series[float] = _number(0, 5_000, "MW")
    units: Series[str] = _text(blank=True)
    commissioned: Series[str] = _text(blank=True)
    river: Series[str] = _text(blank=True)
    former_district: Series[str] = _text(blank=True)
    commune_code: Series[str] = _like(CODE, blank=True)
    place_text: Series[str] = _text(blank=True)
    location: Series[str] = _coded("plant_location")
    lat: Series[float] = _lat()
    lon: Series[float] = _lon()
    status: Series[str] = _coded("power_status")
    note: Series[str] = _text(blank=True)


class PublishedTotals(Sourced):
    """Official figures, to stand beside the project's own counts."""

    topic: Series[str] = _coded("topic")
    area: Series[str] = _coded("area")
    metric: Series[str] = _coded("metric")
    value: Series[float] = _number(0, 1e9)
    unit: Series[str] = _coded("unit")
    qualifier: Series[str] = _coded("qualifier", blank=True)
    source: Series[str] = _text()
    note: Series[str] = _text(blank=True)

    class Config(Sourced.Config):
        """One value for an area, a metric and a day."""

        unique = ["area", "metric", "as_of"]  # noqa: RUF012


class ReliabilityPublished(Sourced):
    """Reliability figures somebody published; different scopes never mix."""

    area: Series[str] = _coded("area")
    period: Series[str] = _like(r"^\d{4}(-\d{2})?(/\d{4}-\d{2})?$")
    year: Series[pd.Int64Dtype] = _number(2000, 2100)
    index: Series[str] = _coded("index")
    value: Series[float] = _number(0, 1e9)
    unit: Series[str] = _coded("unit")
    scope: Series[str] = _coded("scope")
    note: Series[str] = _text(blank=True)

    class Config(Sourced.Config):
        """One value for an area, a period, an index and a scope."""

        unique = ["area", "period", "index", "scope"]  # noqa: RUF012


class Settlements(Sourced):
    """Heights of settlements and straight-line distances: a proxy of remoteness."""

    code: Series[str] = _like(CODE, unique=True)
    name: Series[str] = _text(unique=True)
    n_places: Series[pd.Int64Dtype] = _number(1, 1_000)
    elev_min: Series[float] = _number(0, 2_000, "m")
    elev_median: Series[float] = _number(0, 2_000, "m")
    elev_max: Series[float] = _number(0, 2_000, "m")
    elev_range: Series[float] = _number(0, 2_000, "m")
    km_to_viet_tri: Series[float] = _number(0, 200, "km")
    km_to_vinh_yen: Series[float] = _number(0, 200, "km")
    km_to_hoa_binh: Series[float] = _number(0, 200, "km")
    km_to_nearest_old_urban_unit: Series[float] = _number(0, 100, "km")


class Outlines(Sourced):
    """Outlines of clusters as the office brought them; geometry beside these columns."""

    cluster_id: Series[str] = _like(CLUSTER_ID, unique=True)
    outline_quality: Series[str] = _coded("outline_quality")
    outline_accuracy_m: Series[float] = _number(0, 1_000, "m", blank=True)
    given_crs: Series[str] = _like(r"^EPSG:\d{4,5}$")
    note: Series[str] = _text(blank=True)


class PowerLines(Sourced):
    """Power lines by voltage; geometry beside these columns."""

    line_id: Series[str] = _text(unique=True)
    name: Series[str] = _text(blank=True)
    voltage_kv: Series[str] = _like(r"^\d+(/\d+)*$")
    status: Series[str] = _coded("power_status")
    note: Series[str] = _text(blank=True)


class Outages(Sourced):
    """Interruptions of supply, one row a feeder or area; times are local (UTC+7)."""

    outage_id: Series[str] = _text(unique=True)
    start: Series[pd.Timestamp] = pa.Field()
    end: Series[pd.Timestamp] = pa.Field(nullable=True)
    announced_end: Series[pd.Timestamp] = pa.Field(nullable=True)
    planned: Series[str] = _coded("planned")
    cause: Series[str] = _text(blank=True)
    feeder: Series[str] = _text(blank=True)
    station: Series[str] = _text(blank=True)
    area_text: Series[str] = _text(blank=True)
    commune_code: Series[str] = _like(CODE, blank=True)
    customers_interrupted: Series[pd.Int64Dtype] = _number(0, 1_000_000, blank=True)
    sample: Series[bool] = pa.Field()


class Customers(Sourced):
    """Customers served in a commune in a month."""

    commune_code: Series[str] = _like(CODE)
    month: Series[str] = _like(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")
    customers_served: Series[pd.Int64Dtype] = _number(0, 1_000_000)
    sample: Series[bool] = pa.Field()

    class Config(Sourced.Config):
        """One count for a commune and a month."""

        unique = ["commune_code", "month"]  # noqa: RUF012


TABLES: Final[Mapping[str, type[pa.DataFrameModel]]] = {
    "communes": Communes,
    "former_units": FormerUnits,
    "ended_units": EndedUnits,
    "clusters": Clusters,
    "assignments": Assignments,
    "weak_supply": WeakSupply,
    "substations": Substations,
    "power_plants": PowerPlants,
    "published_totals": PublishedTotals,
    "reliability_published": ReliabilityPublished,
    "settlements": Settlements,
}
"""Name of a table of facts (and of its file) -> its model."""

IMPORTED: Final[Mapping[str, type[pa.DataFrameModel]]] = {
    "outlines": Outlines,
    "power_lines": PowerLines,
    "outages": Outages,
    "customers": Customers,
}
"""Tables that only the office can bring: there are no facts of them."""

ALL_TABLES: Final[Mapping[str, type[pa.DataFrameModel]]] = {**TABLES, **IMPORTED}

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "communes": ("code",),
    "former_units": ("former_code", "new_code"),
    "clusters": ("cluster_id",),
    "assignments": ("cluster_id", "commune_code"),
    "weak_supply": ("weak_id",),
    "substations": ("substation_id",),
    "outlines": ("cluster_id",),
    "power_lines": ("line_id",),
    "outages": ("outage_id",),
    "customers": ("commune_code", "month"),
}
"""Tables a file of the office may change, with the columns that tell its rows apart."""

REFERENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("former_units", "new_code"): ("communes", "code"),
    ("ended_units", "successor_code"): ("former_units", "former_code"),
    ("assignments", "cluster_id"): ("clusters", "cluster_id"),
    ("assignments", "commune_code"): ("communes", "code"),
    ("weak_supply", "commune_code"): ("communes", "code"),
    ("substations", "commune_code"): ("communes", "code"),
    ("power_plants", "commune_code"): ("communes", "code"),
    ("settlements", "code"): ("communes", "code"),
    ("outlines", "cluster_id"): ("clusters", "cluster_id"),
    ("outages", "commune_code"): ("communes", "code"),
    ("customers", "commune_code"): ("communes", "code"),
}
"""A code in the first column exists in the second."""


def _metadata(table: str, column: str) -> Mapping[str, str | None]:
    return ALL_TABLES[table].to_schema().columns[column].metadata or {}


def unit(table: str, column: str) -> str | None:
    """Return the unit of a column as it is written after a figure, if it has one."""
    return _metadata(table, column).get("unit")


def codes_of(table: str, column: str) -> str | None:
    """Return the name of the set of codes a column takes, None for a free one."""
    return _metadata(table, column).get("codes")
