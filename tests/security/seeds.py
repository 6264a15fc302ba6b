"""Sound files of every kind a reader takes: what the fuzzer spoils."""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import ezdxf
import pandas as pd
import shapely
from badfiles.corpus_build import (
    NAME,
    Make,
    collection,
    coordinate_rows,
    document,
    feature,
    frame,
    holding,
    kml,
    polygon,
    shapefile,
    square,
    table,
    workbook,
    zipped,
)

from lib.importing.templates.forms import template


@dataclass(frozen=True)
class Seed:
    """A sound file: what it is called, imported as, and its bytes."""

    name: str
    kind: str
    content: bytes


def made(make: Make, name: str) -> bytes:
    """Return the bytes of what `make` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        make(path)
        return path.read_bytes()


def _mapinfo(ending: str) -> Make:
    """Return a maker of a zip with a MapInfo table, native or for exchange."""

    def write(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            frame().to_file(Path(folder) / f"ranh.{ending}", driver="MapInfo File")
            parts = {one.name: one.read_bytes() for one in Path(folder).iterdir()}
        zipped(path, parts)

    return write


def _two_layers(path: Path) -> None:
    frame().to_file(path, layer="outlines", driver="GPKG")
    holes = shapely.Polygon(square()).difference(shapely.Polygon(square(side_m=200.0)))
    frame(holes, note=["=1+1"]).to_file(path, layer="khác", driver="GPKG")


def _drawing(path: Path) -> None:
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline(square(), close=True, dxfattribs={"layer": "RANH"})
    made.modelspace().add_text("PT-001", dxfattribs={"layer": "RANH", "insert": square()[0]})
    made.saveas(path)


def _geometries() -> str:
    ring = square(epsg=4326)
    parts = {"type": "MultiPolygon", "coordinates": [polygon(ring)["coordinates"]]}
    every = {"type": "GeometryCollection", "geometries": [polygon(ring), parts]}
    return collection(
        feature(polygon(ring), area="75,00", note=None, deep={"a": [1, 2]}),
        feature(parts, cluster_id="PT-002", name="Quảng Yên"),
        feature(every, cluster_id="PT-004", name="Ngọc Quan"),
    )


_REGISTER = (
    "Mã cụm;Tên cụm;Diện tích (ha);Ngày quyết định;Tình trạng hoạt động\r\n"
    "PT-001;Bãi Ba 2;75,00;12/05/2021;đang hoạt động\r\n"
    "PT-002;Quảng Yên;1.234,5;2020-01-31;\r\n"
)
_OUTAGES = (
    "Mã xã,Bắt đầu,Kết thúc,Có kế hoạch,Nguyên nhân,Số khách hàng mất điện\r\n"
    "08500,01/03/2026 10:00,01/03/2026 11:30,có,sét,120\r\n"
)

_LOG = (
    "start,end,commune_code,customers_interrupted,planned,feeder\n"
    "2026-03-01 10:00,2026-03-01 11:30,08500,120,planned,471E4.1\n"
    "2026-03-02 10:00,2026-03-02 11:30,8500,1.200,,471E4.1\n"
)
_SERVED = "commune_code,month,customers_served\n08500,2026-03,1000\n08503,2026-03,900\n"
_BORDERS = collection(
    feature(polygon(square(side_m=9000.0, epsg=4326)), code="08500", name="Một"),
    feature(polygon(square((105.6, 21.3), epsg=4326)), code=8503, name="Hai"),
)


def _parquet(text: str) -> Make:
    """Return a maker of a Parquet file of these rows, numbers as numbers."""
    return lambda path: pd.read_csv(io.StringIO(text), dtype={"commune_code": str}).to_parquet(path)


_SEEDS: Mapping[str, tuple[tuple[str, str, Make], ...]] = {
    "geojson": (
        (f"{NAME}.geojson", "outlines", holding(_geometries())),
        ("b.geojson", "outlines", holding(collection(feature(polygon(square())), crs=9208))),
    ),
    "gpkg": ((f"{NAME}.gpkg", "outlines", _two_layers),),
    "zip-shp": ((f"{NAME}.zip", "outlines", shapefile),),
    "zip-tab": ((f"{NAME}.zip", "outlines", _mapinfo("tab")),),
    "zip-mif": ((f"{NAME}.zip", "outlines", _mapinfo("mif")),),
    "kml": ((f"{NAME}.kml", "outlines", holding(kml())),),
    "kmz": ((f"{NAME}.kmz", "outlines", lambda path: zipped(path, {"doc.kml": kml().encode()})),),
    "dxf": ((f"{NAME}.dxf", "outlines", _drawing),),
    "csv": (
        (f"{NAME}.csv", "outlines", holding(table())),
        ("b.csv", "clusters", holding(_REGISTER)),
        ("c.csv", "outages", holding(_OUTAGES)),
        (f"{NAME}.txt", "outlines", holding(table().encode("utf-16"))),
    ),
    "xlsx": (
        (f"{NAME}.xlsx", "outlines", workbook(coordinate_rows(square()))),
        ("b.xlsx", "clusters", workbook([r.split(";") for r in _REGISTER.splitlines()])),
        ("c.xlsx", "clusters", holding(template("clusters", "vi"))),
    ),
    # What the two commands are given by hand, each with its sound counterpart (`counterpart`).
    "reliability": (
        ("a.csv", "outages", holding(_OUTAGES)),
        ("b.csv", "outages", holding(_LOG)),
        ("c.csv", "outages", holding(_LOG.replace(",", ";").encode("utf-16"))),
        ("d.xlsx", "outages", workbook([r.split(",") for r in _LOG.splitlines()])),
        ("e.parquet", "outages", _parquet(_LOG)),
        ("f.csv", "customers", holding(_SERVED)),
        ("g.parquet", "customers", _parquet(_SERVED)),
    ),
    "cross-commune": (
        ("a.geojson", "outlines", holding(_geometries())),
        ("b.gpkg", "outlines", _two_layers),
        ("c.zip", "outlines", shapefile),
        ("d.geojson", "communes", holding(_BORDERS)),
    ),
    "docx": (
        (f"{NAME}.docx", "outlines", document(coordinate_rows(square()), title="KTT 104°45'")),
    ),
}
READERS: tuple[str, ...] = (*_SEEDS, "mif")
"""Each way a file can come in."""

COMMANDS: dict[str, dict[str, tuple[str, Make]]] = {
    "reliability": {
        "outages": ("nhat-ky.csv", holding(_LOG)),
        "customers": ("khach-hang.csv", holding(_SERVED)),
    },
    "cross-commune": {
        "outlines": ("cum.geojson", holding(collection(feature(polygon(square(epsg=4326)))))),
        "communes": ("xa.geojson", holding(_BORDERS)),
    },
}
"""Commands that read files by hand -> the two they need, sound."""


def seeds(reader: str) -> list[Seed]:
    """Return the sound files of one reader; of MIF the file whose MID lies beside it."""
    if reader != "mif":
        return [Seed(name, kind, made(make, name)) for name, kind, make in _SEEDS[reader]]
    parts = parts_of(made(_mapinfo("mif"), "a.zip"))
    return [Seed("ranh.mif", "outlines", parts["ranh.mif"])]


def beside(reader: str) -> dict[str, bytes]:
    """Return the files that lie beside the one that is read."""
    if reader != "mif":
        return {}
    return {"ranh.mid": parts_of(made(_mapinfo("mif"), "a.zip"))["ranh.mid"]}


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the members of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}
