"""Another province, as docs/another_province.md says: its file, made-up facts, a bundle.

The borders are the public ones of `scale/communes_vietnam_20m.parquet`; everything else in
the tables is made up.
"""

import csv
import hashlib
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from lib.tables.registry import TABLES, with_facts

COUNTRY = Path(__file__).parents[2] / "shared" / "data" / "scale" / "communes_vietnam_20m.parquet"
FORMER = (
    ("Hà Nam", "ha-nam", "HN"),
    ("Nam Định", "nam-dinh", "ND"),
    ("Ninh Bình", "ninh-binh", "NB"),
)
CAPITALS = (("phu_ly", "Phủ Lý"), ("nam_dinh", "Nam Định"), ("hoa_lu", "Hoa Lư"))
SOURCED = {"source_url": "https://example.org/", "as_of": "2026-01-01"}


def communes() -> gpd.GeoDataFrame:
    """Return the communes of Ninh Bình: code, full name, name, kind, area in km², geometry."""
    country = gpd.read_parquet(COUNTRY)
    own = country[country["province"].str[:2] == "37"].sort_values("code").reset_index(drop=True)
    kind = own["fullName"].str.extract("^(Phường|Xã) ", expand=False)
    named = [full.removeprefix(k).strip() for full, k in zip(own["fullName"], kind, strict=True)]
    return own.assign(kind=kind.str.lower(), name=named)


def _words() -> str:
    twins = {
        "schemas": {
            **{f"column.km_to_{key}": f"Cách {name} (km)" for key, name in CAPITALS},
            **{f"value.province.{name}": f"{name} (cũ)" for name, *_ in FORMER},
            "value.area.ninh_binh_new": "tỉnh Ninh Bình (mới)",
        },
        "gaps": {
            f"{what}_{key}_km": text
            for key, name in CAPITALS
            for what, text in (("measure", f"cách {name}"), ("short", name), ("unit", "km"))
        },
        "powerpage": {f"choice_{key}_km": f"Cách {name}" for key, name in CAPITALS},
        "zones": {"vn2000_105_00": "VN-2000, kinh tuyến trục 105°00', múi 3°"},
        "templates": {"coordinates_guide": "Sửa dòng kinh tuyến trục cho đúng văn bản."},
    }
    return "\n".join(
        f"[words.{family}.{json.dumps(key)}]\nvi = {text}\nen = {text}"
        for family, texts in twins.items()
        for key, text in ((k, json.dumps(v, ensure_ascii=False)) for k, v in texts.items())
    )


def province_file(count: int) -> str:
    """Return the text of ``province.toml``."""
    former = "\n".join(
        f'[[former]]\nname = "{name}"\nslug = "{slug}"\nclusters = "{code}"'
        for name, slug, code in FORMER
    )
    capitals = "\n".join(f'[[capitals]]\nkey = "{key}"\nname = "{name}"' for key, name in CAPITALS)
    return f"""code = "37"
name = "Ninh Bình"
slug = "ninh-binh"
area = "ninh_binh_new"
merged_on = 2025-07-01
resolution = "9999/NQ-THU"
clauses = {count}
split_units = {{ vi = "Không đơn vị cũ nào bị tách", en = "No former unit was split" }}
box = [105.4, 19.7, 106.8, 20.9]
neighbours = ["01", "25", "33", "38"]
bundle = {{}}
counts = {{ communes = {count}, former_units = {count} }}
{former}
{capitals}
[crs]
area = 5897
[[crs.zones]]
epsg = 5897
meridian = "105°00'"
words = "zones.vn2000_105_00"
[[crs.zones]]
epsg = 4326
words = "zones.wgs84"
{_words()}
"""


