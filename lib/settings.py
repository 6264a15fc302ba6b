"""Every knob of the program, its default and what it is for.

A setting is read from the environment with the prefix ``PHUTHO_``
(``PHUTHO_STORE=/srv/phutho``); the command line wins over it.
"""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.language.errors import WrongUseError

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
        description="Border tolerance T in metres for a surveyed outline (domain notes, part 4).",
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
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL server with PostGIS that several servers share (docs/database.md).",
    )


@cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises
    ------
    WrongUseError
        If a variable of the environment has a value it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUseError(
            "settings.wrong_value",
            variable=f"PHUTHO_{first['loc'][0]}".upper(),
            value=first["input"],
        ) from error
