"""The map of clusters and the power grid of a merged province: everything but the pages."""
