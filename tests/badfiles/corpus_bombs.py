"""Resource bombs: small files that ask for thousands of times what they hold.

Every one must be refused under its own limit, in words, with the process that asked alive.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from badfiles.corpus_build import (
    Make,
    coordinate_rows,
    document,
    frame,
    holding,
    shapefile,
    spoil,
    square,
    workbook,
    zipped,
)

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKSHEET = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET, BODY = "xl/worksheets/sheet1.xml", "word/document.xml"
ROWS = coordinate_rows(square())


@dataclass(frozen=True)
class Bomb:
    """One file, and the keys of the refusals that may meet it."""

    id: str
    suffix: str
    make: Make
    keys: tuple[str, ...]


# ---- workbooks --------------------------------------------------------------------------


def sheet(change: Callable[[bytes], bytes]) -> Make:
    """Return a maker of a workbook whose sheet is changed."""
    return spoil(workbook(ROWS), lambda parts: parts.update({SHEET: change(parts[SHEET])}))


def cells(*made: str) -> Make:
    """Return a maker of a workbook with these rows instead of its own."""
    rows = "".join(made).encode()

    def change(part: bytes) -> bytes:
        head, _, rest = part.partition(b"<sheetData>")
        return head + b"<sheetData>" + rows + b"</sheetData>" + rest.partition(b"</sheetData>")[2]

    return sheet(change)


def cell(attributes: str) -> Make:
    return cells(f'<row r="1"><c r="A1"><v>1</v></c><c {attributes}><v>1</v></c></row>')


def merges(*areas: str) -> Make:
    listed = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    rows = "".join(f'<row r="{row}"><c r="CV{row}"><v>1</v></c></row>' for row in range(1, 1001))

    def change(parts: dict[str, bytes]) -> None:
        head, _, rest = parts[SHEET].partition(b"<sheetData>")
        rest = rest.partition(b"</sheetData>")[2]
        merged = f"<mergeCells>{listed}</mergeCells>".encode()
        parts[SHEET] = head + b"<sheetData>" + rows.encode() + b"</sheetData>" + merged + rest

    return spoil(workbook(ROWS), change)


def shared(length: int, uses: int) -> Make:
    """Return a maker of a workbook with one long text in many cells."""

    def change(parts: dict[str, bytes]) -> None:
        text = f'<sst xmlns="{SPREADSHEET}"><si><t>{"x" * length}</t></si></sst>'
        parts["xl/sharedStrings.xml"] = text.encode()
        rows = "".join(
            f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, uses + 1)
        )
        head, _, rest = parts[SHEET].partition(b"<sheetData>")
        parts[SHEET] = (
            head
            + b"<sheetData>"
            + rows.encode()
            + b"</sheetData>"
            + rest.partition(b"</sheetData>")[2]
        )

    return spoil(workbook(ROWS), change)


def listed_again(times: int, *, part: bool) -> Make:
    """Return a maker of a workbook that names its one sheet many times."""

    def change(parts: dict[str, bytes]) -> None:
        book, rels = parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"]
        names = "".join(
            f'<sheet name="t{n}" sheetId="{n + 5}" r:id="{f"x{n}" if part else "rId1"}"/>'
            for n in range(times)
        )
        parts["xl/workbook.xml"] = book.replace(b"</sheets>", names.encode() + b"</sheets>")
        if part:
            more = "".join(
                f'<Relationship Id="x{n}" Type="{WORKSHEET}" Target="worksheets/sheet1.xml"/>'
                for n in range(times)
            )
            parts["xl/_rels/workbook.xml.rels"] = rels.replace(
                b"</Relationships>", more.encode() + b"</Relationships>"
            )

    return spoil(workbook(ROWS), change)


def many_sheets(path: Path) -> None:
    far = [[None] * 899 + ["x"]] + [[None]] * 1999 + [["x"]]
    workbook(far, far, far)(path)


BAD = ("readers.bad_address",)
COLUMNS, LAYERS = ("readers.too_many_columns",), ("readers.too_many_layers",)
MANY, BROKEN = ("readers.too_many",), ("readers.unreadable",)
DEEP = ("readers.too_deep",)

WORKBOOKS = (
    Bomb("an-address-with-leading-zeros", ".xlsx", cell('r="XFD01048576"'), BAD),
    Bomb("an-address-past-the-last-column", ".xlsx", cell('r="XFE1"'), BAD),
    Bomb("an-address-past-the-last-row", ".xlsx", cell('r="A1048577"'), BAD),
    Bomb("an-address-of-many-letters", ".xlsx", cell('r="AAAAAAA1"'), BAD),
    Bomb("an-address-without-a-row", ".xlsx", cell('r="XFD"'), BAD),
    Bomb("an-address-of-other-digits", ".xlsx", cell('r="XFD١٠٤٨٥٧٦"'), BAD),
    Bomb("two-addresses-in-one-cell", ".xlsx", cell('r="B1" r="XFD1048576"'), BROKEN),
    Bomb("an-address-behind-a-sign", ".xlsx", cell('x=">" r="XFD1048576"'), COLUMNS),
    Bomb("an-address-in-other-quotes", ".xlsx", cell("r = 'XFD1048576'"), COLUMNS),
    Bomb("an-address-written-in-codes", ".xlsx", cell('r="&#88;FD01048576"'), BAD),
    Bomb(
        "a-row-with-leading-zeros", ".xlsx", cells('<row r="01048576"><c><v>1</v></c></row>'), BAD
    ),
    Bomb("a-row-past-the-last", ".xlsx", cells('<row r="9999999"><c><v>1</v></c></row>'), BAD),
    Bomb("a-cell-far-down", ".xlsx", cell('r="ALL1048576"'), MANY),
    Bomb(
        "a-sheet-in-another-encoding",
        ".xlsx",
        sheet(
            lambda part: (
                part.decode()
                .replace("UTF-8", "UTF-16")
                .replace('r="A1"', 'r="XFD01048576"')
                .encode("utf-16")
            )
        ),
        BAD,
    ),
    Bomb("more-columns-than-a-table-has", ".xlsx", workbook([["x"] * 1001]), COLUMNS),
    Bomb("three-wide-sheets", ".xlsx", many_sheets, MANY),
    Bomb(
        "merged-areas-upon-each-other",
        ".xlsx",
        merges(*["A1:CV1000"] * 51),
        ("readers.too_many_merged",),
    ),
    Bomb(
        "merged-areas-of-one-corner",
        ".xlsx",
        merges(*[f"A1:CV{n}" for n in range(500, 900)]),
        ("readers.too_many_merged",),
    ),
    Bomb("a-merged-area-past-the-sheet", ".xlsx", merges("A1:XFD01048576"), BAD),
    Bomb("one-long-text-in-many-cells", ".xlsx", shared(20_000, 6_000), ("readers.too_much_text",)),
    Bomb("a-sheet-named-ten-thousand-times", ".xlsx", listed_again(10_000, part=False), LAYERS),
    Bomb("a-sheet-named-a-hundred-times", ".xlsx", listed_again(100, part=False), BROKEN),
    Bomb("a-part-named-a-hundred-times", ".xlsx", listed_again(100, part=True), BROKEN),
)

# ---- documents --------------------------------------------------------------------------


def body(change: Callable[[bytes], bytes]) -> Make:
    return spoil(document(ROWS), lambda parts: parts.update({BODY: change(parts[BODY])}))


def spans(tag: str, value: int) -> Make:
    mark = f'<w:{tag} w:val="{value}"/>'.encode()
    if tag == "gridSpan":
        return body(lambda part: part.replace(b"</w:tcPr>", mark + b"</w:tcPr>", 1))
    return body(lambda part: part.replace(b"<w:tc>", b"<w:trPr>" + mark + b"</w:trPr><w:tc>", 1))


def tables(count: int, rows: int, span: int) -> Make:
    text = "<w:p><w:r><w:t>x</w:t></w:r></w:p>"
    wide = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
    row = f"<w:tr><w:tc>{wide}{text}</w:tc></w:tr>"
    made = f"<w:tbl>{row * rows}</w:tbl>" * count
    return body(lambda part: part.replace(b"<w:tbl>", made.encode() + b"<w:tbl>", 1))


def nested(depth: int) -> Make:
    made = "<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * depth
    return body(lambda part: part.replace(b"<w:tbl>", made.encode() + b"<w:tbl>", 1))


OTHER_PREFIX = f'<v:tc xmlns:v="{WORD}"><v:tcPr><v:gridSpan v:val="4900000"/></v:tcPr><w:p/></v:tc>'
DOCUMENTS = (
    Bomb("a-cell-over-millions-of-columns", ".docx", spans("gridSpan", 4_900_000), COLUMNS),
    Bomb("columns-left-out-before", ".docx", spans("gridBefore", 4_900_000), COLUMNS),
    Bomb("columns-left-out-after", ".docx", spans("gridAfter", 4_900_000), COLUMNS),
    Bomb(
        "spans-under-another-prefix",
        ".docx",
        body(lambda part: part.replace(b"<w:tc>", OTHER_PREFIX.encode() + b"<w:tc>", 1)),
        COLUMNS,
    ),
    Bomb("wide-tables-one-after-the-other", ".docx", tables(150, 38, 900), MANY),
    Bomb("hundreds-of-tables", ".docx", tables(250, 1, 1), LAYERS),
    Bomb("tables-in-tables", ".docx", nested(60), DEEP),
)

# ---- KML --------------------------------------------------------------------------------

POINT = "<Placemark>{}<Point><coordinates>105,21</coordinates></Point></Placemark>"
KML = (
    '<?xml version="1.0" encoding="{}"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    "<Document>{}</Document></kml>"
)


def kml(inside: str, encoding: str = "utf-8") -> Make:
    return holding(KML.format(encoding, inside), encoding)


def data(names: range) -> str:
    said = "".join(f'<Data name="p{n}"><value>1</value></Data>' for n in names)
    return f"<ExtendedData>{said}</ExtendedData>"


FOLDER = f"<Folder><name>x</name>{POINT.format('')}</Folder>"
PLACES = (
    Bomb("folders", ".kml", kml(FOLDER * 60_000), LAYERS),
    Bomb("folders-in-another-encoding", ".kml", kml(FOLDER * 1_000, "utf-16"), LAYERS),
    Bomb("folders-in-folders", ".kml", kml("<Folder>" * 150 + "</Folder>" * 150), DEEP),
    Bomb(
        "shapes-in-shapes",
        ".kml",
        kml(
            "<Placemark>"
            + "<MultiGeometry>" * 20_000
            + "</MultiGeometry>" * 20_000
            + "</Placemark>"
        ),
        DEEP,
    ),
    Bomb("properties", ".kml", kml(POINT.format(data(range(20_000)))), COLUMNS),
    Bomb(
        "properties-one-by-one",
        ".kml",
        kml("".join(POINT.format(data(range(n, n + 1))) for n in range(1_500))),
        COLUMNS,
    ),
    Bomb("placemarks", ".kml", kml("<Placemark/>" * 200_001), MANY),
    Bomb(
        "placemarks-times-properties",
        ".kml",
        kml(POINT.format(data(range(900))) + "<Placemark/>" * 6_000),
        MANY,
    ),
    Bomb(
        "a-kmz-of-many-files",
        ".kmz",
        lambda path: zipped(
            path, {f"{n}.kml": KML.format("utf-8", FOLDER).encode() for n in range(150)}
        ),
        LAYERS,
    ),
)

# ---- GeoJSON, GeoPackage ------------------------------------------------------------------


def geojson(*properties: dict[str, object]) -> Make:
    point = {"type": "Point", "coordinates": [105, 21]}
    features = [{"type": "Feature", "properties": each, "geometry": point} for each in properties]
    return holding(json.dumps({"type": "FeatureCollection", "features": features}))


def package(*statements: str) -> Make:
    def write(path: Path) -> None:
        frame().to_file(path, driver="GPKG", layer="lop")
        with closing(sqlite3.connect(path)) as base, base:
            for statement in statements:
                base.execute(statement)

    return write


def listed(layer: str, kind: str = "features") -> str:
    """Return the statement that makes a table or view a layer."""
    values = f"('{layer}', '{kind}', '{layer}', 9208)"
    columns = "table_name, data_type, identifier, srs_id"
    return f"INSERT INTO gpkg_contents({columns}) VALUES {values}"  # noqa: S608 - of our own


def view(query: str) -> Make:
    geometry = "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 9208, 0, 0)"
    return package(f"CREATE VIEW v AS {query}", listed("v"), geometry)


MANY_LAYERS = package(*(listed(f"t{n}") for n in range(300)))
WIDE = f"CREATE TABLE t ({', '.join(f'c{n} TEXT' for n in range(1_001))})"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
NUMBERS = f"SELECT i AS fid, NULL AS geom FROM ({ENDLESS})"  # noqa: S608 - of our own
PRODUCTS = ", ".join(f"gpkg_spatial_ref_sys {x}" for x in "abcdefghijklmnop")
NOTHING = "a.srs_name || p.srs_name = 'x'"
PAIRS = f"SELECT a.srs_id AS fid, NULL AS geom FROM {PRODUCTS} WHERE {NOTHING}"  # noqa: S608
MAPS = (
    Bomb(
        "properties-of-geojson", ".geojson", geojson({f"p{n}": 1 for n in range(80_000)}), COLUMNS
    ),
    Bomb(
        "properties-one-by-one-of-geojson",
        ".geojson",
        geojson(*({f"p{n}": 1} for n in range(1_200))),
        COLUMNS,
    ),
    Bomb(
        "features-of-geojson",
        ".geojson",
        holding('{"type":"FeatureCollection","features":[' + "{}," * 200_000 + "{}]}"),
        MANY,
    ),
    Bomb(
        "features-times-properties",
        ".geojson",
        geojson({f"p{n}": 1 for n in range(900)}, *[{}] * 6_000),
        MANY,
    ),
    Bomb(
        "brackets-without-end",
        ".geojson",
        holding('{"type":"FeatureCollection","features":' + "[" * 500_000),
        ("readers.not_json",),
    ),
    Bomb(
        "a-view-without-end",
        ".gpkg",
        view(NUMBERS),
        MANY,
    ),
    Bomb(
        "a-view-that-finds-nothing",
        ".gpkg",
        view(f"{NUMBERS} WHERE i < 0"),
        MANY,
    ),
    Bomb(
        "a-view-of-products",
        ".gpkg",
        view(PAIRS),
        MANY,
    ),
    Bomb("layers-of-a-geopackage", ".gpkg", MANY_LAYERS, LAYERS),
    Bomb(
        "columns-of-a-geopackage",
        ".gpkg",
        package(WIDE, listed("t", "attributes")),
        COLUMNS,
    ),
)

# ---- drawings, MapInfo, Shapefile, CSV ----------------------------------------------------


def tags(*pairs: object) -> str:
    return "".join(f"{pair}\n" for pair in pairs)


def drawing(blocks: str, entities: str) -> Make:
    return holding(
        tags(0, "SECTION", 2, "BLOCKS")
        + blocks
        + tags(0, "ENDSEC", 0, "SECTION", 2, "ENTITIES")
        + entities
        + tags(0, "ENDSEC", 0, "EOF")
    )


def block(name: str, inside: str) -> str:
    return tags(0, "BLOCK", 8, 0, 2, name, 70, 0, 10, 0, 20, 0) + inside + tags(0, "ENDBLK", 8, 0)


def insert(name: str, columns: int = 1, rows: int = 1) -> str:
    return tags(0, "INSERT", 8, 0, 2, name, 10, 0, 20, 0, 70, columns, 71, rows, 44, 1, 45, 1)


LINE = tags(0, "LINE", 8, 0, 10, 0, 20, 0, 11, 1, 21, 1)
LAUGHS = block("B0", LINE * 10) + "".join(
    block(f"B{n}", insert(f"B{n - 1}") * 10) for n in range(1, 12)
)


def with_dbf(change: Callable[[bytearray], None]) -> Make:
    def spoiled(parts: dict[str, bytes]) -> None:
        name = next(name for name in parts if name.endswith(".dbf"))
        content = bytearray(parts[name])
        change(content)
        parts[name] = bytes(content)

    return spoil(shapefile, spoiled)


def rows_stated(content: bytearray) -> None:
    content[4:8] = b"\xff" * 4


def columns_stated(content: bytearray) -> None:
    content[8:10] = b"\xff\xff"


MIF = b'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 90000000\n'
OTHERS = (
    Bomb("blocks-in-blocks", ".dxf", drawing(LAUGHS, insert("B11")), MANY),
    Bomb("a-block-in-itself", ".dxf", drawing(block("B", insert("B") * 9), insert("B")), DEEP),
    Bomb(
        "two-blocks-in-each-other",
        ".dxf",
        drawing(block("A", insert("B") * 2) + block("B", insert("A") * 2), insert("B")),
        DEEP,
    ),
    Bomb(
        "a-block-in-rows-and-columns",
        ".dxf",
        drawing(block("B", LINE), insert("B", 30_000, 30_000)),
        MANY,
    ),
    Bomb("columns-of-mapinfo", ".mif", holding(MIF), COLUMNS),
    Bomb(
        "columns-of-mapinfo-in-a-zip",
        ".zip",
        lambda path: zipped(path, {"a.mif": MIF, "a.mid": b"1"}),
        COLUMNS,
    ),
    Bomb("rows-a-dbf-states", ".zip", with_dbf(rows_stated), MANY),
    Bomb("columns-a-dbf-states", ".zip", with_dbf(columns_stated), COLUMNS),
    Bomb("columns-of-a-csv", ".csv", holding("x;" * 2_000 + "x\n" + "1;" * 2_000 + "1\n"), COLUMNS),
    Bomb("cells-of-a-csv", ".csv", holding("x;" * 900 + "x\n" + "1\n" * 6_000), MANY),
    Bomb(
        "a-cell-without-end",
        ".csv",
        holding("Mã;Tên\n1;" + "x" * 200_000 + "\n"),
        ("readers.bad_csv",),
    ),
)

BOMBS: tuple[Bomb, ...] = (*WORKBOOKS, *DOCUMENTS, *PLACES, *MAPS, *OTHERS)
