"""Acts on values that are entered and wait, on behalf of somebody who has to be allowed to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lib.access import acts, limits
from lib.access.roles import Action, Actor
from lib.importing import entering, stating
from lib.language.errors import DataRefusedError, NotAllowedError
from lib.store import pending
from lib.store.store import Snapshot, Store
from lib.tables.statements.record import NAME, Statement


def _require(actor: Actor, store: Store, words: Sequence[Statement]) -> None:
    acts.require(actor, Action.IMPORT)
    acts.require_tables(actor, {NAME, *(word.table for word in words)})
    limits.require_words(actor, store.current() if words else None, words)


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
    _require(actor, store, ())
    shut = acts.closed(actor)
    return [word for word in pending.every(store) if word.table not in shut]


def enter(
    actor: Actor,
    store: Store,
    words: Sequence[Statement],
    *,
    seen: Mapping[pending.Place, Statement],
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
    _require(actor, store, words)
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
    _require(actor, store, words)
    pending.drop(store, words)


def publish(
    actor: Actor, store: Store, words: Sequence[Statement], *, base: Snapshot, typed: str = ""
) -> Snapshot:
    """Put values that waited in use, see `lib.importing.entering.publish`.

    Raises
    ------
    NotAllowedError
        `actor` may not, a table is closed to him, one of the values is not of his communes,
        or a second person has to publish.
    DataRefusedError
        One of the values does not wait any more; else as `lib.importing.entering.publish`.
    StoreError
        As `lib.importing.entering.publish`.
    """
    _require(actor, store, words)
    if not set(words) <= set(pending.every(store)):  # taken back since it was shown
        raise DataRefusedError("pending.gone")
    limits.require_publisher(actor, {word.who for word in words})
    whole = store.open(base.snapshot_id)
    if limits.communes_of(actor) is not None:  # a value may lead elsewhere
        after = stating.settled(stating.tables_of(whole), words, read=True).tables
        limits.require_rows(actor, whole, after)
    return entering.publish(store, words, base=whole, who=actor.signed(typed))


def publishable(
    actor: Actor, words: Sequence[Statement], *, base: Snapshot
) -> tuple[list[Statement], NotAllowedError | None]:
    """Return what of `words` is in the communes of `actor`, and why he may not publish that.

    What is drawn follows it; what is done, `publish` asks again.
    """
    mine = limits.within(actor, base, words)
    return mine, limits.unpublishable(actor, {word.who for word in mine})
