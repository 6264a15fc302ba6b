"""folium and st_folium as their examples have it: the map is built anew on every rerun."""

import folium
import page
from streamlit_folium import st_folium

left = page.chosen()
made = folium.Map(location=page.centre(), zoom_start=page.zoom(), tiles=None)
folium.GeoJson(left, tooltip=folium.GeoJsonTooltip(["name", "code"])).add_to(made)
said = st_folium(
    made,
    height=page.HEIGHT,
    use_container_width=True,
    returned_objects=["last_active_drawing"],
)
drawing = (said or {}).get("last_active_drawing") or {}
page.card(drawing.get("properties"))
