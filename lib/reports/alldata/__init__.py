"""Every table of a snapshot in one file: GeoPackage, Excel or GeoParquet."""
