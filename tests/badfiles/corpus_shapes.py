"""Bad shapes in sound files: rings, holes, positions, names."""

import math
from pathlib import Path

from badfiles.corpus_build import (
    FAR,
    WEST,
    BadFile,
    collection,
    feature,
    frame,
    holding,
    moved,
    polygon,
    shapefile_parts,
    square,
    zipped,
)

FILE = "Bãi Ba 2.geojson"
A, B, C, D = square(epsg=4326)
CENTRE = ((A[0] + C[0]) / 2, (A[1] + C[1]) / 2)
HALF = 433.0


def _of(geometry: object, **properties: object):
    return holding(collection(feature(geometry, **properties)))


def _small(shift_m: float) -> list[tuple[float, float]]:
    """Return a square of 200 m, `shift_m` east of the middle of the cluster."""
    east, north = square()[0]
    x, y = east + HALF + shift_m, north + HALF
    return moved([(x, y), (x + 200, y), (x + 200, y + 200), (x, y + 200)], 4326)


def _across_the_edge() -> list[tuple[float, float]]:
    """Return a strip of 75 ha from 5 km inside the western border to 4 km outside or more."""
    x, y = square(WEST)[0]
    west, east = x - 7_000, x + 5_000
    return moved([(west, y), (east, y), (east, y + 62.5), (west, y + 62.5)], 4326)


def _ring(count: int) -> list[tuple[float, float]]:
    angles = [2 * math.pi * at / count for at in range(count)]
    return [(CENTRE[0] + 0.004 * math.cos(a), CENTRE[1] + 0.004 * math.sin(a)) for a in angles]


def _many_corners(path: Path) -> None:
    """Write a ring of too many corners: seconds of work, for who wants the file only."""
    _of(polygon(_ring(200_001)))(path)


def _spiked() -> list[tuple[float, float]]:
    """Return the square with a needle 300 m long and 1 cm wide on its eastern side."""
    a, b, c, d = square()
    x, y = b[0], (b[1] + c[1]) / 2
    return moved([a, b, (x, y - 0.005), (x + 300, y), (x, y + 0.005), c, d], 4326)


def _named(name: str, code: str = "PT-001"):
    return _of(polygon((A, B, C, D)), name=name, cluster_id=code)


