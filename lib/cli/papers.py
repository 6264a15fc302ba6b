"""Commands that leave a paper behind: ``atlas``, ``annex``, ``brief``, ``picture``, ``page``."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from tqdm import tqdm

from lib.access.serving import serve_all_layers
from lib.cli.base import StoreOption, app, in_use, open_store
from lib.language.errors import WrongUseError
from lib.language.text import Lang, number, t
from lib.layers.target import Target
from lib.reports.annex import annex_docx, annex_pdf
from lib.reports.atlas import atlas, chosen
from lib.reports.brief import brief
from lib.reports.cardfile import cards_docx
from lib.reports.material import Material, from_snapshot
from lib.reports.page import page
from lib.reports.picture import picture
from lib.reports.view import overview
from lib.settings import TOLERANCE_RANGE, settings

ToleranceOption = Annotated[
    float | None,
    typer.Option(help="Sai số ranh giới T, 3-80 m (mặc định: PHUTHO_TOLERANCE_M hoặc 50)."),
]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Thêm các ranh giới MẪU; không tính vào con số nào.")
]
EnglishOption = Annotated[bool, typer.Option("--english", help="In bằng tiếng Anh.")]


def _check(out: Path, *suffixes: str) -> None:
    """Refuse a name of another kind, or a folder that is not there, before any work."""
    if out.suffix.lower() not in suffixes:
        raise WrongUseError("power.out_kind", file=out.name, kinds=", ".join(suffixes))
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))


def _material(
    store: Path | None, tolerance: float | None, *, samples: bool, english: bool
) -> Material:
    asked = settings().tolerance_m if tolerance is None else tolerance
    low, high = TOLERANCE_RANGE
    if not low <= asked <= high:
        raise WrongUseError("crosswork.tolerance_range", value=asked)
    lang: Lang = "en" if english else "vi"
    snapshot = in_use(open_store(store))
    return from_snapshot(
        snapshot,
        serve_all_layers(snapshot),
        settings().static,
        tolerance_m=asked,
        samples=samples,
        lang=lang,
    )


def _write(out: Path, content: bytes) -> None:
    out.write_bytes(content)
    typer.echo(t("reports.done", file=out.name, size=number(len(content) / 1000, unit="KB")))


@app.command("atlas")
def write_atlas(
    out: Annotated[
        Path, typer.Option(help="Tệp kết quả: .pdf, hoặc .docx: thẻ của các cụm, sửa được.")
    ],
    cluster: Annotated[list[str] | None, typer.Option(help="Mã cụm; nêu nhiều lần được.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Mọi cụm trong danh mục.")] = False,
    sample: SampleOption = False,
    tolerance: ToleranceOption = None,
    english: EnglishOption = False,
    store: StoreOption = None,
) -> None:
    """Tập sơ đồ (PDF): bìa, toàn tỉnh, mỗi cụm một trang; chỉ một cụm thì riêng trang ấy."""
    _check(out, ".pdf", ".docx")
    material = _material(store, tolerance, samples=sample, english=english)
    ids = list(material.summary["cluster_id"]) if every else cluster
    if out.suffix.lower() == ".docx":
        wanted = chosen(material) if ids is None else ids
        _write(out, cards_docx(material, [Target("clusters", code) for code in wanted]))
        return
    with tqdm(unit="p", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        made = atlas(material, ids, progress=progress)
    _write(out, made)


@app.command("annex")
def write_annex(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .docx (sửa được) hoặc .pdf.")],
    tolerance: ToleranceOption = None,
    english: EnglishOption = False,
    store: StoreOption = None,
) -> None:
    """Phụ lục theo Nghị định 30/2020: bảng cụm nằm trên từ hai xã, phường."""
    _check(out, ".docx", ".pdf")
    material = _material(store, tolerance, samples=False, english=english)
    make = annex_docx if out.suffix.lower() == ".docx" else annex_pdf
    _write(out, make(material))


@app.command("brief")
def write_brief(
    commune: Annotated[str, typer.Option(help="Mã 5 chữ số của xã, phường.")],
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .pdf, hoặc .docx: thẻ của xã, sửa được.")],
    tolerance: ToleranceOption = None,
    english: EnglishOption = False,
    store: StoreOption = None,
) -> None:
    """Một trang về một xã, phường: đơn vị cũ, cụm công nghiệp, điện."""
    _check(out, ".pdf", ".docx")
    material = _material(store, tolerance, samples=False, english=english)
    if out.suffix.lower() == ".docx":
        _write(out, cards_docx(material, [Target("communes", commune)]))
    else:
        _write(out, brief(material, commune))


@app.command("picture")
def write_picture(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .png (300 dpi) hoặc .svg.")],
    tolerance: ToleranceOption = None,
    english: EnglishOption = False,
    store: StoreOption = None,
) -> None:
    """Ảnh bản đồ các cụm, có tiêu đề, chú giải, ngày và nguồn."""
    _check(out, ".png", ".svg")
    material = _material(store, tolerance, samples=False, english=english)
    kind: Literal["png", "svg"] = "svg" if out.suffix.lower() == ".svg" else "png"
    _write(out, picture(material, overview(material), kind))


@app.command("page")
def write_page(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .html.")],
    tolerance: ToleranceOption = None,
    english: EnglishOption = False,
    store: StoreOption = None,
) -> None:
    """Bản đồ trong một tệp HTML, mở bằng cách nhấp đúp, không cần mạng."""
    _check(out, ".html")
    material = _material(store, tolerance, samples=False, english=english)
    _write(out, page(material, overview(material)))
