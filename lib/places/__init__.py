"""Communes and their names: old name to new commune, what the merger changed, search."""
