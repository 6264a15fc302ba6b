"""lonboard's HTML put on the page: a file in a frame, as it does not run from a text in one."""

import hashlib
import re
from pathlib import Path

import page
from lonboard import Map, PolygonLayer
from streamlit.components.v1 import iframe

left = page.chosen()
latitude, longitude = page.centre()
layer = PolygonLayer.from_geopandas(
    left, get_fill_color=[154, 66, 0, 60], get_line_color=[27, 27, 27], line_width_min_pixels=1
)
made = Map(
    layer,
    basemap=None,
    view_state={"latitude": latitude, "longitude": longitude, "zoom": page.zoom() - 1},
)
# The file of the package is not the minified one the page's hash was made of.
text = re.sub(r'\s+integrity="[^"]*"', "", made.to_html())
name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.html"
folder = Path(__file__).parent / "static"
folder.mkdir(exist_ok=True)
(folder / name).write_text(text, encoding="utf-8")
iframe(f"/app/static/{name}", height=page.HEIGHT)
