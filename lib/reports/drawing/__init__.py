"""Maps of papers: canvas, window, clusters, what is seen."""
