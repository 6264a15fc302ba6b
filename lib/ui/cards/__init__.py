"""Cards of a cluster, a commune, a merger and a province."""
