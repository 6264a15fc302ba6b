"""The act of taking forms away on behalf of somebody who has to be allowed to."""

from lib.access import acts
from lib.access.roles import Action, Actor
from lib.language.text import today
from lib.store.store import Snapshot
from lib.tables import collecting


def forms(actor: Actor, snapshot: Snapshot, code: str = "") -> bytes:
    """Return the form of a commune or the power company, or all of them as a ZIP.

    Raises
    ------
    NotAllowedError
        `actor` may not take anything away, or a table forms are filled from is closed to him.
    WrongUseError, DataRefusedError
        As `lib.importing.collecting.sending.form`.
    """
    acts.require(actor, Action.TAKE_AWAY)
    acts.require_tables(actor, collecting.TABLES)
    from lib.importing.collecting import sending  # noqa: PLC0415 - loads the writers of workbooks

    tables = sending.tables_of(acts.seen(actor, snapshot))
    if code:
        return sending.form(tables, snapshot.snapshot_id, code, made=today())
    return sending.forms(tables, snapshot.snapshot_id, made=today())[0]
