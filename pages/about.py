import re

import pandas as pd
import streamlit as st

from lib.language.text import date, number, plain
from lib.reports.cards.card import site
from lib.ui import frame, sidebar
from lib.ui.state import language, tr
from lib.ui.workspace import workspace

ADDRESS = re.compile(r"https?://[\w./~-]+")

data = workspace()
lang = language()
manifest = data.manifest

with st.sidebar:
    sidebar.find_box(data)
frame.banner(data)
frame.title(tr("pages.about"))
frame.sentence(tr("about.sentence"))

st.header(tr("about.sources"), anchor=False)
rows = []
for name, info in manifest.tables.items():
    table = data.tables.get(name)
    urls = [] if table is None or "source_url" not in table else table["source_url"].dropna()
    hosts = list(dict.fromkeys(site(url, lang) for url in urls))
    rows.append(
        {
            tr("about.table"): frame.table_name(data, name),
            tr("about.rows"): number(info.rows, lang),
            tr("about.source"): plain(", ".join(hosts) if hosts else info.source),
            tr("about.licence"): tr(f"about.licence_{name}"),
            tr("about.as_of"): frame.table_date(info.as_of),
        }
    )
st.table(pd.DataFrame(rows).set_index(tr("about.table")), alt=tr("about.sources"))

st.header(tr("about.borders"), anchor=False)
borders = manifest.details["borders"]
coverage = manifest.details["coverage"]
st.markdown(
    tr(
        f"frame.borders_{manifest.border_quality}",
        date=date(manifest.tables["communes"].as_of, lang),
    )
)
url = borders["source_url"]
address = f"<{url}>" if ADDRESS.fullmatch(url) else plain(url)
st.markdown(tr("about.licence_line", licence=plain(borders["licence"]), url=address))
st.markdown(
    tr(
        "about.coverage",
        units=number(coverage["units"], lang),
        overlaps=number(coverage["overlaps"], lang),
        overlap_ha=number(coverage["overlap_ha"], lang, 2),
        gaps=number(coverage["gaps"], lang),
        gap_ha=number(coverage["gap_ha"], lang, 3),
    )
)
names = data.commune_names
settled = [
    {
        tr("about.defect"): tr(f"geometry.{one['kind']}"),
        tr("about.hectares"): number(one["area_ha"], lang, 4),
        tr("about.given_to"): plain(str(names[one["to_code"]])),
        tr("about.taken_from"): plain(str(names.get(one["from_code"], "–"))),
        tr("about.rule"): tr(one["rule"]),
    }
    for one in manifest.details["settlements"]
]
if settled:
    with st.expander(tr("about.settled")):
        st.table(pd.DataFrame(settled).set_index(tr("about.defect")), alt=tr("about.settled"))

for part in ("methods", "limits"):
    st.header(tr(f"about.{part}"), anchor=False)
    st.markdown(tr(f"about.{part}_text"))

frame.foot(data, ["communes", "former_units", "clusters", "weak_supply"])
