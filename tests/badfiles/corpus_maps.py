"""Bad map files: disguises, entities, pointers to other files, damage."""

import contextlib
import json
import sqlite3
from pathlib import Path

import ezdxf

from badfiles.corpus_build import (
    BadFile,
    collection,
    cut,
    feature,
    frame,
    holding,
    kml,
    placemark,
    polygon,
    square,
    zipped,
)

RING = square(epsg=4326)
GOOD = collection(feature(polygon(RING)))
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "<GeometryType>wkbNone</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
)
LAUGHS = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
NAME = "Bãi Ba 2"


def _gpkg(path: Path) -> None:
    frame().to_file(path, driver="GPKG")


def _sql(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()


def _virtual(path: Path) -> None:
    secret = path.with_name("bí mật.geojson")
    holding(GOOD)(secret)
    _gpkg(path)
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA writable_schema = ON")
        base.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'leak', 'leak', 0, ?)",
            [f"CREATE VIRTUAL TABLE leak USING VirtualOGR('{secret}')"],
        )
        base.commit()


def _no_layers(path: Path) -> None:
    _gpkg(path)
    _sql(
        path,
        "DELETE FROM gpkg_contents",
        "DELETE FROM gpkg_geometry_columns",
        f'DROP TABLE "{path.stem}"',
    )


