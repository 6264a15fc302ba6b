"""What every contender's page has: the same communes, the same pills, the same card."""

import os
from pathlib import Path

import geopandas as gpd
import streamlit as st

HEIGHT = 470


@st.cache_resource
def communes() -> gpd.GeoDataFrame:
    """Return the communes once a server: code, name, group, geometry."""
    return gpd.read_parquet(Path(os.environ["BENCH_DATA"]) / "communes.parquet")


def chosen() -> gpd.GeoDataFrame:
    """Draw the page's head; return the communes the pills leave."""
    st.set_page_config(layout="wide")
    st.title("Các xã, phường")
    everything = communes()
    groups = st.pills(
        "Tỉnh cũ", sorted(everything["group"].unique()), selection_mode="multi", key="province"
    )
    left = everything[everything["group"].isin(groups)] if groups else everything
    st.caption(f"{len(left)} xã, phường")
    return left


def centre() -> tuple[float, float]:
    """Return latitude and longitude of the middle of all communes."""
    west, south, east, north = communes().total_bounds
    return (south + north) / 2, (west + east) / 2


def zoom() -> int:
    """Return the zoom at which all communes are seen."""
    west, _, east, _ = communes().total_bounds
    return 9 if east - west < 3 else 6


def card(properties: dict | None) -> None:
    """Say beside the map what was clicked."""
    with st.container(key="card"):
        st.write(f"{properties['name']} · {properties['code']}" if properties else "Chọn một xã")
