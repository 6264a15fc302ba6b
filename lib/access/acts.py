"""Acts on the store on behalf of somebody: each asks first whether that person may.

The pages act through these functions only, so that a forged click, an old tab
or a guessed address meets the same refusal as a hidden button. The command
line does not: whoever has the machine's account has the files anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lib.access import roles
from lib.access.roles import Action, Actor
from lib.language.text import Lang
from lib.store import audit, history, pending
from lib.store.store import FileInfo, Snapshot, Store
from lib.tables.statements.record import NAME, Statement

if TYPE_CHECKING:  # these load every reader and writer: only where a file is brought or taken
    from lib.importing.draft import Draft
    from lib.importing.stating import Stated
    from lib.reports.alldata import everything as alldata


def require(actor: Actor, action: Action) -> None:
    """Refuse unless `actor` may do `action` at this moment.

    Raises
    ------
    NotAllowedError
        Nobody is signed in, the sign-in has run out or the role is not enough.
    """
    roles.require(roles.of_now(actor), action, time.time())


def closed(actor: Actor) -> frozenset[str]:
    """Return the tables kept from `actor`, by the access file of this moment."""
    return roles.closed_to(roles.of_now(actor), roles.policy())


def require_tables(actor: Actor, tables: Collection[str]) -> None:
    """Refuse if one of `tables` is kept from `actor`, by the access file of this moment.

    Raises
    ------
    NotAllowedError
        One of them is.
    """
    roles.require_tables(roles.of_now(actor), tables, roles.policy())


def seen(actor: Actor, snapshot: Snapshot) -> Snapshot:
    """Return `snapshot` as `actor` may see it: without the tables kept for administrators."""
    return history.seen_without(snapshot, closed(actor))


def require_import(actor: Actor, kind: str) -> None:
    """Refuse unless `actor` may bring in a file of `kind`.

    A check of a file tells much of the table it would change, so restricted
    tables are closed to it as well.

    Raises
    ------
    NotAllowedError
        The role is not enough, or the table is restricted.
    """
    require(actor, Action.IMPORT)
    require_tables(actor, {kind})


def publish(
    actor: Actor,
    store: Store,
    draft: Draft,
    *,
    base: Snapshot,
    files: Mapping[str, bytes],
    typed: str,
    confirmed: bool,
) -> Snapshot:
    """Put a checked draft in use, see `lib.importing.bring.publish`.

    Parameters
    ----------
    actor : Actor
        Who publishes; the log says the name signed in with.
    typed : str
        Name given on the page, for somebody who did not sign in.

    Raises
    ------
    NotAllowedError
        `actor` may not, or the draft changes a table that is closed to him.
    DataRefusedError, StoreError
        As `lib.importing.bring.publish`.
    """
    require_import(actor, draft.options.kind)
    require_tables(actor, draft.tables.keys())
    from lib.importing import bring  # noqa: PLC0415 - loads every reader

    return bring.publish(
        store,
        draft,
        base=store.open(base.snapshot_id),  # whole: what is not in it would be lost
        files=files,
        who=actor.signed(typed),
        confirmed=confirmed,
    )


def state(
    actor: Actor, store: Store, stated: Stated, *, base: Snapshot, typed: str = ""
) -> Snapshot:
    """Put single values in use, see `lib.importing.stating.publish`.

    Raises
    ------
    NotAllowedError
        `actor` may not, or a table it changes is closed to him.
    StoreError
        As `lib.importing.stating.publish`.
    """
    require(actor, Action.IMPORT)
    require_tables(actor, stated.tables.keys())
    from lib.importing import stating  # noqa: PLC0415 - loads the readers of cells

    return stating.publish(
        store, stated, base=store.open(base.snapshot_id), who=actor.signed(typed)
    )


def _require_entering(actor: Actor, words: Sequence[Statement]) -> None:
    require(actor, Action.IMPORT)
    require_tables(actor, {NAME, *(word.table for word in words)})


def waiting(actor: Actor, store: Store) -> list[Statement]:
    """Return the values that were entered and not published, by everybody, earliest first.

    Those of tables closed to `actor` are not among them.

    Raises
    ------
    NotAllowedError
        `actor` may not enter values.
    StoreError
        As `lib.store.pending.every`.
    """
    _require_entering(actor, ())
    shut = closed(actor)
    return [word for word in pending.every(store) if word.table not in shut]


def enter(
    actor: Actor,
    store: Store,
    words: Sequence[Statement],
    *,
    seen: Mapping[pending.Subject, Statement],
    typed: str = "",
) -> None:
    """Let checked values wait until somebody publishes them, see `lib.store.pending.keep`.

    Raises
    ------
    NotAllowedError
        `actor` may not, or a table is closed to him.
    DataRefusedError, StoreError
        As `lib.store.pending.keep`.
    """
    _require_entering(actor, words)
    who = actor.signed(typed)
    pending.keep(store, [replace(word, who=who) for word in words], seen=seen)


def put_aside(actor: Actor, store: Store, words: Sequence[Statement]) -> None:
    """Let values wait no longer, see `lib.store.pending.drop`.

    Raises
    ------
    NotAllowedError
        `actor` may not, or a table is closed to him.
    StoreError
        As `lib.store.pending.drop`.
    """
    _require_entering(actor, words)
    pending.drop(store, words)


def publish_entered(
    actor: Actor, store: Store, words: Sequence[Statement], *, base: Snapshot, typed: str = ""
) -> Snapshot:
    """Put values that waited in use, see `lib.importing.entering.publish`.

    Raises
    ------
    NotAllowedError
        `actor` may not, or a table is closed to him.
    DataRefusedError, StoreError
        As `lib.importing.entering.publish`.
    """
    _require_entering(actor, words)
    from lib.importing import entering  # noqa: PLC0415 - loads the readers of cells

    whole = store.open(base.snapshot_id)
    return entering.publish(store, words, base=whole, who=actor.signed(typed))


def restore(actor: Actor, store: Store, snapshot_id: str, *, typed: str = "") -> Snapshot:
    """Put an earlier snapshot in use again, see `lib.store.store.Store.restore`.

    Raises
    ------
    NotAllowedError
        `actor` may not.
    StoreError
        As `lib.store.store.Store.restore`.
    """
    require(actor, Action.RESTORE)
    return store.restore(snapshot_id, who=actor.signed(typed))


def original(actor: Actor, snapshot: Snapshot, file: FileInfo) -> bytes:
    """Return a file as the office brought it: it may hold more than was published.

    Raises
    ------
    NotAllowedError
        `actor` may not see it, or the file is of a restricted table.
    StoreError
        It is missing or not as it was.
    """
    require(actor, Action.IMPORT)
    require_tables(actor, history.touched(snapshot.manifest))
    return snapshot.original(file).read_bytes()


def everything(actor: Actor, snapshot: Snapshot, kind: alldata.Format, lang: Lang) -> bytes:
    """Return all that `actor` may see of a snapshot as one file, see `everything.everything`.

    Raises
    ------
    NotAllowedError
        `actor` may not take anything away.
    StoreError
        A table is missing or damaged.
    """
    require(actor, Action.TAKE_AWAY)
    from lib.reports.alldata import everything as alldata  # noqa: PLC0415 - loads every writer

    return alldata.everything(seen(actor, snapshot), kind, lang)


def log(actor: Actor, store: Store) -> list[audit.Event]:
    """Return what was done to the store, newest first.

    Raises
    ------
    NotAllowedError
        `actor` may not read the log.
    StoreError
        The log is broken.
    """
    require(actor, Action.AUDIT)
    return audit.events(store.folder)[::-1]


def guarded(actor: Actor, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return `make` for a download: made later, so the visitor is looked at again then.

    What it holds was drawn from the tables he saw; one closed to him since may be in it.
    """
    drawn_without = closed(actor)

    def made() -> bytes:
        require(actor, Action.TAKE_AWAY)
        require_tables(actor, closed(actor) - drawn_without)
        return make()

    return made
