"""Forms 01 and 02 that come back: each row against what is in use, what is new as a statement.

A form is known by the code in its last row. It says nothing of where it may be moved to: rows
and headings have to stand as they were sent, everything else is refused by its cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from lib.importing import stating
from lib.importing.collecting.answers import check_forms
from lib.importing.draft import Draft, Options, gravest_first
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Cell, Grid, blank, clean_text
from lib.importing.sheets import tablecheck
from lib.importing.sheets.cells import Value, read_cell
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.findings import Finding, Twin, from_error
from lib.language.text import LANGS, fold, number, t
from lib.register.lawforms import (
    LINES,
    Line,
    Subject,
    known_values,
    label,
    listed,
    require,
    subject_of,
)
from lib.store import audit
from lib.tables.merging import count_changes, merge_rows
from lib.tables.records.progress import PROJECTS
from lib.tables.registry import TABLES
from lib.tables.statements.record import Statement

_STRENGTH: Final = "official"
_RESULT: Final = 3
"""Place of the column that is filled in, from 0."""
_LONGEST: Final = 80
_NAMES: Final = ("firm", "trade")


@dataclass
class _Answer:
    """What one form says, while it is read."""

    subject: Subject
    grid: Grid
    words: list[Statement] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)


def check_returned(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what forms that came back would change: forms 01 and 02, or those of communes.

    Parameters
    ----------
    contents : sequence of Content
        What the files hold, texts settled.
    base : mapping
        Tables in use, of `lib.importing.bring.tables_of`.

    Raises
    ------
    DataRefusedError
        There are files of both kinds.
    """
    ours = [content.file for content in contents if any(map(_coded, content.grids))]
    if not ours:
        return check_forms(contents, options, base)
    if len(ours) < len(contents):
        raise DataRefusedError("lawform.mixed", files=", ".join(ours))
    return check_lawforms(contents, options, base)


