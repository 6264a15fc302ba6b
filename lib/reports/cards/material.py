"""Input of every paper: one snapshot, the answer at one tolerance, one language.

The same tables, register, layer files and answer as the pages read, so that a
count, a colour or a word cannot differ between screen and paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.crossing import answer as crosswork
from lib.crossing import summary as disputes
from lib.crossing.answer import Answer
from lib.crossing.communes import prepare_communes
from lib.geo.country import TABLE as COUNTRY
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.importing.samples import sample_outlines
from lib.language.errors import WrongUseError
from lib.language.text import Lang, date, number, t
from lib.layers.files import LayerFile, credits_of, finest, of_province
from lib.layers.ground.mosaic import Under
from lib.layers.own import words as ownwords
from lib.register.clusters import register
from lib.reports.cards.card import site
from lib.reports.cards.known import Known
from lib.reports.cards.log import Indices, indices_of
from lib.store.store import Snapshot
from lib.tables.facts import data_date
from lib.tables.ownlayers import OwnLayer

_SITES: Final = 3
"""Sources named in the foot of a sheet; all are on the cover."""


@dataclass(frozen=True)
class Material(Known):
    """Snapshot, answer and layer files, ready for paper.

    Parameters
    ----------
    manifest, tables, clusters
        Of `lib.reports.cards.known.Known`.
    answer : Answer
        Of `lib.crossing.answer.answer`, in the same language.
    files : sequence of LayerFile
        The layers of the map, bottom first.
    shown : tuple of str
        Own layers that stand on its maps, by their ids.
    under : tuple of Under
        Pictures of the ground that lie under its maps.
    order : tuple of str
        Layers laid over the others, the topmost first.
    """

    answer: Answer
    files: Sequence[LayerFile]
    static: Path
    lang: Lang = "vi"
    shown: tuple[str, ...] = ()
    under: tuple[Under, ...] = ()
    order: tuple[str, ...] = ()

    @cached_property
    def own_shown(self) -> tuple[OwnLayer, ...]:
        """The own layers that stand on the maps, in the order they were chosen."""
        by_id = {layer.layer_id: layer for layer in self.own}
        return tuple(by_id[one] for one in self.shown if one in by_id)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a cluster in the order of a meeting, of `lib.crossing.summary.summarise`."""
        return disputes.summarise(self.answer.rows)

    @cached_property
    def log(self) -> Indices | None:
        """The indices of the log in use, None without one."""
        return indices_of(self.tables)

    @cached_property
    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """The layers as the screen draws them, in the plane of paper (`AREA_CRS`).

        Simplified for the eye: nothing is measured on them.
        """
        return {file.layer_id: _frame(finest(self.static, file)) for file in self.files}

    @property
    def warnings(self) -> list[str]:
        """Warnings that stand before any map: schematic borders."""
        if not self.schematic:
            return []
        title, why = (t(k, self.lang) for k in ("frame.schematic_title", "reports.schematic"))
        return [f"{title}. {why}"]

    def data_to(self, *names: str) -> str:
        """Return the newest date a source gives in the tables `names`, written out."""
        newest = max(data_date(self.tables[name]) for name in names)
        return date(newest, self.lang)

    def borders(self) -> str:
        """Return the sentence on the quality of the borders, as on the screen."""
        as_of = self.manifest.tables["communes"].as_of
        return t(
            f"frame.borders_{self.manifest.border_quality}", self.lang, date=date(as_of, self.lang)
        )

    def about(self, sources: str) -> dict[str, str]:
        """Return what every file of the answer says of itself, its sources as given."""
        return crosswork.notes(
            tolerance_m=self.answer.tolerance_m,
            data_date=data_date(self.tables["clusters"]),
            borders=self.borders(),
            sources=sources,
            lang=self.lang,
        )

    def notes(self) -> Mapping[str, str]:
        """Return label -> text: data date, tolerance, rules, borders, sources."""
        about = self.about(", ".join(self.sites("clusters")))
        return {label: text for label, text in about.items() if not label.startswith("_")}

    def sites(self, *names: str) -> list[str]:
        """Return the sources of the tables `names` by their host, each once."""
        urls = pd.concat([self.tables[name]["source_url"] for name in names]).dropna().unique()
        return list(dict.fromkeys(site(url, self.lang) for url in urls))

    def credits(self) -> list[str]:
        """Return whom to name for the ground of the maps, and for own layers: source and day."""
        own = [f"{layer.name}: {ownwords.source(layer, self.lang)}" for layer in self.own_shown]
        return own + [
            t("ground.credit", self.lang, source=source, date=date(day, self.lang))
            if day
            else source
            for source, day in (*credits_of(self.files), *(one.credit for one in self.under))
        ]

    def foot(self, *names: str) -> str:
        """Return the last line of every sheet: data date, borders, sources, ground, snapshot."""
        lang, hosts = self.lang, self.sites(*names)
        shown = ", ".join(hosts[:_SITES])
        more = len(hosts) - _SITES
        if more > 0:
            shown += t("reports.more_sources", lang, count=number(more, lang))
        return " · ".join(
            [
                t("frame.data_to", lang, date=self.data_to(*names)),
                self.borders(),
                f"{t('frame.sources', lang)} {shown}",
                *self.credits(),
                t("frame.snapshot", lang, snapshot=self.manifest.snapshot_id),
            ]
        )


def from_snapshot(
    snapshot: Snapshot,
    files: tuple[LayerFile, ...],
    static: Path,
    *,
    tolerance_m: float,
    samples: bool = False,
    lang: Lang = "vi",
) -> Material:
    """Return what papers are made of, from a snapshot alone: for the command line.

    Parameters
    ----------
    tolerance_m : float
        T of a surveyed outline, metres.

    Raises
    ------
    WrongUseError
        If samples are asked for where borders are schematic.
    """
    schematic = snapshot.manifest.border_quality == "schematic"
    if samples and schematic:
        raise WrongUseError("cross.samples_schematic")
    names = [name for name in snapshot.manifest.tables if name != COUNTRY]
    tables = {name: snapshot.read(name) for name in names}
    found = crosswork.of_register(
        tables,
        lambda: None if schematic else prepare_communes(gpd.GeoDataFrame(tables["communes"])),
        tolerance_m=tolerance_m,
        samples=sample_outlines() if samples else None,
        lang=lang,
    )
    return Material(
        snapshot.manifest, tables, register(tables), found, of_province(files), static, lang
    )


def _frame(document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame.from_features(document["features"], crs=STORAGE_CRS)
    return frame.to_crs(AREA_CRS)
