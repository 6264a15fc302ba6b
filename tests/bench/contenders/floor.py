"""The least a filter can be: two pills, one line of text, no map."""

import streamlit as st

chosen = st.pills("filter", ["a", "b"], selection_mode="multi")
st.text(", ".join(chosen) or "-")
