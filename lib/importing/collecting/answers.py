"""Forms that come back: each cell against what was sent and what is in use by now.

A cell left as it was says nothing, nor does an empty one. What was filled in or changed
becomes a statement of who answered; where somebody else changed the value meanwhile, a
person is asked. Everything that is not as it was sent is refused by its cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from lib.importing import stating
from lib.importing.collecting import asked, form
from lib.importing.collecting.cells import listed, read, same, shown
from lib.importing.collecting.form import Form, Row
from lib.importing.draft import Draft, Options, gravest_first
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Cell, cell_text, clean_text
from lib.importing.sheets import tablecheck
from lib.importing.sheets.cells import Value
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, Twin, from_error
from lib.language.text import LANGS, Lang, date, is_blank, number
from lib.places.names import Names
from lib.register.clusters import register
from lib.store import audit
from lib.tables.columns import Column
from lib.tables.glossary import label, value_words
from lib.tables.merging import count_changes, merge_rows
from lib.tables.records.followup import FORM_ANSWERS
from lib.tables.registry import TABLES
from lib.tables.statements.derive import typed
from lib.tables.statements.record import Statement, row_ids, statements_of

STRENGTH: Final = "official"
_OLD_NAMES: Final = "former_communes"
_UNSURE: Final = ("ambiguous", "unresolved")
_LONGEST: Final = 80
"""Letters of a cell in a sentence."""


@dataclass
class _Answer:
    """What one form says anew, while it is read."""

    form: Form
    said: list[tuple[Statement, Row, str]] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    kept: int = 0
    blank: int = 0


class _Desk:
    """What forms are held against."""

    def __init__(self, base: Mapping[str, pd.DataFrame]) -> None:
        clusters = register(base)
        self.base = base
        self.everyone = {one.code: one for one in asked.recipients(base, clusters)}
        self.communes = listed(base["communes"])
        self.names = Names(base["former_units"], base["ended_units"], base["communes"])
        self.when = audit.moment()
        self._rows: dict[str, dict[str, dict[Any, Any]]] = {}

    def now(self, table: str, row_id: str) -> dict[Any, Any] | None:
        """Return a row as it is in use; None where there is none."""
        if table not in self._rows:
            frame = self.base.get(table)
            self._rows[table] = (
                {}
                if frame is None
                else dict(zip(row_ids(frame, TABLES[table]), frame.to_dict("records"), strict=True))
            )
        return self._rows[table].get(row_id)


def check_forms(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what these forms would change; all of them become one snapshot.

    Parameters
    ----------
    contents : sequence of Content
        What the files hold, texts settled.
    options : Options
        ``as_of`` is the day of answers that name none.
    base : mapping
        Tables in use, of `lib.importing.bring.tables_of`.
    """
    desk = _Desk(base)
    found: list[Finding] = []
    answers: list[_Answer] = []
    for content in contents:
        try:
            opened = form.opened(content, desk.everyone, options.as_of)
        except DataRefusedError as error:
            found.append(from_error(error))
            continue
        found += opened.findings
        answer = _read(opened, desk)
        found += [*_older(opened, base), *answer.found]
        answers.append(answer)
    found += _against_each_other(answers)
    if any(finding.level == "refused" for finding in found) or not answers:
        return Draft(options, findings=gravest_first(found))
    words = list({word.key: word for answer in answers for word, _, _ in answer.said}.values())
    tables = {FORM_ANSWERS.name: _answered(answers, base.get(FORM_ANSWERS.name))}
    if words:
        try:
            tables |= stating.taken(base, words).tables
        except DataRefusedError as error:
            return Draft(options, findings=gravest_first([*found, from_error(error)]))
        found += _overruled(answers, tables)
    counts = {n: count_changes(base.get(n), f, TABLES[n].key) for n, f in tables.items()}
    return Draft(options, tables=tables, findings=gravest_first(found), counts=counts)


# ---- one form -------------------------------------------------------------------------------


def _read(opened: Form, desk: _Desk) -> _Answer:
    answer = _Answer(opened)
    for row in opened.rows:
        _row(answer, desk, row)
    answer.found += _broken(answer)
    values = {
        "place": opened.recipient.name,
        "sent": date(opened.sent),
        "fresh": _figure(len(answer.said)),
        "kept": _figure(answer.kept),
        "blank": _figure(answer.blank),
    }
    answer.found.append(Finding("note", "collect.read", values, opened.file))
    return answer


