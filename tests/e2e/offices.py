"""An office with accounts by a proxy's headers, and a substation only administrators may see."""

import datetime as dt

from lib.store.store import Act, Store, Table

SECRET = "p" * 40
MARK = "ZQX9"
ROLES = {"xem": "viewer", "sua": "editor", "hoa": "administrator"}
POLICY = f"""
restricted = ["substations"]
[proxy]
secret = "{SECRET}"
[people]
xem = "viewer"
sua = "editor"
hoa = "administrator"
"""


def vouched(who: str, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of the proxy for a person; none for a stranger."""
    return {"X-Phutho-Secret": secret, "X-Remote-User": who} if who else {}


def tables_of(store: Store) -> dict[str, Table]:
    """Return the tables in use, to be published again."""
    base = store.current()
    return {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in base.manifest.tables.items()
    }


def bring_in_a_hidden_station(store: Store) -> None:
    """Publish a substation with a mark and a place, as the office would by a file."""
    base, tables = store.current(), tables_of(store)
    stations = base.read("substations")
    here = stations["commune_code"] == "08542"
    assert here.sum() == 1
    stations.loc[here, "name"] = f"Trạm {MARK}"
    stations.loc[here, ["lat", "lon"]] = [21.15, 105.20]
    tables["substations"] = Table(stations, f"import: {MARK}.xlsx", "2026-01-01")
    details = {"import": {"kind": "substations", "counts": {"substations": {}}}}
    act = Act(
        "import",
        "Lan",
        {f"{MARK}.xlsx": MARK.encode()},
        details={**base.manifest.details, **details},
    )
    later = dt.datetime.fromisoformat(base.manifest.created) + dt.timedelta(minutes=1)
    store.publish(tables, act, border_quality=base.manifest.border_quality, created=later)
