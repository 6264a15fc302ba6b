"""Commands on outage logs: ``reliability`` and ``sample-outages``."""

import math
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import typer

from lib.cli.base import StoreOption, app, in_use, open_store, source_of
from lib.importing.apart import sandbox
from lib.importing.direct import tables as direct
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import date, number, t
from lib.power import clean, indices, inuse, madeup, view
from lib.power.cells import MOMENTARY_MINUTES
from lib.power.gaps import find, words
from lib.power.gaps.measures import MEASURES
from lib.tables import export
from lib.tables.facts import data_date, load
from lib.tables.glossary import value_label
from lib.tables.sample import Source, sample_of

_SUFFIXES = (".csv", ".parquet", ".xlsx")


class By(StrEnum):
    """What the indices are grouped by."""

    COMMUNE = "commune"
    MONTH = "month"
    BOTH = "commune,month"
    DISTRICT = "district"
    DISTRICT_MONTH = "district,month"
    PROVINCE = "province"
    PROVINCE_MONTH = "province,month"
    ALL = "all"


_KEYS: Final[Mapping[By, tuple[indices.By, ...]]] = {
    By.COMMUNE: ("commune",),
    By.MONTH: ("month",),
    By.BOTH: ("commune", "month"),
    By.DISTRICT: ("district",),
    By.DISTRICT_MONTH: ("district", "month"),
    By.PROVINCE: ("province",),
    By.PROVINCE_MONTH: ("province", "month"),
    By.ALL: ("all",),
}


class Engine(StrEnum):
    """Query engine that computes the indices."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Planned(StrEnum):
    """Which interruptions count."""

    ALL = "all"
    PLANNED = "planned"
    UNPLANNED = "unplanned"


@app.command("reliability")
def reliability_indices(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv, .parquet hoặc .xlsx.")],
    outages: Annotated[
        Path | None,
        typer.Option(
            help="Nhật ký mất điện (CSV, Excel hoặc Parquet); bỏ trống: lấy trong kho dữ liệu."
        ),
    ] = None,
    customers: Annotated[
        Path | None, typer.Option(help="Số khách hàng theo xã và tháng (CSV, Excel hoặc Parquet).")
    ] = None,
    by: Annotated[
        By,
        typer.Option(
            help="Tính theo xã, huyện cũ, tỉnh cũ (mỗi loại có thể theo tháng), tháng, toàn tỉnh."
        ),
    ] = By.BOTH,
    engine: Annotated[Engine, typer.Option(help="duckdb hoặc spark.")] = Engine.DUCKDB,
    planned: Annotated[
        Planned, typer.Option(help="Tất cả, có kế hoạch hoặc không kế hoạch.")
    ] = Planned.ALL,
    momentary: Annotated[
        float, typer.Option(help="Mất điện thoáng qua: dài nhất bao nhiêu phút.")
    ] = MOMENTARY_MINUTES,
    exclude_major_days: Annotated[
        bool, typer.Option("--exclude-major-days", help="Bỏ ngày sự kiện lớn (2,5 beta).")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Tệp CSV liệt kê các bản ghi mà quy tắc đã áp dụng.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Tính SAIFI, SAIDI, CAIDI, MAIFI (IEEE 1366) từ nhật ký mất điện."""
    _check_files(out, report, outages, customers)
    log, served, sources, kept = _given(context, outages, customers, store)
    with direct.readable(outages, customers):
        sample = sample_of(log, served)
        # Of the store the rules were applied once; Spark reads and cleans for itself.
        known = kept.cleaned if kept and engine is Engine.DUCKDB else None
        given = indices.answer(
            log if known is None else known.rows,
            served,
            by=_KEYS[by],
            engine=engine.value,
            planned=planned.value,
            momentary_minutes=momentary,
            exclude_major_days=exclude_major_days,
            groups=indices.former_areas(load("communes"), load("former_units")),
            clean=known is None,
        )
    if known is not None:
        given = replace(given, rules=known.counts, listed=known.listed)
    for finding in clean.findings(given.rules):
        typer.echo(f"{t(f'data.level_{finding.level}')}: {finding.message()}", err=True)
    about = {t("power.note_sources"): "; ".join(sources), **_about(log, given, planned, momentary)}
    if sample:
        about = {t("power.note_sample"): t("power.sample"), **about}
    _write(out, given.rows.assign(data=t("power.sample_word")) if sample else given.rows, about)
    if report is not None:
        report.write_bytes(export.to_csv(_listed(given)))
    for line in _removed(given):
        typer.echo(line)
    typer.echo(t("power.done", rows=number(len(given.rows)), file=out.name))
    if sample:
        typer.echo(t("power.sample"))


