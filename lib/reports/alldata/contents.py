"""Tables of a file with everything, their titles, and the metadata of the whole."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from lib.geo.country import TABLE
from lib.language.text import Lang, date, number, t
from lib.layers.registry import grid_tables
from lib.settings import settings
from lib.store.store import Snapshot, TableInfo
from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.ownlayers import OwnLayer, layers_of
from lib.tables.sample import has_sample, title
from lib.tables.schemas import ALL_TABLES


@dataclass(frozen=True)
class Contents:
    """A snapshot, the language of its words, and which of its tables hold made-up rows.

    Parameters
    ----------
    tables : mapping
        What may be taken away, in the order of the snapshot.
    """

    snapshot: Snapshot
    lang: Lang
    tables: Mapping[str, TableInfo]
    made_up: frozenset[str]

    @classmethod
    def of(cls, snapshot: Snapshot, lang: Lang) -> "Contents":
        """Return all tables, without the grid where the settings keep it back.

        The communes of other provinces are a background anybody can have at its source.

        Raises
        ------
        StoreError
            If a table that may have made-up rows is missing or damaged.
        """
        kept = (TABLE,) if settings().grid_layer else (TABLE, *grid_tables())
        tables = {n: info for n, info in snapshot.manifest.tables.items() if n not in kept}
        if snapshot.hidden and OWN_ROWS in tables:  # what is taken away is another file
            digest = hashlib.sha256(snapshot.parquet(OWN_ROWS)).hexdigest()
            tables[OWN_ROWS] = replace(tables[OWN_ROWS], sha256=digest)
        marked = [table for table in tables if "sample" in columns(table)]
        made_up = frozenset(table for table in marked if has_sample(snapshot.check(table)))
        return cls(snapshot, lang, tables, made_up)

    def title(self, table: str) -> str:
        """Return what a table is called; one with made-up rows says so."""
        return title(table, self.lang, sample=table in self.made_up)

    @property
    def created(self) -> dt.datetime:
        """Time the snapshot was made, UTC."""
        return dt.datetime.fromisoformat(self.snapshot.manifest.created).astimezone(dt.UTC)

    def borders(self) -> str:
        """Return the sentence on the quality of the borders, as on the screen."""
        manifest = self.snapshot.manifest
        as_of = date(manifest.tables["communes"].as_of, self.lang)
        return t(f"frame.borders_{manifest.border_quality}", self.lang, date=as_of)

    def about(self) -> dict[str, str]:
        """Return label -> text of what holds for the whole file."""
        lang = self.lang
        given = self.snapshot.manifest.details.get("borders", {})
        licence = "; ".join(str(given[key]) for key in ("source_url", "licence") if given.get(key))
        about = {
            t("alldata.snapshot", lang): self.snapshot.snapshot_id,
            t("alldata.created", lang): date(self.created, lang),
            t("alldata.borders", lang): self.borders(),
            t("alldata.borders_from", lang): licence,
            t("alldata.places", lang): t("alldata.places_text", lang),
            t("alldata.blanks", lang): t("alldata.blanks_text", lang),
        }
        return {name: text for name, text in about.items() if text}

    @cached_property
    def own(self) -> tuple[OwnLayer, ...]:
        """The office's own layers, each to be written as a table of its own; none if kept back."""
        if OWN_ROWS not in self.tables:
            return ()
        return layers_of({OWN_ROWS: self.snapshot.read(OWN_ROWS)}, shipped=False)

    def own_line(self, layer: OwnLayer) -> str:
        """Return one line on an own layer: name, rows, source, date."""
        return t(
            "alldata.own_line",
            self.lang,
            title=layer.name,
            rows=number(len(layer.rows), self.lang),
            source=layer.source or layer.source_url,
            as_of=date(layer.as_of, self.lang),
        )

    def line(self, table: str) -> str:
        """Return one line on a table: title, rows, source, date, sha256."""
        info = self.tables[table]
        return t(
            "alldata.table_line",
            self.lang,
            title=self.title(table),
            rows=number(info.rows, self.lang),
            source=info.source,
            as_of=date(info.as_of, self.lang),
            sha256=info.sha256,
        )


def columns(table: str) -> list[str]:
    """Return the columns of a table the glossary knows; none of a background."""
    return list(ALL_TABLES[table].columns) if table in ALL_TABLES else []
