"""The command ``gaps``: communes that are remote and weakly supplied, a row a fact."""

import math
from pathlib import Path
from typing import Annotated, Final

import typer

from lib.cli.base import StoreOption, app, in_use, open_store
from lib.language.errors import WrongUseError
from lib.language.text import number, t
from lib.power import gaps, inuse, view, words
from lib.tables import export
from lib.tables.facts import data_date

_SUFFIXES: Final = (".csv", ".xlsx")
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
    if out.suffix.lower() not in _SUFFIXES:
        raise WrongUseError("power.out_kind", file=out.name, kinds=", ".join(_SUFFIXES))
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    choice = gaps.Choice(
        thresholds=_thresholds(threshold or []),
        kinds=_known(kind or [], gaps.WEAK_KINDS),
        difficult=difficult,
        match="any" if _known([match], ("all", "any")) == ("any",) else "all",
        settled=settled,
    )
    snapshot = in_use(open_store(store))
    tables = {n: snapshot.read(n) for n in _TABLES if n in snapshot.manifest.tables}
    log = inuse.log_facts(tables)
    indices = None if log is None else view.by_commune(tables, view.Choice())
    answer = gaps.find(tables, choice, indices, log=log.said() if log else None)
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
        _known([name], tuple(gaps.MEASURES))
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
