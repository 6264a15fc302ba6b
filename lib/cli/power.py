"""Commands on outage logs: ``reliability`` and ``sample-outages``."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from lib import exports, outagesample, reliability
from lib.cli.base import app
from lib.errors import WrongUseError
from lib.facts import load
from lib.text import number, t

_SUFFIXES = (".csv", ".parquet", ".xlsx")


class By(StrEnum):
    """What the indices are counted by."""

    COMMUNE = "commune"
    MONTH = "month"
    BOTH = "commune,month"


_KEYS: Final[Mapping[By, tuple[reliability.By, ...]]] = {
    By.COMMUNE: ("commune",),
    By.MONTH: ("month",),
    By.BOTH: ("commune", "month"),
}


class Engine(StrEnum):
    """What computes them."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command("reliability")
def reliability_indices(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv, .parquet hoặc .xlsx.")],
    outages: Annotated[Path, typer.Option(help="Nhật ký mất điện (CSV hoặc Parquet).")],
    customers: Annotated[
        Path | None, typer.Option(help="Số khách hàng theo xã và tháng (CSV hoặc Parquet).")
    ] = None,
    by: Annotated[By, typer.Option(help="Tính theo xã, tháng hoặc cả hai.")] = By.BOTH,
    engine: Annotated[Engine, typer.Option(help="duckdb hoặc spark.")] = Engine.DUCKDB,
) -> None:
    """Tính SAIFI, SAIDI, CAIDI, MAIFI (IEEE 1366) từ nhật ký mất điện."""
    if out.suffix.lower() not in _SUFFIXES:
        raise WrongUseError("power.out_kind", file=out.name, kinds=", ".join(_SUFFIXES))
    for path in (outages, customers):
        if path is not None and not path.is_file():
            raise WrongUseError("readers.no_file", file=path.name)
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    given = reliability.answer(outages, customers, by=_KEYS[by], engine=engine.value)
    if out.suffix.lower() == ".parquet":
        given.rows.to_parquet(out, index=False)
    elif out.suffix.lower() == ".csv":
        out.write_bytes(exports.to_csv(given.rows))
    else:
        about = {t("power.note_method"): t("power.method")}
        out.write_bytes(exports.to_xlsx(given.rows, notes=about, sheet="reliability"))
    typer.echo(t("power.done", rows=number(len(given.rows)), file=out.name))


@app.command("sample-outages")
def sample_outages(
    events: Annotated[int, typer.Option(min=1, help="Số lần mất điện.")],
    seed: Annotated[int, typer.Option(help="Số khởi tạo: cùng số, cùng nhật ký.")],
    out: Annotated[Path, typer.Option(help="Tệp nhật ký mẫu: .csv hoặc .parquet.")],
) -> None:
    """Tạo nhật ký mất điện MẪU để thử; không phải số liệu thật."""
    if not out.parent.is_dir():
        raise WrongUseError("crosswork.no_folder", folder=str(out.parent))
    log, served = outagesample.sample_outages(events, seed, load("communes"))
    outagesample.write(out, log, served)
    typer.echo(
        t(
            "power.sample_done",
            rows=number(len(log)),
            file=out.name,
            customers=outagesample.customers_path(out).name,
        )
    )
