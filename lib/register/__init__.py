"""The register of clusters: derived columns, delay, completeness, filters, lists."""