def _check_files(out: Path, report: Path | None, *given: Path | None) -> None:
    if out.suffix.lower() not in _SUFFIXES:
        raise WrongUseError("power.out_kind", file=out.name, kinds=", ".join(_SUFFIXES))
    for path in given:
        if path is not None and not path.is_file():
            raise WrongUseError("readers.no_file", file=path.name)
    for path in (out, report):
        if path is not None and not path.parent.is_dir():
            raise WrongUseError("crosswork.no_folder", folder=str(path.parent))


def _given(
    context: typer.Context, outages: Path | None, customers: Path | None, store: Path | None
) -> tuple[Source, Source | None, list[str], inuse.Log | None]:
    """Return the log, the customers, where they come from, and that of the store if all is of it.

    Files go before what the store has.
    """
    served = None
    if customers is not None:
        path = customers.resolve()
        served = source_of(sandbox.run(direct.customers, path, name=path.name))
    if outages is not None:
        folder = context.with_resource(TemporaryDirectory(prefix="phutho-"))
        path, size = outages.resolve(), outages.stat().st_size
        read = sandbox.run(direct.outages, path, Path(folder), name=path.name, size=size)
        log_given = source_of(read)
        named = [path.name for path in (outages, customers) if path is not None]
        return log_given, served, named, None
    snapshot = in_use(open_store(store))
    log = inuse.of_snapshot(snapshot)
    if log is None:
        raise DataRefusedError("power.no_log")
    if log.set_aside:
        typer.echo(t("power.set_aside", rows=number(log.set_aside)), err=True)
    days = {"outages": log.as_of}
    infos = {n: i for n, i in snapshot.manifest.tables.items() if n in ("outages", "customers")}
    sources = [f"{i.source} ({date(days.get(name, i.as_of))})" for name, i in infos.items()]
    if customers is not None:
        return log.outages, served, [sources[0], customers.name], None
    return log.outages, log.customers if len(log.customers) else None, sources, log


def _about(
    log: Source, given: indices.ReliabilityAnswer, planned: Planned, momentary: float
) -> dict[str, str]:
    """Return the notes of the output file, label -> text."""
    first, last = indices.extent(log)
    about = {
        t("power.note_period"): t("power.period", first=date(first), last=date(last)),
        t("power.note_method"): t("power.method", minutes=number(momentary, digits=1)),
        t("power.note_kind"): value_label("planned", planned.value)
        if planned is not Planned.ALL
        else t("power.every_kind"),
        t("power.note_rules"): " ".join(f.message() for f in clean.findings(given.rules)),
        t("power.note_removed"): " ".join(_removed(given)),
    }
    return {label: text for label, text in about.items() if text}


def _listed(given: indices.ReliabilityAnswer) -> pd.DataFrame:
    """Return the records the rules applied to, each with its rule in words."""
    listed = given.listed.drop(columns="row")
    listed.insert(0, "rule_in_words", [t(f"outagelog.rule_{rule}") for rule in listed["rule"]])
    return listed


def _removed(given: indices.ReliabilityAnswer) -> list[str]:
    """Return one sentence for each major event day that was left out."""
    if given.removed_days is None:
        return []
    days: list[Any] = given.removed_days.days.to_dict("records")
    return [
        t(
            "power.removed_day",
            day=date(row["day"]),
            saidi=number(row["saidi_min"], digits=1),
            count=number(row["interruptions"]),
        )
        for row in days
    ] or [t("power.no_removed_day")]


def _write(out: Path, rows: pd.DataFrame, about: Mapping[str, str]) -> None:
    if out.suffix.lower() == ".csv":
        out.write_bytes(export.to_csv(rows))
    elif out.suffix.lower() == ".xlsx":
        out.write_bytes(export.to_xlsx(rows, notes=about, sheet="reliability"))
    else:
        table = pa.Table.from_pandas(rows, preserve_index=False)
        notes = {label.encode(): text.encode() for label, text in about.items()}
        pq.write_table(
            table.replace_schema_metadata({**(table.schema.metadata or {}), **notes}), out
        )


