"""Layers of an office: any table it brought, one layer each, out of the one table of their rows.

The cells of a row are kept as the file has them, as a list in JSON, and beside them
what they mean in columns of numbers and dates. Layers that come with the program are
read from ``data/facts/layers``; one the office brings under the same name takes their place.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from lib.language.errors import WrongUseError
from lib.language.text import fold, is_blank, nfc, same_spelling
from lib.settings import settings
from lib.tables.symbology import AUTOMATIC, Symbology, symbology_of

TABLE: Final = "own_rows"
Type = Literal["text", "number", "date"]
Match = Literal["exact", "old_name", "similar", "unknown"]
MATCHES: Final[tuple[Match, ...]] = ("exact", "old_name", "similar", "unknown")
"""How the place of a row was found, surest first."""

_SLUG: Final = 40
_NUL: Final = "\0"
"""Between rows folded at once: a text in JSON has none, and it is no blank."""
_ROW: Final = "row_id"
_PLACE: Final = "commune_code"
_TOLD: Final = ("layer_name", "source", "source_url", "as_of", "place_column", "value_column")


@dataclass(frozen=True)
class OwnColumn:
    """A column of an own layer: its heading in the file, and whether it holds numbers or dates."""

    name: str
    type: Type = "text"


@dataclass(frozen=True)
class OwnLayer:
    """One table an office brought.

    Parameters
    ----------
    layer_id : str
        In addresses and files, see `layer_id_of`.
    source : str
        Who says so, in the words of who brought it; empty if nothing was said.
    source_url : str
        Public address, or ``file:<name>``.
    as_of : str
        Day the data describe, ISO.
    place, value : str
        Heading of the column the place was found by, and of the number that is
        painted; empty for none.
    rows : DataFrame
        Its rows of the table `TABLE`, index 0, 1, 2 ...
    shipped : bool
        Whether it comes with the program.
    symbology : Symbology
        How it is drawn, as far as somebody chose.
    """

    layer_id: str
    name: str
    source: str
    source_url: str
    as_of: str
    columns: tuple[OwnColumn, ...]
    place: str
    value: str
    rows: pd.DataFrame
    shipped: bool = False
    symbology: Symbology = AUTOMATIC

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells as the file has them, as text; None is blank."""
        return self._listed("cells")

    @cached_property
    def typed(self) -> pd.DataFrame:
        """Numbers as floats, dates as ISO text, other cells as text; None and NaN are blank."""
        figures, values = self._listed("figures"), self.cells.copy()
        for column in self.columns:
            if column.type == "number":
                values[column.name] = pd.to_numeric(figures[column.name])
            elif column.type == "date":
                values[column.name] = figures[column.name]
        return values

    @cached_property
    def folded(self) -> pd.Series:
        """All cells of each row, and what an old name became, as one text that is searched."""
        texts = self.rows["cells"] + " " + self.rows["became"].fillna("")
        # All at once: row by row it takes three times as long.
        return pd.Series(fold(_NUL.join(texts)).split(_NUL), index=texts.index)

    def drawn_as(self, symbology: Symbology) -> "OwnLayer":
        """Return the same layer, with what is known of its rows, drawn in another way."""
        twin = copy(self)
        object.__setattr__(twin, "symbology", symbology)
        return twin

    def of_type(self, kind: Type) -> tuple[str, ...]:
        """Return the headings of the columns of one type."""
        return tuple(column.name for column in self.columns if column.type == kind)

    @cached_property
    def title_column(self) -> str:
        """Heading of the column that names a row: the first text that is not its place."""
        texts = [name for name in self.of_type("text") if name != self.place]
        named = [name for name in texts if fold(name).startswith(("ten", "name"))]
        return next(iter([*named, *texts]), self.columns[0].name)

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Headings of the numbers that may be added up: no numbering of rows, no coordinates."""
        return tuple(name for name in self.of_type("number") if not self._is_label(name))

    def _is_label(self, name: str) -> bool:
        words = fold(name).strip(".")
        figures = self.typed[name].dropna()
        counted = len(figures) > 1 and figures.tolist() == list(range(1, len(figures) + 1))
        return counted or words in ORDER or words in _POSITIONS or words.startswith("nam ")

    @cached_property
    def signs(self) -> pd.Series:
        """Row -> ``layer:code`` of what is drawn of it on a map; rows without a shape have none."""
        rows = self.rows
        placed = rows[(rows["lat"].notna() & rows["lon"].notna()) | rows["shape"].notna()]
        if self.shipped or len(placed) > IN_FILE:
            return pd.Series(dtype=str)
        mark = self.layer_id.rpartition("-")[2]
        drawn = [f"own-{_drawn_as(shape)}:{mark}.{at}" for at, shape in placed["shape"].items()]
        return pd.Series(drawn, index=placed.index, dtype=str)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Headings of the columns of few texts, each in several rows: what tells rows apart."""
        most = min(MOST_CATEGORIES, max(1, len(self.rows) // 2))
        texts = (name for name in self.of_type("text") if name != self.place)
        return tuple(name for name in texts if 0 < self.cells[name].nunique() <= most)

    def _listed(self, column: str) -> pd.DataFrame:
        names = [one.name for one in self.columns]
        lists = [json.loads(text) for text in self.rows[column]]
        return pd.DataFrame(lists, columns=names, index=self.rows.index, dtype=object)


MOST_CATEGORIES: Final = 12
"""Texts a column may have to be filtered as categories."""
ADDED: Final = ("commune_code", "commune_name", "match")
"""Columns an export puts behind those of the file, and a file brought again may have."""


IN_FILE: Final = 5_000
"""Signs of one layer that are in the files of the map at the most."""
ORDER: Final = frozenset({"stt", "tt", "so tt", "so thu tu", "thu tu", "no"})
"""Headings of the number of a row in its list, folded."""
_POSITIONS: Final = frozenset(
    {
        "x",
        "y",
        "lat",
        "lon",
        "lng",
        "vi do",
        "kinh do",
        "latitude",
        "longitude",
        "toa do x",
        "toa do y",
        "nam",
    }
)


def _drawn_as(shape: object) -> str:
    """Return which of the own layers of the map draws a shape in WKT, a point where it is blank."""
    if is_blank(shape):
        return "points"
    return "lines" if "LINE" in str(shape).partition(" ")[0] else "areas"


def layer_id_of(name: str) -> str:
    """Return the id of the layer called `name`: equal for two spellings of one name.

    >>> layer_id_of("Chợ hạng 1") == layer_id_of("chợ  hạng 1"), layer_id_of("Chợ")[:4]
    (True, 'cho-')
    """
    slug = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:_SLUG].strip("-")
    mark = hashlib.sha256(same_spelling(nfc(name)).encode()).hexdigest()[:8]
    return f"{slug}-{mark}" if slug else mark


def listed(values: Sequence[object]) -> str:
    """Return a list as it is kept in a cell of the table."""
    return json.dumps(list(values), ensure_ascii=False, allow_nan=False)


def described(columns: Sequence[OwnColumn]) -> str:
    """Return the columns of a layer as they are kept with each of its rows."""
    return listed([[column.name, column.type] for column in columns])


def layers_of(tables: Mapping[str, pd.DataFrame], *, shipped: bool = True) -> tuple[OwnLayer, ...]:
    """Return the layers of a snapshot, then those that come with the program and are not in it.

    Parameters
    ----------
    tables : mapping
        With `TABLE`, or without it where no layer was brought or it is kept back.
    shipped : bool
        Whether those of the program are wanted.
    """
    own = tuple(_split(tables[TABLE])) if TABLE in tables else ()
    taken = {layer.layer_id for layer in own}
    rest = (layer for layer in of_program(settings().facts) if layer.layer_id not in taken)
    return (*own, *rest) if shipped else own


def named(layers: Sequence[OwnLayer], name: str) -> OwnLayer:
    """Return the layer called `name`, or with this id.

    Raises
    ------
    WrongUseError
        There is none.
    """
    wanted = {name, layer_id_of(name)}
    found = next((layer for layer in layers if layer.layer_id in wanted), None)
    if found is None:
        known = ", ".join(layer.name for layer in layers) or "-"
        raise WrongUseError("ownlayers.no_layer", name=name, known=known)
    return found


def _split(table: pd.DataFrame) -> Iterator[OwnLayer]:
    for layer_id, rows in table.groupby("layer_id", sort=False):
        first = rows.iloc[0]
        told = {name: "" if is_blank(first[name]) else str(first[name]) for name in _TOLD}
        yield OwnLayer(
            str(layer_id),
            name=told["layer_name"],
            source=told["source"],
            source_url=told["source_url"],
            as_of=told["as_of"],
            columns=tuple(OwnColumn(*one) for one in json.loads(str(first["layer_columns"]))),
            place=told["place_column"],
            value=told["value_column"],
            rows=rows.reset_index(drop=True),
            symbology=symbology_of(first.get("symbology")),
        )


@cache
def of_program(facts: Path) -> tuple[OwnLayer, ...]:
    """Return the layers that come with the program; none where the facts have no such folder."""
    folder = facts / "layers"
    if not folder.is_dir():
        return ()
    known = tomllib.loads((folder / "layers.toml").read_text(encoding="utf-8"))
    return tuple(_of_facts(folder, one) for one in known["layer"])


def _of_facts(folder: Path, said: Mapping[str, Any]) -> OwnLayer:
    frame = pd.read_csv(folder / said["file"], dtype=str, keep_default_na=False)
    types: Mapping[str, Type] = said.get("types", {})
    names = [str(name) for name in frame.columns if name != _PLACE]
    columns = tuple(OwnColumn(name, types.get(name, "text")) for name in names)
    cells = [[text or None for text in row] for row in frame[names].to_numpy().tolist()]
    rows = pd.DataFrame(
        {
            _ROW: [str(number) for number in range(1, len(frame) + 1)],
            "file_row": range(2, len(frame) + 2),
            _PLACE: [code or None for code in frame[_PLACE]],
            "match": ["exact" if code else "unknown" for code in frame[_PLACE]],
            "became": None,
            "clause": None,
            "lat": float("nan"),
            "lon": float("nan"),
            "shape": None,
            "cells": [listed(row) for row in cells],
            "figures": [
                listed([_figure(text, c.type) for text, c in zip(row, columns, strict=True)])
                for row in cells
            ],
        }
    )
    return OwnLayer(
        layer_id_of(said["name"]),
        name=said["name"],
        source=said["source"],
        source_url=said["source_url"],
        as_of=said["as_of"],
        columns=columns,
        place=said["place"],
        value=said.get("value", ""),
        rows=rows,
        shipped=True,
    )


def _figure(text: str | None, kind: Type) -> float | str | None:
    if text is None or kind == "text":
        return None
    return float(text) if kind == "number" else text


def part_of(name: str) -> str:
    """Return what stands in the access file for one layer: the table, a dot, its id.

    >>> part_of("Chợ") == part_of("chợ")
    True
    """
    return f"{TABLE}.{layer_id_of(name)}"


def tables_of(closed: Collection[str]) -> frozenset[str]:
    """Return the tables that are closed, or a layer in them is."""
    return frozenset(name.partition(".")[0] for name in closed)


def without_layers(frame: pd.DataFrame, closed: Collection[str]) -> pd.DataFrame:
    """Return the rows of the table that are of no layer in `closed`, see `part_of`."""
    parts = f"{TABLE}." + frame["layer_id"]
    left: pd.DataFrame = frame[~parts.isin(list(closed))].reset_index(drop=True)
    return left
