"""st_folium with `feature_group_to_add`: the map stays, its features are sent on every rerun."""

import folium
import page
from streamlit_folium import st_folium

left = page.chosen()
made = folium.Map(location=page.centre(), zoom_start=page.zoom(), tiles=None)
group = folium.FeatureGroup(name="communes")
group.add_child(folium.GeoJson(left, tooltip=folium.GeoJsonTooltip(["name", "code"])))
said = st_folium(
    made,
    key="map",
    height=page.HEIGHT,
    use_container_width=True,
    returned_objects=["last_active_drawing"],
    feature_group_to_add=group,
)
drawing = (said or {}).get("last_active_drawing") or {}
page.card(drawing.get("properties"))
