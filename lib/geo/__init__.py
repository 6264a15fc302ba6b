"""Coordinate systems, plane geometry, coverages, and where borders come from."""
