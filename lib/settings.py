"""Settings of the program with their defaults, and the province it is run for.

A setting is read from the environment with the prefix ``PHUTHO_``
(``PHUTHO_STORE=/srv/phutho``); the command line wins over it. What is of the
province and not of the program is in ``province.toml``.
"""

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.language.errors import WrongUseError
from lib.language.text import LANGS, belong_to

# A file named .geojson may really be a VRT that reads any file of this machine. GDAL
# looks at this when it loads: whoever imports pyogrio imports this module first.
os.environ["GDAL_SKIP"] = (
    "OGR_VRT GDALG HTTP WFS OAPIF OGCAPI CSW GML LVBAG PLSCENES CSV XLSX ODS SQLite PGDUMP "
    "PDF EEDA Elasticsearch Carto NGW AmigoCloud ADBC MiraMonVector GPX GPSBabel GeoRSS S57 "
    "SXF VFK EDIGEO JML MapML GTFS PMTiles MBTiles MVT TopoJSON ESRIJSON"
)

TOLERANCE_RANGE: Final = (3.0, 80.0)
"""Least and greatest border tolerance in metres that has a meaning here."""

ROOT: Final = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Settings of one process."""

    model_config = SettingsConfigDict(env_prefix="PHUTHO_", env_ignore_empty=True, frozen=True)

    store: Path = Field(
        default=ROOT / "data" / "store",
        description="Folder of the snapshots; made when it is missing.",
    )
    province: Path = Field(
        default=ROOT / "data",
        description="Folder of the province: province.toml, facts/, perhaps samples/"
        " (docs/another_province.md).",
    )
    bundle: Path | None = Field(
        default=None,
        description="Folder with border files as published; tried before anything else.",
    )
    static: Path = Field(
        default=ROOT / "static",
        description="Folder Streamlit serves under /app/static: Leaflet and layer files.",
    )
    backups: Path | None = Field(
        default=None,
        description="Folder the backups go to; its newest one is watched by `status`.",
    )
    log: Path = Field(
        default=ROOT / "data" / "phutho.log",
        description="File the traces of what was not foreseen go to, the newest last.",
    )
    tolerance_m: float = Field(
        default=50.0,
        ge=TOLERANCE_RANGE[0],
        le=TOLERANCE_RANGE[1],
        description="Border tolerance T in metres for a surveyed outline; the slider of the pages"
        " begins there, in whole metres.",
    )
    grid_layer: bool = Field(
        default=True,
        description="Whether power lines and substations may be drawn and taken away (1 or 0).",
    )
    access: Path | None = Field(
        default=None,
        description="File that says who may sign in and as what; see docs/access.md.",
    )
    simplify_m: float = Field(
        default=30.0,
        ge=0,
        allow_inf_nan=False,
        description="How far, in metres, drawn lines may leave the measured ones.",
    )
    read_seconds: int = Field(
        default=60,
        ge=1,
        description="Seconds of processor time one reading of foreign files may take.",
    )
    read_memory_mb: int = Field(
        default=1024,
        ge=256,
        description="Megabytes of memory one reading of foreign files may take.",
    )
    read_output_mb: int = Field(
        default=256,
        ge=1,
        description="Megabytes of the largest file one reading may write, what it found included.",
    )
    read_files: int = Field(
        default=128,
        ge=32,
        description="Files one reading may have open at the same time.",
    )
    readings: int = Field(
        default=2,
        ge=1,
        description="Readings of foreign files that go on at the same time; the others wait.",
    )
    ground_url: str = Field(
        default="https://overpass-api.de/api/interpreter",
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="Overpass server `ground fetch` asks for roads and rivers of OpenStreetMap.",
    )
    ground_seconds: int = Field(
        default=300,
        ge=1,
        description="Seconds `ground fetch` waits for all of its answer.",
    )
    reply_to: str = Field(
        default="",
        description="Where communes send filled forms back: an address or a mailbox.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL server with PostGIS that several servers share (docs/database.md).",
    )

    @property
    def facts(self) -> Path:
        """Folder with the tables of facts."""
        return self.province / "facts"


_S = TypeVar("_S", bound=BaseSettings)


def from_environment(kind: type[_S]) -> _S:
    """Return settings of a kind as the environment says them.

    Raises
    ------
    WrongUseError
        If a variable of the environment has a value it cannot have.
    """
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUseError(
            "settings.wrong_value",
            variable=f"PHUTHO_{first['loc'][0]}".upper(),
            value=first["input"],
        ) from error


@cache
def settings() -> Settings:
    """Return the settings of this process, read once; see `from_environment`."""
    return from_environment(Settings)


def _in_both(twins: Mapping[str, str]) -> Mapping[str, str]:
    if set(twins) != set(LANGS):
        raise ValueError(sorted(twins))
    return twins


Twin = Annotated[Mapping[str, str], AfterValidator(_in_both)]
"""A text in both languages."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Former(_Part):
    """A former province: its name in the tables, in links, and the beginning of its codes."""

    name: Name
    slug: Slug
    clusters: str = Field(pattern=r"^[A-Z0-9]{1,8}$")