def _facts(own: gpd.GeoDataFrame) -> dict[str, list[dict[str, object]]]:
    """Return the rows of the tables that have any."""
    inner = shapely.point_on_surface(own.geometry.to_numpy())
    places = [
        {
            "code": unit.code,
            "name": unit.name_,
            "kind": unit.kind,
            "area_km2": unit.areaKm2,
            "former_province": FORMER[at % 3][0],
            "lat": round(point.y, 5),
            "lon": round(point.x, 5),
        }
        for at, (unit, point) in enumerate(
            zip(own.rename(columns={"name": "name_"}).itertuples(index=False), inner, strict=True)
        )
    ]
    first, second = _neighbours(own)
    whole = {"kind": "ccn", "legal_status": "unknown", "operation_status": "planned"}
    whole |= {"wastewater": "unknown", "behind_schedule": "unknown", "outline_quality": "none"}
    return {
        "communes": [
            {
                **place,
                "population": 10_000 + at,
                "legal_basis": "Nghị quyết thử",
                "source": "thử",
            }
            for at, place in enumerate(places)
        ],
        "former_units": [
            {
                **{key: place[key] for key in ("name", "kind", "lat", "lon")},
                "former_code": place["code"],
                "district": f"Huyện Thử {at % 5}",
                "province": place["former_province"],
                "new_code": place["code"],
                "part": "whole",
                "clause": at + 1,
            }
            for at, place in enumerate(places)
        ],
        "clusters": [
            {
                **whole,
                "cluster_id": f"NB-00{number}",
                "name": name,
                "former_province": places[at]["former_province"],
                "former_communes": ";".join(f"{own['kind'][n]} {own['name'][n]}" for n in units),
            }
            for number, (name, at, units) in enumerate(
                (
                    ("Thử Một", first, (first,)),
                    ("Thử Hai", first, (first, second)),
                    ("Thử Ba", second, (second,)),
                ),
                start=1,
            )
        ],
        "settlements": [
            {
                "code": place["code"],
                "name": place["name"],
                "n_places": 1,
                **dict.fromkeys(("elev_min", "elev_median", "elev_max", "elev_range"), 5),
                **{f"km_to_{key}": at + 1 for at, (key, _) in enumerate(CAPITALS)},
                "km_to_nearest_old_urban_unit": 3,
            }
            for place in places
        ],
    }


def _neighbours(own: gpd.GeoDataFrame) -> tuple[int, int]:
    """Return the places of two communes with a long border in common and names of their own."""
    alone = ~own["name"].duplicated(keep=False)
    shapes = own.geometry.to_numpy()
    best = max(
        (shapely.length(shapely.intersection(shapes[0], shapes[at])), at)
        for at in range(1, len(own))
        if alone[at]
    )
    return 0, best[1]


def border_of_two(own: gpd.GeoDataFrame) -> shapely.Polygon:
    """Return a square of about 40 ha across the border of the two communes of the clusters."""
    first, second = _neighbours(own)
    shared = shapely.intersection(own.geometry[first], own.geometry[second])
    middle = shapely.line_interpolate_point(shapely.line_merge(shared), 0.5, normalized=True)
    if shapely.is_empty(middle):
        middle = shapely.point_on_surface(shared)
    return shapely.box(middle.x - 0.003, middle.y - 0.003, middle.x + 0.003, middle.y + 0.003)


def make(folder: Path) -> tuple[Path, Path, Path]:
    """Write the province below `folder`; return its folder, its bundle and an outline to import."""
    own = communes()
    home, bundle = folder / "ninh-binh", folder / "bundle"
    (home / "facts").mkdir(parents=True)
    (home / "province.toml").write_text(province_file(len(own)), encoding="utf-8")
    rows = _facts(own)
    for name in with_facts():
        columns = [column.name for column in TABLES[name].every()]
        columns = [
            column for column in columns if not column.startswith("km_to_") or "nearest" in column
        ]
        if name == "settlements":
            columns += [f"km_to_{key}" for key, _ in CAPITALS]
        given = [SOURCED | row for row in rows.get(name, [])]
        frame = pd.DataFrame(given, columns=columns)
        frame.to_csv(home / "facts" / f"{name}.csv", index=False)
    with (home / "facts" / "border_files.csv").open("w", encoding="utf-8", newline="") as lines:
        listed = csv.writer(lines)
        listed.writerow(("code", "path", "sha256", "bytes"))
        for unit in own.itertuples(index=False):
            path = f"json/geojson/37_ninh_binh/wards/{unit.code}.geojson"
            feature = {
                "type": "Feature",
                "properties": {"code": unit.code, "name": unit.fullName},
                "geometry": shapely.geometry.mapping(unit.geometry),
            }
            content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
            (bundle / path).parent.mkdir(parents=True, exist_ok=True)
            (bundle / path).write_bytes(content)
            listed.writerow((unit.code, path, hashlib.sha256(content).hexdigest(), len(content)))
    outline = folder / "ranh-gioi.geojson"
    gpd.GeoDataFrame(
        {"cluster_id": ["NB-002"]}, geometry=[border_of_two(own)], crs="EPSG:4326"
    ).to_file(outline)
    return home, bundle, outline
