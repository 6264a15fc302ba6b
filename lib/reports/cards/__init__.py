"""Cards of clusters and communes as data, and what draws them on paper and in HTML."""
