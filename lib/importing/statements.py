"""A file of statements: what sources said of values, as a download of all data has it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from lib.importing import stating
from lib.importing.draft import Draft, Options, gravest_first
from lib.importing.readers.base import Content
from lib.importing.rows import check_register
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, from_error
from lib.tables.merging import count_changes
from lib.tables.registry import TABLES
from lib.tables.statements.record import NAME


def check_statements(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what these statements would change: their table, and the values the rule chooses then.

    Which statement is in use, the rule says anew; a file cannot.

    Parameters
    ----------
    base : mapping
        Tables in use, of `lib.importing.bring.tables_of`.
    """
    if options.replace:
        refused = Finding("refused", "statements.stay", file=contents[0].file)
        return Draft(options, findings=(refused,))
    draft = check_register(contents, options, base)
    if not draft.tables:
        return draft
    try:
        tables = stating.retold(base, draft.tables[NAME])
    except DataRefusedError as error:
        found = gravest_first([*draft.findings, from_error(error)])
        return Draft(options, findings=found, headings=draft.headings)
    counts = {
        name: count_changes(base.get(name), frame, TABLES[name].key)
        for name, frame in tables.items()
    }
    return replace(draft, tables=tables, counts=counts)
