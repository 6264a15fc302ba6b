"""How layers look: symbols, classes of a number, QGIS styles."""
