"""A sheet as an office keeps it: 300 rows, names old and new, split, misspelt and unknown."""

import io
import random
from pathlib import Path

import openpyxl
from facttables import fact_tables

TABLES = fact_tables()
HEADINGS = ("STT", "Tên cửa hàng", "Xã, phường", "Huyện cũ", "Sức chứa (m3)", "Ngày cấp", "Loại")
HOSTILE = ("<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "[x](javascript:alert(1))", "+84 210")
SPLIT = (
    ("Vầy Nưa", "huyện Đà Bắc"),
    ("xã Cao Sơn", "huyện Lương Sơn"),
    ("Đồng Tân", "huyện Mai Châu"),
    ("xã Vầy Nưa", None),
    ("xã Đồng Tân", "Mai Châu"),
)
MISSPELT = {"xã Đoan Húng": "Đoan Hùng", "phường Việt Tri": "Việt Trì", "xã Tam Nôgn": "Tam Nông"}
UNKNOWN = ("xã Atlantis", "Khu kinh tế Vũng Áng")


def old_names() -> list[tuple[str, str, str]]:
    """Return name, district and new code of 40 former units whose name is nobody's today."""
    units, ended = TABLES["former_units"], TABLES["ended_units"]
    every = [*units.drop_duplicates("former_code")["name"], *ended["name"]]
    once = {name for name in every if every.count(name) == 1}
    gone = once - set(TABLES["communes"]["name"])
    found = units[(units["part"] != "part") & units["name"].isin(gone)].head(40)
    return list(zip(found["name"], found["district"], found["new_code"], strict=True))


def rows() -> list[tuple[str, str | None, str | None, str]]:
    """Return name, district, code of the commune meant and match of each row, mixed."""
    found: list[tuple[str, str | None, str | None, str]] = []
    for at, (name, district, code) in enumerate(old_names()):
        found.append((name, district if at % 2 else None, code, "old_name"))
    found += [(name, district, None, "unknown") for name, district in SPLIT]
    codes = dict(zip(TABLES["communes"]["name"], TABLES["communes"]["code"], strict=True))
    found += [(name, None, codes[meant], "similar") for name, meant in MISSPELT.items()]
    found += [(name, None, None, "unknown") for name in UNKNOWN]
    mixed = random.Random(3)  # noqa: S311 - the same sheet every time
    today = list(TABLES["communes"][["kind", "name", "code"]].itertuples(index=False))
    while len(found) < 300:
        kind, name, code = mixed.choice(today)
        found.append((f"{kind} {name}", None, code, "exact"))
    mixed.shuffle(found)
    return found


def workbook(changed: dict[int, float] | None = None) -> bytes:
    """Return the sheet, under a title over all columns; some capacities changed by row."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["BẢNG CỬA HÀNG XĂNG DẦU"])
    page.merge_cells("A1:G1")
    page.append(HEADINGS)
    for at, (name, district, _, _) in enumerate(rows(), start=1):
        called = HOSTILE[at - 1] if at <= len(HOSTILE) else f"Cửa hàng {at}"
        capacity = (changed or {}).get(at, at % 80 + 0.5)
        page.append([at, None, name, district, capacity, f"{at % 28 + 1:02}/03/2024", f"L{at % 3}"])
        page.cell(page.max_row, 2).value = called
        page.cell(page.max_row, 2).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def saved(folder: Path, **more: object) -> Path:
    path = folder / "xang_dau.xlsx"
    path.write_bytes(workbook(**more))
    return path
