"""leafmap's folium backend, as its Streamlit pages use it: `add_gdf`, then `to_streamlit`."""

import leafmap.foliumap as leafmap
import page

left = page.chosen()
made = leafmap.Map(location=page.centre(), zoom_start=page.zoom(), tiles=None)
made.add_gdf(left, layer_name="communes", info_mode="on_click", zoom_to_layer=False)
made.to_streamlit(height=page.HEIGHT)
