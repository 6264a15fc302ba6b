"""`GeoDataFrame.explore()` put on the page as one HTML text."""

import page
from streamlit.components.v1 import html

left = page.chosen()
made = left.explore(
    tiles=None,
    location=list(page.centre()),
    zoom_start=page.zoom(),
    tooltip=["name", "code"],
    popup=["name", "code"],
)
html(made.get_root().render(), height=page.HEIGHT)
