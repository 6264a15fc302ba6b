"""Bad coordinate tables: CSV, as the office exports them."""

from badfiles.corpus_build import (
    FAR,
    WEST,
    BadFile,
    coordinate_rows,
    csv_text,
    holding,
    square,
    table,
)

FILE = "Bãi Ba 2.csv"


def _rows(*, drop: tuple[int, ...] = (), swap: bool = False) -> str:
    rows = [row for at, row in enumerate(coordinate_rows(square())) if at not in drop]
    return csv_text([[r[0], r[2], r[1], r[3]] if swap and r[0] != rows[0][0] else r for r in rows])


def _degrees() -> str:
    rows = [["Số hiệu điểm", "X (m)", "Y (m)"]]
    for number, (lon, lat) in enumerate(square(epsg=4326), start=1):
        rows.append([str(number), f"{lat:.6f}", f"{lon:.6f}"])
    return csv_text(rows)


TABLES = (
    BadFile(
        "wrong-meridian",
        FILE,
        holding(table(square(WEST, 5897))),
        crs="9208",
        words=("ngoài", "105°00'", "kinh tuyến trục"),
    ),
    BadFile(
        "meridian-of-the-title-is-not-the-chosen-one",
        FILE,
        holding("VN-2000, kinh tuyến trục 105°00', múi chiếu 3°\r\n" + table()),
        crs="9208",
        words=("105°00'", "104°45'"),
    ),
    BadFile("no-crs-anywhere", FILE, holding(table()), words=("hệ tọa độ", "104°45'")),
    BadFile(
        "x-and-y-exchanged", FILE, holding(_rows(swap=True)), crs="9208", words=("X", "Y", "đổi")
    ),
    BadFile(
        "degrees-where-metres-are-chosen",
        FILE,
        holding(_degrees()),
        crs="9208",
        words=("dòng 2", "độ", "mét"),
    ),
    BadFile(
        "a-point-without-coordinates",
        FILE,
        holding(table(b2="", c2="")),
        crs="9208",
        words=("dòng 3", "«2»", "thiếu"),
    ),
    BadFile(
        "an-empty-cell", FILE, holding(table(c3="")), crs="9208", words=("dòng 4", "cột Y", "«3»")
    ),
    BadFile(
        "letters-in-a-number",
        FILE,
        holding(table(c2="56l23,7")),
        crs="9208",
        words=("dòng 3", "cột Y", "56l23,7"),
    ),
    BadFile(
        "a-digit-missing",
        FILE,
        holding(table(c2="54284,23")),
        crs="9208",
        words=("dòng 3", "54284,23"),
    ),
    BadFile(
        "a-row-missing-from-the-numbering",
        FILE,
        holding(_rows(drop=(3,)).replace("866,00", "")),
        crs="9208",
        outcome="mended",
        words=("sau điểm 2 là điểm 4",),
    ),
    BadFile("nan", FILE, holding(table(b2="NaN")), crs="9208", words=("dòng 3",)),
    BadFile(
        "infinite", FILE, holding(table(b2="inf")), crs="9208", words=("dòng 3", "cột X", "«2»")
    ),
    BadFile("too-large", FILE, holding(table(b2="1e999")), crs="9208", words=("dòng 3", "1e999")),
    BadFile(
        "two-points-only", FILE, holding(_rows(drop=(3, 4))), crs="9208", words=("2 điểm", "3 điểm")
    ),
    BadFile("headings-only", FILE, holding(_rows(drop=(1, 2, 3, 4))), crs="9208"),
    BadFile(
        "no-headings",
        FILE,
        holding(_rows(drop=(0,))),
        crs="9208",
        words=("cột X và Y",),
    ),
    BadFile(
        "a-side-that-does-not-fit",
        FILE,
        holding(table(d2="812,40")),
        crs="9208",
        outcome="mended",
        words=("cạnh 2-3", "812,40", "866,00"),
    ),
    BadFile(
        "a-corner-repeated",
        FILE,
        holding(table().replace("\r\n3;", "\r\n2;2370060,27;543690,23;0,00\r\n3;")),
        crs="9208",
        outcome="mended",
        words=("dòng 4", "dòng 3", "trùng"),
    ),
    BadFile(
        "the-first-point-repeated-at-the-end",
        FILE,
        holding(table() + "1;2370060,27;542824,23;\r\n"),
        crs="9208",
        outcome="mended",
        words=("dòng 6", "điểm đầu"),
    ),
    BadFile(
        "one-number-two-places",
        FILE,
        holding(table(a3="2")),
        crs="9208",
        words=("dòng 4", "dòng 3", "«2»"),
    ),
    BadFile(
        "corners-out-of-order",
        FILE,
        holding(table([square()[at] for at in (0, 2, 1, 3)]).replace("866,00", "")),
        crs="9208",
        words=("tự cắt",),
    ),
    BadFile(
        "far-from-the-province",
        FILE,
        holding(table(square(FAR))),
        crs="9208",
        words=("tỉnh", "km"),
    ),
    BadFile(
        "unclosed-quotation-mark",
        FILE,
        holding('Điểm;X;Y\r\n1;"2370060;542824\r\n2;3;4\r\n'),
        crs="9208",
        words=("ngoặc kép",),
    ),
    BadFile("a-nul-byte", FILE, holding(table(a2="2\0")), crs="9208", words=("CSV",)),
    BadFile(
        "utf-16-cut-in-a-letter",
        FILE,
        holding(table().encode("utf-16-le")[:-1]),
        crs="9208",
        words=("CSV",),
    ),
    BadFile("an-empty-file", FILE, holding(b""), crs="9208", words=("rỗng",)),
    BadFile("separators-only", FILE, holding(";;;\r\n" * 5), crs="9208", words=("không có ô",)),
    BadFile(
        "a-prose-text",
        "Bãi Ba 2.txt",
        holding("Kính gửi Sở Công Thương,\r\nTọa độ gửi sau.\r\n"),
        crs="9208",
        words=("bảng tọa độ",),
    ),
)
"""Every one about the square of PT-001, whose decision says 75 ha."""
