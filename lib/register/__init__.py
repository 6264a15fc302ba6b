"""The register of clusters: derived columns, steps, delay, forms of the law, duties, lists."""