def _database(path: Path) -> None:
    _sql(path, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")


def _drawing(*, closed: bool) -> ezdxf.document.Drawing:
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline(square(), close=closed, dxfattribs={"layer": "RANH"})
    return made


def _tab(path: Path) -> None:
    text = '!table\r\n!version 300\r\n\r\nOpen Table "/etc/passwd"\r\nDefinition Table\r\n'
    zipped(path, {"ranh.tab": text.encode()})


def _seamless(path: Path) -> None:
    text = (
        "!table\r\n!version 300\r\n!charset Neutral\r\n\r\nDefinition Table\r\n  Type NATIVE\r\n"
        '  Fields 1\r\n    Table Char (100) ;\r\nbegin_metadata\r\n"\\IsSeamless" = "TRUE"\r\n'
        "end_metadata\r\n"
    )
    zipped(path, {f"ranh.{end}": text.encode() for end in ("tab", "dat", "map", "id")})


MAPS = (
    *(
        BadFile(f"vrt-called-{end}", f"{NAME}.{end}", holding(VRT), crs="9208")
        for end in ("geojson", "kml", "gpkg", "csv", "dxf", "mif")
    ),
    BadFile(
        "vrt-that-speaks-of-kml", f"{NAME}.kml", holding(f"<!-- <kml -->{VRT}"), words=("hỏng",)
    ),
    BadFile(
        "kml-with-an-external-entity",
        f"{NAME}.kml",
        holding(
            kml(
                placemark("&b;", RING),
                head='<!DOCTYPE k [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
            )
        ),
        words=("DOCTYPE",),
    ),
    BadFile(
        "kml-of-a-thousand-million-laughs",
        f"{NAME}.kml",
        holding(kml(placemark("&i;", RING), head=f'<!DOCTYPE k [<!ENTITY a "ha">{LAUGHS}]>')),
        words=("DOCTYPE",),
    ),
    BadFile(
        "kml-that-is-only-a-network-link",
        f"{NAME}.kml",
        holding(
            kml("<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>")
        ),
        words=("không có đối tượng",),
    ),
    BadFile("kml-cut-short", f"{NAME}.kml", cut(holding(kml())), words=("hỏng", "cắt")),
    BadFile(
        "kml-without-placemarks",
        f"{NAME}.kml",
        holding(kml("<name>x</name>")),
        words=("không có đối tượng",),
    ),
    BadFile("geojson-cut-short", f"{NAME}.geojson", cut(holding(GOOD)), words=("JSON", "cắt")),
    BadFile(
        "json-that-is-no-geojson",
        f"{NAME}.json",
        holding('{"a": [1, 2]}'),
        words=("FeatureCollection",),
    ),
    BadFile(
        "a-list-called-geojson",
        f"{NAME}.geojson",
        holding("[1, 2, 3]"),
        words=("FeatureCollection",),
    ),
    BadFile(
        "topojson-called-geojson",
        f"{NAME}.geojson",
        holding('{"type": "Topology", "objects": {}, "arcs": []}'),
        words=("FeatureCollection",),
    ),
    BadFile(
        "100000-brackets",
        f"{NAME}.geojson",
        holding("[" * 100_000 + "]" * 100_000),
        words=("JSON",),
    ),
    BadFile(
        "100000-brackets-in-a-property",
        f"{NAME}.geojson",
        holding(GOOD.replace('"PT-001"', "[" * 100_000 + "]" * 100_000)),
        words=("JSON",),
    ),
    BadFile(
        "features-that-are-no-list",
        f"{NAME}.geojson",
        holding('{"type": "FeatureCollection", "features": {"a": 1}}'),
    ),
    BadFile("no-features", f"{NAME}.geojson", holding(collection()), words=("không có đối tượng",)),
    BadFile(
        "geojson-in-a-system-nobody-uses",
        f"{NAME}.geojson",
        holding(collection(feature(polygon(square(epsg=28418))), crs=28418)),
        words=("EPSG:28418",),
    ),
    BadFile(
        "stated-system-is-not-the-chosen-one",
        f"{NAME}.geojson",
        holding(collection(feature(polygon(square(epsg=5897))), crs=5897)),
        crs="9208",
        words=("105°00'", "104°45'"),
    ),
    BadFile(
        "metres-in-geojson-without-crs",
        f"{NAME}.geojson",
        holding(collection(feature(polygon(square())))),
        words=("104°45'",),
    ),
    BadFile(
        "latitude-first-in-geojson",
        f"{NAME}.geojson",
        holding(collection(feature(polygon([(y, x) for x, y in RING])))),
        words=("đổi chỗ",),
    ),
    BadFile("gpkg-cut-short", f"{NAME}.gpkg", cut(_gpkg, 0.4), words=("hỏng",)),
    BadFile("gpkg-with-a-virtual-table", f"{NAME}.gpkg", _virtual, words=("bảng ảo",)),
    BadFile("gpkg-without-layers", f"{NAME}.gpkg", _no_layers),
    BadFile("database-that-is-no-gpkg", f"{NAME}.gpkg", _database, words=("GeoPackage",)),
    BadFile("text-called-gpkg", f"{NAME}.gpkg", holding("hello"), words=("GeoPackage",)),
    BadFile(
        "dxf-of-open-lines",
        f"{NAME}.dxf",
        lambda path: _drawing(closed=False).saveas(path),
        crs="9208",
        words=("khép kín", "RANH (1)"),
    ),
    BadFile(
        "dxf-without-a-chosen-system",
        f"{NAME}.dxf",
        lambda path: _drawing(closed=True).saveas(path),
        words=("hệ tọa độ",),
    ),
    BadFile(
        "dxf-of-garbage", f"{NAME}.dxf", holding(bytes(range(256)) * 50), crs="9208", words=("DXF",)
    ),
    BadFile(
        "binary-dxf",
        f"{NAME}.dxf",
        holding(b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(500)),
        crs="9208",
    ),
    BadFile(
        "dxf-cut-short",
        f"{NAME}.dxf",
        cut(lambda path: _drawing(closed=True).saveas(path), 0.3),
        crs="9208",
    ),
    BadFile(
        "tab-that-opens-passwd", f"{NAME}.zip", _tab, crs="9208", words=("tệp hoặc bảng khác",)
    ),
    BadFile(
        "tab-of-other-tabs", f"{NAME}.zip", _seamless, crs="9208", words=("tệp hoặc bảng khác",)
    ),
    BadFile(
        "mif-without-mid",
        f"{NAME}.mif",
        holding(
            'Version 300\nDelimiter ","\nColumns 1\n  name Char(20)\nData\n\nRegion 1\n  5\n'
            + "".join(f"{x} {y}\n" for x, y in [*square(), square()[0]])
        ),
        crs="9208",
        words=(".mid",),
    ),
    *(
        BadFile(f"bare-{end}", f"{NAME}.{end}", holding(head + bytes(200)), words=words)
        for end, head, words in (
            ("dwg", b"AC1032", ("DXF",)),
            ("dgn", b"\x08\x09\xfe\x02", ("DXF",)),
            ("pdf", b"%PDF-1.7", ("PDF", "Word")),
            ("shp", b"\0\0\x27\x0a", (".zip",)),
            ("png", b"\x89PNG", (".geojson",)),
        )
    ),
    BadFile(
        "hostile-name",
        "<img src=x onerror=alert(1)>.geojson",
        holding("{}"),
        words=("FeatureCollection",),
    ),
    BadFile(
        "name-that-climbs",
        "..\\..\\etc\\passwd.geojson",
        holding("{}"),
        words=("FeatureCollection",),
    ),
    BadFile(
        "number-too-long-for-json",
        f"{NAME}.geojson",
        holding(json.dumps(json.loads(GOOD)).replace('"PT-001"', "9" * 5_000)),
        words=("JSON",),
    ),
)
