"""Map files of which a library would drop, join or misplace a part without a word."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pyogrio
import shapely
from ezdxf.layouts import Modelspace
from ezdxf.math import BSpline

from badfiles.corpus_build import (
    BadFile,
    Corners,
    Make,
    collection,
    feature,
    frame,
    holding,
    kml,
    kml_polygon,
    moved,
    placemark,
    polygon,
    shapefile_parts,
    square,
    zipped,
)

NAME = "Bãi Ba 2"
RING = square(epsg=4326)
OLD = [(x + 300, y) for x, y in square()]
SHEET = [(0.0, 0.0), (420.0, 0.0), (420.0, 297.0), (0.0, 297.0)]
LINE = {"type": "LineString", "coordinates": [*map(list, RING), list(RING[0])]}
BOUNDARY = "".join(
    f"<LinearRing><coordinates>{' '.join(f'{x},{y},0' for x, y in [*ring, ring[0]])}"
    "</coordinates></LinearRing>"
    for ring in (RING, moved([(x + 2_000, y) for x, y in square()], 4326))
)

# ---- drawings -----------------------------------------------------------------------------


def drawing(draw: Callable[[Modelspace], object], *, outline: bool = True) -> Make:
    """Return a maker of a drawing: the outline of PT-001 on layer 0, and what `draw` adds."""

    def write(path: Path) -> None:
        made = ezdxf.new("R2010")
        for layer in ("CU", "TAT", "MOI"):
            made.layers.add(layer)
        made.layers.get("CU").freeze()
        made.layers.get("TAT").off()
        if outline:
            made.modelspace().add_lwpolyline(square(), close=True)
        draw(made.modelspace())
        made.saveas(path)

    return write


def _closed(ring: Corners, **attributes: object) -> Callable[[Modelspace], object]:
    return lambda space: space.add_lwpolyline(ring, close=True, dxfattribs=attributes)


def _block(space: Modelspace) -> None:
    space.doc.blocks.new("CUM").add_lwpolyline(OLD, close=True)
    space.add_blockref("CUM", (0, 0), dxfattribs={"layer": "CU"})


def _hatch(space: Modelspace) -> None:
    space.add_hatch(dxfattribs={"layer": "TAT"}).paths.add_polyline_path(OLD)


def _mpolygon(space: Modelspace) -> None:
    space.add_mpolygon().paths.add_polyline_path(square())


def _spline(space: Modelspace) -> None:
    curve = BSpline([*square(), square()[0]], order=2)
    space.add_spline().apply_construction_tool(curve)


def _several(space: Modelspace) -> None:
    for at in range(2):
        space.add_lwpolyline([(x + at * 1_000, y) for x, y in square(side_m=600)], close=True)


# ---- sets of files ------------------------------------------------------------------------


def _two(path: Path, count: int = 2) -> dict[str, bytes]:
    ring = square()
    shapes = [shapely.Polygon([(x + 2_000 * at, y) for x, y in ring]) for at in range(count)]
    names = {"cluster_id": [f"PT-00{at + 1}" for at in range(count)], "name": [""] * count}
    return shapefile_parts(path, frame(*shapes, **names))


def _mixed(*endings: str, others: int) -> Make:
    """Return a maker of two shapes with these parts of a set of `others` shapes."""

    def write(path: Path) -> None:
        parts, wrong = _two(path), _two(path, others)
        zipped(path, parts | {f"ranh.{end}": wrong[f"ranh.{end}"] for end in endings})

    return write


def _moved_index(path: Path) -> None:
    parts = _two(path)
    index = bytearray(parts["ranh.shx"])
    index[100:108], index[108:116] = index[108:116], index[100:108]
    zipped(path, parts | {"ranh.shx": bytes(index)})


def _mapinfo(epsg: int, ending: str, **spoilt: int) -> Make:
    def write(path: Path) -> None:
        folder = path.with_name("mapinfo")
        folder.mkdir()
        frame(epsg=epsg).to_file(folder / f"ranh.{ending}", driver="MapInfo File")
        parts = {part.name: part.read_bytes() for part in folder.iterdir()}
        for part, rows in spoilt.items():
            parts[f"ranh.{part}"] += parts[f"ranh.{part}"] * rows
        for part in folder.iterdir():
            part.unlink()
        folder.rmdir()
        zipped(path, parts)

    return write


# ---- GeoPackage ---------------------------------------------------------------------------


def _gpkg(*statements: str) -> Make:
    def write(path: Path) -> None:
        frame().to_file(path, layer="ccn", driver="GPKG")
        with contextlib.closing(sqlite3.connect(path)) as base:
            for (trigger,) in base.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                base.execute(f'DROP TRIGGER "{trigger}"')
            for statement in statements:
                base.execute(statement)
            base.commit()

    return write


def _table_only(path: Path) -> None:
    pyogrio.write_dataframe(frame().drop(columns="geometry"), path, layer="ccn", driver="GPKG")


def _without_its_journal(path: Path) -> None:
    _gpkg("PRAGMA journal_mode = WAL")(path)
    for part in ("-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)


def _features(*features: object, crs: int | None = None) -> Make:
    return holding(collection(*features, crs=crs))  # type: ignore[arg-type]


def _with_null(path: Path) -> None:
    document = json.loads(collection(feature(polygon(RING))))
    document["features"].append(None)
    holding(json.dumps(document))(path)


AREA = feature(polygon(RING))


def _drawing(name: str, make: Make, *words: str, outcome: str = "mended") -> BadFile:
    return BadFile(name, f"{NAME}.dxf", make, crs="9208", outcome=outcome, words=words)  # type: ignore[arg-type]


def _file(name: str, ending: str, make: Make, *words: str, outcome: str = "refused") -> BadFile:
    return BadFile(name, f"{NAME}.{ending}", make, outcome=outcome, words=words)  # type: ignore[arg-type]


LOSSES = (
    _drawing("old-outline-on-a-frozen-layer", drawing(_closed(OLD, layer="CU")), "«CU»", "1 hình"),
    _drawing("old-outline-switched-off", drawing(_closed(OLD, layer="TAT")), "«TAT»"),
    _drawing("old-outline-in-a-frozen-block", drawing(_block), "«CU»"),
    _drawing("old-outline-as-a-hidden-hatch", drawing(_hatch), "«TAT»"),
    _drawing("old-outline-made-invisible", drawing(_closed(OLD, invisible=1)), "«0»"),
    _drawing(
        "drawing-frozen-whole",
        drawing(_closed(square(), layer="CU"), outline=False),
        "đóng băng hoặc tắt (CU)",
        outcome="refused",
    ),
    _drawing("mpolygon-beside-an-outline", drawing(_mpolygon), "1 đối tượng MPOLYGON"),
    _drawing(
        "mpolygon-for-an-outline",
        drawing(_mpolygon, outline=False),
        "1 đối tượng MPOLYGON",
        outcome="refused",
    ),
    _drawing("spline-for-an-outline", drawing(_spline, outline=False), "SPLINE"),
    _drawing("frame-far-from-the-drawing", drawing(_closed(SHEET, layer="KHUNG")), "«KHUNG»"),
    _drawing("two-outlines-without-a-name", drawing(_several, outline=False), "theo tên tệp"),
    _file(
        "placemark-switched-off",
        "kml",
        holding(
            kml(
                placemark(NAME, RING),
                placemark("Quảng Yên", RING, "<visibility>0</visibility>"),
            )
        ),
        "«Quảng Yên»",
        "visibility",
        outcome="mended",
    ),
    _file(
        "two-outer-rings-in-one-element",
        "kml",
        holding(
            kml(
                f"<Placemark><name>{NAME}</name><Polygon><outerBoundaryIs>{BOUNDARY}"
                "</outerBoundaryIs></Polygon></Placemark>"
            )
        ),
        "2 vòng ranh giới",
        "được 1",
    ),
    _file(
        "two-polygons-in-one-placemark",
        "kml",
        holding(
            kml(
                f"<Placemark><name>{NAME}</name>{kml_polygon(RING)}"
                f"{kml_polygon(moved(OLD, 4326))}</Placemark>"
            )
        ),
        "2 vòng ranh giới",
    ),
    _file(
        "closed-line-in-kml",
        "kml",
        holding(
            kml(
                placemark(NAME, RING)
                .replace("Polygon", "MultiGeometry")
                .replace("<outerBoundaryIs>", "")
                .replace("</outerBoundaryIs>", "")
            )
        ),
        "đường khép kín",
    ),
    _file("closed-line-in-geojson", "geojson", _features(feature(LINE)), "đường khép kín"),
    _file(
        "closed-line-beside-an-area",
        "geojson",
        _features(AREA, feature(LINE, cluster_id="PT-002")),
        "1 đường khép kín",
        "đối tượng 2",
        outcome="mended",
    ),
    _file(
        "frame-far-from-an-area",
        "geojson",
        _features(
            feature(polygon(square()), cluster_id="PT-001"),
            feature(polygon(SHEET), cluster_id="", name="KHUNG"),
            crs=9208,
        ),
        "«KHUNG»",
        "đối tượng 2",
        outcome="mended",
    ),
    _file("nothing-among-the-features", "geojson", _with_null, "2 đối tượng"),
    _file(
        "hanoi-1972",
        "geojson",
        _features(feature(polygon(RING)), crs=4147),
        "EPSG:4147",
        "VN-2000",
    ),
    _file("shapes-with-a-row-less", "zip", _mixed("dbf", others=1), "2 hình", ".dbf có 1 dòng"),
    _file("shapes-with-a-row-more", "zip", _mixed("dbf", others=3), "2 hình", ".dbf có 3 dòng"),
    _file("rows-and-index-of-one-shape", "zip", _mixed("dbf", "shx", others=1), ".shx"),
    _file("index-of-another-version", "zip", _moved_index, ".shx"),
    _file("mapinfo-with-a-row-more", "zip", _mapinfo(9208, "mif", mid=1), "2 đối tượng"),
    _file("datum-lost-in-tab", "zip", _mapinfo(4756, "tab"), "VN-2000, kinh độ", "WGS 84, kinh độ"),
    _file("datum-lost-in-mif", "zip", _mapinfo(4326, "mif"), "VN-2000, kinh độ", "WGS 84, kinh độ"),
    _file("datum-lost-in-utm", "zip", _mapinfo(3405, "tab"), "VN-2000, UTM", "WGS 84, UTM"),
    _file("table-without-geometry", "gpkg", _table_only, "không đối tượng nào có hình"),
    _file(
        "shape-that-is-no-shape",
        "gpkg",
        _gpkg("UPDATE ccn SET geom = x'47500001F8230000FFFFFFFF'"),
    ),
    _file("database-without-its-journal", "gpkg", _without_its_journal, "-wal", outcome="mended"),
)
