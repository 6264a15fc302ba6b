"""Report commands, one generated from each record of `lib.reports.registry`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from tqdm import tqdm

from lib.access.serving import serve_all_layers
from lib.cli.base import StoreOption, app, in_use, open_store
from lib.language.errors import WrongUseError
from lib.language.text import Lang, number, t
from lib.layers.ground import mosaic, pictures
from lib.reports.cards.material import Material, from_snapshot
from lib.reports.registry import REPORTS, Report, Request
from lib.settings import TOLERANCE_RANGE, settings
from lib.tables.ownlayers import named

_OPAQUE: Final = 1.0
ToleranceOption = Annotated[
    float | None,
    typer.Option(help="Sai số ranh giới T, 3-80 m (mặc định: PHUTHO_TOLERANCE_M hoặc 50)."),
]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Thêm các ranh giới MẪU; không tính vào con số nào.")
]
LayerOption = Annotated[
    list[str] | None,
    typer.Option("--layer", help="Tên lớp của cơ quan vẽ thêm trên bản đồ; nêu nhiều lần được."),
]
GroundOption = Annotated[
    list[str] | None,
    typer.Option("--ground", help="Tên ảnh nền vẽ dưới bản đồ; nêu nhiều lần được."),
]
EnglishOption = Annotated[bool, typer.Option("--english", help="In bằng tiếng Anh.")]


def _out(report: Report) -> Any:  # noqa: ANN401 - the annotation of an option
    """Return the option ``--out`` of a report: a file of one of its formats."""
    kinds = ", ".join(f".{kind}" for kind in report.buttons)
    return Annotated[Path, typer.Option(help=t("reports.out_help", kinds=kinds))]


def _kind(out: Path, report: Report) -> str:
    """Return the format a file name asks for.

    Raises
    ------
    WrongUseError
        The report has no such format, or the folder is not there.
    """
    kind = out.suffix.lower().removeprefix(".")
    if kind not in report.buttons:
        kinds = ", ".join(f".{known}" for known in report.buttons)
        raise WrongUseError("power.out_kind", file=out.name, kinds=kinds)
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    return kind


def _material(
    store: Path | None,
    tolerance: float | None,
    *,
    samples: bool,
    english: bool,
    layers: Sequence[str] = (),
    grounds: Sequence[str] = (),
) -> Material:
    asked = settings().tolerance_m if tolerance is None else tolerance
    low, high = TOLERANCE_RANGE
    if not low <= asked <= high:
        raise WrongUseError("crosswork.tolerance_range", value=asked)
    lang: Lang = "en" if english else "vi"
    where = open_store(store)
    snapshot = in_use(where)
    made = from_snapshot(
        snapshot,
        serve_all_layers(snapshot),
        settings().static,
        tolerance_m=asked,
        samples=samples,
        lang=lang,
    )
    under = mosaic.under(where.folder, dict.fromkeys(grounds, _OPAQUE))
    for name in set(grounds) - {one.ground.name for one in under}:
        known = ", ".join(one.name for one in pictures.pictures(where.folder)) or "–"
        raise WrongUseError("ground.unknown", name=name, names=known)
    shown = tuple(named(made.own, name).layer_id for name in layers)
    return replace(made, shown=shown, under=under)


def _write(out: Path, content: bytes) -> None:
    out.write_bytes(content)
    typer.echo(t("reports.done", file=out.name, size=number(len(content) / 1000, unit="KB")))


def add_commands(to: typer.Typer, reports: Iterable[Report]) -> None:
    """Add a command for each report, with the options its subject asks for."""
    makers = {"clusters": _of_clusters, "commune": _of_commune, "meeting": _of_meeting}
    for report in reports:
        command = makers.get(report.about, _of_everything)(report)
        to.command(report.name, help=t(report.help))(command)


def _of_clusters(report: Report) -> Callable[..., None]:
    def command(
        out: _out(report),  # type: ignore[valid-type]
        cluster: Annotated[
            list[str] | None, typer.Option(help="Mã cụm; nêu nhiều lần được.")
        ] = None,
        every: Annotated[bool, typer.Option("--all", help="Mọi cụm trong danh mục.")] = False,
        layer: LayerOption = None,
        ground: GroundOption = None,
        sample: SampleOption = False,
        tolerance: ToleranceOption = None,
        english: EnglishOption = False,
        store: StoreOption = None,
    ) -> None:
        kind = _kind(out, report)
        material = _material(
            store,
            tolerance,
            samples=sample,
            english=english,
            layers=layer or (),
            grounds=ground or (),
        )
        ids = list(material.summary["cluster_id"]) if every else cluster
        with tqdm(unit="p", disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            made = report.make(Request(material, kind, clusters=ids, progress=progress))
        _write(out, made)

    return command


def _of_commune(report: Report) -> Callable[..., None]:
    def command(
        commune: Annotated[str, typer.Option(help="Mã 5 chữ số của xã, phường.")],
        out: _out(report),  # type: ignore[valid-type]
        tolerance: ToleranceOption = None,
        english: EnglishOption = False,
        store: StoreOption = None,
    ) -> None:
        kind = _kind(out, report)
        material = _material(store, tolerance, samples=False, english=english)
        _write(out, report.make(Request(material, kind, commune=commune)))

    return command


def _of_meeting(report: Report) -> Callable[..., None]:
    def command(
        out: _out(report),  # type: ignore[valid-type]
        day: Annotated[
            str, typer.Option("--date", help="Ngày kết luận, YYYY-MM-DD (mặc định: mới nhất).")
        ] = "",
        document: Annotated[str, typer.Option(help="Số văn bản, nếu ngày ấy có nhiều.")] = "",
        english: EnglishOption = False,
        store: StoreOption = None,
    ) -> None:
        kind = _kind(out, report)
        material = _material(store, None, samples=False, english=english)
        meeting = f"{day} {document}".strip()
        _write(out, report.make(Request(material, kind, meeting=meeting)))

    return command


def _of_everything(report: Report) -> Callable[..., None]:
    def command(
        out: _out(report),  # type: ignore[valid-type]
        layer: LayerOption = None,
        ground: GroundOption = None,
        tolerance: ToleranceOption = None,
        english: EnglishOption = False,
        store: StoreOption = None,
    ) -> None:
        kind = _kind(out, report)
        material = _material(
            store,
            tolerance,
            samples=False,
            english=english,
            layers=layer or (),
            grounds=ground or (),
        )
        _write(out, report.make(Request(material, kind)))

    return command


add_commands(app, REPORTS.values())
