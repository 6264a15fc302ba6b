"""`st.pydeck_chart`, Streamlit's own map of polygons."""

import json

import page
import pydeck as pdk
import streamlit as st

left = page.chosen()
latitude, longitude = page.centre()
layer = pdk.Layer(
    "GeoJsonLayer",
    json.loads(left.to_json()),
    id="communes",
    pickable=True,
    stroked=True,
    get_fill_color=[154, 66, 0, 60],
    get_line_color=[27, 27, 27],
    line_width_min_pixels=1,
)
deck = pdk.Deck(
    layers=[layer],
    map_style=None,
    initial_view_state=pdk.ViewState(latitude=latitude, longitude=longitude, zoom=page.zoom() - 1),
)
picked = st.pydeck_chart(
    deck, height=page.HEIGHT, on_select="rerun", selection_mode="single-object", key="deck"
)
objects = picked["selection"]["objects"].get("communes") or [{}]
page.card(objects[0].get("properties"))
