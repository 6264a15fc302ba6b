"""Bad registers, logs and lists."""

from badfiles.corpus_build import BadFile, csv_text, holding, workbook

SCRIPT = "<script>alert(document.cookie)</script>"
FORMULA = '=HYPERLINK("http://127.0.0.1/?x="&A1,"xem")'
LONG = "Bãi Ba " + "x" * 10_000
CONTROLS = "Bãi\x1b[31m Ba\x07 2\u202e\u200b"


def _clusters(*rows: tuple[str, ...], encoding: str = "utf-8"):
    heading = ("Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)", "Ngày quyết định", "Ghi chú")
    return holding(csv_text([heading, *rows]), encoding)


def _area(value: str):
    return _clusters(("PT-001", "Bãi Ba 2", value, "18/12/2020", ""))


def _name(value: str, code: str = "PT-001"):
    return workbook(
        [
            ["Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)"],
            [code, value, 75],
        ]
    )


def _outages(*rows: tuple[str, ...]):
    heading = ("Bắt đầu", "Kết thúc", "Mã xã", "Số khách hàng mất điện", "Lý do")
    return holding(csv_text([heading, *rows]))


def _outage(start: str, end: str, commune: str = "08218", customers: str = "120"):
    return _outages((start, end, commune, customers, "Sự cố"))


def _customers(*rows: tuple[str, ...]):
    return holding(csv_text([("Mã xã", "Tháng", "Số khách hàng"), *rows]))


def _weak(kind: str, commune: str = "08218"):
    heading = ("Mã", "Mã xã", "Tỉnh cũ", "Loại", "Tình trạng", "Địa chỉ nguồn", "Số liệu đến ngày")
    row = ("W-900", commune, "Phú Thọ", kind, "còn", "https://example.vn/a", "01/10/2026")
    return holding(csv_text([heading, row]))


def _assignment(cluster: str, commune: str):
    heading = ("Mã cụm", "Mã xã", "Số văn bản", "Ngày", "Tình trạng")
    row = (cluster, commune, "1/QĐ-UBND", "01/10/2026", "đã quyết định")
    return holding(csv_text([heading, row]))


REGISTER, LOG, LIST = "Sổ cụm.csv", "Mất điện.csv", "Khách hàng.csv"


def _mixed(path) -> None:
    """Write one name in UTF-8 and the other in TCVN3: two files pasted together."""
    text = csv_text([("Mã cụm", "Tên cụm công nghiệp"), ("PT-001", "Bãi Ba 2")])
    path.write_bytes(text.encode() + "PT-002;Qu¶ng Yªn\r\n".encode("cp1252"))


def _of_clusters(name: str, make, *words: str, outcome: str = "refused") -> BadFile:
    return BadFile(name, REGISTER, make, kind="clusters", outcome=outcome, words=words)


def _of_outages(name: str, make, *words: str) -> BadFile:
    return BadFile(name, LOG, make, kind="outages", words=words)


