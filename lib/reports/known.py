"""The tables of one snapshot as pages and papers read them, with the register and names."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import pandas as pd

from lib.crossing.answer import outlines_of
from lib.power import stations
from lib.register import delay
from lib.store.store import Manifest
from lib.tables.facts import data_date

_DAY: Final = len("yyyy-mm-dd")


@dataclass(frozen=True)
class Known:
    """Tables and register of one snapshot.

    Parameters
    ----------
    tables : mapping
        Every table; ``communes`` has geometry (EPSG:4326).
    clusters : DataFrame
        The register with what follows from it, see `lib.register.clusters`.
    """

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]
    clusters: pd.DataFrame

    @property
    def schematic(self) -> bool:
        """Whether the borders must not be measured."""
        return self.manifest.border_quality == "schematic"

    @cached_property
    def communes(self) -> gpd.GeoDataFrame:
        """The communes with unsimplified borders, EPSG:4326."""
        return gpd.GeoDataFrame(self.tables["communes"])

    @cached_property
    def commune_rows(self) -> pd.DataFrame:
        """The communes without their borders, each with its own code in `commune_codes`."""
        rows = pd.DataFrame(self.tables["communes"]).drop(columns="geometry")
        return rows.assign(commune_codes=rows["code"].map(lambda code: (code,)))

    @cached_property
    def commune_names(self) -> Mapping[str, str]:
        """Code -> name of every commune, in the order of the table."""
        communes = self.tables["communes"]
        return dict(zip(communes["code"], communes["name"], strict=True))

    @cached_property
    def cluster_grid(self) -> pd.DataFrame:
        """The substations on record with each cluster, see `lib.power.stations.near`."""
        return stations.near(self.clusters, self.tables["substations"], outlines_of(self.tables))

    @property
    def day(self) -> dt.date:
        """The day time is judged on: the last the newest date of the register can mean."""
        known = data_date(self.tables["clusters"])
        return delay.last_day(known or self.manifest.created[:_DAY])
