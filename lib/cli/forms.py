"""Commands on the forms and duties the law asks for: ``report14``, ``eligibility``, ``duties``."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from lib.cli.base import StoreOption, app, in_use, open_store, typed_day
from lib.crossing.places import communes_of, shares_of
from lib.language.errors import WrongUseError
from lib.language.text import date, number, t, today
from lib.register import duties as duty
from lib.register import eligibility as fill
from lib.register.period import period_of
from lib.register.progress import progress as progress_of
from lib.register.projects import projects
from lib.register.report14 import Report14
from lib.register.report14 import report14 as form_of
from lib.reports.cards.material import Material, from_snapshot
from lib.reports.forms import assets as owned
from lib.reports.forms import clusters as whole
from lib.reports.forms import firms
from lib.reports.forms import progress as advance
from lib.reports.forms import report14 as form14
from lib.settings import settings
from lib.tables import export

_FORMS: Final = ("03", "04")
_OF_FIRMS: Final = ("01", "02")
_TABLES: Final = ("csv", "xlsx")

OnOption = Annotated[
    str, typer.Option("--on", help="Ngày xét, YYYY-MM-DD (mặc định: hôm nay).", metavar="DATE")
]


def material_of(store: Path | None) -> Material:
    """Return the snapshot in use with the answer on communes; no layer of a map is made."""
    snapshot = in_use(open_store(store))
    known = settings()
    return from_snapshot(snapshot, (), known.static, tolerance_m=known.tolerance_m)


def kind_of(out: Path, kinds: tuple[str, ...]) -> str:
    """Return the format a file name asks for.

    Raises
    ------
    WrongUseError
        It is none of `kinds`, or the folder is not there.
    """
    kind = out.suffix.lower().removeprefix(".")
    if kind not in kinds:
        listed = ", ".join(f".{known}" for known in kinds)
        raise WrongUseError("power.out_kind", file=out.name, kinds=listed)
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    return kind


@app.command("report14")
def report14(
    form: Annotated[
        str,
        typer.Option(
            help="Biểu 01 (doanh nghiệp), 02 (chủ đầu tư hạ tầng), 03 (xã, phường), 04 (tỉnh)."
        ),
    ],
    period: Annotated[str, typer.Option(help="Kỳ báo cáo: 2026 hoặc 2026-H1.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Tệp kết quả: .csv, .xlsx, .docx, .pdf; Biểu 01 của cả cụm: một tệp ZIP."
        ),
    ],
    commune: Annotated[str, typer.Option(help="Mã xã, phường của Biểu 03.")] = "",
    cluster: Annotated[str, typer.Option(help="Mã cụm của Biểu 01, 02.")] = "",
    project: Annotated[str, typer.Option(help="Mã dự án của Biểu 01.")] = "",
    store: StoreOption = None,
) -> None:
    """Biểu 01-04 của Thông tư 14/2024/TT-BCT; 01 và 02 gửi đi điền, nhận lại bằng import forms."""
    if form in _OF_FIRMS:
        _to_fill_in(form, period, out, cluster=cluster, project=project, store=store)
        return
    if cluster or project:
        raise WrongUseError("lawform.cluster_of_firms")
    if form not in _FORMS:
        raise WrongUseError("lawform.bad_form", value=form)
    if (form == "03") != bool(commune):
        raise WrongUseError("lawform.need_commune" if form == "03" else "lawform.no_commune")
    asked, kind = period_of(period), kind_of(out, form14.FORMATS)
    material = material_of(store)
    places = communes_of(material.answer.rows)
    report = form_of(material.tables, places, asked, commune=_commune(material, commune))
    out.write_bytes(_form(material, report, kind))
    known = [figure for figure in report.figures if figure.row.unit]
    full = sum(figure.known == figure.total for figure in known)
    typer.echo(
        t(
            "lawform.done",
            file=out.name,
            whole=number(full),
            rows=number(len(known)),
            clusters=number(len(report.clusters)),
        )
    )


def _to_fill_in(
    form: str, period: str, out: Path, *, cluster: str, project: str, store: Path | None
) -> None:
    """Write form 01 or 02 with what is known; several firms' forms as a ZIP."""
    if not cluster or (project and form == "02"):
        raise WrongUseError("lawform.need_cluster" if not cluster else "lawform.project_of_01")
    kind = kind_of(out, (*firms.FORMATS, "zip"))
    snapshot = in_use(open_store(store))
    names = [n for n in ("clusters", "projects", "statements") if n in snapshot.manifest.tables]
    tables = {name: snapshot.read(name) for name in names}
    subjects = firms.subjects(tables, form, cluster, period_of(period), project)
    if kind == "zip":
        out.write_bytes(firms.archive(tables, subjects))
    elif len(subjects) > 1:
        raise WrongUseError("lawform.several", cluster=cluster, count=number(len(subjects)))
    else:
        given = firms.paper_of(tables, subjects[0])
        out.write_bytes(firms.content(given, subjects[0], kind))
    typer.echo(t("lawform.sent", file=out.name, form=form, count=number(len(subjects))))


def _commune(material: Material, code: str) -> str:
    if code and code not in material.commune_names:
        raise WrongUseError("lawform.bad_commune", value=code)
    return code


