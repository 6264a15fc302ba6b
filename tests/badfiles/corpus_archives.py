"""Bad archives: around a Shapefile that would be sound."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from badfiles.corpus_build import (
    BadFile,
    Make,
    coordinate_rows,
    cut,
    document,
    holding,
    kml,
    shapefile,
    shapefile_parts,
    spoil,
    square,
    workbook,
    zipped,
)

ZIP = "Bãi Ba 2.zip"


def _with(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Make:
    return lambda path: zipped(path, change(shapefile_parts(path)))


def _adding(**parts: bytes) -> Make:
    return _with(lambda good: good | parts)


def _nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, content in shapefile_parts(path).items():
            archive.writestr(name, content)
    zipped(path, {"lớp.zip": inner.getvalue()})


def _link(path: Path) -> None:
    entry = zipfile.ZipInfo("ranh.prj")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    parts = shapefile_parts(path)
    del parts["ranh.prj"]
    zipped(path, parts)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, "/etc/passwd")


def _flagged(path: Path) -> None:
    """Set the flag of encryption of every entry, in both headings."""
    shapefile(path)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(mark, start + 4)
    path.write_bytes(content)


def _wrong_checksum(path: Path) -> None:
    parts = shapefile_parts(path)
    zipped(path, parts, packing=zipfile.ZIP_STORED)
    shape = parts["ranh.shp"]
    spoilt = shape[:-1] + bytes([shape[-1] ^ 1])
    path.write_bytes(path.read_bytes().replace(shape, spoilt, 1))


def _inflating(path: Path) -> None:
    """Write 300 MB that pack into a few hundred kilobytes."""
    zipped(path, shapefile_parts(path))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("phụ lục.dbf", "w", force_zip64=True) as entry,
    ):
        for _ in range(300):
            entry.write(bytes(2**20))


def _lying(path: Path) -> None:
    """Say in the list of entries that the shapes are shorter than they are."""
    shapefile(path)
    content = bytearray(path.read_bytes())
    start = content.rfind(b"PK\1\2", 0, content.rfind(b"ranh.shp"))
    content[start + 24 : start + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)


_NOTHING = bytes(40 * 2**20)


def _picture(name: str) -> Callable[[dict[str, bytes]], None]:
    """Return what puts a picture of 40 MB, which pack to next to nothing, into an office file."""
    return lambda parts: parts.update({name: _NOTHING})


def _kmz_link(path: Path) -> None:
    entry = zipfile.ZipInfo("ảnh.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped(path, {"doc.kml": kml().encode()})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, "/etc/passwd")


def _nameless(path: Path) -> None:
    """Let a name begin with NUL: it ends there, and nothing is left of it."""
    zipped(path, shapefile_parts(path) | {"\1.txt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"\1.txt", b"\0.txt"))


ARCHIVES = (
    BadFile(
        "bomb-by-ratio", ZIP, _adding(**{"phụ lục.dbf": bytes(100 * 2**20)}), words=("bung ra",)
    ),
    BadFile("300-mb-inflated", ZIP, _inflating, words=("bung ra", "200 MB")),
    BadFile("zip-in-a-zip", ZIP, _nested, words=("không có Shapefile",)),
    BadFile(
        "entry-leads-out",
        ZIP,
        _adding(**{"../../thoát.shp": b"x"}),
        words=("trỏ ra ngoài", "../../thoát.shp"),
    ),
    BadFile("absolute-entry", ZIP, _adding(**{"/etc/cron.d/x.shp": b"x"}), words=("trỏ ra ngoài",)),
    BadFile("entry-of-a-drive", ZIP, _adding(**{"C:\\x.shp": b"x"}), words=("trỏ ra ngoài",)),
    BadFile("link-in-a-zip", ZIP, _link, words=("trỏ ra ngoài", "ranh.prj")),
    BadFile("encrypted-zip", ZIP, _flagged, words=("mật khẩu",)),
    BadFile(
        "10000-entries",
        ZIP,
        _with(lambda good: good | {f"{at}.txt": b"" for at in range(10_000)}),
        words=("200",),
    ),
    BadFile("wrong-checksum", ZIP, _wrong_checksum, words=("hỏng",)),
    BadFile("size-that-lies", ZIP, _lying, words=("hỏng",)),
    BadFile("zip-cut-short", ZIP, cut(shapefile), words=("hỏng", "cắt")),
    BadFile("no-zip-at-all", ZIP, holding(b"hello"), words=("hỏng",)),
    BadFile(
        "zip-with-nothing-of-use",
        ZIP,
        lambda path: zipped(path, {"đọc.txt": b"x"}),
        words=("không có Shapefile",),
    ),
    BadFile(
        "shp-without-dbf",
        ZIP,
        _with(lambda p: {k: v for k, v in p.items() if "dbf" not in k}),
        words=(".dbf",),
    ),
    BadFile(
        "shp-cut-short",
        ZIP,
        _with(lambda p: p | {"ranh.shp": p["ranh.shp"][:150]}),
        words=("hỏng",),
    ),
    BadFile(
        "shp-that-is-no-shp", ZIP, _adding(**{"ranh.shp": b"hello world"}), words=("Shapefile",)
    ),
    BadFile(
        "shp-in-a-system-of-its-own",
        ZIP,
        _adding(**{"ranh.prj": b'LOCAL_CS["so do",UNIT["Meter",1]]'}),
        words=("hệ tọa độ", "104°45'"),
    ),
    BadFile(
        "kmz-leads-out",
        "Bãi Ba 2.kmz",
        lambda path: zipped(path, {"../doc.kml": kml().encode()}),
        words=("trỏ ra ngoài",),
    ),
    BadFile(
        "kmz-without-kml",
        "Bãi Ba 2.kmz",
        lambda path: zipped(path, {"ảnh.png": b"x"}),
        words=("KMZ",),
    ),
    BadFile(
        "kmz-with-a-picture-of-40-mb",
        "Bãi Ba 2.kmz",
        lambda path: zipped(path, {"doc.kml": kml().encode(), "ảnh.png": _NOTHING}),
        words=("bung ra",),
    ),
    BadFile("link-in-a-kmz", "Bãi Ba 2.kmz", _kmz_link, words=("trỏ ra ngoài", "ảnh.png")),
    BadFile(
        "kmz-in-a-kmz",
        "Bãi Ba 2.kmz",
        lambda path: zipped(path, {"trong.kmz": kml().encode()}),
        words=("KMZ",),
    ),
    BadFile(
        "word-with-a-picture-of-40-mb",
        "Bãi Ba 2.docx",
        spoil(document(coordinate_rows(square())), _picture("word/media/image1.png")),
        words=("bung ra",),
    ),
    BadFile(
        "excel-with-a-picture-of-40-mb",
        "Bãi Ba 2.xlsx",
        spoil(workbook(coordinate_rows(square())), _picture("xl/media/image1.png")),
        words=("bung ra",),
    ),
    BadFile(
        "svg-with-an-entity",
        "Bãi Ba 2.svg",
        holding("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>"),
    ),
    BadFile("no-name-in-a-zip", ZIP, _nameless, words=("trỏ ra ngoài",)),
    BadFile(
        "prj-that-is-no-text",
        ZIP,
        _with(lambda good: good | {"ranh.prj": good["ranh.prj"].replace(b"VN", b"\xff\xfe", 1)}),
    ),
)
