"""The map of clusters and the power grid of a merged province: everything but the pages.

Its packages are rooms that import downwards only, and only ``ui`` knows Streamlit and
folium (``import-linter`` holds both; see ``docs/ARCHITECTURE.md``).
"""

import os

# A file named .geojson may really be a VRT that reads any file of this machine. GDAL
# looks at this when it loads, so it has to stand before anything imports it.
os.environ["GDAL_SKIP"] = (
    "OGR_VRT GDALG HTTP WFS OAPIF OGCAPI CSW GML LVBAG PLSCENES CSV XLSX ODS SQLite PGDUMP "
    "PDF EEDA Elasticsearch Carto NGW AmigoCloud ADBC MiraMonVector GPX GPSBabel GeoRSS OSM S57 "
    "SXF VFK EDIGEO JML MapML GTFS PMTiles MBTiles MVT TopoJSON ESRIJSON"
)