class Capital(_Part):
    """The capital of a former province; ``km_to_<key>`` is the distance to it."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Name

    @property
    def column(self) -> str:
        """Column of ``settlements`` with the distance, km."""
        return f"km_to_{self.key}"

    @property
    def measure(self) -> str:
        """Key of the measure of remoteness."""
        return f"{self.key}_km"


class Zone(_Part):
    """A coordinate system a file may be in; a meridian says it is VN-2000 in a zone of 3°."""

    epsg: int = Field(ge=1024, le=32767)
    meridian: str = Field(default="", pattern=r"^(\d{3}°\d\d')?$")
    words: str

    @property
    def degrees_minutes(self) -> tuple[int, int]:
        """Central meridian in whole degrees and minutes."""
        degrees, minutes = self.meridian.rstrip("'").split("°")
        return int(degrees), int(minutes)


class Systems(_Part):
    """The coordinate system of measurement, in metres, and those that are read."""

    area: int
    zones: tuple[Zone, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _measured_in_one_of_them(self) -> "Systems":
        if not any(zone.epsg == self.area and zone.meridian for zone in self.zones):
            raise ValueError(self.area)
        return self


class Background(_Part):
    """A background layer a bundle may bring and whom to credit for it.

    ``as_of`` is an ISO date, blank if nobody states it; ``accuracy_m`` metres, None likewise.
    """

    file: str
    source: str
    licence: str
    as_of: str = ""
    quality: str
    accuracy_m: float | None = None


class Counts(_Part):
    """Numbers of units the law names: tables with another number are refused."""

    communes: int = Field(ge=1)
    former_units: int = Field(ge=1)


class Province(_Part):
    """All that is of the province and not of the program: ``province.toml``.

    Texts name its fields and properties as ``{home.name}``.
    """

    code: str = Field(pattern=r"^\d{2}$")
    name: Name
    slug: Slug
    area: str
    merged_on: dt.date
    resolution: Name
    clauses: int = Field(ge=1)
    split_units: Twin
    box: tuple[float, float, float, float]
    neighbours: tuple[str, ...]
    counts: Counts
    former: tuple[Former, ...] = Field(min_length=1)
    capitals: tuple[Capital, ...] = Field(min_length=1)
    crs: Systems
    bundle: Mapping[str, Background]
    words: Mapping[str, Mapping[str, Twin]]

    @property
    def communes(self) -> int:
        """Number of communes the law names."""
        return self.counts.communes

    @property
    def former_units(self) -> int:
        """Number of units before the merger."""
        return self.counts.former_units

    @property
    def resolution_number(self) -> str:
        """Number of the resolution without year and body."""
        return self.resolution.partition("/")[0]

    @property
    def tm3(self) -> tuple[Zone, ...]:
        """The accepted zones of 3° of VN-2000."""
        return tuple(zone for zone in self.crs.zones if zone.meridian)

    @property
    def area_epsg(self) -> int:
        """EPSG code of the system of measurement."""
        return self.crs.area

    @property
    def meridian(self) -> str:
        """Central meridian of the system of measurement."""
        return next(zone.meridian for zone in self.tm3 if zone.epsg == self.crs.area)

    @property
    def meridians(self) -> str:
        """Central meridians of the accepted zones, in words."""
        return ", ".join(zone.meridian for zone in self.tm3)

    @property
    def zone_codes(self) -> str:
        """EPSG codes and central meridians of the accepted zones, in words."""
        return ", ".join(f"{zone.epsg} ({zone.meridian})" for zone in self.tm3)


@cache
def province() -> Province:
    """Return the province this process is run for, read once.

    Raises
    ------
    WrongUseError
        If the folder of the settings has no ``province.toml``, or it says what cannot be.
    """
    path = settings().province / "province.toml"
    try:
        return Province.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WrongUseError("settings.no_province", file=str(path)) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise WrongUseError("settings.wrong_province", file=str(path), field=where) from error
    except ValueError as error:  # no TOML, no UTF-8
        raise WrongUseError(
            "settings.unreadable_province", file=str(path), reason=str(error)
        ) from error


belong_to(province)
