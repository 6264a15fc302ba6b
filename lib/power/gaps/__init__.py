"""Communes remote and weakly supplied: measures, choice, sentences."""
