"""Clusters cut by communes: pieces, evidence, verdict, answer."""
