"""The tables of one snapshot as pages and papers read them, with the register and names."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.crossing.answer import outlines_of
from lib.language.text import Lang, today
from lib.power import stations
from lib.power.gaps.find import WEAK_KINDS
from lib.register import conclusions, delay
from lib.reports.cards.card import Fact, Row, Said, rows_of, source_of
from lib.store.store import Manifest
from lib.tables.disclosure import MARK
from lib.tables.facts import data_date
from lib.tables.ownlayers import OwnLayer, layers_of

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
    def undisclosed(self) -> frozenset[str]:
        """Clusters whose investor and capital are kept from this reader."""
        return frozenset(self.manifest.details.get(MARK, ()))

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
    def clusters_by_commune(self) -> Mapping[str, Sequence[Row]]:
        """Commune -> the clusters a decision or a source puts into it."""
        found: dict[str, list[Row]] = {}
        for row in rows_of(self.clusters):
            for code in row["commune_codes"]:
                found.setdefault(code, []).append(row)
        return found

    @cached_property
    def weak_by_commune(self) -> Mapping[str, Sequence[Row]]:
        """Commune -> what is on record as weak there and not solved."""
        supply = self.tables["weak_supply"]
        weak = supply[supply["kind"].isin(WEAK_KINDS) & (supply["state"] != "solved")]
        return {str(code): rows_of(rows) for code, rows in weak.groupby("commune_code")}

    @cached_property
    def commune_names(self) -> Mapping[str, str]:
        """Code -> name of every commune, in the order of the table."""
        communes = self.tables["communes"]
        return dict(zip(communes["code"], communes["name"], strict=True))

    @cached_property
    def own(self) -> tuple[OwnLayer, ...]:
        """The office's own layers, then those that come with the program."""
        return layers_of(self.tables)

    @cached_property
    def cluster_grid(self) -> pd.DataFrame:
        """The substations on record with each cluster, see `lib.power.stations.near`."""
        return stations.near(self.clusters, self.tables["substations"], outlines_of(self.tables))

    @cached_property
    def day(self) -> dt.date:
        """The day time is judged on: the last the newest date of the register can mean."""
        known = data_date(self.tables["clusters"])
        return delay.last_day(known or self.manifest.created[:_DAY])

    def followed(self) -> pd.DataFrame:
        """Return the conclusions as they stand today, see `lib.register.conclusions.follow`."""
        return conclusions.follow(self.tables, on=today())

    def voices(self, table: str, row_id: str, lang: Lang) -> "Voices":
        """Return the sources of the values of a row that do not come from the row's own source."""
        told = self.tables.get("statements")
        if told is None:
            return Voices({}, lang)
        own = told[(told["table"] == table) & (told["id"] == row_id)]
        fields = {str(field): rows.to_dict("records") for field, rows in own.groupby("field")}
        return Voices(fields, lang)


@dataclass(frozen=True)
class Voices:
    """Sources of single values of one row, and values other sources give.

    Parameters
    ----------
    fields : mapping
        Column -> rows of ``statements``.
    lang : {"vi", "en"}
        Language of the words.
    """

    fields: Mapping[str, list[dict[Any, Any]]]
    lang: Lang

    def told(self, said: Fact, say: Callable[[str], str], *columns: str) -> Fact:
        """Return a fact with the sources of the values it is made of, and what others say.

        Parameters
        ----------
        said : Fact
            As the row's own source says it.
        say : callable
            Words of a value, as text, of the only column; not asked where there are several.
        *columns : str
            What the fact is made of.
        """
        sources, others = list(said.sources), []
        for column in columns:
            for row in self.fields.get(column, ()):
                source = source_of(row, self.lang)
                if row["state"] == "in_use":
                    sources = [source] if len(columns) == 1 else [*sources, source]
                elif row["state"] == "kept" and len(columns) == 1:
                    others.append(Said(say(str(row["value"])), source))
        return replace(said, sources=tuple(dict.fromkeys(sources)), others=tuple(others))