SHAPES = (
    BadFile(
        "nan-coordinates",
        FILE,
        holding(collection(feature(polygon((A, (math.nan, 21.4), C, D))))),
        words=("dòng 1",),
    ),
    BadFile(
        "infinite-coordinates",
        FILE,
        holding(collection(feature(polygon((A, (math.inf, 21.4), C, D))))),
    ),
    BadFile("null-coordinates", FILE, _of(polygon((A, (None, 21.4), C, D)))),
    BadFile("words-for-coordinates", FILE, _of(polygon((A, ("105,1", "21,4"), C, D)))),
    BadFile("no-geometry", FILE, _of(None), words=("không đối tượng nào có hình",)),
    BadFile(
        "one-of-two-without-geometry",
        FILE,
        holding(
            collection(
                feature(polygon((A, B, C, D))), feature(None, cluster_id="PT-002", name="Quảng Yên")
            )
        ),
        words=("không có ranh giới", "Quảng Yên"),
    ),
    BadFile("polygon-of-one-point", FILE, _of({"type": "Polygon", "coordinates": [[A]]})),
    BadFile("ring-of-two-points", FILE, _of({"type": "Polygon", "coordinates": [[A, B, A]]})),
    BadFile(
        "ring-on-one-line",
        FILE,
        _of(polygon((A, (A[0], A[1] + 0.004), (A[0], A[1] + 0.008)))),
        words=("dưới 1 m²",),
    ),
    BadFile(
        "ring-that-is-not-closed", FILE, _of({"type": "Polygon", "coordinates": [[A, B, C, D]]})
    ),
    BadFile("polygon-of-nothing", FILE, _of({"type": "Polygon", "coordinates": []})),
    BadFile(
        "point-for-an-outline", FILE, _of({"type": "Point", "coordinates": A}), words=("là điểm",)
    ),
    BadFile(
        "line-for-an-outline",
        FILE,
        _of({"type": "LineString", "coordinates": [A, B, C]}),
        words=("đường hở",),
    ),
    BadFile("bow-tie", FILE, _of(polygon((A, C, B, D))), words=("tự cắt", "X =", "Y =")),
    BadFile(
        "hole-outside-its-shell",
        FILE,
        _of(polygon((A, B, C, D), _small(2_000))),
        words=("phần khoét",),
    ),
    BadFile("hole-across-its-shell", FILE, _of(polygon((A, B, C, D), _small(HALF - 100)))),
    BadFile("200001-corners", FILE, _many_corners, words=("200.00", "200.000")),
    BadFile(
        "heights",
        FILE,
        _of(polygon([(*corner, 35.2) for corner in (A, B, C, D)])),
        outcome="mended",
        words=("độ cao",),
    ),
    BadFile(
        "corners-repeated",
        FILE,
        _of(polygon((A, B, B, B, C, D))),
        outcome="mended",
        words=("2 điểm ghi lặp lại",),
    ),
    BadFile("spike", FILE, _of(polygon(_spiked())), outcome="mended", words=("góc nhọn",)),
    BadFile("300-km-away", FILE, _of(polygon(square(FAR, epsg=4326))), words=("tỉnh", "km")),
    BadFile(
        "across-the-edge-of-the-province",
        FILE,
        _of(polygon(_across_the_edge())),
        outcome="mended",
        words=("ngoài ranh giới tỉnh",),
    ),
    BadFile("at-zero-zero", FILE, _of(polygon(((0, 0), (0, 0.01), (0.01, 0.01), (0.01, 0))))),
    BadFile("no-place-on-earth", FILE, _of(polygon(((1e9, 1e9), (1e9, 2e9), (2e9, 2e9))))),
    BadFile(
        "two-clusters-lie-on-each-other",
        FILE,
        holding(
            collection(
                feature(polygon((A, B, C, D))),
                feature(polygon((A, B, C, D)), cluster_id="PT-002", name="Quảng Yên"),
            )
        ),
        outcome="mended",
        words=("chồng lên", "75,00 ha"),
    ),
    BadFile(
        "area-unlike-the-decision",
        FILE,
        _of(polygon(_small(0))),
        outcome="mended",
        words=("4,00 ha", "75,00 ha"),
    ),
    BadFile(
        "one-code-twice",
        FILE,
        holding(collection(feature(polygon((A, B, C, D))), feature(polygon(_small(2_000))))),
        outcome="mended",
        words=("2 thửa", "79,00 ha"),
    ),
    BadFile(
        "one-shape-twice",
        FILE,
        holding(collection(*[feature(polygon((A, B, C, D)))] * 2)),
        outcome="mended",
        words=("2 thửa",),
    ),
    BadFile(
        "code-of-one-name-of-another",
        FILE,
        _named("Đồng Phì"),
        outcome="mended",
        words=("PT-001", "Đồng Phì"),
    ),
    BadFile(
        "code-of-one-name-of-its-neighbour",
        FILE,
        _named("Bãi Ba - Đông Thành"),
        outcome="mended",
        words=("PT-001", "Bãi Ba - Đông Thành"),
    ),
    BadFile("unknown-code-without-a-name", FILE, _named("", "XX-999"), words=("XX-999",)),
    BadFile(
        "unknown-name", FILE, _named("Cụm không có trong sổ", ""), words=("Cụm không có trong sổ",)
    ),
    BadFile(
        "two-shapes-without-a-label",
        "ranh.geojson",
        holding(
            collection(
                *(
                    feature(polygon(ring), cluster_id="", name="")
                    for ring in ((A, B, C, D), _small(2_000))
                )
            )
        ),
    ),
    BadFile("script-for-a-name", FILE, _named("<script>alert(1)</script>", "")),
    BadFile("formula-for-a-name", FILE, _named('=HYPERLINK("http://x","y")', "")),
    BadFile("name-of-10000-letters", FILE, _named("x" * 10_000, "")),
    BadFile("name-with-a-nul", FILE, _named("Bãi\0 Ba 2", ""), words=("không khớp",)),
    BadFile(
        "name-with-controls",
        FILE,
        _named("Bãi Ba\x1b[31m 2\u202e", ""),
        outcome="mended",
        words=("PT-001",),
    ),
    BadFile(
        "name-in-tcvn3",
        "ranh.geojson",
        _named("B·i Ba 2, côm c«ng nghiÖp Thanh Ba"),
        outcome="mended",
        words=("TCVN3", "Bãi Ba 2"),
    ),
    BadFile(
        "name-in-vni",
        "ranh.geojson",
        _named("Baõi Ba 2, cuïm coâng nghieäp Thanh Ba"),
        outcome="mended",
        words=("VNI", "Bãi Ba 2"),
    ),
    BadFile(
        "shapefile-of-heights-without-prj",
        "Bãi Ba 2.zip",
        lambda path: zipped(
            path,
            {n: c for n, c in shapefile_parts(path, frame()).items() if not n.endswith(".prj")},
        ),
        words=("hệ tọa độ", "104°45'"),
    ),
)