@app.command("sample-outages")
def sample_outages(
    events: Annotated[int, typer.Option(min=1, help="Số lần mất điện.")],
    seed: Annotated[int, typer.Option(help="Số khởi tạo: cùng số, cùng nhật ký.")],
    out: Annotated[Path, typer.Option(help="Tệp nhật ký mẫu: .csv hoặc .parquet.")],
) -> None:
    """Tạo nhật ký mất điện MẪU để thử; không phải số liệu thật."""
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    log, served = madeup.sample_outages(events, seed, load("communes"))
    madeup.write(out, log, served)
    typer.echo(
        t(
            "power.sample_done",
            rows=number(len(log)),
            file=out.name,
            customers=madeup.customers_path(out).name,
        )
    )


_GAP_SUFFIXES: Final = (".csv", ".xlsx")
_TABLES: Final = ("communes", "settlements", "weak_supply", "outages", "customers")


@app.command("gaps")
def gaps_in_power(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv hoặc .xlsx.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Loại tính là yếu: no_grid, low_voltage, frequent_outage."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(help="Ngưỡng dạng TÊN=SỐ, ví dụ town_km=10, elevation_m=300, saidi_min=600."),
    ] = None,
    match: Annotated[str, typer.Option(help="Đạt mọi ngưỡng xa (all) hay một (any).")] = "all",
    difficult: Annotated[
        bool, typer.Option("--difficult", help="Chỉ xã trong danh sách đặc biệt khó khăn.")
    ] = False,
    settled: Annotated[
        bool, typer.Option("--settled", help="Tính cả nơi nguồn ghi đã giải quyết.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Xã vừa xa vừa cấp điện yếu, mỗi dòng một căn cứ với nguồn và ngày."""
    if out.suffix.lower() not in _GAP_SUFFIXES:
        raise WrongUseError("power.out_kind", file=out.name, kinds=", ".join(_GAP_SUFFIXES))
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    choice = find.Choice(
        thresholds=_thresholds(threshold or []),
        kinds=_known(kind or [], find.WEAK_KINDS),
        difficult=difficult,
        match="any" if _known([match], ("all", "any")) == ("any",) else "all",
        settled=settled,
    )
    snapshot = in_use(open_store(store))
    tables = {n: snapshot.read(n) for n in _TABLES if n in snapshot.manifest.tables}
    used = inuse.of_snapshot(snapshot)
    log = inuse.log_facts(tables, log=used)
    indices = None if log is None else view.by_commune(tables, view.Choice(), log=used)
    answer = find.find(tables, choice, indices, log=log.said() if log else None)
    sample = bool(log and log.sample and choice.asks_log)
    if out.suffix.lower() == ".csv":
        marked = words.sample_note(sample=sample)
        out.write_bytes(export.to_csv(answer.facts, notes=marked))
    else:
        about = words.notes(
            choice,
            "vi",
            data_date=data_date(tables["weak_supply"]),
            sources=list(answer.facts["source_url"].dropna().unique()),
            sample=sample,
        )
        table = words.taken_away(answer, "vi")
        out.write_bytes(export.to_xlsx(table, notes=about, sheet=t("powerpage.list_sheet")))
    typer.echo(
        t(
            "gaps.done",
            communes=number(int(answer.communes["listed"].sum())),
            rows=number(len(answer.facts)),
            file=out.name,
            remote=words.remote_words(choice, "vi"),
            weak=words.weak_words(choice, "vi"),
        )
    )
    if sample:
        typer.echo(t("gaps.note_sample_text"), err=True)


def _thresholds(given: list[str]) -> dict[str, float]:
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        _known([name], tuple(MEASURES))
        try:
            number_given = float(value)
        except ValueError:
            raise WrongUseError("gaps.bad_threshold", value=text) from None
        if not math.isfinite(number_given):
            raise WrongUseError("gaps.bad_threshold", value=text)
        found[name] = number_given
    return found


def _known(given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    lost = [name for name in given if name not in known]
    if lost:
        raise WrongUseError("gaps.unknown_name", value=lost[0], known=", ".join(known))
    return tuple(given)