def _form(material: Material, report: Report14, kind: str) -> bytes:
    paper = form14.paper_of(
        report,
        commune=form14.commune_words(material.tables["communes"], report.commune),
        data_date=material.data_to("clusters"),
        sources=", ".join(material.sites("clusters")),
    )
    return form14.content(report, paper, kind)


@app.command("eligibility")
def eligibility(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv hoặc .xlsx.")],
    on: OnOption = "",
    store: StoreOption = None,
) -> None:
    """Xã nào còn được thành lập thêm cụm, chỉ theo tiêu chí tỷ lệ lấp đầy và đất chưa cho thuê."""
    day, kind = typed_day(on) or today(), kind_of(out, _TABLES)
    material = material_of(store)
    rows = material.answer.rows
    table = fill.eligibility(
        material.clusters, communes_of(rows), shares_of(rows), material.tables["communes"], on=day
    )
    if kind == "csv":
        out.write_bytes(export.to_csv(table))
    else:
        shown = fill.in_words(table)
        notes = fill.notes(on=day, data_date=material.data_to("clusters"))
        content = export.to_xlsx(shown, notes=notes, sheet=t("eligibility.sheet"))
        out.write_bytes(content)
    counts = table["answer"].value_counts()
    said = ", ".join(
        f"{fill.label(code)}: {number(int(counts.get(code, 0)))}" for code in fill.ANSWERS
    )
    typer.echo(t("eligibility.done", file=out.name, on=date(day), answers=said))


@app.command("duties")
def duties(
    on: OnOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Ghi thêm tệp lịch .ics.")] = None,
    store: StoreOption = None,
) -> None:
    """Việc đến hạn theo luật và theo kết luận cuộc họp, còn thiếu gì cho từng việc."""
    day = typed_day(on) or today()
    if out is not None:
        kind_of(out, ("ics",))
    snapshot = in_use(open_store(store))
    names = [name for name in duty.TABLES if name in snapshot.manifest.tables]
    found = duty.duties({name: snapshot.read(name) for name in names}, on=day)
    if out is not None:
        out.write_bytes(duty.calendar(found))
    if as_json:
        typer.echo(json.dumps([one.record() for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        typer.echo(f"{date(one.date)}  {one.left()}  {one.words()} ({one.source()})")


@app.command("progress")
def progress(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv, .xlsx, .docx hoặc .pdf.")],
    on: OnOption = "",
    store: StoreOption = None,
) -> None:
    """Tiến độ từng cụm: bước, mốc, chậm theo hai quy định, vướng mắc, giải phóng mặt bằng."""
    day, kind = typed_day(on) or today(), kind_of(out, advance.FORMATS)
    material = material_of(store)
    found = progress_of(material.clusters, material.tables, on=day)
    paper = advance.paper_of(
        found,
        on=day,
        data_date=material.data_to("clusters"),
        firms=projects(material.tables.get("projects"), on=day),
    )
    out.write_bytes(advance.content(found, paper, kind))
    typer.echo(t("progress.done", file=out.name, clusters=number(len(found)), on=date(day)))


@app.command("assets")
def assets(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .docx, .xlsx hoặc .pdf.")],
    on: OnOption = "",
    store: StoreOption = None,
) -> None:
    """Tài sản hạ tầng do Nhà nước đầu tư, Mẫu 01B của NĐ 178/2026/NĐ-CP."""
    day, kind = typed_day(on) or today(), kind_of(out, owned.FORMATS)
    snapshot = in_use(open_store(store))
    rows = snapshot.read("assets") if "assets" in snapshot.manifest.tables else None
    given = owned.paper_of(rows, snapshot.read("clusters"), on=day)
    out.write_bytes(owned.content(given, kind))
    count = 0 if rows is None else len(rows)
    bare = 0 if rows is None else int(rows["document_no"].isna().sum())
    typer.echo(t("assets.done", file=out.name, count=number(count), bare=number(bare)))


@app.command("clusters-report")
def clusters_report(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .docx, .pdf hoặc .xlsx.")],
    cluster: Annotated[
        list[str] | None, typer.Option(help="Mã cụm; nêu nhiều lần được (mặc định: mọi cụm).")
    ] = None,
    on: OnOption = "",
    store: StoreOption = None,
) -> None:
    """Báo cáo các cụm: mỗi cụm một khối cố định, kèm hai phụ lục."""
    day, kind = typed_day(on) or today(), kind_of(out, whole.FORMATS)
    material = material_of(store)
    found = progress_of(material.clusters, material.tables, on=day)
    if cluster:
        known = {str(one.cluster["cluster_id"]) for one in found}
        if lost := sorted(set(cluster) - known):
            raise WrongUseError("clusterreport.unknown", value=", ".join(lost))
        found = [one for one in found if one.cluster["cluster_id"] in cluster]
    given = whole.paper_of(
        found,
        on=day,
        data_date=material.data_to("clusters"),
        firms=projects(material.tables.get("projects"), on=day),
    )
    out.write_bytes(whole.content(given, kind))
    typer.echo(t("clusterreport.done", file=out.name, clusters=number(len(found))))
