"""Unpickle what a reader sent back: data of the classes named here and nothing else.

A reader overrun by its file could write any pickle; one that names another class or
function is no result, and nothing of it is called.
"""

import pickle
from collections.abc import Mapping
from typing import IO, Any, Final

_CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "builtins": frozenset({"frozenset", "set", "slice"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "decimal": frozenset({"Decimal"}),
    "geopandas.array": frozenset({"GeometryArray"}),
    "geopandas.geodataframe": frozenset({"GeoDataFrame"}),
    "geopandas.geoseries": frozenset({"GeoSeries"}),
    "lib.importing.direct.tables": frozenset({"Given"}),
    "lib.importing.draft": frozenset({"CrsRead", "Draft", "Options"}),
    "lib.importing.matching": frozenset({"ClusterMatch"}),
    "lib.importing.readers.base": frozenset({"Content", "Features"}),
    "lib.importing.readers.grid": frozenset({"Grid"}),
    "lib.importing.sheets.headings": frozenset({"Heading", "Match"}),
    "lib.language.findings": frozenset({"Finding", "Twin"}),
    "lib.tables.merging": frozenset({"Counts"}),
    "numpy": frozenset({"dtype", "ndarray"}),
    "numpy._core.multiarray": frozenset({"_reconstruct", "scalar"}),
    "numpy._core.numeric": frozenset({"_frombuffer"}),
    "pandas": frozenset(
        {
            "BooleanDtype",
            "Categorical",
            "CategoricalDtype",
            "DataFrame",
            "DatetimeTZDtype",
            "Float64Dtype",
            "Index",
            "Int64Dtype",
            "MultiIndex",
            "NA",
            "RangeIndex",
            "Series",
            "StringDtype",
        }
    ),
    "pandas._libs.arrays": frozenset({"__pyx_unpickle_NDArrayBacked"}),
    "pandas._libs.internals": frozenset({"_unpickle_block"}),
    "pandas.arrays": frozenset(
        {
            "ArrowStringArray",
            "BooleanArray",
            "DatetimeArray",
            "FloatingArray",
            "IntegerArray",
            "StringArray",
            "TimedeltaArray",
        }
    ),
    "pandas.core.indexes.base": frozenset({"_new_Index"}),
    "pandas.core.internals.managers": frozenset({"BlockManager", "SingleBlockManager"}),
    "pathlib": frozenset({"PosixPath", "WindowsPath"}),
    "pathlib._local": frozenset({"PosixPath", "WindowsPath"}),
    "pyarrow.lib": frozenset({"_restore_array", "py_buffer", "type_for_alias"}),
    "pyproj.crs.crs": frozenset({"CRS"}),
    "shapely.geometry.polygon": frozenset({"_unpickle_linearring"}),
    "shapely.io": frozenset({"from_wkb"}),
}
"""Module -> classes and functions that a result may be made of."""


class NoResultError(ValueError):
    """The bytes are no pickle, or name a class that is no data."""


class _Data(pickle.Unpickler):
    """Reads a pickle of known classes only."""

    def find_class(self, module: str, name: str) -> object:
        if name not in _CLASSES.get(module, ()):
            raise NoResultError(module, name)
        return super().find_class(module, name)


def load(file: IO[bytes]) -> Any:  # noqa: ANN401 - whatever was sent
    """Unpickle an open file.

    Raises
    ------
    NoResultError
        It is no pickle, or of classes that are no data.
    """
    try:
        return _Data(file).load()
    except NoResultError:
        raise
    except (
        *(pickle.UnpicklingError, EOFError, AttributeError, ImportError),
        *(ValueError, TypeError, LookupError, OverflowError),
    ) as error:
        raise NoResultError(type(error).__name__, *error.args) from error