def check_lawforms(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what forms 01 and 02 would change; all of them become one snapshot.

    Parameters
    ----------
    contents, base
        As of `check_returned`.
    """
    answers: list[_Answer] = []
    found: list[Finding] = []
    for content in contents:
        try:
            answers += [_read(grid, base) for grid in content.grids if _coded(grid)]
        except DataRefusedError as error:
            found.append(from_error(error))
        except WrongUseError as error:
            found.append(Finding("refused", error.key, dict(error.values), content.file))
    found += [finding for answer in answers for finding in answer.found] + _twice(answers)
    tables: dict[str, pd.DataFrame] = {}
    if not any(finding.level == "refused" for finding in found):
        try:
            tables = _tables(answers, base)
        except DataRefusedError as error:
            found.append(from_error(error))
    counts = {n: count_changes(base.get(n), f, TABLES[n].key) for n, f in tables.items()}
    return Draft(options, tables=tables, findings=gravest_first(found), counts=counts)


def _coded(grid: Grid) -> tuple[int, str] | None:
    """Return the place of the row with the code, and the code."""
    words = {fold(t("lawform.code", lang)) for lang in LANGS}
    for at, row in enumerate(grid.rows):
        if len(row) > _RESULT and fold(clean_text(row[1])) in words:
            return at, clean_text(row[_RESULT])
    return None


def _read(grid: Grid, base: Mapping[str, pd.DataFrame]) -> _Answer:
    at, code = _coded(grid) or (0, "")
    place: dict[str, Any] = {"file": grid.place, "row": grid.first_row + at}
    subject = subject_of(code)
    if subject is None:
        raise DataRefusedError("lawform.bad_code", value=code[:_LONGEST], **place)
    require(base, subject)
    answer = _Answer(subject, grid)
    cells = dict(_cells(answer, at))
    values = known_values(base, subject)
    for line in LINES[subject.form]:
        if line.tt not in cells:
            values_of = {"tt": line.tt, "label": label(subject.form, line.tt)}
            raise DataRefusedError("lawform.row_missing", file=grid.place, **values_of)
        if line.column:
            _line(answer, line, cells[line.tt], values[line.tt])
    if not subject.row[1]:
        _new_project(answer, base)
    blanks = sum(blank(cell) for cell, _ in cells.values())
    told = {
        "code": subject.code,
        "fresh": _figure(len(answer.words) + len(answer.row)),
        "blank": _figure(blanks),
    }
    answer.found.append(Finding("note", "lawform.read", told, grid.file))
    return answer


def _cells(answer: _Answer, last: int) -> Iterator[tuple[str, tuple[Cell, int]]]:
    """Yield number of a row -> its cell and row in the file; the row has to say what it is."""
    grid, form = answer.grid, answer.subject.form
    texts = {line.tt: {fold(label(form, line.tt, lang)) for lang in LANGS} for line in LINES[form]}
    names = {name: {fold(t(f"lawform.{name}", lang)) for lang in LANGS} for name in _NAMES}
    for at, row in enumerate(grid.rows[:last]):
        if len(row) <= _RESULT:
            continue
        tt, words = clean_text(row[0]).removesuffix(".0"), fold(clean_text(row[1]))
        if tt in texts:
            if words not in texts[tt]:
                raise DataRefusedError(
                    "lawform.row_changed",
                    file=grid.place,
                    row=grid.first_row + at,
                    label=label(form, tt),
                )
            yield tt, (row[_RESULT], grid.first_row + at)
        for name, wanted in names.items():
            text = clean_text(row[_RESULT])
            if words in wanted and text and not answer.subject.project_id:
                answer.row[name] = text


def _line(answer: _Answer, line: Line, given: tuple[Cell, int], now: object) -> None:
    """Take a row over as a statement, unless it says what is known, or nothing."""
    cell, at = given
    subject, grid = answer.subject, answer.grid
    table, row_id = subject.row
    place: dict[str, Any] = {"file": grid.place, "row": at, "column": label(subject.form, line.tt)}
    if blank(cell):
        return
    value = _flag(line, cell) if line.unit == "flag" else read_cell(cell, table, line.column)
    if value.level is not None:
        answer.found.append(Finding(value.level, value.key, dict(value.values), **place))
    if value.level == "refused" or value.value is None:
        return
    if line.unit == "flag" and now in (line.yes if value.value in line.yes else line.no):
        return
    if line.unit == "flag" and value.value == "building":
        # The form does not tell a plant that runs from one that is being built.
        answer.found.append(Finding("ask", "lawform.which_plant", {}, **place))
    broken = _out_of_limits(table, line.column, value.value, place)
    answer.found += broken
    if broken or (now is not None and str(value.value) == str(now)) or _same(value.value, now):
        return
    if not row_id:
        answer.row[line.column] = value.value
        return
    answer.words.append(
        Statement(
            *(table, row_id, line.column, str(value.value)),
            *(_source(subject), subject.period.end.isoformat()),
            strength=_STRENGTH,
            when=audit.moment(),
        )
    )


def _same(value: object, now: object) -> bool:
    both = isinstance(value, int | float) and isinstance(now, int | float)
    return both and float(str(value)) == float(str(now))


def _flag(line: Line, cell: Cell) -> Value:
    """Return the code 1 or 0 means; anything else is refused."""
    said = fold(clean_text(cell)).removesuffix(".0")
    codes = {"1": line.yes[0], "co": line.yes[0], "0": line.no[0], "khong": line.no[0]}
    if said not in codes:
        return Value(None, "refused", "lawform.not_a_flag", {"value": clean_text(cell)[:_LONGEST]})
    return Value(codes[said])


def _out_of_limits(table: str, name: str, value: object, place: Mapping[str, Any]) -> list[Finding]:
    schema = tablecheck.values_only(table, [name])
    frame = pd.DataFrame({name: [value]})
    rows, where = (int(place["row"]),), (table, str(place["file"]))
    return tablecheck.failures(schema, frame, rows, where, {})[1]


def _source(subject: Subject) -> str:
    of = subject.project_id or subject.cluster_id
    return t("lawform.source", form=subject.form, of=of, period=subject.period.words())


def _new_project(answer: _Answer, base: Mapping[str, pd.DataFrame]) -> None:
    """Give a firm the register does not list a row of its own, asked about."""
    grid, cluster_id = answer.grid, answer.subject.cluster_id
    if "firm" not in answer.row:
        answer.found.append(Finding("refused", "lawform.no_firm", {}, grid.place))
        return
    known = base.get(PROJECTS.name)
    names = [] if known is None else list(known.loc[known["cluster_id"] == cluster_id, "firm"])
    if fold(answer.row["firm"]) in {fold(str(name)) for name in names}:
        values = {"value": answer.row["firm"][:_LONGEST], "cluster": cluster_id}
        answer.found.append(Finding("refused", "lawform.firm_known", values, grid.place))
        return
    taken = set() if known is None else set(known["project_id"])
    number_of = 1 + len(listed(base, cluster_id))
    while (code := f"{cluster_id}-DA{number_of:02d}") in taken:
        number_of += 1
    file = "_".join(grid.file.replace("/", " ").split())
    answer.row |= {
        "project_id": code,
        "cluster_id": cluster_id,
        "source_url": f"file:{file}",
        "as_of": answer.subject.period.end.isoformat(),
    }
    values = {"value": answer.row["firm"][:_LONGEST], "cluster": cluster_id, "code": code}
    answer.found.append(Finding("ask", "lawform.new_firm", values, grid.place))


def _twice(answers: Sequence[_Answer]) -> list[Finding]:
    """Refuse two forms of one firm or investor for one period in one import."""
    seen: dict[str, str] = {}
    found = []
    for answer in answers:
        code = answer.subject.code + str(answer.row.get("firm", ""))
        if code in seen:
            values = {"code": answer.subject.code, "other": seen[code]}
            found.append(Finding("refused", "lawform.twice", values, answer.grid.file))
        seen[code] = answer.grid.file
    return found


def _tables(
    answers: Sequence[_Answer], base: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return the tables after all forms: new firms as rows, the rest as statements."""
    tables = dict(base)
    rows = [answer.row for answer in answers if answer.row]
    codes = [row["project_id"] for row in rows]
    for at, row in enumerate(rows):  # two new firms of one cluster in one import
        if row["project_id"] in codes[:at]:
            row["project_id"] = f"{row['project_id']}-{at + 1}"
    changed: dict[str, pd.DataFrame] = {}
    if rows:
        order = [column.name for column in PROJECTS.every()]
        fresh = pd.DataFrame(rows).reindex(columns=order)
        places = range(len(fresh))
        checked, found = tablecheck.validate(PROJECTS.name, fresh, places, PROJECTS.name)
        if found:
            raise DataRefusedError(found[0].key, file=found[0].file, **found[0].values)
        merged = merge_rows(base.get(PROJECTS.name), checked, PROJECTS.key, replace=False)
        changed[PROJECTS.name] = tables[PROJECTS.name] = merged
    words = [word for answer in answers for word in answer.words]
    if words:
        changed |= stating.taken(tables, words).tables
    return changed


def _figure(count: int) -> Twin:
    return Twin(*(number(count, lang) for lang in LANGS))
