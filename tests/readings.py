"""What a reader makes of a file: its one layer, its one table, or its refusal."""

from pathlib import Path

import pytest
import shapely
from badfiles.corpus_build import square

from lib.importing.readers import base, registry
from lib.importing.readers.grid import Grid
from lib.language.errors import DataRefusedError

SQUARE = shapely.Polygon(square())
DEGREES = shapely.Polygon(square(epsg=4326))


def refused(path: Path) -> DataRefusedError:
    """Return the refusal of a file, which names it."""
    with pytest.raises(DataRefusedError) as caught:
        registry.read(path)
    assert path.name in caught.value.message()
    return caught.value


def the_square(content: base.Content, expected: shapely.Polygon = SQUARE) -> base.Features:
    """Return the only layer, whose first shape is the square."""
    (layer,) = content.layers
    assert shapely.equals_exact(
        shapely.normalize(shapely.force_2d(layer.shapes[0])), shapely.normalize(expected), 1e-6
    )
    return layer


def grid(path: Path) -> Grid:
    """Return the only table of a file."""
    (found,) = registry.read(path).grids
    return found