def _row(answer: _Answer, desk: _Desk, row: Row) -> None:
    """Tell what the cells of a row say anew; one nobody touched may be of anything."""
    columns = {name: TABLES[row.table].column(name) for name in row.cells}
    touched: list[tuple[Column, Cell, Cell]] = []
    for name, (cell, text) in row.cells.items():
        try:
            was = shown(row.table, columns[name], _typed(columns[name], text), desk.communes)
        except (ValueError, OverflowError):
            place = label(row.table, name)
            answer.found.append(Finding("refused", "collect.damaged", {}, row.place, row.at, place))
            return
        if not same(cell, was):
            touched.append((columns[name], cell, was))
        elif name in row.part.asked:
            answer.kept += cell is not None
            answer.blank += cell is None
    if not touched:
        return
    now = desk.now(row.table, row.row_id)
    if now is None or not answer.form.recipient.may_say(row.table, row.row_id):
        values = {"id": row.row_id, "place": answer.form.recipient.name}
        key = "collect.row_gone" if now is None else "collect.not_theirs"
        answer.found.append(Finding("refused", key, values, row.place, row.at))
        return
    for column, cell, was in touched:
        if column.name in row.part.asked:
            _cell(answer, desk, row, column, (cell, was, now[column.name]))
        else:
            values = {"value": clean_text(cell)[:_LONGEST], "sent": cell_text(was)}
            place = label(row.table, column.name)
            answer.found.append(
                Finding("refused", "collect.locked", values, row.place, row.at, place)
            )


def _typed(column: Column, text: str) -> object:
    return typed(column, text) if text else None


def _cell(
    answer: _Answer, desk: _Desk, row: Row, column: Column, cells: tuple[Cell, Cell, object]
) -> None:
    """Tell what a cell says anew, held against what was sent and what is in use."""
    cell, was, in_use = cells
    place: dict[str, Any] = {"file": row.place, "row": row.at}
    place["column"] = label(row.table, column.name)
    value = read(cell, row.table, column, desk.communes)
    if value.level is not None:
        answer.found.append(Finding(value.level, value.key, dict(value.values), **place))
    if value.level == "refused":
        return
    if value.value is None:
        answer.blank += 1
        answer.found.append(Finding("note", "collect.emptied", {"id": row.row_id}, **place))
        return
    before = read(was, row.table, column, desk.communes).value
    now = read(shown(row.table, column, in_use, desk.communes), row.table, column, desk.communes)
    if value.value in (before, now.value):
        answer.kept += 1
        return
    _say(answer, desk, row, column, (value, before, now))


def _say(
    answer: _Answer, desk: _Desk, row: Row, column: Column, values: tuple[Value, Any, Value]
) -> None:
    value, before, now = values
    opened = answer.form
    word = Statement(
        *(row.table, row.row_id, column.name, str(value.value)),
        *(asked.source_of(opened.recipient, opened.day), opened.day),
        document_no=opened.document,
        strength=STRENGTH,
        when=desk.when,
    )
    heading = label(row.table, column.name)
    answer.said.append((word, row, heading))
    moved = now.value != before
    told = {
        "id": row.row_id,
        "sent": _words(column, before),
        "now": _words(column, now.value),
        "value": _words(column, value.value),
    }
    level, key = ("ask", "collect.meanwhile") if moved else ("note", "collect.changed")
    answer.found.append(Finding(level, key, told, row.place, row.at, heading))  # type: ignore[arg-type]
    if column.name == _OLD_NAMES:
        own = desk.now(row.table, row.row_id) or {}
        district, home = own.get("former_district"), own.get("former_province")
        answer.found += [
            Finding(
                "ask",
                "collect.name_unsure",
                {"id": row.row_id, "sentence": Twin.of(one.sentence)},
                *(row.place, row.at, heading),
            )
            for one in desk.names.resolve_all(value.value, district, home)
            if one.status in _UNSURE
        ]


