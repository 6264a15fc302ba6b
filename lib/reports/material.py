"""What every paper is made of: one snapshot, the answer of one tolerance, one language.

The same tables, register, layer files and answer as the pages read, so that a
count, a colour or a word cannot differ between screen and paper.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd

from lib.crossing import answer as crosswork
from lib.crossing import summary as disputes
from lib.crossing.answer import Answer
from lib.crossing.communes import CommuneIndex, prepare_communes
from lib.geo.country import TABLE as COUNTRY
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.importing.samples import sample_outlines
from lib.language.errors import WrongUseError
from lib.language.text import Lang, date, number, t
from lib.layers.files import LayerFile, of_province, on_disk
from lib.register.clusters import register
from lib.store.store import Manifest, Snapshot
from lib.tables.facts import data_date

_SITES: Final = 3
"""Sources named in the foot of a sheet; all are on the cover."""


@dataclass(frozen=True)
class Material:
    """One snapshot and one answer, ready for paper.

    Parameters
    ----------
    manifest : Manifest
        What the snapshot says of itself.
    tables : mapping
        Every table; ``communes`` has geometry (EPSG:4326).
    clusters : DataFrame
        Of `lib.register.clusters.register`.
    answer : Answer
        Of `lib.crossing.answer.answer`, in the same language.
    index : CommuneIndex or None
        The communes ready for cutting; None where borders are schematic or no
        outline is there to be cut.
    files : sequence of LayerFile
        The layers of the map, bottom first.
    static : Path
        Folder the layer files are in.
    lang : {"vi", "en"}
        Language of the paper.
    """

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]
    clusters: pd.DataFrame
    answer: Answer
    index: CommuneIndex | None
    files: Sequence[LayerFile]
    static: Path
    lang: Lang = "vi"

    @property
    def schematic(self) -> bool:
        """Whether the borders must not be measured."""
        return self.manifest.border_quality == "schematic"

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a cluster in the order of a meeting, of `lib.crossing.summary.summarise`."""
        return disputes.summarise(self.answer.rows)

    @cached_property
    def commune_names(self) -> Mapping[str, str]:
        """Code of a commune -> its name."""
        communes = self.tables["communes"]
        return dict(zip(communes["code"], communes["name"], strict=True))

    @cached_property
    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """The layers as the screen draws them, in the plane of paper (`AREA_CRS`).

        Simplified for the eye: nothing is measured on them.
        """
        return {file.layer_id: _read(on_disk(self.static, file.path)) for file in self.files}

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

    def notes(self) -> Mapping[str, str]:
        """Return label -> text: data date, tolerance, rules, borders, sources."""
        clusters = self.tables["clusters"]
        about = crosswork.notes(
            tolerance_m=self.answer.tolerance_m,
            data_date=data_date(clusters),
            borders=self.borders(),
            sources=", ".join(self.sites("clusters")),
            lang=self.lang,
        )
        return {label: text for label, text in about.items() if not label.startswith("_")}

    def sites(self, *names: str) -> list[str]:
        """Return the sources of the tables `names` by their host, each once."""
        urls = pd.concat([self.tables[name]["source_url"] for name in names]).dropna().unique()
        return list(dict.fromkeys(site(url, self.lang) for url in urls))

    def foot(self, *names: str) -> str:
        """Return the last line of every sheet: data date, borders, sources, snapshot."""
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
                t("frame.snapshot", lang, snapshot=self.manifest.snapshot_id),
            ]
        )


def site(url: str, lang: Lang) -> str:
    """Return the host of `url`, as a reader names a source; a file of the office by its name."""
    if url.startswith("file:"):
        return t("card.office_file", lang, file=url.removeprefix("file:"))
    return urlsplit(url).netloc.removeprefix("www.") or url


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
    snapshot : Snapshot
        The data in use.
    files : tuple of LayerFile
        Its layer files.
    static : Path
        Folder they lie in.
    tolerance_m : float
        T of a surveyed outline, metres.
    samples : bool
        Whether the sample outlines are measured too.
    lang : {"vi", "en"}
        Language of the paper.

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
    parts = [crosswork.outlines_of(tables), sample_outlines() if samples else None]
    given = [part for part in parts if part is not None]
    outlines = gpd.GeoDataFrame(pd.concat(given, ignore_index=True)) if given else None
    measured = outlines is not None and not schematic
    index = prepare_communes(gpd.GeoDataFrame(tables["communes"])) if measured else None
    found = crosswork.answer(tables, outlines, index, tolerance_m=tolerance_m, lang=lang)
    return Material(
        snapshot.manifest, tables, register(tables), found, index, of_province(files), static, lang
    )


def _read(path: Path) -> gpd.GeoDataFrame:
    document = json.loads(path.read_text(encoding="utf-8"))
    frame = gpd.GeoDataFrame.from_features(document["features"], crs=STORAGE_CRS)
    return frame.to_crs(AREA_CRS)
