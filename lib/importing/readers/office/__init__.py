"""Readers of spreadsheets, Word files and CSV."""
