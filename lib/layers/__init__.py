"""Map layers: registry, symbols, classes, building, scripts of the browser, QGIS styles."""
