"""Definition of a map layer, one record for map, legend, paper and QGIS."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from lib.layers.looks.symbols import Style

_SIGNS: Final = string.digits + string.ascii_letters
"""One for each class of a layer; the map's script has the same in ``SIGNS``."""

Kind = Literal["polygon", "line", "point"]


@dataclass(frozen=True)
class Label:
    """Zoom from which names appear on the map, and their priority where room is short.

    Parameters
    ----------
    offset : int
        Pixels the name stands below its place.
    size : float
        How large it is beside the name of a commune.
    shifts : tuple of int
        Pixels up or down at which it is tried, in turn.
    """

    min_zoom: float
    rank: int
    offset: int = 0
    size: float = 1
    shifts: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Qgis:
    """Style of tables of a snapshot in QGIS.

    Parameters
    ----------
    styles : tuple of Style
        The one look of all their rows, or one for each code of `column`.
    column : str
        What tells the classes apart; empty for a single look.
    named : bool
        Whether names stand on the map from the zoom of the layer's label on.
    """

    tables: tuple[str, ...]
    styles: tuple[Style, ...]
    column: str = ""
    named: bool = False


@dataclass(frozen=True)
class Layer:
    """Definition of a layer, without data.

    Parameters
    ----------
    layer_id : str
        Name in files, in the URL of a selection and in the style sheet.
    title : str
        Text key of its name in the legend.
    styles : tuple of Style
        Its classes; a rerun names them by their place in this tuple.
    label : Label or None
        Names on the map, if it has them.
    canvas : bool
        Drawn on one canvas instead of an element each: for thousands of features. One that
        answers the pointer has to be the lowest that does: a canvas hides what is under it.
    source : callable or None
        Tables of a snapshot -> what is drawn, with the lines of its tooltip, see
        `lib.layers.frames`; None for borders and water, which `lib.layers.borders` draws.
    ground : str
        Class it is drawn in on every page and paper that does not say otherwise; empty for
        a layer only some pages show.
    ground_by_code : bool
        Whether it is drawn on every page and paper too, each feature in the class its code
        begins with, see `lib.layers.files.CLASS_ENDS`.
    min_zoom : float
        Zoom from which it is fetched and drawn.
    detail_zoom : float
        Zoom from which its finer level is, if it has two.
    explained : bool
        Whether the legend of every page explains its ground, named by the page or not.
    tables : tuple of str
        Tables an office may keep for its administrators that it shows.
    told_of : tuple of str
        Tables whose source and day are told for it.
    grid : bool
        Whether it is of the grid: nothing else is in it, and a setting keeps it off.
    qgis : Qgis or None
        How its tables look in QGIS; None for a plain look.
    """

    layer_id: str
    title: str
    kind: Kind
    styles: tuple[Style, ...]
    interactive: bool = False
    label: Label | None = None
    canvas: bool = False
    source: Callable[[Mapping[str, pd.DataFrame]], gpd.GeoDataFrame | None] | None = None
    ground: str = ""
    ground_by_code: bool = False
    min_zoom: float = 0
    detail_zoom: float = 9
    explained: bool = False
    tables: tuple[str, ...] = ()
    told_of: tuple[str, ...] = ()
    grid: bool = False
    qgis: Qgis | None = None

    def place(self, key: str) -> str:
        """Return the character that stands for class `key`."""
        return _SIGNS[[style.key for style in self.styles].index(key)]