REGISTERS = (
    _of_clusters("area-in-letters", _area("abc"), "dòng 2", "Diện tích", "abc"),
    _of_clusters("negative-area", _area("-75"), "dòng 2", "-75"),
    _of_clusters("area-of-750-ha", _area("750"), "dòng 2", "750"),
    _of_clusters("ambiguous-area", _area("1.234"), "dòng 2", "1.234", "1234", "1,234"),
    _of_clusters("area-nan", _area("1e999"), "dòng 2"),
    _of_clusters("area-in-square-metres", _area("750.000 m2"), "dòng 2", "m2"),
    _of_clusters(
        "31-february",
        _clusters(("PT-001", "Bãi Ba 2", "75", "31/02/2025", "")),
        "dòng 2",
        "31/02/2025",
    ),
    _of_clusters(
        "year-3025", _clusters(("PT-001", "Bãi Ba 2", "75", "18/12/3025", "")), "dòng 2", "3025"
    ),
    _of_clusters(
        "a-code-twice-with-other-figures",
        _clusters(("PT-001", "Bãi Ba 2", "75", "", ""), ("PT-001", "Bãi Ba 2", "70", "", "")),
        "PT-001",
        "dòng 3",
    ),
    _of_clusters(
        "a-row-twice",
        _clusters(*[("PT-001", "Bãi Ba 2", "74", "18/12/2020", "")] * 2),
        "dòng 3",
        "dòng 2",
    ),
    _of_clusters("sample-among-the-real", _clusters(("MAU-01", "Cụm mẫu", "75", "", "")), "MAU-01"),
    _of_clusters(
        "code-with-a-path", _clusters(("../../etc", "Cụm lạ", "75", "", "")), "../../etc", "Mã cụm"
    ),
    _of_clusters("register-of-headings-only", _clusters(), "không có dòng"),
    _of_clusters("register-without-headings", holding("PT-001;Bãi Ba 2;75\r\n"), "tiêu đề"),
    BadFile(
        "register-of-empty-sheets",
        "Sổ cụm.xlsx",
        workbook([]),
        kind="clusters",
        words=("không có ô",),
    ),
    BadFile(
        "script-in-a-register",
        "Sổ cụm.xlsx",
        _name(SCRIPT),
        kind="clusters",
        outcome="mended",
        words=("dòng 2", "Bãi Ba 2"),
    ),
    BadFile(
        "formula-in-a-register",
        "Sổ cụm.xlsx",
        _name(FORMULA),
        kind="clusters",
        outcome="mended",
        words=("dòng 2", "Bãi Ba 2"),
    ),
    BadFile(
        "10000-letters-in-a-register",
        "Sổ cụm.xlsx",
        _name(LONG),
        kind="clusters",
        words=("dòng 2",),
    ),
    _of_clusters(
        "controls-in-a-register",
        _clusters(("PT-001", CONTROLS, "74", "", "")),
        "dòng 2",
        outcome="mended",
    ),
    _of_clusters(
        "tcvn3-in-a-register",
        holding(
            csv_text(
                [("M· côm", "Tªn côm c«ng nghiÖp", "DiÖn tÝch (ha)"), ("PT-001", "B·i Ba 2", "74")]
            ),
            "cp1252",
        ),
        "TCVN3",
        outcome="mended",
    ),
    _of_clusters(
        "vni-in-a-register",
        holding(
            csv_text(
                [
                    ("Maõ cuïm", "Teân cuïm coâng nghieäp", "Dieän tích (ha)"),
                    ("PT-001", "Baõi Ba 2", "74"),
                ]
            ),
            "cp1252",
        ),
        "VNI",
        outcome="mended",
    ),
    _of_clusters("two-encodings-in-a-register", _mixed, "Quảng Yên", outcome="mended"),
    _of_clusters("nul-in-a-register", _clusters(("PT-001", "Bãi\0Ba", "75", "", "")), "CSV"),
    _of_clusters(
        "a-status-nobody-knows",
        holding(
            csv_text(
                [("Mã cụm", "Tên", "Tình trạng pháp lý"), ("PT-001", "Bãi Ba 2", "đang suy nghĩ")]
            )
        ),
        "dòng 2",
        "đang suy nghĩ",
    ),
    _of_outages(
        "outage-that-ends-before-it-starts",
        _outage("17h00 28/8/2026", "05h00 28/8/2026"),
        "dòng 2",
        "trước khi bắt đầu",
    ),
    _of_outages("outage-without-a-start", _outage("", "05h00 28/8/2026"), "dòng 2", "Bắt đầu"),
    _of_outages("outage-without-an-hour", _outage("28/8/2026", "29/8/2026"), "dòng 2", "giờ"),
    _of_outages("outage-on-30-february", _outage("05h00 30/02/2026", ""), "dòng 2"),
    _of_outages(
        "outage-of-a-commune-that-is-not-there",
        _outage("05h00 28/8/2026", "07h00 28/8/2026", "99999"),
        "dòng 2",
        "99999",
    ),
    _of_outages(
        "outage-of-a-commune-of-another-province",
        _outage("05h00 28/8/2026", "07h00 28/8/2026", "00001"),
        "dòng 2",
        "00001",
    ),
    _of_outages(
        "negative-customers",
        _outage("05h00 28/8/2026", "07h00 28/8/2026", customers="-3"),
        "dòng 2",
        "-3",
    ),
    _of_outages(
        "half-a-customer",
        _outage("05h00 28/8/2026", "07h00 28/8/2026", customers="1,5"),
        "dòng 2",
        "1,5",
    ),
    BadFile(
        "an-outage-twice",
        LOG,
        _outages(*[("05h00 28/8/2026", "07h00 28/8/2026", "08218", "120", "Sự cố")] * 2),
        kind="outages",
        outcome="mended",
        words=("dòng 3", "dòng 2"),
    ),
    BadFile(
        "customers-of-month-13",
        LIST,
        _customers(("08218", "13/2026", "900")),
        kind="customers",
        words=("dòng 2", "13/2026"),
    ),
    BadFile(
        "customers-of-nobody",
        LIST,
        _customers(("08218", "10/2026", "")),
        kind="customers",
        words=("dòng 2",),
    ),
    BadFile(
        "customers-twice-in-a-month",
        LIST,
        _customers(("08218", "10/2026", "900"), ("08218", "10/2026", "901")),
        kind="customers",
        words=("dòng 3",),
    ),
    BadFile(
        "commune-code-without-its-zero",
        LIST,
        _customers(("8218", "10/2026", "900")),
        kind="customers",
        outcome="mended",
        words=("8218", "08218"),
    ),
    BadFile(
        "weak-supply-of-a-kind-nobody-knows",
        "Yếu.csv",
        _weak("yếu"),
        kind="weak_supply",
        words=("dòng 2", "yếu"),
    ),
    BadFile(
        "assignment-of-an-unknown-cluster",
        "Giao.csv",
        _assignment("XX-999", "08218"),
        kind="assignments",
        words=("dòng 2", "XX-999"),
    ),
    BadFile(
        "assignment-to-an-unknown-commune",
        "Giao.csv",
        _assignment("PT-001", "99999"),
        kind="assignments",
        words=("dòng 2", "99999"),
    ),
    BadFile(
        "a-map-for-a-log",
        "Mất điện.geojson",
        holding(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", '
            '"properties": {}, "geometry": {"type": "Point", "coordinates": [105, 21]}}]}'
        ),
        kind="outages",
    ),
    BadFile(
        "one-commune-for-all-borders",
        "Xã.geojson",
        holding(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
            '{"code": "08218"}, "geometry": {"type": "Polygon", "coordinates": '
            "[[[105.1, 21.4], [105.2, 21.4], [105.2, 21.5], [105.1, 21.4]]]}}]}"
        ),
        kind="communes",
        words=("147", "148"),
    ),
)
