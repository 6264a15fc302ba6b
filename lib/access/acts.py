"""Acts on the store on behalf of somebody: each asks first whether that person may.

The pages act through these functions only, so that a forged click, an old tab
or a guessed address meets the same refusal as a hidden button. The command
line does not: whoever has the machine's account has the files anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from lib.access import limits, roles
from lib.access.roles import Action, Actor
from lib.language.errors import DataRefusedError, NotAllowedError, StoreError
from lib.language.text import Lang
from lib.store import audit, brought, documents, history
from lib.store.store import FileInfo, Snapshot, Store
from lib.tables import collecting
from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.ownlayers import OwnLayer
from lib.tables.symbology import Symbology

if TYPE_CHECKING:  # these load every reader and writer: only where a file is brought or taken
    from lib.importing.documents import Attachment
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
    require_tables(actor, collecting.tables_of(kind))


def publish(
    actor: Actor,
    store: Store,
    draft: Draft,
    *,
    base: Snapshot,
    files: Mapping[str, bytes],
    typed: str,
    confirmed: bool,
    waiting: str = "",
) -> Snapshot:
    """Put a checked draft in use, see `lib.importing.bring.publish`.

    Parameters
    ----------
    actor : Actor
        Who publishes; the log says the name signed in with.
    typed : str
        Name given on the page, for somebody who did not sign in.
    waiting : str
        Key of the files in the draft, where they waited (`lib.access.bringing`).

    Raises
    ------
    NotAllowedError
        `actor` may not, the draft changes a table that is closed to him, or a second
        person has to publish.
    DataRefusedError
        The files wait no longer; else as `lib.importing.bring.publish`.
    StoreError
        As `lib.importing.bring.publish`.
    """
    require_import(actor, draft.options.kind)
    require_tables(actor, draft.tables.keys())
    whole = store.open(base.snapshot_id)  # what is not in it would be lost
    held = brought.one(store, waiting) if waiting else None
    limits.require_publisher(actor, {held.who} if held else ())
    if held is None and draft.options.kind != OWN_ROWS:
        limits.require_alone()
    if held is not None and brought.contents(store, held) != files:
        raise DataRefusedError("pending.gone")
    limits.require_rows(actor, whole, draft.tables)
    if OWN_ROWS in draft.tables:  # the rows of the layer that is brought stand last
        require_tables(actor, {f"{OWN_ROWS}.{draft.tables[OWN_ROWS]['layer_id'].iloc[-1]}"})
    from lib.importing import bring  # noqa: PLC0415 - loads every reader

    who = actor.signed(typed)
    made = bring.publish(
        store, draft, base=whole, files=files, who=who, confirmed=confirmed, brought=held
    )
    if held is not None:
        with suppress(StoreError):  # it is in use: what could not be forgotten is not shown again
            brought.drop(store, held.key)
    return made


def change_layer(
    actor: Actor,
    store: Store,
    layer: OwnLayer,
    symbology: Symbology | None,
    *,
    base: Snapshot,
    typed: str,
) -> Snapshot:
    """Have an own layer drawn in another way, or take it out of use where none is given.

    Raises
    ------
    NotAllowedError
        `actor` may not, or own layers are closed to him.
    DataRefusedError, StoreError
        As `lib.importing.ownlayers.bring.redraw`.
    """
    require_import(actor, OWN_ROWS)
    require_tables(actor, {f"{OWN_ROWS}.{layer.layer_id}"})
    from lib.importing.ownlayers import bring  # noqa: PLC0415 - loads every reader

    whole, who = store.open(base.snapshot_id), actor.signed(typed)
    without = whole.read(OWN_ROWS).iloc[:0] if OWN_ROWS in whole.manifest.tables else None
    limits.require_change(actor, whole, {} if without is None else {OWN_ROWS: without})
    if symbology is None:
        return bring.remove(store, layer, base=whole, who=who)
    return bring.redraw(store, layer, symbology, base=whole, who=who)


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
    whole = store.open(base.snapshot_id)
    limits.require_change(actor, whole, stated.tables)
    from lib.importing import stating  # noqa: PLC0415 - loads the readers of cells

    return stating.publish(store, stated, base=whole, who=actor.signed(typed))


def attach(
    actor: Actor, store: Store, given: Attachment, *, base: Snapshot, typed: str
) -> Snapshot:
    """Keep a document and say what it belongs to, in one act; its bytes are kept once.

    Parameters
    ----------
    actor : Actor
        Who attaches; the log says the name signed in with.
    base : Snapshot
        What the page showed: if another is in use by then, nothing is published.
    typed : str
        Name given on the page, for somebody who did not sign in.

    Raises
    ------
    NotAllowedError
        `actor` may not, or what it belongs to is closed to him.
    DataRefusedError
        It is no document, too large, or belongs to nothing that is there.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    require_import(actor, given.of_table)
    require_tables(actor, {documents.TABLE})
    from lib.importing import bring  # noqa: PLC0415 - loads every reader
    from lib.importing.apart.document import kind_of_bytes  # noqa: PLC0415 - as above
    from lib.importing.documents import draft_of  # noqa: PLC0415 - as above

    kind = kind_of_bytes(given)
    whole = store.open(base.snapshot_id)
    wanted = {documents.TABLE, given.of_table} & set(whole.manifest.tables)
    draft = draft_of(given, kind, {name: whole.read(name) for name in wanted})
    limits.require_change(actor, whole, draft.tables)
    files = documents.new_ones(store, {given.name: given.content})
    if not draft.changes and not files:
        return whole
    who = actor.signed(typed)
    return bring.publish(store, draft, base=whole, files=files, who=who, confirmed=True)


def document(actor: Actor, store: Store, snapshot: Snapshot, sha256: str) -> bytes:
    """Return a document of a snapshot as it was attached.

    Raises
    ------
    NotAllowedError
        `actor` may not take anything away.
    StoreError
        The snapshot has no such document that `actor` may see, or it is missing or damaged.
    """
    require(actor, Action.TAKE_AWAY)
    visible = seen(actor, snapshot)
    if documents.TABLE not in visible.manifest.tables:
        raise StoreError("documents.unknown", sha256=sha256[:64])
    return documents.read(store, visible.read(documents.TABLE), sha256)


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
        `actor` may not see it, or the file came with a restricted table or layer.
    StoreError
        It is missing or not as it was.
    """
    require(actor, Action.IMPORT)
    if history.kept_back(snapshot.manifest, closed(actor)):
        raise NotAllowedError("access.table_restricted")
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