def _broken(answer: _Answer) -> list[Finding]:
    """Refuse values out of the limits of their columns, each by its cell."""
    groups: dict[tuple[str, str, str], list[tuple[Statement, Row]]] = {}
    for word, row, _ in answer.said:
        groups.setdefault((word.table, word.field, row.place), []).append((word, row))
    found: list[Finding] = []
    for (table, name, place), said in groups.items():
        column = TABLES[table].column(name)
        frame = pd.DataFrame({name: [typed(column, word.value) for word, _ in said]})
        schema = tablecheck.values_only(table, [name])
        rows = tuple(row.at for _, row in said)
        found += tablecheck.failures(schema, frame, rows, (table, place), {})[1]
    return found


def _older(opened: Form, base: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Ask about a form that is older than the last one of the same recipient."""
    known = base.get(FORM_ANSWERS.name)
    if known is None:
        return []
    days = known.loc[known["recipient"] == opened.recipient.code, "as_of"]
    last = max(days, default="")
    if opened.day >= last:
        return []
    values = {"place": opened.recipient.name, "day": date(opened.day), "last": date(last)}
    return [Finding("ask", "collect.older", values, opened.file)]


# ---- all forms together ---------------------------------------------------------------------


def _against_each_other(answers: Sequence[_Answer]) -> list[Finding]:
    """Ask where two forms of one import say different things of one value.

    The same recipient on the same day speaks once: that is refused.
    """
    first: dict[tuple[str, str, str], tuple[Statement, Row]] = {}
    found: list[Finding] = []
    for answer in answers:
        for word, row, heading in answer.said:
            other, at = first.setdefault(word.subject, (word, row))
            if other.value == word.value:
                continue
            column = TABLES[word.table].column(word.field)
            values = {
                "id": word.id,
                "value": _words(column, typed(column, word.value)),
                "other": _words(column, typed(column, other.value)),
                "source": other.source_url,
                "other_file": at.place,
            }
            same_source = other.source_url == word.source_url
            level, key = ("refused", "collect.twice") if same_source else ("ask", "collect.differ")
            found.append(Finding(level, key, values, row.place, row.at, heading))  # type: ignore[arg-type]
    return found


def _answered(answers: Sequence[_Answer], before: pd.DataFrame | None) -> pd.DataFrame:
    """Return who has answered by now; a form brought again adds what it says anew."""
    known = {} if before is None else _by_key(before)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for answer in answers:
        opened = answer.form
        key = opened.recipient.code, opened.day
        own = rows.get(key) or known.get(key)
        rows[key] = {
            "source_url": asked.source_of(opened.recipient, opened.day),
            "as_of": opened.day,
            "recipient": opened.recipient.code,
            "asked_from": opened.snapshot,
            "sent": opened.sent,
            "new_values": len(answer.said) + (int(own["new_values"]) if own else 0),
        }
    order = [column.name for column in FORM_ANSWERS.every()]
    fresh = pd.DataFrame(list(rows.values()), columns=order)
    merged = merge_rows(before, fresh, FORM_ANSWERS.key, replace=False)
    checked, _ = tablecheck.validate(FORM_ANSWERS.name, merged[order], range(len(merged)), "")
    return checked


def _by_key(before: pd.DataFrame) -> dict[tuple[str, str], dict[Any, Any]]:
    rows = before.to_dict("records")
    return {(str(row["recipient"]), str(row["as_of"])): row for row in rows}


def _overruled(answers: Sequence[_Answer], tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Tell which answers are kept, not used: a stronger, newer or chosen source is there."""
    told = statements_of(tables["statements"])
    used = {one.subject: one.value for one in told if one.state == "in_use"}
    return [
        Finding(
            "note",
            "importing.value_kept",
            {"value": word.value, "id": word.id},
            *(row.place, row.at, heading),
        )
        for answer in answers
        for word, row, heading in answer.said
        if used.get(word.subject) != word.value
    ]


def _figure(count: int) -> Twin:
    return Twin.of(lambda lang: number(count, lang))


def _words(column: Column, value: object) -> Twin:
    def said(lang: Lang) -> str:
        return value_words(column, None if is_blank(value) else value, lang)

    return Twin(*(said(lang) for lang in LANGS))
