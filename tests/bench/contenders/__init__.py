"""Who is compared: what a user could put in the place of our map."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Contender:
    """One way to put communes on a page.

    Parameters
    ----------
    name : str
        As the report calls it.
    script : str
        Its page in this folder; empty for the application itself.
    kind : str
        How its paint is seen: ``ours``, ``leaflet``, ``webgl`` or ``text``.
    card : str
        Where what was clicked appears, a CSS selector; empty if it cannot be told from outside.
    """

    name: str
    script: str
    kind: str
    card: str = ".st-key-card"


PLAIN = "st_folium, rebuilt"
FLOOR = Contender("Streamlit alone", "floor.py", "text")
"""No contender: what any page of Streamlit takes, with our settings of the server."""
CONTENDERS = (
    Contender("ours", "", "ours"),
    Contender(PLAIN, "plain.py", "leaflet"),
    Contender("st_folium, feature group", "feature_group.py", "leaflet"),
    Contender("gdf.explore()", "explore.py", "leaflet", ".leaflet-popup-content"),
    Contender("leafmap.foliumap", "leafmap_page.py", "leaflet", ".leaflet-popup-content"),
    Contender("st.pydeck_chart", "pydeck_page.py", "webgl"),
    Contender("kepler.gl HTML", "kepler_page.py", "webgl", ""),
    Contender("lonboard HTML", "lonboard_page.py", "webgl", ""),
)
