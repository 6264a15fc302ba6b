"""Readers of maps and drawings, through GDAL where it has them."""
