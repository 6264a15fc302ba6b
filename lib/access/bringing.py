"""Acts on files that wait for a second person, on behalf of somebody who has to be allowed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lib.access import acts, limits
from lib.access.roles import Action, Actor
from lib.language.errors import DataRefusedError
from lib.store import brought
from lib.store.brought import Brought
from lib.store.store import Snapshot, Store
from lib.tables.collecting import tables_of

if TYPE_CHECKING:  # these load every reader: only where a file is brought
    from lib.importing.draft import Draft, Options, Typed


def waiting(actor: Actor, store: Store) -> list[Brought]:
    """Return the files that wait to be published, by everybody, the earliest first.

    Those of tables closed to `actor` are not among them.

    Raises
    ------
    NotAllowedError
        `actor` may not bring files in.
    StoreError
        As `lib.store.brought.every`.
    """
    acts.require(actor, Action.IMPORT)
    shut = acts.closed(actor)
    return [one for one in brought.every(store) if shut.isdisjoint(tables_of(one.kind))]


def keep(
    actor: Actor,
    store: Store,
    draft: Draft,
    *,
    base: Snapshot,
    files: Mapping[str, bytes],
    typed: str,
) -> Brought:
    """Let checked files wait until a second person looks at them and publishes.

    What the check asks, the second person is asked again, against the data in use then.

    Raises
    ------
    NotAllowedError
        `actor` may not, or it changes what is closed to him or not of his communes.
    DataRefusedError
        Something is refused; or as `lib.store.brought.keep`.
    StoreError
        As `lib.store.brought.keep`.
    """
    acts.require_import(actor, draft.options.kind)
    acts.require_tables(actor, draft.tables.keys())
    if draft.refused or not draft.tables:
        raise DataRefusedError("importing.refused", count=len(draft.of("refused")))
    limits.require_rows(actor, store.open(base.snapshot_id), draft.tables)
    from lib.importing.brought import choices  # noqa: PLC0415 - loads every reader

    who = actor.signed(typed)
    return brought.keep(store, files, choices(draft.options), who=who)


def keep_rows(actor: Actor, store: Store, given: Typed, *, base: Snapshot, typed: str) -> Draft:
    """Check rows typed on a page and let them wait as a file; nothing waits if one is refused.

    Raises
    ------
    NotAllowedError, DataRefusedError, StoreError
        As `keep`.
    """
    acts.require_import(actor, given.table)
    from lib.importing.typed import as_file, check_rows  # noqa: PLC0415 - loads every reader

    draft = check_rows(given, store.open(base.snapshot_id))
    if not draft.refused and draft.changes:
        keep(actor, store, draft, base=base, files={given.file: as_file(given)}, typed=typed)
    return draft


def publish_rows(
    actor: Actor,
    store: Store,
    given: Typed,
    *,
    base: Snapshot,
    typed: str,
    confirmed: bool,
) -> tuple[Draft, Snapshot | None]:
    """Check rows typed on a page and put them in use in one act, as a file of that name.

    Parameters
    ----------
    actor : Actor
        Who writes; the log says the name signed in with.
    given : Typed
        The rows, and what they are called as a file.
    base : Snapshot
        What the rows were typed against: if another is in use by then, nothing is published.
    typed : str
        Name given on the page, for somebody who did not sign in.
    confirmed : bool
        What the check asks has been seen and confirmed.

    Returns
    -------
    tuple
        The draft, and the snapshot it became; None where the draft has refusals, or asks
        and nobody confirmed.

    Raises
    ------
    NotAllowedError
        `actor` may not write this table.
    DataRefusedError, StoreError
        As `lib.access.acts.publish`.
    """
    acts.require_import(actor, given.table)
    from lib.importing.typed import as_file, check_rows  # noqa: PLC0415 - loads every reader

    whole = store.open(base.snapshot_id)
    draft = check_rows(given, whole)
    if draft.refused or not draft.tables or (draft.of("ask") and not confirmed):
        return draft, None
    files = {given.file: as_file(given)}
    made = acts.publish(
        actor, store, draft, base=whole, files=files, typed=typed, confirmed=confirmed
    )
    return draft, made


def opened(actor: Actor, store: Store, key: str) -> tuple[Brought, Options, dict[str, bytes]]:
    """Return files that wait, what was chosen for them, and their bytes, to be checked anew.

    Raises
    ------
    NotAllowedError
        `actor` may not bring such files in.
    DataRefusedError
        They wait no longer.
    StoreError
        They cannot be read.
    """
    which = _allowed(actor, store, key)
    from lib.importing.brought import options_of  # noqa: PLC0415 - loads every reader

    return which, options_of(which), brought.contents(store, which)


def put_aside(actor: Actor, store: Store, key: str) -> None:
    """Let files wait no longer.

    Raises
    ------
    NotAllowedError
        `actor` may not bring such files in, or is limited to communes and did not bring them.
    DataRefusedError
        They wait no longer.
    StoreError
        As `lib.store.brought.drop`.
    """
    which = _allowed(actor, store, key)
    limits.require_own(actor, which.who)
    brought.drop(store, which.key)


def _allowed(actor: Actor, store: Store, key: str) -> Brought:
    acts.require(actor, Action.IMPORT)
    which = brought.one(store, key)
    acts.require_tables(actor, tables_of(which.kind))
    return which
