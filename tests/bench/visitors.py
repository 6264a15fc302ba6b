"""Visitors who change a filter as fast as they are answered, through Streamlit's agent API.

The door is open in the benchmark only, on loopback. One request is one filter
change: the answer comes when the script has run and what it shows is written
down, as it would be for a browser; no browser stands in the way.
"""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field, replace
from time import perf_counter

import requests

from tests.bench import data, pages
from tests.bench.contenders import CONTENDERS, PLAIN, Contender
from tests.bench.data import Ground
from tests.bench.maps import serving
from tests.bench.raw import OURS, Raw, Record, attempt

AGENT = "/_stcore/agent/interact"
OPTIONS = (
    "--server.enableAgentApi=true",
    "--server.agentMaxSessions=200",
    "--server.agentWaitTimeout=300",
)
COUNTS = {OURS: (1, 10, 25, 50), PLAIN: (1, 10, 25)}
"""With 50 visitors the plain page would take minutes to say what 25 have said."""
LEAST = 2
DRAWING, DRAWN = 5, "clusters:PT-002"
"""At a meeting every so many draws an outline of a cluster; the others change a filter."""
ANSWER_S = 300


@dataclass
class Crowd:
    """Visitors of one server.

    Parameters
    ----------
    url : str
        The agent API.
    choices : list of list of str
        What the pills are set to, in turn.
    query : dict
        The address a visitor comes by.
    think : float
        Seconds between two changes, mean; 0 for none.
    """

    url: str
    choices: list[list[str]]
    query: dict[str, list[str]] = field(default_factory=dict)
    think: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, talk: requests.Session, **body: object) -> requests.Response | None:
        """Send one request; note what went wrong."""
        try:
            answer = talk.post(self.url, json=body, timeout=ANSWER_S)
        except requests.RequestException as error:
            self.errors.append(type(error).__name__)
            return None
        if answer.status_code != requests.codes.ok or '"status":"error"' in answer.text[:400]:
            self.errors.append(f"{answer.status_code} {answer.text[:120]}")
            return None
        return answer

    def visit(self, number: int, ready: threading.Barrier, seconds: float) -> None:
        """Come, wait for the others, then change the filter until the time is over."""
        with requests.Session() as talk:
            first = self.ask(talk, query_params=self.query) if self.query else self.ask(talk)
            ready.wait(ANSWER_S)
            if first is None:
                return
            session = first.json()["session_id"]
            turns = itertools.cycle(self.choices)
            chance = random.Random(number)  # noqa: S311 - not a secret
            end = perf_counter() + seconds
            for done, choice in enumerate(itertools.islice(turns, number, None)):
                if done >= LEAST and perf_counter() > end:
                    return
                if self.think:
                    time.sleep(chance.expovariate(1 / self.think))
                start = perf_counter()
                act: dict[str, object] = {"widget_state": {"province": choice}}
                if self.query and number % DRAWING == 0:
                    act = {"page": "data", "query_params": {"tab": ["draw"], "sel": [DRAWN]}}
                if self.ask(talk, session_id=session, **act) is not None:
                    self.milliseconds.append((perf_counter() - start) * 1000)


def crowd(
    raw: Raw,
    ground: Ground,
    who: Contender,
    count: int,
    seconds: float,
    part: str,
    *,
    own: str = "",
    think: float = 0.0,
) -> None:
    """Let `count` visitors work on a server of their own; with `own`, as at a meeting.

    There every one has an own layer on the map, over a ground, and thinks between two acts.
    """
    case = f"{count} visitors" if count > 1 else "1 visitor"
    case += f" at a meeting, own layer and ground on, {think:.0f} s of thinking" if own else ""
    if part == "soak":
        case += f", {seconds / 60:.0f} minutes"
    with attempt(raw, part, "visitors", case, who.name), serving(who, ground, *OPTIONS) as server:
        names = list(ground.groups)
        choices = [*([name] for name in names), names[:2], []]
        visitors = Crowd(server.url + AGENT, choices, {"also": [own]} if own else {}, think)
        visitors.ask(requests.Session())  # what is read once a server is read
        before = server.memory_mb()
        ready = threading.Barrier(count)
        threads = [
            threading.Thread(target=visitors.visit, args=(number, ready, seconds), daemon=True)
            for number in range(count)
        ]
        start = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = perf_counter() - start
        grown = (server.memory_mb() - before) / count
        notes = {
            "errors": len(visitors.errors),
            "first error": visitors.errors[0] if visitors.errors else "",
            "seconds": round(took, 1),
            "memory of the server before, MB": round(before),
            "memory of the server, MB": round(server.memory_mb()),
        }
        raw.add(Record(part, "visitors", case, who.name, "ms", visitors.milliseconds, notes=notes))
        raw.add(Record(part, "visitor-memory", case, who.name, "MB", [max(grown, 0.0)]))


def run(raw: Raw, ground: Ground, *, seconds: float) -> None:
    """Let growing crowds use ours and the plain page, in turn."""
    by_name = {who.name: who for who in CONTENDERS}
    for place in range(max(map(len, COUNTS.values()))):
        for name, counts in COUNTS.items():
            if place < len(counts):
                crowd(raw, ground, by_name[name], counts[place], seconds, "visitors")


def meeting(raw: Raw, *, count: int = 50, seconds: float = 60, think: float = 10) -> None:
    """Let a whole meeting look at the map with everything on that an office puts there."""
    plain = data.province()
    rich = replace(plain, site=data.site("furnished"))
    own = pages.furnish(rich.site)
    crowd(raw, rich, CONTENDERS[0], count, seconds, "visitors", own=own, think=think)


def soak(raw: Raw, ground: Ground, *, seconds: float = 600, count: int = 25) -> None:
    """Let a crowd use ours for minutes."""
    crowd(raw, ground, CONTENDERS[0], count, seconds, "soak")
