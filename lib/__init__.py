"""The map of clusters and the power grid of new Phú Thọ: everything but the pages.

The modules read top to bottom as the data flows; no import runs back up
(``import-linter`` holds it). Only ``mapview`` and ``ui`` know Streamlit.
"""
