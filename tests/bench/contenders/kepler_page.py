"""kepler.gl's HTML put on the page."""

import tempfile
from pathlib import Path

import page
from keplergl import KeplerGl
from streamlit.components.v1 import html

left = page.chosen()
latitude, longitude = page.centre()
config = {
    "version": "v1",
    "config": {
        "mapState": {"latitude": latitude, "longitude": longitude, "zoom": page.zoom() - 1},
        "mapStyle": {"styleType": "no_map"},
    },
}
made = KeplerGl(height=page.HEIGHT, data={"communes": left}, config=config)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "map.html"
    made.save_to_html(str(file), read_only=True, center_map=False)
    html(file.read_text(encoding="utf-8"), height=page.HEIGHT)
